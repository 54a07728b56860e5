"""Definitions by elements, their NumPy forms, which take complex numbers too, and the sizes of their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Case = tuple[str, dict[str, str], Callable[..., Array]]


def ratio(a: Array, b: Array) -> Array:
    return a / (1 + b * b)


def softmax(z: Array) -> Array:
    w = np.exp(z)
    return np.asarray(w / w.sum(-1, keepdims=True))


def attention(q: Array, k: Array, v: Array) -> Array:
    z = np.einsum("bthd,bshd->bhts", q, k) / 2
    return np.einsum("bhts,bshm->bthm", softmax(z), v)


def recurrent(x: Array, A: Array) -> Array:
    h = 0 * x[0]
    for x_t in x:
        h = np.sin(A @ h) + x_t
    return h


# Each with the statements that define y, the types of its arguments, and y by NumPy.
CASES: dict[str, Case] = {
    "product": (
        "let y[i, k] = sum[j](a[i, j] * b[j, k])",
        {"a": "N, M", "b": "M, K"},
        lambda a, b: a @ b,
    ),
    "transposed": (
        "let y[k, i] = -sum[j](a[j, i] * b[k, j] / real(j + 1)) / 2",
        {"a": "M, N", "b": "K, M"},
        lambda a, b: -np.einsum("ji,kj,j->ki", a, b, 1 / (1 + np.arange(a.shape[0]))) / 2,
    ),
    "by_vectors": (
        "let u[j] = sum[i](a[i, j] * v[i])\nlet y[i] = mean[j](a[i, j] * u[j])",
        {"a": "N, M", "v": "N"},
        lambda a, v: a @ (v @ a) / a.shape[1],
    ),
    "rows": (
        "let y[i] = sum[j](a[i, j] * b[i, j])",
        {"a": "N, M", "b": "N, M"},
        lambda a, b: (a * b).sum(1),
    ),
    "heads": (
        "let z[b, h, t, s] = sum[d](q[b, t, h, d] * k[b, s, h, d]) / 2\n"
        "let p[b, h, t, s] = exp(z[b, h, t, s]) / sum[r](exp(z[b, h, t, r]))\n"
        "let y[b, t, h, m] = sum[s](p[b, h, t, s] * v[b, s, h, m])",
        {"q": "2, N, K, 3", "k": "2, M, K, 3", "v": "2, M, K, 2"},
        attention,
    ),
    "bilinear": (
        "let y[b, k] = sum[i, j](u[b, i] * a[i, j, k] * v[b, j])",
        {"u": "2, N", "a": "N, M, K", "v": "2, M"},
        lambda u, a, v: np.einsum("bi,ijk,bj->bk", u, a, v),
    ),
    "chain": (
        "let y[n in 1] = sum[i, j, k](a[i] * b[i, j] * c[j, k] * d[k] * d[k])",
        {"a": "N", "b": "N, M", "c": "M, K", "d": "K"},
        lambda a, b, c, d: (a @ b @ c @ (d * d)).reshape(1),
    ),
    "separate": (
        "let y[n in 2] = sum[i, j](a[i] * b[j]) * real(n)",
        {"a": "N", "b": "M"},
        lambda a, b: np.arange(2) * a.sum() * b.sum(),
    ),
    "covariance": (
        "let m[i] = mean[b](x[b, i])\nlet y[i, j] = sum[b]((x[b, i] - m[i]) * (x[b, j] - m[j])) / (M + 1)",
        {"x": "M, N"},
        lambda x: (x - x.mean(0)).T @ (x - x.mean(0)) / (x.shape[0] + 1),
    ),
    "diagonals": (
        "let y[i, j] = a[i, i] * b[j] + a[j, i] - sum[k](a[k, k])",
        {"a": "N, N", "b": "N"},
        lambda a, b: np.outer(np.diag(a), b) + a.T - np.trace(a),
    ),
    "shifted": (
        "let y[i in N] = sum[k](x[(i + k) % N] * w[k]) - x[i - 1]",
        {"x": "N", "w": "3"},
        lambda x, w: sum(np.roll(x, -k) * w[k] for k in range(3)) - np.roll(x, 1),
    ),
    "stepped": (
        "let y[i] = x[2 * i + 1] * v[i] - x[N - i]",
        {"x": "2 * N + 1", "v": "N"},
        lambda x, v: x[1::2] * v - x[len(v) : 0 : -1],
    ),
    "windows": (
        "let y[i] = sum[k](x[i + k] * w[k]) * v[i]",
        {"x": "N + 2", "w": "3", "v": "N"},
        lambda x, w, v: sum(x[k : k + len(v)] * w[k] for k in range(3)) * v,
    ),
    "planes": (
        "let y[i, j] = sum[c, p, q](x[c, i + 2 - p, 2 * j + q] * w[c, p, q]) + b[i, j]",
        {"x": "K, N + 2, 2 * M + 1", "w": "K, 3, 3", "b": "N, M"},
        lambda x, w, b: (
            sum(
                np.einsum("cij,c->ij", x[:, 2 - p : 2 - p + b.shape[0], q : q + 2 * b.shape[1] : 2], w[:, p, q])
                for p in range(3)
                for q in range(3)
            )
            + b
        ),
    ),
    "picked": (
        "let w[i in N, j in M] = (3 * i + j) % N\nlet y[i, j] = a[w[i, j], j] * a[i, (i * j) % M]",
        {"a": "N, M"},
        lambda a: np.array(
            [[a[(3 * i + j) % len(a), j] * a[i, i * j % a.shape[1]] for j in range(a.shape[1])] for i in range(len(a))]
        ).reshape(a.shape),
    ),
    "functions": (
        "let y[i, j] = ratio(a[i], b[j]) * slope(a[i]) + switch(i < j, a[i], b[j])",
        {"a": "N", "b": "M"},
        lambda a, b: (
            ratio(a[:, None], b) * 3 * a[:, None] ** 2
            + np.where(np.arange(len(a))[:, None] < np.arange(len(b)), a[:, None], b)
        ),
    ),
    "reduced": (
        "let y[i] = prod[j](a[i, j]) + norm[j](a[i, j]) * sum[j, k](a[j, k]) + std[j](a[i, j])",
        {"a": "N, M"},
        lambda a: (
            a.prod(1) + np.sqrt((a * a).sum(1)) * a.sum() + np.sqrt(((a - a.mean(1, keepdims=True)) ** 2).mean(1))
        ),
    ),
    "recurrent": (
        "let y = for x_t in x {\nstate h: real[M] = 0\nlet u[i] = sin(sum[j](a[i, j] * h[j])) + x_t[i]\nh <- u\n}",
        {"x": "N, M", "a": "M, M"},
        recurrent,
    ),
}


def program(second: bool) -> str:
    """For each case y, the derivatives of a cost made of y and, if they are asked for, those of their squares."""
    parts = [
        "dim N, M, K\n",
        "entry extremes(x: real[N, M]) -> (y, z) {\nlet y[j, i] = x[i, j]\nlet z[i] = max[j](x[i, j])\n}\n",
        "fn ratio(a: real, b: real) = a / (1 + b * b)\nfn slope(a: real) = grad(a ** 3, a)\n",
    ]
    for name, (statements, types, _) in CASES.items():
        parameters, listed = ", ".join(f"{one}: real[{shape}]" for one, shape in types.items()), ", ".join(types)
        squares = " + ".join(f"sum(grad(cost_{name}({listed}), {one}) ** 2)" for one in types)
        parts.append(
            f"fn {name}_of({parameters}) {{\n{statements}\ny\n}}\n"
            f"fn cost_{name}({listed}) {{\nlet y = {name}_of({listed})\nsum(y * y) / 2 + sum(y)\n}}\n"
            f"entry {name}({parameters}) -> {name}_of({listed})\n"
            f"entry {name}_slopes({parameters}) -> grad(cost_{name}({listed}), ({listed},))\n"
        )
        if second:
            parts.append(f"entry {name}_second({parameters}) -> grad({squares}, ({listed},))\n")
    return "".join(parts)


def arguments(name: str, sizes: dict[str, int], dtype: type = np.float64) -> list[Array]:
    """Random ones, of some sizes."""
    random = np.random.default_rng(len(name))
    shapes = [eval(f"({shape},)", {}, sizes) for shape in CASES[name][1].values()]
    return [random.normal(size=shape).astype(dtype) * 0.7 for shape in shapes]

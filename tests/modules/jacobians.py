"""A program of Jacobians, Hessians, products with them and derivatives of one's own, and what they are by NumPy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

TEXT = """\
use std.nn: clip_grad, scale_grad, logsumexp

dim B, N
input x: real[N]
input A: real[N, N]
input X: real[B, 3]
input w: real[3]
input t: real[B]
input k: int[B]
shared E: real[5, 3] = normal(0, 1)
shared W: real[3, 4] = normal(0, 1)

fn layered(x, A) = tanh(A @ x) * x[0] + exp(A.T @ x / 4)
fn sums(x, A) = cumsum(sin(A @ x), 0) * prod(x)
fn scalar(x, A) = sum(x * (A @ x)) * norm(x)
fn square(x, A) = A * x + x[:, new] * A @ A
fn running(x, A) = recurrence(tanh(A[0]), x * x, 0)
fn chosen(x, A) = switch(x > 0.2, x * A[0], A[0] ** 2)
fn branch(x, A) = if x[0] > 0 then exp(x) * A[0] else A @ x
fn recurrent(x, A) = for t in 3 {
    state h = x
    h <- tanh(A @ h) + squashed(h * x)
}
fn squashed(z) = tanh(z)
derivative squashed(z) for y, g = g * (1 - y * y)
fn logits(w, X) = X @ w
cost C = mean(softplus(logits(w, X)) - t * logits(w, X)) + 0.001 * sum(w ** 2)
fn rosenbrock(x: real[N]) = sum(100 * (x[1:] - x[:N - 1] ** 2) ** 2 + (1 - x[:N - 1]) ** 2)

entry layered_all(x, A, u: real[N], v: real[N], V: real[N, N]) -> everything(layered, x, A, u, v, V)
entry sums_all(x, A, u: real[N], v: real[N], V: real[N, N]) -> everything(sums, x, A, u, v, V)
entry scalar_all(x, A, u: real, v: real[N], V: real[N, N]) -> everything(scalar, x, A, u, v, V)
entry square_all(x, A, u: real[N, N], v: real[N], V: real[N, N]) -> everything(square, x, A, u, v, V)
entry running_all(x, A, u: real[N], v: real[N], V: real[N, N]) -> everything(running, x, A, u, v, V)
entry recurrent_all(x, A, u: real[N], v: real[N], V: real[N, N]) -> everything(recurrent, x, A, u, v, V)
entry chosen_all(x, A, u: real[N], v: real[N], V: real[N, N]) -> everything(chosen, x, A, u, v, V)
entry branch_all(x, A, u: real[N], v: real[N], V: real[N, N]) -> everything(branch, x, A, u, v, V)
fn everything(f, x, A, u, v, V) {
    let y = f(x, A)
    (jacobian(y, (x, A)), jvp(y, x, v), jvp(y, (x, A), (v, V)), vjp(y, (x, A), u), y)
}

entry of_form(x, A) -> (hessian(sum(x * (A @ x)), x), hessian(sum(x * (A @ x)), (x, A)))
entry of_regression(w, X, t) -> hessian(C, w)
entry of_rosenbrock(x) -> hessian(rosenbrock(x), x)
entry of_logsumexp(x) -> (hessian(logsumexp(x, axis=0), x), jacobian(hessian(sum(x ** 4), x), x))
entry times(x, v: real[N]) -> (jvp(grad(rosenbrock(x), x), x, v), grad(sum(grad(rosenbrock(x), x) * v), x))
entry newton(w, X, t) -> solved(hessian(C, w), grad(C, w))
fn solved(H, g) {
    let d = determinant(H[:, 0], H[:, 1], H[:, 2])
    [determinant(g, H[:, 1], H[:, 2]), determinant(H[:, 0], g, H[:, 2]), determinant(H[:, 0], H[:, 1], g)] / d
}
fn determinant(a, b, c) = a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) +
    a[2] * (b[0] * c[1] - b[1] * c[0])

# Forward values that could fault are computed once, outside of the loop.
entry embedded(k, t) -> (hessian(mean((sum(tanh(E[k] @ W), axis=1) - t) ** 2), W), jacobian(tanh(E[k] @ W), E))
entry none(x, A) -> (jacobian(floor(A @ x), x), jvp(floor(x), x, 1), vjp(stop_grad(x), x, 2), hessian(sum(3 * x), x))

fn own(x, y) = log(1 + exp(x * y))
derivative own(x, y) for v, g {
    let s = g * sigmoid(x * y)
    (s * y, s * x)
}
fn several(p, n: int, f) = (f(p[0]) * real(n), p[1] - p[0], n)
derivative several(p, n, f) for y, g {
    let a, b = p
    ((g[0] * real(n) * cos(a) - g[1], g[1]), 0, 0)
}
fn binarize(z) = switch(z > 0, 1.0, -1.0)
derivative binarize(z) for y, g = g * (abs(z) <= 1)
fn wrong(x) = 2 * x
derivative wrong(x) for y, g = 5 * g * y
fn fixed(x, n) = n * x
derivative fixed(x, n) for y, g = (7 * g, 0)

entry owned(x, A) -> (own(x, A[0]), jacobian(own(x, A[0]), (x, A)), hessian(sum(own(x, x) ** 2), x))
entry owned_twice(x) -> (hessian(sum(log(1 + exp(x * x)) ** 2), x), grad(sum(wrong(x)), x), hessian(sum(wrong(x)), x))
entry tuples(x, n: int) -> grad(taken(several((x, 2 * x), n, sin), x), x)
fn taken(p, x) = sum(p[0] * x) + sum(p[1] ** 2) + real(p[2])
entry straight(x) -> (binarize(x), grad(sum(binarize(3 * x) * x), x), jvp(binarize(x), x, 1))
entry constants(x, n: real) -> (grad(sum(fixed(x, 3)), x), grad(sum(fixed(x, n)), (x, n)), fixed(2, 3))
entry cut(x, l: real) -> (
    grad(sum(clip_grad(x, 0.5) ** 2), x), grad(sum(clip_grad(x, l) ** 2), (x, l)), jvp(clip_grad(x, l) * x, x, 1),
    grad(sum(scale_grad(x, -1) * x), x), clip_grad(x, 0)
)
entry inside(x, c: bool) -> grad(if c then sum(own(x, x) * wrong(x)) else sum(x), x)
"""


# The functions that native code has to compute too; compiling the others would only take longer.
NATIVE = ("recurrent", "square")
SHORTER = "".join(
    line
    for line in TEXT.splitlines(keepends=True)
    if not (found := re.match(r"entry (\w+)_all", line)) or found[1] in NATIVE
)


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def running(x: Array, A: Array) -> Array:
    found: list[Any] = []
    for factor, term in zip(np.tanh(A[0]), x * x, strict=True):
        found.append(factor * (found[-1] if found else 0) + term)
    return np.array(found)


def recurrent(x: Array, A: Array) -> Array:
    h = x
    for _ in range(3):
        h = np.tanh(A @ h) + np.tanh(h * x)
    return h


FUNCTIONS: dict[str, Callable[[Array, Array], Any]] = {
    "layered": lambda x, A: np.tanh(A @ x) * x[0] + np.exp(A.T @ x / 4),
    "sums": lambda x, A: np.cumsum(np.sin(A @ x)) * np.prod(x),
    "scalar": lambda x, A: np.sum(x * (A @ x)) * np.sqrt(np.sum(x * x)),
    "square": lambda x, A: A * x + (x[:, None] * A) @ A,
    "running": running,
    "recurrent": recurrent,
    "chosen": lambda x, A: np.where(x.real > 0.2, x * A[0], A[0] ** 2),
    "branch": lambda x, A: np.exp(x) * A[0] if x[0].real > 0 else A @ x,
}


def jacobian(function: Callable[[Array], Any], at: Array) -> Array:
    """By complex steps: the axes of the value, then those of the argument."""
    columns = []
    for place in np.ndindex(at.shape):
        moved = at.astype(complex)
        moved[place] += 1e-30j
        columns.append(np.imag(function(moved)) / 1e-30)
    shape = np.shape(function(at))
    return np.moveaxis(np.reshape(columns, (-1, *shape)), 0, -1).reshape(*shape, *at.shape)

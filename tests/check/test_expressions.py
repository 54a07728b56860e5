"""One expression over x, y: real[B, N], v: real[M], k: int[M], w: real[3, 4, 5], i: int against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Make = Callable[..., Any]
X = np.array([[1.0, -2.0, 3.0], [4.0, 5.5, -6.0]])
Y = np.array([[0.5, 2.0, -1.0], [3.0, 0.25, 8.0]])
V = np.array([-1.0, 0.0, 2.0, 3.5, -0.5])
K = np.array([3, -7, 0, 12, 5])
WIDE = np.arange(60.0).reshape(3, 4, 5)


# One expression over x, y: real[B, N], v: real[M], k: int[M], w: real[3, 4, 5], i: int, and what it is in NumPy.
EXPRESSIONS: dict[str, tuple[Any, str | None]] = {
    "x + y * 2 - 1": (X + Y * 2 - 1, "f64"),
    "-x ** 2": (-(X**2), "f64"),
    "(-x) ** 2": (X**2, None),
    "2 ** -1 * x": (X / 2, None),
    "2 ** 3 ** 2": (512, "i64"),
    "-2 ** 2": (-4, None),
    "-9223372036854775808 + 1": (-(2**63) + 1, "i64"),
    "k - k + -9223372036854775808": (np.full(5, -(2**63)), "i64"),
    "reshape(v[0:1], ())": (V[0], None),
    "zeros(())": (0.0, "f64"),
    "sum(x, axis=())": (X, "f64"),
    "var(x, axis=())": (X * 0, "f64"),
    "any(x > 0, axis=())": (X > 0, "bool"),
    "iota((2, 3), -1)": (np.indices((2, 3))[1], "i64"),
    "transpose(w, (-1, 0, -2))": (WIDE.transpose(2, 0, 1), None),
    "broadcast(x[:, 0:1], (4, B, 3))": (np.broadcast_to(X[:, :1], (4, 2, 3)), None),
    "broadcast(x[0:1], (N, 2), (1, 0))": (np.broadcast_to(X[:1].T, (3, 2)), None),
    "broadcast(x[0], (N, 2), (-2,))": (np.broadcast_to(X[0][:, None], (3, 2)), None),
    "scatter(x[:, 0:2], [2, 0], -1, 4)": (np.array([[-2.0, 0, 1, 0], [5.5, 0, 4, 0]]), None),
    "x / y": (X / Y, None),
    "x // 2": (X // 2, None),
    "x % 2": (X % 2, None),
    "k // 4": (K // 4, "i64"),
    "k % 4": (K % 4, "i64"),
    "k * 2 - 1": (K * 2 - 1, "i64"),
    "-7 // 2": (-4, "i64"),
    "-7 % 3": (2, "i64"),
    "k ** 2": (K**2, "i64"),
    "v ** 3": (V**3, None),
    "abs(v) ** 0.5": (np.sqrt(abs(V)), None),
    "abs(v) ** 2.5": (abs(V) ** 2.5, None),
    "v ** -1.0": (1 / np.where(V == 0, np.nan, V), None),
    "1 < 2": (True, "bool"),
    "v < 0 or v > 2": ((V < 0) | (V > 2), "bool"),
    "not v < 0 and v <= 2": (~(V < 0) & (V <= 2), "bool"),
    "-1 < v <= 2 < 3": ((V > -1) & (V <= 2), "bool"),
    "(1 < 2) == true": (True, "bool"),
    "(v < 0) == (k < 0)": ((V < 0) == (K < 0), "bool"),
    "v <-1": (V < -1, "bool"),
    "v * (v > 0)": (V * (V > 0), "f64"),
    "(v > 0) + 1": ((V > 0) + 1, "i64"),
    "(v > 0) * 0.5": ((V > 0) * 0.5, "f64"),
    "switch(v < 0, 0, v)": (np.maximum(V, 0), None),
    "switch(v < 0, 1, 2)": (np.where(V < 0, 1, 2), "i64"),
    "if i > 1 then v else -v": (V, None),
    "if i > 5 then v else 0": (np.zeros(5), None),
    "if true then v else not_even_looked_at": (V, None),
    "x.T": (X.T, None),
    "w.T": (WIDE.T, None),
    "v.T": (V, None),
    "x @ y.T": (X @ Y.T, None),
    "x[0] @ y[1]": (X[0] @ Y[1], None),
    "x @ y[1]": (X @ Y[1], None),
    "y[1] @ x.T": (Y[1] @ X.T, None),
    "w @ w[0].T": (WIDE @ WIDE[0].T, None),
    "w @ transpose(w, (0, 2, 1))": (WIDE @ WIDE.transpose(0, 2, 1), None),
    "w @ w[0, 0]": (WIDE @ WIDE[0, 0], None),
    "x[:, new] + y[new, :]": (X[:, None] + Y[None, :], None),
    "x[:, 0][:, new] * y": (X[:, :1] * Y, None),
    "w + [1, 2, 3, 4, 5]": (WIDE + np.arange(1, 6), "f64"),
    "w[0].T - -[1, 2, 3, 4][::-1]": (WIDE[0].T + np.arange(4, 0, -1), "f64"),
    "[[0, 0], [1, 1]]": ([[0, 0], [1, 1]], "i64"),
    "[[0, 0.5], [1, 1]]": ([[0, 0.5], [1, 1]], "f64"),
    "[v, 2 * v]": ([V, 2 * V], None),
    "[[1, 2], [3, 4]] @ [1, 0.5]": ([2.0, 5.0], "f64"),
    "v[1]": (V[1], None),
    "v[-1]": (V[-1], None),
    "v[1:3]": (V[1:3], None),
    "v[:-2]": (V[:-2], None),
    "v[::2]": (V[::2], None),
    "v[::-1]": (V[::-1], None),
    "v[3:0:-2]": (V[3:0:-2], None),
    "v[-2::-1]": (V[-2::-1], None),
    "x[..., 1]": (X[..., 1], None),
    "w[1, ..., new, ::2]": (WIDE[1, ..., None, ::2], None),
    "w[:, 1:3][0, ..., -1]": (WIDE[:, 1:3][0, ..., -1], None),
    "w[..., new].T": (WIDE[..., None].T, None),
    "v[i]": (V[2], None),
    "w[i]": (WIDE[2], None),
    "w[i, :, i]": (WIDE[2, :, 2], None),
    "w[i, i, i]": (WIDE[2, 2, 2], None),
    "v[[0, 2, 2]]": (V[[0, 2, 2]], None),
    "w[:, [1, 0], 2]": (WIDE[:, [1, 0], 2], None),
    "w[:, [0, -1]]": (WIDE[:, [0, -1]], None),
    "gather(x, [1, 0, 1])": (X[[1, 0, 1]], None),
    "gather(x, [2, 0], axis=N)": (X[:, [2, 0]], None),
    "scatter([1.0, 2.0, 3.0], [0, 2, 0], 0, 4)": ([4.0, 0, 2, 0], "f64"),
    "place([1.0, 2.0], (5,), (3,), (-2,))": ([0, 2.0, 0, 1, 0], "f64"),
    "sum(x)": (X.sum(), None),
    "sum(x, axis=0)": (X.sum(0), None),
    "sum(x, axis=-1)": (X.sum(-1), None),
    "sum(x, 1)": (X.sum(1), None),
    "mean(x, axis=B)": (X.mean(0), None),
    "sum(w, axis=(0, 2))": (WIDE.sum((0, 2)), None),
    "sum(x, axis=(B, N))": (X.sum(), None),
    "sum(x, axis=1, keepdims=true)": (X.sum(1, keepdims=True), None),
    "x - mean(x, axis=N, keepdims=true)": (X - X.mean(1, keepdims=True), None),
    "sum(v > 0)": ((V > 0).sum(), "i64"),
    "sum(small)": (300, "i64"),
    "prod(x, axis=0)": (X.prod(0), None),
    "max(x, axis=0)": (X.max(0), None),
    "min(k)": (K.min(), "i64"),
    "var(x)": (X.var(), None),
    "var(x, axis=1)": (X.var(1), None),
    "std(x, axis=0, keepdims=true)": (X.std(0, keepdims=True), None),
    "any(v > 3)": (True, "bool"),
    "all(x > 3, axis=1)": ((X > 3).all(1), "bool"),
    "argmax(x)": (X.argmax(), "i64"),
    "argmin(x, axis=1)": (X.argmin(1), "i64"),
    "reshape(w, (5, -1))": (WIDE.reshape(5, -1), None),
    "reshape(x[:, :, new], (N, B))": (X.reshape(3, 2), None),
    "reshape(x[:, new, :], (-1, N))": (X, None),
    "flatten(w)": (WIDE.ravel(), None),
    "transpose(w, (1, 2, 0))": (WIDE.transpose(1, 2, 0), None),
    "transpose(x)": (X.T, None),
    "broadcast(v, (2, M))": (np.broadcast_to(V, (2, 5)), None),
    "broadcast(v, (M, 2), (0,))": (np.broadcast_to(V[:, None], (5, 2)), None),
    "zeros((B, 2))": (np.zeros((2, 2)), "f64"),
    "ones(3)": (np.ones(3), "f64"),
    "ones_like(k)": (np.ones(5), "i64"),
    "zeros_like(x)": (np.zeros((2, 3)), "f64"),
    "full((2, M), 7)": (np.full((2, 5), 7), "i64"),
    "full_like(x, 2)": (np.full((2, 3), 2.0), "f64"),
    "arange(M) * 2": (np.arange(5) * 2, "i64"),
    "arange(2 * B + 1)": (np.arange(5), "i64"),
    "iota((2, 3), 1)": ([[0, 1, 2], [0, 1, 2]], "i64"),
    "eye(3)": (np.eye(3), "f64"),
    "eye(2, 3)": (np.eye(2, 3), "f64"),
    "one_hot(k[2:3], 2)": ([[1.0, 0.0]], "f64"),
    "size(B) + size(N)": (5, "i64"),
    "M * sum(v)": (5 * V.sum(), "f64"),
    "sum(v) / M": (V.mean(), "f64"),
    "M ** 2 + M // 2 + M % 3": (29, "i64"),
    "real(M // B)": (2.0, "f64"),
    "x * (N > 2)": (X, None),
    "maximum(v, 0)": (np.maximum(V, 0), None),
    "minimum(k, 4)": (np.minimum(K, 4), "i64"),
    "clip(v, -0.75, 1)": (np.clip(V, -0.75, 1), None),
    "square(v) + norm(v) + dot(v, v)": (V**2 + np.linalg.norm(V) + V @ V, None),
    "outer(v, [1, 2])": (np.outer(V, [1, 2]), None),
    "logaddexp(x, y)": (np.logaddexp(X, Y), None),
    "pow(v, 2) + mod(v, 2)": (V**2 + V % 2, None),
    "exp(v) + log(abs(v) + 1)": (np.exp(V) + np.log(abs(V) + 1), None),
    "sin(v) * cos(v) - tan(v)": (np.sin(V) * np.cos(V) - np.tan(V), None),
    "tanh(v) + sinh(v) + cosh(v)": (np.tanh(V) + np.sinh(V) + np.cosh(V), None),
    "atan2(v, 2)": (np.arctan2(V, 2), None),
    "floor(v) + ceil(v) + round(v) + trunc(v)": (np.floor(V) + np.ceil(V) + np.round(V) + np.trunc(V), None),
    "sign(k)": (np.sign(K), "i64"),
    "abs(k)": (abs(K), "i64"),
    "isnan(v / 0)": (V == 0, "bool"),
    "isfinite(v / 0)": (np.zeros(5, bool), "bool"),
    "v < inf": (np.ones(5, bool), "bool"),
    "pi + e": (np.pi + np.e, "f64"),
    "sqrt(4)": (2.0, "f64"),
    "sqrt([4, 9])": ([2.0, 3.0], "f64"),
    "sigmoid(v)": (1 / (1 + np.exp(-V)), None),
    "real(k) / 2": (K / 2, "f64"),
    "int(v)": (V.astype(int), "i64"),
    "int(2.9) + k": (K + 2, "i64"),
    "bool(k)": (K != 0, "bool"),
    "f32(v)": (V.astype("f4"), "f32"),
    "f32(v) + v": (2 * V, "f64"),
    "real(3) / 2": (1.5, "f64"),
    "bool(3)": (True, "bool"),
    "f32(3)": (3.0, "f32"),
    "+v": (V, None),
    "v ** 0": (np.ones(5), None),
    "M > 4": (True, "bool"),
    "M / 2.0 + M * 0.5": (5.0, "f64"),
    "(M + 1) % B + (M + 1) // B": (3, "i64"),
    "N ** 2 * B": (18, "i64"),
    "w[1:, ::-1][1, 0]": (WIDE[2, 3], None),
    "place(v[:3], (M,), (2,), (1,))[2:]": (V[:3], None),
    "place(v, (2 * M,), (M,), (1,))[M:]": (V, None),
    "u8(7) + 1": (8, "u8"),
    "i32(k) + i32(1)": (K + 1, "i32"),
    "u8(3) + k": (K + 3, "i64"),
    "small + 1": ([101, 201], "u8"),
    "stop_grad(v)": (V, None),
    "1_000 + .5 + 2. + 1e-3 + 1E2": (1102.501, "f64"),
    "(v, k)[1]": (K, "i64"),
    "((1 + 2) * 3)": (9, "i64"),
    "v[1:][(0)]": (V[1], None),
    "(x + y)[0, 1:]": ((X + Y)[0, 1:], None),
}
HEAD = """
dim B, N, M
input x: real[B, N]
input y: real[B, N]
input v: real[M]
input k: int[M]
input w: real[3, 4, 5]
input i: int
input small: u8[2]
"""
ARGUMENTS = (X, Y, V, K, WIDE, 2, np.array([100, 200]))


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expression(model: Make, text: str) -> None:
    expected, dtype = EXPRESSIONS[text]
    m = model(f"{HEAD}entry f(x, y, v, k, w, i, small) -> {text}")
    value = m.f(*ARGUMENTS)
    np.testing.assert_allclose(
        np.asarray(value, float), np.where(np.isnan(np.asarray(expected, float)), np.asarray(value, float), expected)
    )
    assert value.shape == np.shape(expected)
    if dtype:
        assert m.entry("f").results[0].node.type.dtype.name == dtype

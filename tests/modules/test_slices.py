"""Gradients of slices, rows and elements on both targets: all of one array are added up in one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl

Cost = Callable[[Any, int, int, Any], Any]

# Each cost in tdsl, and the same in NumPy, which also takes complex numbers.
COSTS: list[tuple[str, Cost]] = [
    (
        "sum(tanh(W[i]) * W[j]) + sum(W[-1] ** 2) + sum(W[0] * W[1])",
        lambda W, i, j, ids: np.sum(np.tanh(W[i]) * W[j]) + np.sum(W[-1] ** 2) + np.sum(W[0] * W[1]),
    ),
    ("sum(W[ids] ** 3)", lambda W, i, j, ids: np.sum(W[ids] ** 3)),
    (
        "sum(W[ids] * W[i]) + sum(W[0:2] * W[1:3]) + sum(W ** 2) + sum(sin(W[ids])) + sum(W[j] ** 2)",
        lambda W, i, j, ids: (
            np.sum(W[ids] * W[i]) + np.sum(W[0:2] * W[1:3]) + np.sum(W**2) + np.sum(np.sin(W[ids])) + np.sum(W[j] ** 2)
        ),
    ),
    (
        "sum(W[:, i] ** 2 * W[:, j]) + sum(W[:, ids] ** 2) + sum(W[ids][:, i])",
        lambda W, i, j, ids: np.sum(W[:, i] ** 2 * W[:, j]) + np.sum(W[:, ids] ** 2) + np.sum(W[ids][:, i]),
    ),
    ("W[i, j] * W[j, i] * W[2, 0] + W[i + j - i, 3]", lambda W, i, j, ids: W[i, j] * W[j, i] * W[2, 0] + W[j, 3]),
    (
        "sum(exp(W[i] @ W[:, j] * W[::2, 1:4]))",
        lambda W, i, j, ids: np.sum(np.exp((W[i] @ W[:, j]) * W[::2, 1:4])),
    ),
    (
        "sum(tanh(W[1:, :-1] + W[:-1, 1:] + W[1:, 1:] + W[:-1, :-1]) ** 2)",
        lambda W, i, j, ids: np.sum(np.tanh(W[1:, :-1] + W[:-1, 1:] + W[1:, 1:] + W[:-1, :-1]) ** 2),
    ),
    (
        "if sum(W[i]) > sum(W[j]) then sum(W[ids] ** 2) + sum(W[i] ** 2) else sum(W[j] ** 2) * W[i, 0]",
        lambda W, i, j, ids: (
            np.sum(W[ids] ** 2) + np.sum(W[i] ** 2)
            if np.sum(W[i]).real > np.sum(W[j]).real
            else np.sum(W[j] ** 2) * W[i, 0]
        ),
    ),
    (
        "sum(exp(sum(reshape(W[i], (2, 3)) * reshape(W[j], (2, 3)), axis=1))) + sum(reshape(W[ids], 6 * N) ** 3)",
        lambda W, i, j, ids: np.sum(np.exp(np.sum((W[i] * W[j]).reshape(2, 3), axis=1))) + np.sum(W[ids] ** 3),
    ),
]
PLACES = [(0, 5, [2, 2, 0, -1, 5, -6, 2]), (-1, -6, []), (5, -1, [3]), (3, 3, [3, 3])]
GIVEN = "W: real[6, 6], i: int, j: int, ids: int[N]"
TEXT = "dim N\n" + "".join(
    f"entry f{number}({GIVEN}) -> (C, grad(C, W), grad(sum(grad(C, W) * W), W)) {{\n    let C = {cost}\n}}\n"
    for number, (cost, _) in enumerate(COSTS)
)

SIZES = """\
dim V, D, N
input W: real[V, D]
entry many(W, ids: int[N], y: real[N, D]) -> grad(sum(W[ids] * y) + sum(W[ids] * y * 2), W)
entry across(W, ids: int[N], y: real[V, N]) -> grad(sum(W[:, ids] * y), W)
entry between(x: real[V, D, 4], ids: int[N], y: real[V, N, 4]) -> grad(sum(x[:, ids] * y), x)
entry one(W, i: int, y: real[D]) -> grad(sum(W[i] * y) + sum(W[0:0]), W)
entry backwards(r: real[N]) -> grad(sum(exp(r[::-1]) ** 2), r)
entry pooled(x: real[N, 6, 4]) -> grad(sum(max(reshape(x, (N, 3, 2, 2, 2)), axis=(2, 4)) * 12), x)
"""


@cache
def compiled(text: str, target: str, bits: int) -> ModuleType:
    return tdsl.compile(text, name=f"sliced{bits}", target=target, float=bits)


def by_steps(cost: Cost, W: np.ndarray, *others: Any) -> np.ndarray:
    """The derivative by imaginary steps, which takes no difference and so loses no digits."""
    found = np.empty_like(W)
    for place in np.ndindex(W.shape):
        moved = W.astype(complex)
        moved[place] += 1e-100j
        found[place] = np.imag(cost(moved, *others)) / 1e-100
    return found


@pytest.mark.parametrize("number", range(len(COSTS)), ids=[cost for cost, _ in COSTS])
@pytest.mark.parametrize(
    ("i", "j", "ids"), [(0, 5, [2, 2, 0, -1, 5, -6, 2]), (-1, -6, []), (5, -1, [3]), (3, 3, [3, 3])]
)
def test_derivatives(number: int, i: int, j: int, ids: list[int], target: str) -> None:
    W = np.random.default_rng(number).normal(size=(6, 6)) * 0.5
    positions = np.array(ids, np.int64)
    cost = COSTS[number][1]
    value, slope, second = getattr(compiled(TEXT, target, 64), f"f{number}")(W, i, j, positions)
    assert value == pytest.approx(cost(W, i, j, positions), rel=1e-12)
    expected = by_steps(cost, W, i, j, positions)
    np.testing.assert_allclose(slope, expected, rtol=1e-11, atol=1e-13)
    # The second derivative along W itself, by the difference of slopes.
    step = 1e-5
    above, below = (by_steps(cost, W * (1 + sign * step), i, j, positions) for sign in (1, -1))
    np.testing.assert_allclose(second, expected + (above - below) / (2 * step), rtol=1e-6, atol=1e-7)
    single = getattr(compiled(TEXT, target, 32), f"f{number}")(W.astype(np.float32), i, j, positions)
    np.testing.assert_allclose(single[1], expected, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(("rows", "columns", "count"), [(0, 3, 0), (4, 0, 5), (3, 5, 0), (50, 70, 1000), (2, 3, 999)])
def test_sizes(rows: int, columns: int, count: int, target: str) -> None:
    rng = np.random.default_rng(rows)
    W, y = rng.normal(size=(rows, columns)), rng.normal(size=(count, columns))
    ids = rng.integers(-rows, rows, count) if rows else np.zeros(0, np.int64)
    expected = np.zeros_like(W)
    np.add.at(expected, ids, 3 * y)
    module = compiled(SIZES, target, 64)
    np.testing.assert_allclose(module.many(W, ids, y), expected, rtol=1e-12, atol=1e-12)
    expected[:] = 0
    if rows:
        expected[-1] = W[0]
        np.testing.assert_array_equal(module.one(W, -1, W[0]), expected)
    if columns:
        with pytest.raises(IndexError, match=rf"index {rows} is out of bounds for size {rows} in W\[i\]"):
            module.one(W, rows, np.ones(columns))


@pytest.mark.parametrize(("rows", "columns", "count"), [(0, 3, 2), (3, 2, 0), (50, 70, 1000), (1, 2, 999)])
def test_other_axes(rows: int, columns: int, count: int, target: str) -> None:
    rng = np.random.default_rng(columns)
    x, y = rng.normal(size=(rows, columns, 4)), rng.normal(size=(rows, count, 4))
    ids = rng.integers(-columns, columns, count)
    expected = np.zeros_like(x)
    np.add.at(expected, (slice(None), ids), y)
    module = compiled(SIZES, target, 64)
    np.testing.assert_allclose(module.between(x, ids, y), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(module.across(x[..., 0], ids, y[..., 0]), expected[..., 0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("count", [1, 2, 5, 1000])
def test_all_of_an_array_backwards(count: int, target: str) -> None:
    r = np.random.default_rng(count).normal(size=count)
    np.testing.assert_allclose(compiled(SIZES, target, 64).backwards(r), 2 * np.exp(r) ** 2, rtol=1e-12)


@pytest.mark.parametrize("level", [1, 2])
def test_an_array_read_along_both_directions(level: int) -> None:
    text = "entry f(x: real[257, 3]) -> (t * t, t[:, ::-1]) { let t = x.T }"
    x = np.random.default_rng(level).normal(size=(257, 3)).astype(np.float32)
    squares, backwards = tdsl.compile(text, name="both_directions", opt=level).f(x)
    np.testing.assert_array_equal(squares, x.T**2)
    np.testing.assert_array_equal(backwards, x.T[:, ::-1])


def test_ties_of_windows_share_their_gradient(target: str) -> None:
    x = np.array([[[1, 2, 0, 0], [2, 2, 0, 0], [5, 4, -1, 7], [4, 3, 7, 1], [1, 1, 3, 2], [1, 0, 1, 3]]], float)
    shares = [[[0, 4, 3, 3], [4, 4, 3, 3], [12, 0, 0, 6], [0, 0, 6, 0], [4, 4, 6, 0], [4, 0, 0, 6]]]
    np.testing.assert_array_equal(compiled(SIZES, target, 64).pooled(x), shares)

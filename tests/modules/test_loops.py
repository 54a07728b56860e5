"""Loops in whole modules: both targets beside plain NumPy at the edges of sizes, and faults that name their step."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = """
dim T, B, N, H, K
input x: real[T, B, N]
input W: real[N, H]
input U: real[H, H]
input h0: real[B, H]
input v: real[K]
input k: int[T]
fn step(h, x_t, W, U) = tanh(x_t @ W + h @ U)
fn rnn(x, W, U, h0) = for x_t in x {
    state h: real[B, H] = h0
    let h1 = step(h, x_t, W, U)
    h <- h1
    yield sum(h1, axis=1)
}
fn saved(x, W, U, h0) = for x_t in x checkpoint 3 {
    state h: real[B, H] = h0
    let h1 = step(h, x_t, W, U)
    h <- h1
    yield sum(h1, axis=1)
}
fn ended(x, W, U, h0) = for x_t in x, t in T {
    state h: real[B, H] = h0
    state steps = 0
    let h1 = step(h, x_t, W, U)
    h <- h1
    steps <- t + 1
    yield sum(h1, axis=1)
    until t >= 2
}
fn loss(loop, x, W, U, h0) {
    let h, s = loop(x, W, U, h0)
    sum(h ** 2) + sum(sin(s))
}
fn ended_loss(x, W, U, h0) {
    let h, steps, s = ended(x, W, U, h0)
    sum(h ** 2) + sum(sin(s))
}
entry run(x, W, U, h0) -> rnn(x, W, U, h0)
entry backwards(x, W, U, h0) -> rnn(x[::-1], W, U, h0)
entry slopes(x, W, U, h0) -> (loss(rnn, x, W, U, h0), grad(loss(rnn, x, W, U, h0), (x, W, U, h0)))
entry saved_slopes(x, W, U, h0) -> (loss(saved, x, W, U, h0), grad(loss(saved, x, W, U, h0), (x, W, U, h0)))
entry early(x, W, U, h0) -> ended(x, W, U, h0)
entry early_slopes(x, W, U, h0) -> (ended_loss(x, W, U, h0), grad(ended_loss(x, W, U, h0), (x, W, U, h0)))
entry curvature(x, W, U, h0) -> (
    grad(sum(grad(loss(rnn, x, W, U, h0), W) ** 2), (x, U)),
    grad(sum(grad(loss(saved, x, W, U, h0), W) ** 2), (x, U)),
    grad(sum(grad(ended_loss(x, W, U, h0), W) ** 2), (x, U)),
)
entry three(v) -> for i in v {
    state s: real = 0
    let rows = for j in v[::-1], n in K {
        yield for l in v, m in K { yield i * j + real(n) * l + real(m) }
    }
    s <- s + i
    yield rows
}
entry places(v, k) -> for i in k {
    state s: real = 0
    s <- s + v[i]
    yield 8 // (i - 2)
}
entry nested_places(v, k) -> for t in 3 {
    yield for i in k[::-1] { yield v[i + t] }
}
entry slope_places(v, k) -> grad(sum((for i in k { yield v[i] }) ** 2), v)
entry counted(v) -> for t in 100000 {
    state s = 0.0
    s <- 0.5 * s + v[t % K]
}
"""


@cache
def module(target: str, width: int) -> ModuleType:
    return tdsl.compile(TEXT, name=f"loops_{target}_{width}", target=target, float=width)


def drawn(trip: int, batch: int, inputs: int, width: int) -> list[Any]:
    rng = np.random.default_rng([trip, batch, inputs, width])
    shapes = (trip, batch, inputs), (inputs, width), (width, width), (batch, width)
    return [rng.normal(size=shape) * 0.7 / np.sqrt(1 + width) for shape in shapes]


def rnn(x: Any, w: Any, u: Any, h: Any) -> tuple[Any, Any]:
    sums = np.zeros(x.shape[:2])
    for t, x_t in enumerate(x):
        h = np.tanh(x_t @ w + h @ u)
        sums[t] = h.sum(1)
    return h, sums


def cost(*given: Any) -> float:
    h, sums = rnn(*given)
    return float((h**2).sum() + np.sin(sums).sum())


def quotient(function: Callable[..., float], given: list[Any], seed: int = 0) -> tuple[float, list[Any]]:
    """The derivative along a random direction, and the direction."""
    rng = np.random.default_rng(seed)
    ways = [rng.normal(size=np.shape(value)) for value in given]
    length = np.sqrt(1 + sum((way**2).sum() for way in ways))
    ways = [way / length for way in ways]
    weights = (4 / 5, -1 / 5, 4 / 105, -1 / 280)

    def along(distance: float) -> float:
        return function(*(value + distance * way for value, way in zip(given, ways, strict=True)))

    terms = (weight * (along(0.01 * n) - along(-0.01 * n)) for n, weight in enumerate(weights, 1))
    return sum(terms) / 0.01, ways


def directed(slopes: Any, ways: list[Any]) -> float:
    return float(sum((slope * way).sum() for slope, way in zip(slopes, ways, strict=True)))


SIZES = [(0, 3, 2, 4), (1, 0, 2, 4), (1, 1, 1, 1), (2, 3, 0, 7), (3, 15, 1, 16), (5, 17, 3, 15), (7, 3, 5, 33)]


@pytest.mark.parametrize("width", [32, 64])
def test_values(target: str, width: int) -> None:
    m, tolerance = module(target, width), 1e-12 if width == 64 else 2e-5
    for sizes in SIZES:
        given = drawn(*sizes)
        for entry, expected in (("run", rnn(*given)), ("backwards", rnn(given[0][::-1], *given[1:]))):
            for got, value in zip(getattr(m, entry)(*given), expected, strict=True):
                np.testing.assert_allclose(got, value, tolerance, tolerance)
        h, steps, sums = m.early(*given)
        expected = rnn(given[0][:3], *given[1:])
        assert steps == min(sizes[0], 3)
        np.testing.assert_allclose(h, expected[0], tolerance, tolerance)
        np.testing.assert_allclose(sums[:3], expected[1], tolerance, tolerance)
        assert not sums[3:].any()


@pytest.mark.parametrize("width", [32, 64])
def test_derivatives(target: str, width: int) -> None:
    m, tolerance = module(target, width), 1e-10 if width == 64 else 1e-4
    for sizes in SIZES:
        given = drawn(*sizes)
        measured, ways = quotient(cost, given)
        for entry in "slopes", "saved_slopes":
            value, slopes = getattr(m, entry)(*given)
            assert abs(value - cost(*given)) <= tolerance * (1 + abs(value))
            assert abs(directed(slopes, ways) - measured) <= tolerance * (1 + abs(measured)), (entry, sizes)
        measured, ways = quotient(lambda x, *others: cost(x[:3], *others), given)
        assert abs(directed(m.early_slopes(*given)[1], ways) - measured) <= tolerance * (1 + abs(measured)), sizes


def test_second_derivatives(target: str) -> None:
    m = module(target, 64)
    for sizes in SIZES:
        x, w, u, h = drawn(*sizes)
        entries = ("slopes", "saved_slopes", "early_slopes")
        for entry, found in zip(entries, m.curvature(x, w, u, h), strict=True):

            def squares(x: Any, u: Any, entry: str = entry, given: tuple[Any, Any] = (w, h)) -> float:
                return float((getattr(m, entry)(x, given[0], u, given[1])[1][1] ** 2).sum())

            measured, ways = quotient(squares, [x, u])
            assert abs(directed(found, ways) - measured) <= 1e-8 * (1 + abs(measured)), (entry, sizes)


def test_three_levels(target: str) -> None:
    v = np.arange(1.0, 4.0)
    total, found = module(target, 64).three(v)
    i, j, n = v[:, None, None], v[::-1, None], np.arange(3)[:, None]
    assert total == v.sum()
    np.testing.assert_array_equal(found, i * j + n * v + np.arange(3))


def test_a_hundred_thousand_steps(target: str) -> None:
    m, v = module(target, 64), np.array([1.0, -2.0, 0.5])
    s = 0.0
    for t in range(100_000 - 60, 100_000):
        s = 0.5 * s + v[t % 3]
    assert abs(m.counted(v) - s) < 1e-14


FAULTS = [
    ("places", [1, 0, 7], IndexError, "index 7 is out of bounds for size 5 in v[i] at {}, in step 2 of for i in k"),
    ("places", [1, 0, 2, 9], ZeroDivisionError, "8 is divided by zero in 8 // (i - 2) at {}, in step 2 of for i in k"),
    ("nested_places", [0, 2, 3], IndexError,
     "index 5 is out of bounds for size 5 in v[i + t] at {}, in step 2 of for t in 3, in step 0 of for i in k[::-1]"),
    ("slope_places", [1, 5], IndexError, "index 5 is out of bounds for size 5 in v[i] at {}, in step 1 of for i in k"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "positions", "kind", "text"), FAULTS)
def test_a_fault_names_its_step(
    target: str, entry: str, positions: list[int], kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind) as raised:
        getattr(module(target, 64), entry)(np.arange(5.0), np.array(positions))
    place = str(raised.value).partition(" at ")[2].partition(",")[0]
    assert str(raised.value) == f"loops_{target}_64.{entry}: {text.format(place)}"
    assert place.startswith(f"loops_{target}_64.tdsl:") or ".tdsl:" in place or place[0] == "<"

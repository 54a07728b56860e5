"""std.rnn on both targets: cells and sequences beside plain NumPy, with masks and derivatives."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl

from .test_loops import directed, quotient

CELLS = ("rnn", "lstm", "gru")
N, M = 3, 9
TEXT = f"""
use std.rnn: RNN, LSTM, GRU
dim T, B
const N = {N}
const M = {M}
input x: real[T, B, N]
input mask: bool[T, B]
input weights: real[T, B]
input h: real[B, M]
input c: real[B, M]
model rnn = RNN(N, M)
model lstm = LSTM(N, M)
model gru = GRU(N, M)
entry steps(x, h, c) -> (rnn.step(h[0], x[0, 0]), lstm.step(h[0], c[0], x[0, 0]), gru.step(h, x[0]))
entry plain(x) -> (rnn = rnn.run(x), lstm = lstm.run(x), gru = gru.run(x))
entry masked(x, mask, h, c) -> (rnn = rnn.run(x, mask, h), lstm = lstm.run(x, mask, h, c), gru = gru.run(x, mask, h))
entry weighed(x, weights, h) -> gru.run(x, mask=weights, h_0=h)
"""
SLOPES = """
fn loss(parts) {
    let y = parts[len(parts) - 1]
    sum(parts[0] ** 2) + sum(parts[len(parts) - 2] ** 3) + sum(sin(y))
}
let cost_of_rnn = loss(rnn.run(x, mask, h))
let cost_of_lstm = loss(lstm.run(x, mask, h, c))
let cost_of_gru = loss(gru.run(x, mask, h))
let by_rnn = grad(cost_of_rnn, (x, h, rnn.W, rnn.U, rnn.b))
let by_lstm = grad(cost_of_lstm, (x, h, c, lstm.W, lstm.U, lstm.b))
let by_gru = grad(cost_of_gru, (x, h, gru.W, gru.U, gru.b, gru.c))
entry slopes(x, mask, h, c) -> (
    rnn = (cost_of_rnn, by_rnn), lstm = (cost_of_lstm, by_lstm), gru = (cost_of_gru, by_gru)
)
"""
CURVATURES = """
entry curvatures(x, mask, h, c) -> (
    rnn = grad(sum(by_rnn[3] ** 2), (x, rnn.U)),
    lstm = grad(sum(by_lstm[4] ** 2), (x, lstm.U)),
    gru = grad(sum(by_gru[3] ** 2), (x, gru.U)),
)
"""


@cache
def module(target: str, width: int) -> ModuleType:
    text = TEXT + (SLOPES if width == 64 else "") + (CURVATURES if target == "numpy" and width == 64 else "")
    return tdsl.compile(text, name=f"cells_{target}_{width}", target=target, float=width)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def rnn(states: Any, x: Any, w: Any, u: Any, b: Any) -> Any:
    return (np.tanh(x @ w + states[0] @ u + b),)


def lstm(states: Any, x: Any, w: Any, u: Any, b: Any) -> Any:
    h, c = states
    i, f, o, g = np.split(x @ w + h @ u + b, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru(states: Any, x: Any, w: Any, u: Any, b: Any, c: Any) -> Any:
    (h,) = states
    (xr, xu, xn), (hr, hu, hn) = np.split(x @ w + b, 3, axis=-1), np.split(h @ u, 3, axis=-1)
    r, u = sigmoid(xr + hr), sigmoid(xu + hu)
    return ((1 - u) * np.tanh(xn + r * (hn + c)) + u * h,)


ORACLES: dict[str, Callable[..., Any]] = {"rnn": rnn, "lstm": lstm, "gru": gru}


def run(name: str, x: Any, mask: Any, states: Any, *weights: Any) -> list[Any]:
    """Row by row: a sequence is left alone where it has ended."""
    states, outputs = [state.copy() for state in states], np.zeros((*x.shape[:2], M))
    for t, row in np.argwhere(mask):
        made = ORACLES[name](tuple(state[row] for state in states), x[t, row], *weights)
        outputs[t, row] = made[0]
        for state, new in zip(states, made, strict=True):
            state[row] = new
    return [*states, outputs]


def drawn(model: Any, trip: int, batch: int) -> tuple[list[Any], Any, dict[str, list[Any]]]:
    """x, h and c; a mask; and random weights, which the model has too."""
    rng = np.random.default_rng([trip, batch])
    given = [rng.normal(size=shape) for shape in ((trip, batch, N), (batch, M), (batch, M))]
    weights = {
        name: [rng.normal(size=np.shape(model[f"{name}.{of}"])) * 0.4 for of in ("WUb", "WUbc")[name == "gru"]]
        for name in CELLS
    }
    for name, values in weights.items():
        for of, value in zip("WUbc", values, strict=False):
            model[f"{name}.{of}"] = value
    return given, rng.random((trip, batch)) < 0.6, weights


def states(name: str, h: Any, c: Any) -> list[Any]:
    return [h, c] if name == "lstm" else [h]


SIZES = [(0, 2), (1, 1), (2, 0), (4, 3), (7, 9)]


@pytest.mark.parametrize("width", [32, 64])
def test_values(target: str, width: int) -> None:
    tolerance = 1e-12 if width == 64 else 3e-6
    for sizes in SIZES:
        model = module(target, width).Model()
        (x, h, c), mask, weights = drawn(model, *sizes)
        plain, masked = model.plain(x), model.masked(x, mask, h, c)
        for name in CELLS:
            zeros = [np.zeros_like(state) for state in states(name, h, c)]
            wanted = run(name, x, np.ones_like(mask), zeros, *weights[name])
            for got, value in zip(getattr(plain, name), wanted, strict=True):
                np.testing.assert_allclose(got, value, tolerance, tolerance)
            wanted = run(name, x, mask, states(name, h, c), *weights[name])
            for got, value in zip(getattr(masked, name), wanted, strict=True):
                np.testing.assert_allclose(got, value, tolerance, tolerance)
        for got, value in zip(model.weighed(x, 3.0 * mask, h), masked.gru, strict=True):
            np.testing.assert_array_equal(got, value)


def test_one_step_of_vectors_and_of_rows(target: str) -> None:
    model = module(target, 64).Model()
    (x, h, c), _, weights = drawn(model, 2, 3)
    by_rnn, by_lstm, by_gru = model.steps(x, h, c)
    np.testing.assert_allclose(by_rnn, rnn((h[0],), x[0, 0], *weights["rnn"])[0], 1e-12, 1e-12)
    np.testing.assert_allclose(by_lstm, lstm((h[0], c[0]), x[0, 0], *weights["lstm"]), 1e-12, 1e-12)
    np.testing.assert_allclose(by_gru, gru((h,), x[0], *weights["gru"])[0], 1e-12, 1e-12)


def test_padding_may_be_anything(target: str) -> None:
    model = module(target, 64).Model()
    (x, h, c), mask, _ = drawn(model, 7, 9)
    x[~mask] = 0
    results, slopes = model.masked(x, mask, h, c), model.slopes(x, mask, h, c)
    x[~mask] = np.nan
    for name in CELLS:
        for got, value in zip(getattr(model.masked(x, mask, h, c), name), getattr(results, name), strict=True):
            np.testing.assert_array_equal(got, value)
        (_, found), (_, wanted) = getattr(model.slopes(x, mask, h, c), name), getattr(slopes, name)
        assert not found[0][~mask].any()
        np.testing.assert_array_equal(found[0], wanted[0])


def cost(name: str, mask: Any, x: Any, *given: Any) -> float:
    count = 1 + (name == "lstm")
    parts = run(name, x, mask, given[:count], *given[count:])
    return float((parts[0] ** 2).sum() + (parts[-2] ** 3).sum() + np.sin(parts[-1]).sum())


def test_derivatives(target: str) -> None:
    for sizes in SIZES:
        model = module(target, 64).Model()
        (x, h, c), mask, weights = drawn(model, *sizes)
        for name, (value, slopes) in model.slopes(x, mask, h, c)._asdict().items():
            given = [x, *states(name, h, c), *weights[name]]
            measured, ways = quotient(lambda *given, name=name, mask=mask: cost(name, mask, *given), given)
            assert abs(value - cost(name, mask, *given)) <= 1e-10 * (1 + abs(value))
            assert abs(directed(slopes, ways) - measured) <= 1e-10 * (1 + abs(measured)), (name, sizes)


def test_second_derivatives() -> None:
    model = module("numpy", 64).Model()
    (x, h, c), mask, weights = drawn(model, 4, 3)
    for name, found in model.curvatures(x, mask, h, c)._asdict().items():

        def squares(x: Any, u: Any, name: str = name) -> float:
            model[f"{name}.U"] = u
            by = getattr(model.slopes(x, mask, h, c), name)[1]
            return float((by[4 if name == "lstm" else 3] ** 2).sum())

        measured, ways = quotient(squares, [x, weights[name][1]])
        model[f"{name}.U"] = weights[name][1]
        assert abs(directed(found, ways) - measured) <= 1e-8 * (1 + abs(measured)), name


def test_first_values() -> None:
    model = module("numpy", 64).Model(seed=1)
    for name, gates in (("rnn", 1), ("lstm", 4), ("gru", 3)):
        w, u = model[f"{name}.W"], model[f"{name}.U"]
        limit = np.sqrt(6 / (N + gates * M))
        assert 0.8 * limit < abs(w).max() <= limit
        np.testing.assert_allclose(u @ u.T, np.eye(M), atol=1e-12)
    np.testing.assert_array_equal(np.flatnonzero(model["lstm.b"]), np.arange(M, 2 * M))
    assert not any(model[of].any() for of in ("rnn.b", "gru.b", "gru.c"))

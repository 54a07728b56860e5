"""All trained values as one vector, and the function of that vector that optimisers take."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = """
use std.optim: momentum
dim B
input x: real[B, 3]
input t: real[B]
model Layer(N, M) {
    shared W: real[N, M] = normal(0, 0.5)
    shared b: real[M] = 0
    state calls: int = 0
    fn forward(x) = tanh(x @ W + b)
}
model enc = Layer(3, 4)
shared v: real[4] = normal(0, 0.5)
shared c: f32 = 0.5
shared unused: real = 7
let y = enc.forward(x) @ v + c
cost C = mean((y - t) ** 2)
let D = C + 0 * unused
entry at(x, t) -> (C, grad(D))
entry named(x, t) -> (loss = C, slopes = (grad(D, enc), (grad(D, v), grad(D, c)), grad(D, unused)))
entry some(x, t) -> (C, grad(C))
entry alone(x, t) -> (C, grad(C, enc))
entry listed[i in 2](x, t) -> (C + 0 * i, grad(D + 0 * i))
entry plain(x, t) -> C
entry train(x, t) -> C { minimize C with momentum() }
entry nothing() { unused <- unused + 1 }
"""
TRAINED = ["enc.W", "enc.b", "v", "c", "unused"]
RANDOM = np.random.default_rng(5)
X, T = RANDOM.normal(size=(30, 3)), RANDOM.normal(size=30)


@cache
def compiled(target: str, float: int = 64) -> ModuleType:
    return tdsl.compile(TEXT, name="flat", target=target, float=float, opt=0)


@pytest.fixture
def model(target: str) -> Any:
    return compiled(target).Model(seed=3)


def test_round_trip_in_the_order_of_the_program(model: Any) -> None:
    model.train(X, T)
    vector = model.flatten()
    assert vector.dtype == np.float64 and vector.flags.owndata
    assert np.array_equal(vector, np.concatenate([np.ravel(model[name]) for name in TRAINED]))
    before = model.state_dict()
    model.unflatten(vector)
    assert all(np.array_equal(model[name], value) for name, value in before.items())
    other = np.arange(float(len(vector)))
    model.unflatten(list(other))
    assert model.enc.W[1, 0] == 4 and model.c == 20 and model.unused == 21
    assert np.array_equal(model.flatten(), other)
    assert all(np.array_equal(model[name], before[name]) for name in before if name not in TRAINED)
    other[:] = 0
    assert model.unused == 21, "a copy"


def test_a_part(model: Any) -> None:
    assert np.array_equal(model.enc.flatten(), model.flatten()[:16])
    model.enc.unflatten(np.arange(16))
    assert np.array_equal(model.enc.b, [12, 13, 14, 15]) and model.c == 0.5
    cost, slopes = model.enc.flat_objective(X, T, entry="alone")(np.zeros(16))
    assert (cost, slopes.shape) == (model.plain(X, T), (16,))
    assert not model.enc.W.any() and model.c == 0.5


@pytest.mark.parametrize("entry", ["at", "named", "listed[0]"])
def test_derivatives_are_those_of_the_vector(model: Any, entry: str) -> None:
    objective = model.flat_objective(X, t=T, entry=entry)
    vector = model.flatten()
    cost, slopes = objective(vector)
    assert type(cost) is float and slopes.dtype == np.float64 and slopes.shape == vector.shape
    for index in range(len(vector) - 1):
        step = np.zeros(len(vector))
        step[index] = 2**-10  # exact in f32
        quotient = (objective(vector + step)[0] - objective(vector - step)[0]) / 2**-9
        assert slopes[index] == pytest.approx(quotient, abs=1e-5, rel=1e-4)
    objective(vector)
    assert cost == objective(vector)[0] == model.plain(X, T)


def test_a_later_call_leaves_earlier_derivatives(model: Any) -> None:
    objective, vector = model.flat_objective(X, T, entry="at"), model.flatten()
    first = objective(vector)[1]
    kept = first.copy()
    objective(vector + 1)
    assert np.array_equal(first, kept)


def test_single_precision() -> None:
    model = compiled("numpy", 32).Model(seed=1)
    objective = model.flat_objective(X, T, entry="at")
    vector = model.flatten()
    for _ in range(50):
        vector = vector - 0.1 * objective(vector)[1]
    assert objective(vector)[0] < 0.9 * objective(compiled("numpy", 32).Model(seed=1).flatten())[0]
    assert model.enc.W.dtype == np.float32


def mistakes(model: Any) -> list[tuple[Callable[[], object], str]]:
    """Calls and their errors."""
    flat, objective, data = model.unflatten, model.flat_objective, (X, T)
    lengths = "expected (22,): 12 of enc.W + 4 of enc.b + 4 of v + 1 of c + 1 of unused"
    derivatives = (
        "expected a cost, then its derivatives by enc.W: f64[3, 4], enc.b: f64[4], v: f64[4], c: f32, unused: f64,"
        " as (C, grad(C)) has them"
    )
    some = "(C: f64, dD_denc_W: f64[3, 4], dD_denc_b: f64[4], dD_dv: f64[4], dD_dc: f32)"
    entries = "at, named, some, alone, listed[0], listed[1], plain, train, nothing"
    return [
        (lambda: flat(np.zeros(21)), f"unflatten: the vector has shape (21,), {lengths}"),
        (lambda: flat(np.zeros((2, 11))), f"unflatten: the vector has shape (2, 11), {lengths}"),
        (lambda: flat(np.zeros(22, complex)), "unflatten: the vector holds complex numbers, expected f64"),
        (lambda: flat("abc"), "unflatten: the vector holds text, expected f64"),
        (lambda: flat([0] * 5 + [np.nan] * 17), "unflatten: the vector is nan at 5, which is enc.W[1, 1]"),
        (lambda: flat([0] * 20 + [np.nan, 1]), "unflatten: the vector is nan at 20, which is c"),
        (
            lambda: model.enc.unflatten(np.zeros(22)),
            "enc.unflatten: the vector has shape (22,), expected (16,): 12 of W + 4 of b",
        ),
        (
            lambda: objective(*data, entry="at")([np.nan] * 22),
            "flat_objective: the vector is nan at 0, which is enc.W[0, 0]",
        ),
        (lambda: objective(*data, entry="that"), f"flat_objective: no entry 'that', only {entries}"),
        (lambda: objective(*data, entry="plain"), f"flat_objective: entry 'plain' returns (C: f64), {derivatives}"),
        (lambda: objective(entry="nothing"), f"flat_objective: entry 'nothing' returns (), {derivatives}"),
        (lambda: objective(*data, entry="some"), f"flat_objective: entry 'some' returns {some}, {derivatives}"),
    ]


def test_mistakes(model: Any) -> None:
    before = model.state_dict()
    for call, text in mistakes(model):
        with pytest.raises((ValueError, TypeError)) as caught:
            call()
        assert str(caught.value) == f"flat.Model.{text}"
    assert all(np.array_equal(model[name], value) for name, value in before.items())


def test_equal_types_in_another_order_are_told_apart() -> None:
    text = """
        input x: real
        shared a: real = 1
        shared b: real = 2
        cost C = (a * x + b) ** 2
        entry right(x) -> (C, grad(C, (a, b)))
        entry wrong(x) -> (C, grad(C, (b, a)))
        entry equal(x) -> (C, grad((a + b + x) ** 2))
    """
    model = tdsl.compile(text, name="order", target="numpy").Model()
    assert np.array_equal(model.flat_objective(3, entry="right")([1, 2])[1], [30, 10])
    assert np.array_equal(model.flat_objective(3, entry="equal")([1, 2])[1], [12, 12])
    with pytest.raises(ValueError, match=re.escape("returns (C: f32, dC_db: f32, dC_da: f32), expected a cost")):
        model.flat_objective(3, entry="wrong")
    with pytest.raises(
        TypeError, match=r"\.Model\.flat_objective: missing argument 'entry', which gives C and grad\(C\)"
    ):
        model.flat_objective(3)
    with pytest.raises(TypeError, match=r"order\.right: missing argument 'x'"):
        model.flat_objective(entry="right")


def test_those_of_a_part_are_told_apart_too() -> None:
    text = """
        input x: real
        model Line() {
            shared a: real = 1
            shared b: real = 2
        }
        model line = Line()
        cost C = (line.a * x + line.b) ** 2
        entry right(x) -> (C, grad(C, line))
        entry wrong(x) -> (C, grad(C, (line.b, line.a)))
    """
    model = tdsl.compile(text, name="order", target="numpy").Model()
    assert np.array_equal(model.line.flat_objective(3, entry="right")([1, 2])[1], [30, 10])
    for whole in (model, model.line):
        with pytest.raises(ValueError, match=re.escape("(C: f32, dC_dline_b: f32, dC_dline_a: f32), expected a cost")):
            whole.flat_objective(3, entry="wrong")


def test_all_shared_values_are_those_of_a_list() -> None:
    text = "input x: real\nshared a: real = 1\nshared u: real = 1\nshared b: real = 2\ncost C = (a * x + b) ** 2\n"
    short, long = (
        tdsl.compile(f"{text}entry at(x) -> ({by}, C)", target="numpy").Model() for by in ("grad(C)", "grad(C, (a, b))")
    )
    assert short.at(3) == long.at(3) == ((30, 10), 25)

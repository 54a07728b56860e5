"""Writes into rows of kept values: in place, or not at all if the call fails; a step along rows alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tdsl
from tdsl.driver import Stages
from tdsl.loops.language import Loop, walk
from tdsl.settings import Settings
from tdsl.source import Source

TEXT = """
use std.optim: sgd, adagrad, sparse_adam
dim B
shared E: f64[40, 7] = normal(0, 1)
shared F: f64[40, 7] = normal(0, 1)
input ids: int[B]
input t: f64[B, 7]
cost C = sum((E[ids] - t) ** 2) + sum(E[ids[::-1]] ** 2)
entry add(ids, t) { E <- E with [ids] += t }
entry put(ids, t) { E <- E with [ids] = t }
cost D = sum((F[ids] - t) ** 2) + sum(F[[[ids[0], -1], [ids[1], 0]]] ** 2)
entry train(ids, t) -> C { minimize C with sgd(0.25) }
entry square(ids, t) -> D { minimize D with adagrad(0.25) }
entry lazy(ids, t) -> D { minimize D with sparse_adam(0.25) }
entry dense(ids, t) -> D { minimize D + 0 * sum(F) with sparse_adam(0.25) }
"""
IDS = np.array([3, -1, 3, 0, 39, 3])


@pytest.mark.parametrize("target", ["cpp", "numpy"])
def test_rows(target: str) -> None:
    module = tdsl.compile(TEXT, name="rows", target=target, float=64)
    model = module.Model(seed=1)
    t = np.random.default_rng(0).normal(size=(6, 7))
    wanted = np.array(model.E)
    np.add.at(wanted, IDS, t)
    model.add(IDS, t)
    np.testing.assert_allclose(model.E, wanted, rtol=1e-14)
    for ids in ([0, 40, 1, 1, 1, 1], [0, 1, 1, 1, 1, -41]):
        for entry in (model.add, model.put, model.train):
            with pytest.raises(IndexError):
                entry(ids, t)
    np.testing.assert_allclose(model.E, wanted, rtol=1e-14)
    for position, row in zip(IDS, t, strict=True):
        wanted[position] = row
    held, before = model.E, np.array(model.E)
    model.put(IDS, t)
    np.testing.assert_array_equal(held, before)
    np.testing.assert_allclose(model.E, wanted, rtol=1e-14)
    slope = np.zeros_like(wanted)
    np.add.at(slope, IDS, 2 * (wanted[IDS] - t) + 2 * wanted[IDS])
    model.train(IDS, t)
    np.testing.assert_allclose(model.E, wanted - 0.25 * slope, rtol=1e-14)


@pytest.mark.parametrize("target", ["cpp", "numpy"])
def test_rules_of_rows(target: str) -> None:
    """Rows that are read move as if all were, and no others, though the derivative of one of them is 0."""
    module = tdsl.compile(TEXT, name="rows", target=target, float=64)
    random = np.random.default_rng(0)
    for rule in ("square", "lazy", "dense"):
        model = module.Model(seed=1)
        F = np.array(model.F)
        first, second, total = np.zeros_like(F), np.zeros_like(F), np.zeros_like(F)
        for k in range(1, 6):
            ids, t = random.integers(-40, 40, 9), random.normal(size=(9, 7))
            ids[3] = ids[0] % 40
            t[5] = F[ids[5]]
            others = np.array([[ids[0], -1], [ids[1], 0]])
            g = np.zeros_like(F)
            np.add.at(g, ids, 2 * (F[ids] - t))
            np.add.at(g, others, 2 * F[others])
            if rule == "square":
                total += g * g
                F -= 0.25 * g / (np.sqrt(total) + 1e-8)
            else:
                rows = slice(None) if rule == "dense" else np.unique(np.append(ids, others) % 40)
                first[rows] = 0.9 * first[rows] + 0.1 * g[rows]
                second[rows] = 0.999 * second[rows] + 0.001 * g[rows] ** 2
                corrected = np.sqrt(1 - 0.999**k)
                change = first[rows] / (np.sqrt(second[rows]) + 1e-8 * corrected)
                F[rows] -= 0.25 * corrected / (1 - 0.9**k) * change
            getattr(model, rule)(ids, t)
            np.testing.assert_allclose(model.F, F, rtol=1e-11, atol=1e-12)


STEPS = """
entry filled(x: f64[T], dim N) -> y {
    let y = for x_t in x, t in T {
        state y: f64[N] = zeros(N)
        y <- y with [t % 7] += 2 * x_t
    }
}
entry fibonacci(dim T) -> y {
    let y = for t in T {
        state y: i64[T] = 1
        y <- y with [t] = (if t > 1 then y[t - 1] + y[t - 2] else 1)
    }
}
entry read_after(x: f64[T], dim N) -> (y, firsts) {
    let y, firsts = for x_t in x, t in T {
        state y: f64[N] = zeros(N)
        y <- y with [t % 3] = x_t + y[0]
        yield y[t % 3] + sum(y)
    }
}
entry slope(x: f64[T], dim N) -> grad(sum(filled ** 3), x) {
    let filled = for x_t in x, t in T {
        state y: f64[N] = zeros(N)
        y <- y with [t % 7] += 2 * x_t
    }
}
"""


@pytest.mark.parametrize("target", ["cpp", "numpy"])
def test_states_written_by_steps(target: str) -> None:
    module = tdsl.compile("dim N, T\n" + STEPS, name="steps", target=target)
    x = np.random.default_rng(0).normal(size=20)
    filled = np.zeros(9)
    np.add.at(filled, np.arange(20) % 7, 2 * x)
    np.testing.assert_allclose(module.filled(x, N=9), filled, rtol=1e-13)
    np.testing.assert_allclose(module.slope(x, N=9), 6 * filled[np.arange(20) % 7] ** 2, rtol=1e-12)
    assert module.fibonacci(T=6).tolist() == [1, 1, 2, 3, 5, 8]
    y, firsts = np.zeros(4), []
    for t in range(20):
        firsts.append(y[t % 3] + y.sum())
        y[t % 3] = x[t] + y[0]
    for one, other in zip(module.read_after(x, N=4), (y, firsts), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    with pytest.raises(IndexError, match="in step 5 of for x_t in x, t in T"):
        module.filled(x, N=5)


def test_states_are_written_in_place() -> None:
    """A step that reads nothing of the old state behind the write copies nothing: there is one array of N."""
    source = Source("steps.tdsl", "dim N, T\n" + STEPS)
    places = {}
    for routine in Stages(source, Settings(), Path.read_text).scheduled.routines:
        loop = next(line for line in walk(routine.statements) if isinstance(line, Loop))
        places[routine.name] = len({routine.buffers[number].place for number in loop.states})
    assert places == {"filled": 1, "fibonacci": 1, "read_after": 2, "slope": 1}

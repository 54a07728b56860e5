"""New values that may overwrite the old ones, and those that may not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tdsl.driver import Stages
from tdsl.ir.program import Program
from tdsl.loops.body import BoundsCheck
from tdsl.loops.language import Map, Place, Routine, Scatter, instructions
from tdsl.loops.verify import verify
from tdsl.lower import lower
from tdsl.passes import optimise
from tdsl.schedule import CPU, schedule
from tdsl.schedule.commit import commit
from tdsl.settings import Settings
from tdsl.source import CompilerBug, Source

from .native import Native

HEAD = """\
use std.optim: adagrad, sgd, sparse_adam
dim N
shared p: real[30, 20] = 1
shared q: real[30, 20] = 2
shared s: real = 3
state k: i64 = 0
"""


def made(body: str) -> Program:
    text = f"{HEAD}entry f(g: real[30, 20], x: real[N], i: i64) {body}\n"
    return optimise(Stages(Source("model.tdsl", text), Settings(), Path.read_text).program)


def routine(body: str) -> Routine:
    return schedule(lower(made(body))).routines[0]


@pytest.mark.parametrize(
    ("body", "replaced"),
    [
        ("{ p <- p - g }", ["p"]),
        ("{ p <- p - g\n q <- q + g\n k <- k + 1 }", ["p", "q", "k"]),
        ("{ p <- q\n q <- p }", ["p", "q"]),
        ("{ p <- p - g * sum(x) }", ["p"]),
        ("-> sum(p) { p <- p - g }", ["p"]),
        ("{ p <- 0 * g }", ["p"]),
        ("{ assert x[i] > 0\n p <- p - g }", ["p"]),
        ("{ p <- p with [i] += g[0] }", ["p"]),
        ("{ p <- p with [i] = p[0] with [:, i] += 2 * g[0, 0]}", ["p"]),
        ("{ minimize sum(p[[i, 0]] ** 2) with sgd() }", ["p"]),
        ("{ minimize sum(p[[i, 0]] ** 2) with adagrad() }", ["p.adagrad.total", "p"]),
        ("{ minimize sum(p[[i, 0]] ** 2) with sparse_adam() }", ["p.sparse_adam.m", "p.sparse_adam.v", "p"]),
        # Other elements of the old value are read, before or after it is overwritten.
        ("{ p <- p[::-1] - g }", []),
        ("{ p <- reshape(reshape(p, (20, 30)).T, (30, 20)) }", []),
        ("{ p <- p + sum(p) }", ["p"]),
        # The update may fail, or a later statement may.
        ("{ k <- k // i }", []),
        ("{ s <- x[i] }", []),
    ],
)
def test_values_replaced_in_place(body: str, replaced: list[str]) -> None:
    program = made(body)
    found = schedule(lower(program)).routines[0]
    names = [variable.name for variable in program.variables]
    assert [names[variable] for _, variable in found.in_place] == replaced
    assert bool(found.commit) == bool(replaced)


@pytest.mark.parametrize(
    "body",
    [
        "{ p <- q\n q <- p\n s <- s * 2\n k <- k + 1 }",
        "{ p <- q + p * g\n q <- p / (1 + sqrt(abs(q))) }",
        "-> sum(p * g) { p <- p - g * sum(x)\n q <- tanh(q) * sum(p) }",
        "{ p <- p[::-1] - g\n q <- q - max(q, axis=0) }",
        "-> p { p <- p @ (q.T @ g) }",
        "-> p[i] { p <- p with [i] = p[0] with [[i, i]] += g[1:3]\n q <- q with [::-1, i] += p[:, 0] }",
    ],
)
def test_in_place_or_not_it_is_the_same(body: str) -> None:
    """`Native.call` does both and compares."""
    random = np.random.default_rng(1)
    program = made(body)
    values = {"g": random.normal(size=(30, 20)), "x": np.ones(7), "i": 2}
    stored = {"p": random.normal(size=(30, 20)), "q": random.normal(size=(30, 20)), "s": 3.0, "k": 4}
    found = Native(program).call("f", values, {"N": 7}, stored)
    assert found and all(np.isfinite(array).all() for array in found)


def test_rows_alone_are_written() -> None:
    """Of the old value nothing is copied, and positions are checked before anything is replaced."""
    found = routine("{ p <- p with [[i, i + 1]] += g[:2] }")
    copied, added = found.parts[1]
    assert isinstance(copied, Map) and copied.order == "nothing"
    assert isinstance(added, Scatter) and [str(size) for size in added.axes] == ["2", "20"]
    assert any(isinstance(line, BoundsCheck) for line in instructions(found.parts[0]))


@pytest.mark.parametrize(
    ("body", "count", "in_place", "problem"),
    [
        ("{ p <- p[::-1] - g }", 1, ((0, 0),), "overwritten while read"),
        ("{ q <- q + p }", 0, ((0, 1),), "replaced too early"),
        ("{ q <- q + p }", 9, ((0, 1),), "it commits more than there is"),
        ("{ k <- k // i }", 1, ((0, 3),), "its commit may fail"),
        ("-> sum(p) { p <- p - g }", 2, ((0, 0),), "its commit may fail"),
        ("{ q <- q + p }", 1, ((0, 0),), "update 0 is of no such variable"),
        ("{ q <- q[::-1]\n p <- q + g }", 2, ((0, 1), (1, 0)), "read but not there|overwritten while read"),
    ],
)
def test_breaches_are_found(body: str, count: int, in_place: tuple[tuple[int, int], ...], problem: str) -> None:
    module = schedule(lower(made(body)), tuple(step for step in CPU if step is not commit))
    routine = module.routines[0]
    places: dict[Place, Place] = {("variable", variable): ("update", update) for update, variable in in_place}
    buffers = tuple(replace(buffer, place=places.get(buffer.place, buffer.place)) for buffer in routine.buffers)
    wrong = replace(routine, buffers=buffers, commit=count, in_place=in_place)
    with pytest.raises(CompilerBug, match=problem):
        verify(replace(module, routines=(wrong, *module.routines[1:])))

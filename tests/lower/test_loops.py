"""Loops as compiled code and as NumPy text, with their derivatives, against the interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply
from tdsl.loops.language import Loop, walk
from tdsl.lower import lower
from tdsl.ops.scan import scan
from tdsl.schedule import schedule
from tdsl.types import F64, I64, Dim, Type
from tests.ir.loops import LOOPS, LoopCase, T, a, b, real, size, total, v
from tests.ir.programs import entry, program_of, spelled, with_derivatives
from tests.ops.differences import gradient
from tests.stages import stages

from .native import Native

N = Dim.symbol("N")
xs = apply("argument", name="xs", type=Type(F64, (N, size(3))))
start = real("p", 3)
i = real("i", dtype=I64)
ks = real("k", T, dtype=I64)


def unknown_trip() -> list[Node]:
    last, every = scan([start], [xs], N, lambda now, of: [apply("tanh", now[0] * 0.5 + of[0]), now[0] * of[0]])
    return [last, every, *gradient(total(last) + total(every * every), [xs, start])]


def faulty() -> list[Node]:
    """Two loops, each of which may look outside of an array or divide by zero."""

    def step(now: list[Node], of: list[Node]) -> list[Node]:
        return [now[0] + apply("gather", v, of[0], axis=0), apply("floordiv", of[0], of[0] - 3)]

    inner = scan([a], [ks], size(T), step)
    outer = scan([b], [], size(2), lambda now, _: [now[0] + apply("gather", v, i, axis=0)])
    return [*inner, *outer]


# Places that may fault are numbered from the first entry on.
ENTRIES = [entry("faulty", [a, b, v, ks, i], faulty()), entry("unknown", [xs, start], unknown_trip())]
ENTRIES += [entry(spelled(loop), loop.given, with_derivatives(loop)) for loop in LOOPS]
long = real("long", 10_000)
ENTRIES.append(entry("long", [a, long], scan([a], [long], size(10_000), lambda now, of: [now[0] * 0.999 + of[0]])))
PROGRAM = program_of(ENTRIES)


@pytest.fixture(scope="module")
def unit() -> Native:
    return Native(PROGRAM)


@pytest.fixture(scope="module")
def kernels() -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "loops"}
    exec(compile(stages(PROGRAM, "numpy").unit.text, "loops.py", "exec"), namespace)
    return {entry.name: namespace[entry.name]._kernel for entry in PROGRAM.entries}


def in_numpy(kernels: dict[str, Any], name: str, values: dict[str, Any], n: int = 0) -> tuple[list[Any], Any]:
    """The results of an entry as NumPy text, and its first fault."""
    parameters = next(entry.parameters for entry in PROGRAM.entries if entry.name == name)
    given = [np.asarray(values[p.name], p.node.type.dtype.numpy) for p in parameters]
    with np.errstate(all="ignore"):
        results, _, fault = kernels[name](given, [n] * len(PROGRAM.dims()), [])
    return results, fault


def assert_like(found: Any, expected: Any) -> None:
    for got, other in zip(found, expected, strict=True):
        assert np.asarray(got).dtype == np.asarray(other).dtype
        scale = float(np.abs(other).max()) if np.size(other) else 0.0
        np.testing.assert_allclose(got, other, 1e-12, 1e-12 * max(scale, 1))


@pytest.mark.parametrize("loop", LOOPS, ids=str)
def test_native(unit: Native, loop: LoopCase) -> None:
    for seed in range(3):
        values = loop.values(seed)
        found = unit.call(spelled(loop), values, {})
        assert unit.fault == (0, 0, 0)
        assert_like(found, evaluate(with_derivatives(loop), values, {}, {}))


@pytest.mark.parametrize("loop", LOOPS, ids=str)
def test_numpy(kernels: dict[str, Any], loop: LoopCase) -> None:
    for seed in range(3):
        values = loop.values(seed)
        found, fault = in_numpy(kernels, spelled(loop), values)
        assert fault is None
        assert_like(found, evaluate(with_derivatives(loop), values, {}, {}))


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_trip_counts_of_a_call(unit: Native, kernels: dict[str, Any], n: int) -> None:
    rng = np.random.default_rng(n)
    values = {"xs": rng.normal(size=(n, 3)), "p": rng.normal(size=3)}
    expected = evaluate(unknown_trip(), values, {"N": n}, {})
    assert_like(unit.call("unknown", values, {"N": n}), expected)
    assert_like(in_numpy(kernels, "unknown", values, n)[0], expected)


def test_ten_thousand_steps(unit: Native) -> None:
    values = {"a": np.float64(2), "long": np.random.default_rng(1).normal(size=10_000)}
    (found,) = unit.call("long", values, {})
    powers = 0.999 ** np.arange(10_000)[::-1]
    np.testing.assert_allclose(found, 2 * 0.999**10_000 + powers @ values["long"], 1e-11)
    assert unit.workspace_bytes <= 2 * 64


FAULTS = {
    "none": ([0, 1, 2, -1, -6, 5], 5, (0, 0, 0)),
    "a position": ([0, 1, 2, 6, 7, 8], 0, (1, 6, T)),
    "the first step's": ([0, -9, 2, 6, 7, 8], 99, (1, -9, T)),
    "a divisor before a position": ([0, 3, 99, 0, 0, 0], 0, (2, 3, 0)),
    "in the second loop": ([0, 1, 2, 0, 0, 0], -7, (3, -7, T)),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_faults(unit: Native, kernels: dict[str, Any], what: str) -> None:
    positions, last, fault = FAULTS[what]
    values = {"a": 1.0, "b": 2.0, "v": np.arange(T), "k": np.array(positions), "i": last}
    unit.call("faulty", values, {})
    assert unit.fault == fault
    _, found = in_numpy(kernels, "faulty", values)
    assert found == (None if what == "none" else (fault[0] - 1, *fault[1:], unit.steps[0]))


def statements(name: str) -> list[Loop]:
    routine = next(routine for routine in schedule(lower(PROGRAM)).routines if routine.name == name)
    return [statement for statement in walk(routine.statements) if isinstance(statement, Loop)]


def test_states_lie_in_place_where_they_may() -> None:
    """The sum for a matrix is updated in place; an operand of a product is not."""
    routine = next(routine for routine in schedule(lower(PROGRAM)).routines if routine.name == "rnn_6")
    places = [
        routine.buffers[now].place == routine.buffers[following].place
        for loop in statements("rnn_6")
        for now, following in loop.carried
    ]
    assert True in places and False in places

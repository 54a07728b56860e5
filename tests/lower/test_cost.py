"""Operations, bytes and memory as formulas: counted by hand here, and the plan of memory against the live buffers."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tdsl.check import Options, check
from tdsl.describe.facts import entry_facts, planned_memory
from tdsl.ir.node import Node, apply, broadcast
from tdsl.ir.program import Program
from tdsl.loops.body import Load
from tdsl.loops.cost import cost
from tdsl.loops.language import Map, Routine, read, walk, written
from tdsl.loops.largest import largest
from tdsl.lower import lower
from tdsl.passes import optimise
from tdsl.resources import SAMPLES
from tdsl.schedule import schedule
from tdsl.source import CompilerBug, Source
from tdsl.syntax.parse import parse
from tdsl.targets import TARGETS
from tdsl.types import (
    BOOL,
    F32,
    F64,
    I64,
    ONE,
    Dim,
    element_count,
)

from .cases import Case, M, N, argument, program
from .native import Native

A, V, C = argument("a", F32, N, M), argument("v", F32, M), argument("c", BOOL)
J, K = argument("j", I64, N), argument("k", I64, N)
SQUARE = argument("s", F64, N, N)


def costs(*roots: Node) -> tuple[str, str, str]:
    inputs = (A, V, C, J, K, SQUARE)
    (routine,) = schedule(lower(program([Case("one", roots, inputs)]))).routines
    found = cost(routine)
    return str(found.flop), str(found.functions), str(found.bytes)


@pytest.mark.parametrize(
    ("root", "flop", "functions", "bytes"),
    [
        (A * 2 + 1, "2 * M * N", "0", "8 * M * N"),
        # Values that depend on the columns alone are computed once for each of them.
        (A + broadcast(apply("exp", V) * 3, A.type, (1,)), "M * N + M", "M", "8 * M * N + 12 * M"),
        (A @ V, "2 * M * N", "0", "4 * M * N + 4 * M + 4 * N"),
        (SQUARE @ apply("transpose", SQUARE, axes=(1, 0)), "2 * N * N * N", "0", "24 * N * N"),
        (apply("sum", apply("tanh", A), axes=(0,)), "M * N", "M * N", "4 * M * N + 4 * M"),
        # Neither whole numbers nor comparisons are floating-point operations.
        (apply("select", A > 0, A, -A), "M * N", "0", "8 * M * N"),
        (J + K, "0", "0", "24 * N"),
        # A gather reads an element for each position.
        (apply("gather", V, J, axis=0), "0", "0", "16 * N"),
        # A branch costs an upper bound of its sides: the larger coefficient of each term.
        (apply("if", C, apply("exp", V), V * 2 + 1), "2 * M", "M", "8 * M + 1"),
    ],
)
def test_costs(root: Node, flop: str, functions: str, bytes: str) -> None:
    assert costs(root) == (flop, functions, bytes)


def test_costs_of_a_value_that_two_results_share() -> None:
    raised = apply("exp", A)
    assert costs(raised * 2, raised + 1) == ("2 * M * N", "M * N", "12 * M * N")


def sample(name: str) -> Program:
    path = SAMPLES / "miku" / name
    return optimise(check(parse(Source(name, path.read_text())), Options(32, ()), Path.read_text, "miku"))


def largest_live(routine: Routine, dims: dict[str, int]) -> int:
    """The bytes of the workspace that some moment needs under any plan."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for time, statement in enumerate(walk(routine.statements)):
        for buffer in (*read(statement), *written(statement)):
            if routine.buffers[buffer].role == "workspace":
                first.setdefault(buffer, time)
                last[buffer] = time
    sizes = {
        buffer: element_count(routine.buffers[buffer].shape).evaluate(dims) * routine.buffers[buffer].dtype.bits // 8
        for buffer in first
    }
    # A buffer that ends where another begins may share its memory.
    return max(
        sum(size for buffer, size in sizes.items() if first[buffer] <= time < last[buffer])
        for time in range(max(last.values()) + 1)
    )


@pytest.mark.parametrize("name", ["miku.tdsl", "miku_adam.tdsl"])
@pytest.mark.parametrize("batch", [100, 1000])
def test_the_plan_of_a_network_needs_no_more_than_is_live(name: str, batch: int) -> None:
    made = sample(name)
    routine = schedule(lower(made)).routines[0]
    planned = planned_memory(made.entries[0], routine).workspace.evaluate({"B": batch})
    assert planned <= largest_live(routine, {"B": batch}) * 1.001


def test_the_operations_of_a_network() -> None:
    """Three products of B x 1000 x 1000 are nearly all of them."""
    made = sample("miku.tdsl")
    found = entry_facts(made, schedule(lower(made)), TARGETS["cpp"])[0].cost.flop.evaluate({"B": 1000})
    assert 6.0e9 <= found <= 6.05e9


def test_native_formulas_stop_at_the_largest_number() -> None:
    a = argument("a", F64, N, M)
    sliced = apply("slice", a, starts=(Dim.of(1), Dim.of(0)), steps=(1, 1), sizes=(N - 1, M))
    made = program([Case("one", (apply("exp", sliced), a * 2), (a,))])
    native = Native(made)
    total = planned_memory(made.entries[0], native.module.routines[0]).total
    assert str(total) == "16 * M * N - 8 * M"
    for dims in ({"N": 3, "M": 5}, {"N": 1 << 20, "M": 1 << 20}, {"N": 1 << 31, "M": 1 << 31}):
        sizes = np.array([dims[name] for name in native.module.dims], np.int64)
        expected = min(total.evaluate(dims), 2**63 - 1)
        assert native.table.entries[0].memory.value(ctypes.c_void_p(sizes.ctypes.data)) == expected


def test_an_index_that_nothing_bounds_is_a_bug() -> None:
    made = program([Case("one", (apply("gather", V, J, axis=0),), (V, J))])
    (routine,) = schedule(lower(made)).routines
    (gather,) = routine.statements
    assert isinstance(gather, Map) and largest(made.entries[0], routine)
    *before, load = gather.body
    assert isinstance(load, Load) and isinstance(before[0], Load)
    unchecked = replace(load, index=replace(load.index, registers=((0, ONE),)))
    broken = replace(routine, statements=(replace(gather, body=(*before, unchecked)),))
    with pytest.raises(CompilerBug, match="nothing bounds it"):
        largest(made.entries[0], broken)

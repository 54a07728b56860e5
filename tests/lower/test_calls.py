"""Routines of the runtime in loops: several outputs, and scratch memory that is planned with all other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tdsl.emit.c import syntax as c
from tdsl.emit.c.functions import Functions
from tdsl.emit.c.kernels import StatementPrinter
from tdsl.emit.c.names import Names
from tdsl.emit.c.printer import expression_text
from tdsl.emit.c.scope import Scope
from tdsl.ir.node import apply
from tdsl.loops.cost import cost
from tdsl.loops.language import Buffer, Call, Module, Routine, Slot, read, written
from tdsl.loops.origin import Origin
from tdsl.loops.text import print_loops
from tdsl.loops.verify import verify
from tdsl.lower import lower
from tdsl.schedule import schedule
from tdsl.source import CompilerBug
from tdsl.types import F32, F64, I64, Dim

from .cases import Case, M, N, argument, program


def two_outputs() -> Module:
    """A routine of sizes and an input that fills both results."""
    names = {"x": ("argument", 0, F32), "y": ("result", 0, F32), "z": ("result", 1, F32), "s": ("workspace", 0, F64)}
    buffers = tuple(
        Buffer(role, number, dtype, (N,), (role, number), Origin(name, None, lambda inlined: "y, z = f(x)"))
        for name, (role, number, dtype) in names.items()
    )
    call = Call("prod_others", (), (Dim.of(1), N), (0,), (1, 2), F32, (3,), (buffers[1].origin,))
    return Module("two", ("N",), (Routine("f", buffers, (call,), (Slot(F64, N),), ()),), ())


def test_a_call_of_two_outputs_and_scratch_memory() -> None:
    module = schedule(two_outputs())
    (routine,) = module.routines
    (call,) = routine.statements
    assert isinstance(call, Call)
    assert (read(call), written(call)) == ([0], [1, 2, 3])
    assert "    y, z = prod_others(1, N, x) in s\n" in print_loops(module)
    printed = StatementPrinter(Scope(routine, {"N": c.Name("N")}), Functions(Names(()))).statement(call).value
    assert expression_text(printed) == "tdsl::prod_others<float>(1, N, y, z, x, s)"
    assert str(cost(routine).bytes) == "12 * N"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"outputs": (1,)}, "result 1 is not filled"),
        ({"outputs": (1, 1)}, "result 1 is not filled"),
        ({"outputs": (0, 1)}, "overwritten while read"),
        ({"routine": "svd"}, "the runtime has no svd"),
        ({"inputs": (3,)}, "read but not there"),
        ({"inputs": (0, 1)}, "read but not there|overwritten while read"),
    ],
)
def test_breaches_are_found(change: dict[str, object], problem: str) -> None:
    module = two_outputs()
    (routine,) = module.routines
    (call,) = routine.statements
    wrong = replace(routine, statements=(replace(call, **change),))  # type: ignore[arg-type]
    with pytest.raises(CompilerBug, match=problem):
        verify(replace(module, routines=(wrong,)))


def test_scratch_memory_is_shared() -> None:
    seed = argument("seed", I64)
    roots = tuple(apply("random_orthogonal", seed, stream=stream, dtype=F32, shape=(N, M)) for stream in (1, 2))
    lowered = lower(program([Case("two", roots, (seed,))]))
    assert [str(slot.count) for slot in lowered.routines[0].slots] == ["M * N + N"] * 2
    (slot,) = schedule(lowered).routines[0].slots
    assert (slot.dtype, str(slot.count)) == (F64, "M * N + N")

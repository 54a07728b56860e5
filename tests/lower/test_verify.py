"""The verifier of loops finds deliberate violations; every other test lowers through it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tdsl.ir.node import Node, apply, broadcast, constant
from tdsl.loops.body import Compute, Index, Load
from tdsl.loops.language import Branch, Map, Module, Reduce, Routine, RowGroup, Slot, Statement, read, written
from tdsl.loops.verify import verify
from tdsl.lower import lower
from tdsl.schedule import CPU, Pass, schedule, scheduled
from tdsl.schedule.collapse_axes import collapse_axes
from tdsl.schedule.epilogues import epilogues
from tdsl.schedule.merge_maps import merge_maps
from tdsl.source import CompilerBug
from tdsl.types import BOOL, F32, F64, Dim, Type

from .cases import Case, N, argument, program


def module() -> Module:
    """A product, then a map of it in place, then a product, then a sum."""
    a, c = argument("a", F32, N, N), argument("c", BOOL)
    inner = apply("tanh", a @ a) @ a
    either = apply("if", c, apply("exp", inner), inner)
    return schedule(lower(program([Case("one", (apply("sum", either, axes=(0, 1)), a * 2), (a, c))])))


def changed(change: Callable[[Routine], Routine]) -> Module:
    made = module()
    return replace(made, routines=(change(made.routines[0]), *made.routines[1:]))


def map_of(routine: Routine) -> tuple[int, Map]:
    return next((number, line) for number, line in enumerate(routine.statements) if isinstance(line, Map))


def with_map(routine: Routine, change: Callable[[Map], Map]) -> Routine:
    number, found = map_of(routine)
    lines = list(routine.statements)
    lines[number] = change(found)
    return replace(routine, statements=tuple(lines))


def with_load(routine: Routine, index: Index) -> Routine:
    def change(line: Map) -> Map:
        body = tuple(replace(one, index=index) if isinstance(one, Load) else one for one in line.body)
        return replace(line, body=body)

    return with_map(routine, change)


def with_store(routine: Routine, index: Index) -> Routine:
    return with_map(routine, lambda line: replace(line, stores=(replace(line.stores[0], index=index),)))


BREACHES: dict[str, Callable[[Routine], Routine]] = {
    "read but not there": lambda r: replace(r, statements=r.statements[1:]),
    "is not filled": lambda r: replace(
        r, statements=tuple(line for line in r.statements if not isinstance(line, Reduce))
    ),
    "cannot hold": lambda r: replace(r, slots=tuple(Slot(slot.dtype, Dim.of(1)) for slot in r.slots)),
    "there is no slot": lambda r: replace(r, slots=()),
    r"result \d+ cannot hold": lambda r: replace(
        r,
        buffers=tuple(
            replace(buffer, place=("result", 0)) if buffer.role == "workspace" else buffer for buffer in r.buffers
        ),
    ),
    "lies elsewhere": lambda r: replace(
        r,
        buffers=tuple(
            replace(buffer, place=("workspace", 0)) if buffer.role == "result" else buffer for buffer in r.buffers
        ),
    ),
    "uses an axis of no nest": lambda r: with_load(r, Index.axis(7)),
    "no whole number": lambda r: with_store(r, Index.register(0)),
    "uses a later register": lambda r: with_map(
        r, lambda line: replace(line, body=(Compute("tanh", (5,), F32), *line.body[1:]))
    ),
    "a store converts": lambda r: replace(
        r, buffers=tuple(replace(buffer, dtype=F64) if buffer.role == "result" else buffer for buffer in r.buffers)
    ),
    "must not be written": lambda r: replace(
        r,
        buffers=tuple(
            replace(buffer, role="argument", number=7, place=("argument", 7)) if buffer.role == "result" else buffer
            for buffer in r.buffers
        ),
    ),
    "overwritten while read": lambda r: replace(
        r,
        buffers=tuple(
            replace(buffer, place=("workspace", 0)) if buffer.role == "workspace" else buffer for buffer in r.buffers
        ),
    ),
}


def test_lowered_loops_are_sound() -> None:
    verify(module())


def test_dead_buffers_have_no_slot() -> None:
    """The product became part of the loop that changes its sign; its own buffer is left over, larger than any slot."""
    halves, twos = (broadcast(constant(value, F32), Type(F32, (N, N)), ()) for value in (0.5, 2.0))
    (routine,) = schedule(lower(program([Case("one", (-(halves @ twos),), (argument("a", F32, N),))]))).routines
    used = {number for line in routine.statements for number in (*read(line), *written(line))}
    for number, buffer in enumerate(routine.buffers):
        assert buffer.role != "workspace" or (buffer.place[0] == "nowhere") == (number not in used)
    assert any(buffer.place[0] == "nowhere" for buffer in routine.buffers)


@pytest.mark.parametrize("problem", BREACHES)
def test_a_breach_is_found(problem: str) -> None:
    with pytest.raises(CompilerBug, match=problem):
        verify(changed(BREACHES[problem]))


def sides() -> Module:
    """Two ifs of one condition: the sides of the second read values that those of the first have computed."""
    a, c, d = argument("a", F32, N, N), argument("c", BOOL), argument("d", BOOL)
    product, other = a @ a, (a + a) @ a
    first = apply("if", c, apply("exp", product), apply("tanh", other))
    second = apply("if", c, apply("sin", product), apply("cos", other))
    return schedule(lower(program([Case("sides", (first @ second, apply("if", d, first, second)), (a, c, d))])))


def second_branch(made: Module, change: Callable[[Branch], tuple[Statement, ...]]) -> Module:
    """The module with other statements in place of the second branch."""
    (routine,) = made.routines
    at = [number for number, line in enumerate(routine.statements) if isinstance(line, Branch)][1]
    branch, lines = routine.statements[at], routine.statements
    assert isinstance(branch, Branch)
    return replace(made, routines=(replace(routine, statements=(*lines[:at], *change(branch), *lines[at + 1 :])),))


def test_sides_of_one_condition_share_values() -> None:
    (routine,) = verify(sides()).routines
    branches = [line for line in routine.statements if isinstance(line, Branch)]
    assert branches[0].condition == branches[1].condition
    for before, after in ((branches[0].then, branches[1].then), (branches[0].otherwise, branches[1].otherwise)):
        computed = {number for line in before for number in written(line)}
        assert any(number in computed for line in after for number in read(line))


OTHER_SIDES: dict[str, Callable[[Branch], tuple[Statement, ...]]] = {
    "the other side": lambda branch: (replace(branch, then=branch.otherwise, otherwise=branch.then),),
    "a side of another condition": lambda branch: (replace(branch, condition=branch.condition + 1),),
    "both sides": lambda branch: (replace(branch, otherwise=branch.then),),
    "outside": lambda branch: branch.then,
}


@pytest.mark.parametrize("where", OTHER_SIDES)
def test_values_of_one_side_are_not_read_elsewhere(where: str) -> None:
    with pytest.raises(CompilerBug, match="is read but not there"):
        verify(second_branch(sides(), OTHER_SIDES[where]))


def without_statements(made: Module) -> Module:
    return made.each(lambda routine: replace(routine, statements=()))


def test_the_pass_that_breaks_loops_is_named() -> None:
    lowered = lower(program([Case("one", (argument("a", F32, N) * 2,), (argument("a", F32, N),))]))
    with pytest.raises(CompilerBug, match="after without_statements: loops of one: result 0 is not filled"):
        schedule(lowered, (epilogues, without_statements, merge_maps))
    with pytest.raises(CompilerBug, match="after lower: loops of one: result 0 is not filled"):
        schedule(without_statements(lowered))


@pytest.mark.parametrize("step", CPU)
def test_loops_are_sound_with_any_pass_left_out(step: Pass) -> None:
    a, c = argument("a", F32, N, N), argument("c", BOOL)
    inner = apply("tanh", a @ a) @ a
    either = apply("if", c, apply("exp", inner), inner)
    lowered = lower(program([Case("one", (apply("sum", either, axes=(0, 1)), a * 2), (a, c))]))
    for _, made in scheduled(lowered, tuple(other for other in CPU if other is not step)):
        verify(made)


def grouped(*roots: Node) -> Module:
    """Neighbouring maps and reductions as one group of rows, whether they may be one or not."""
    a = argument("a", F32, N, N)
    made = schedule(lower(program([Case("one", roots, (a,))])), (collapse_axes,))
    (routine,) = made.routines
    nests = tuple(line for line in routine.statements if isinstance(line, Map | Reduce))
    assert nests == routine.statements
    return replace(made, routines=(replace(routine, statements=(RowGroup(nests),)),))


def test_rows_that_must_not_run_together_are_found() -> None:
    a = argument("a", F32, N, N)
    largest = apply("max", a, axes=(1,))
    verify(grouped(a - broadcast(largest, a.type, (0,))))
    with pytest.raises(CompilerBug, match="its rows are not independent"):
        verify(grouped(a - broadcast(largest, a.type, (1,))))
    with pytest.raises(CompilerBug, match="it has other rows"):
        verify(grouped(a - broadcast(apply("max", largest, axes=(0,)), a.type, ())))

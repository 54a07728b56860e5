"""The laps of a profile: one behind each statement, in order, and none inside of statements that run together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tdsl.loops.cost import Cost, cost, cost_of_origins, cost_of_statement
from tdsl.loops.language import Branch, Lap, Loop, Map, Module, Routine, RowGroup, Statement, laps
from tdsl.loops.verify import verify
from tdsl.source import CompilerBug
from tdsl.types import ZERO
from tests.stages import stages_of

PROGRAMS = sorted((Path(__file__).parent.parent / "golden").glob("*.tdsl"))


def blocks(statements: tuple[Statement, ...]) -> Iterator[tuple[Statement, ...]]:
    """All blocks but those of statements that run together."""
    stack = [statements]
    while stack:
        block = stack.pop()
        yield block
        for statement in block:
            if not isinstance(statement, RowGroup):
                stack += statement.children


def without_laps(routine: Routine) -> list[list[Statement]]:
    def bare(statement: Statement) -> Statement:
        if isinstance(statement, Branch | Loop):
            return statement.with_children([tuple(map(bare, plain(block))) for block in statement.children])
        return statement

    def plain(block: tuple[Statement, ...]) -> list[Statement]:
        return [statement for statement in block if not isinstance(statement, Lap)]

    return [[*map(bare, plain(part))] for part in routine.parts]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_lap_is_behind_each_statement(path: Path) -> None:
    text = path.read_text()
    timed, untimed = stages_of(text, profile=True).scheduled, stages_of(text).scheduled
    for routine, plain in zip(timed.routines, untimed.routines, strict=True):
        assert without_laps(routine) == [list(part) for part in plain.parts]
        assert [lap.number for lap in laps(routine)] == [*range(len(laps(routine)))]
        for block in blocks(routine.statements):
            for statement, following in zip(block, (*block, None)[1:], strict=True):
                is_nothing = isinstance(statement, Map) and statement.order == "nothing"
                if isinstance(statement, Branch | Loop | Lap) or is_nothing:
                    continue
                assert isinstance(following, Lap) and following.statement == statement
        assert cost(routine) == cost(plain)


def total(costs: list[Cost]) -> Cost:
    return Cost(*(sum((getattr(one, each.name) for one in costs), start=ZERO) for each in fields(Cost)))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_the_values_of_a_statement_share_its_operations(path: Path) -> None:
    for routine in stages_of(path.read_text(), profile=True).scheduled.routines:
        for lap in laps(routine):
            whole = cost_of_statement(lap.statement, routine.buffers)
            parts = total([part for _, part in cost_of_origins(lap.statement, routine.buffers)])
            assert (parts.flop, parts.functions) == (whole.flop, whole.functions)


def test_laps_out_of_order_are_a_bug() -> None:
    timed: Module = stages_of(PROGRAMS[0].read_text(), profile=True).scheduled
    first, *others = timed.routines
    changed = tuple(replace(line, number=7) if isinstance(line, Lap) else line for line in first.statements)
    with pytest.raises(CompilerBug, match="its laps are out of order"):
        verify(replace(timed, routines=(replace(first, statements=changed), *others)))

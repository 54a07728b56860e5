"""Statements that may run some rows at a time, so that the next one finds the rows in the cache.

    b2 = max i1 < N for i0 < B: b0[N i0 + i1]
    map i0 < B, i1 < N: b3[N i0 + i1] = exp(b0[N i0 + i1] - b2[i0])      →  one group, a few i0 after the other
    b4 = sum i1 < N for i0 < B: b3[N i0 + i1]

A row has one index along the first axis.  In memory that a group writes, each statement touches at a row only elements
of that row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeGuard

from tdsl.loops.body import Load
from tdsl.loops.language import Buffer, Map, Module, Reduce, Routine, RowGroup, Statement
from tdsl.loops.rebuild import Block, rebuild
from tdsl.loops.rows import Touches, row_axes, row_step, touches

_MOST = 16


def row_groups(module: Module) -> Module:
    return module.each(_grouped)


def _grouped(routine: Routine) -> Routine:
    def grouped(block: Block) -> Block:
        return tuple(_groups(block, routine.buffers))

    head, last = (rebuild(part, whole=grouped) for part in routine.parts)
    return replace(routine, statements=head + last, commit=len(last))


def _groups(statements: Block, buffers: tuple[Buffer, ...]) -> Iterator[Statement]:
    """All statements in order; neighbours that may run row by row are one."""
    group: list[Map | Reduce] = []
    touched: Touches = {}
    for statement in statements:
        if not _runs_by_rows(statement):
            yield from _joined(group)
            yield statement
            group = []
            continue
        mine = touches(statement, buffers)
        same_rows = bool(group) and row_axes(statement)[0] == row_axes(group[0])[0]
        if same_rows and len(group) < _MOST and _fits(mine, touched):
            group.append(statement)
            touched |= {place: touch | touched.get(place, touch) for place, touch in mine.items()}
        else:
            yield from _joined(group)
            group, touched = [statement], mine
    yield from _joined(group)


def _joined(group: list[Map | Reduce]) -> tuple[Statement, ...]:
    if len(group) < 2:
        return tuple(group)
    return (RowGroup(tuple(group), tuple(origin for statement in group for origin in statement.origins)),)


def _runs_by_rows(statement: Statement) -> TypeGuard[Map | Reduce]:
    """Whether a statement may run row by row, and is not better vectorised along columns."""
    if isinstance(statement, Map) and statement.order == "nothing":
        return False
    if not isinstance(statement, Map | Reduce) or not (
        statement.axes if isinstance(statement, Map) else statement.kept
    ):
        return False
    sizes = row_axes(statement)
    loads = (instruction.index for instruction in statement.body if isinstance(instruction, Load))
    return all(row_step(index, sizes) or index.registers or not index.coefficient(0).terms for index in loads)


def _fits(mine: Touches, group: Touches) -> bool:
    """Whether the statements share rows, and write only elements of the row."""
    both = mine.keys() & group.keys()
    return any(mine[place].row is not None for place in both) and not any(
        mine[place].clashes(group[place]) for place in both
    )

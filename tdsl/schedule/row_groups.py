"""Statements that may run some rows at a time, so that what one leaves in the cache is there for the next.

    b2 = max i1 < N for i0 < B: b0[N i0 + i1]
    map i0 < B, i1 < N: b3[N i0 + i1] = exp(b0[N i0 + i1] - b2[i0])      →  one group, a few i0 after the other
    b4 = sum i1 < N for i0 < B: b3[N i0 + i1]

A row is what has one index along the first axis.  Of the memory that a group writes, each statement touches at a row
only what all of them have there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tdsl.loops.language import (
    Buffer,
    Index,
    Load,
    Map,
    Reduce,
    Statement,
)
from tdsl.types import ONE, Dim, Shape, element_count

Group = tuple[Statement, ...]

_MOST = 16


@dataclass(frozen=True)
class Touch:
    """How a statement uses a piece of memory: the elements of a row, or None if they are anywhere."""

    row: Dim | None
    writes: bool

    def __or__(self, other: Touch) -> Touch:
        return Touch(self.row if self.row == other.row else None, self.writes or other.writes)

    def clashes(self, other: Touch) -> bool:
        return (self.writes or other.writes) and (self.row is None or self.row != other.row)


Touches = dict[tuple[str, int], Touch]


def groups(statements: tuple[Statement, ...], buffers: tuple[Buffer, ...]) -> Iterator[Group]:
    """All statements in order; those of a group are neighbours that may run row by row."""
    group: list[Statement] = []
    touched: Touches = {}
    for statement in statements:
        mine = _touches(statement, buffers)
        if group and len(group) < _MOST and _rows(statement) == _rows(group[0]) and _joins(mine, touched):
            group.append(statement)
            touched |= {place: touch | touched.get(place, touch) for place, touch in mine.items()}
        else:
            if group:
                yield tuple(group)
            group, touched = [statement], mine
    if group:
        yield tuple(group)


def nest(statement: Statement) -> Shape:
    """The axes of a statement that may run row by row; none if it may not, or had better run along columns."""
    if not isinstance(statement, Map | Reduce):
        return ()
    first = statement.axes if isinstance(statement, Map) else statement.kept
    sizes = first if isinstance(statement, Map) else (*first, *statement.reduced)
    loads = (instruction.index for instruction in statement.body if isinstance(instruction, Load))
    along = all(_row(index, sizes) or index.registers or not index.coefficient(0).terms for index in loads)
    return sizes if first and along else ()


def _rows(statement: Statement) -> Dim | None:
    return nest(statement)[0] if nest(statement) else None


def _joins(mine: Touches, group: Touches) -> bool:
    """Whether rows have something in common, and nothing that is not of the row alone is written."""
    both = mine.keys() & group.keys()
    return any(mine[place].row is not None for place in both) and not any(
        mine[place].clashes(group[place]) for place in both
    )


def _touches(statement: Statement, buffers: tuple[Buffer, ...]) -> Touches:
    found: Touches = {}
    sizes = nest(statement)

    def touch(buffer: int, row: Dim | None, writes: bool) -> None:
        place = buffers[buffer].role, buffers[buffer].number
        mine = Touch(row, writes)
        found[place] = found.get(place, mine) | mine

    if isinstance(statement, Map | Reduce) and sizes:
        for instruction in statement.body:
            if isinstance(instruction, Load):
                touch(instruction.buffer, _row(instruction.index, sizes), False)
        if isinstance(statement, Map):
            for store in statement.stores:
                touch(store.buffer, _row(store.index, sizes), True)
        else:
            touch(statement.buffer, element_count(statement.kept[1:]), True)
    return found


def _row(index: Index, sizes: Shape) -> Dim | None:
    """The step of the first axis, if all else adds up to less than that."""
    step = index.coefficient(0)
    room = step - index.offset - ONE
    for axis, coefficient in index.axes:
        if axis > 0:
            if not coefficient.at_least(0):
                return None
            room = room - coefficient * (sizes[axis] - ONE)
    inside = not index.registers and bool(step.terms) and index.offset.at_least(0) and room.at_least(0)
    return step if inside else None

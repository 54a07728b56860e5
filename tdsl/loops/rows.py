"""Rows of a nest, the indices along its first axis: the memory that a statement touches at each row."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.loops.body import Index, Load
from tdsl.loops.language import Buffer, Map, Place, Reduce
from tdsl.record import record
from tdsl.types import ONE, Dim, Shape, element_count


@record(frozen=True)
class Touch:
    """The use of a buffer by a statement: the elements of a row, or None if they are anywhere."""

    row: Dim | None
    writes: bool

    def __or__(self, other: Touch) -> Touch:
        return Touch(self.row if self.row == other.row else None, self.writes or other.writes)

    def clashes(self, other: Touch) -> bool:
        return (self.writes or other.writes) and (self.row is None or self.row != other.row)


Touches = dict[Place, Touch]


def row_axes(statement: Map | Reduce) -> Shape:
    """The axes of a nest, that of its rows first."""
    return statement.axes if isinstance(statement, Map) else (*statement.kept, *statement.reduced)


def touches(statement: Map | Reduce, buffers: Sequence[Buffer]) -> Touches:
    """The touched elements by the place of their memory."""
    found: Touches = {}
    sizes = row_axes(statement)

    def touch(buffer: int, row: Dim | None, writes: bool) -> None:
        place, mine = buffers[buffer].place, Touch(row, writes)
        found[place] = found.get(place, mine) | mine

    for instruction in statement.body:
        if isinstance(instruction, Load):
            touch(instruction.buffer, row_step(instruction.index, sizes), False)
    if isinstance(statement, Map):
        for store in statement.stores:
            touch(store.buffer, row_step(store.index, sizes), True)
    else:
        touch(statement.buffer, element_count(statement.kept[1:]), True)
    return found


def row_step(index: Index, sizes: Shape) -> Dim | None:
    """The stride of the first axis, if the other terms stay below it."""
    step = index.coefficient(0)
    room = step - index.offset - ONE
    for axis, coefficient in index.axes:
        if axis > 0:
            if not coefficient.at_least(0):
                return None
            room = room - coefficient * (sizes[axis] - ONE)
    inside = not index.registers and bool(step.terms) and index.offset.at_least(0) and room.at_least(0)
    return step if inside else None

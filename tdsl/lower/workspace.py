"""Buffers of the workspace that are never needed at the same time share a slot."""

from __future__ import annotations

from dataclasses import replace

from tdsl.loops import Buffer, Load, Map, Slot, Statement, leaves, read, written
from tdsl.types import product


def assign(statements: tuple[Statement, ...], buffers: list[Buffer]) -> tuple[tuple[Buffer, ...], tuple[Slot, ...]]:
    """The buffers with a slot for each of the workspace, and the slots.

    Slots are shared within a dtype only, so that no memory is read through two types.  A slot grows when it is certain
    that the new buffer is at least as large; sizes that cannot be compared get slots of their own.
    """
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    ordered = list(leaves(statements))
    for time, statement in enumerate(ordered):
        for buffer in (*read(statement), *written(statement)):
            first.setdefault(buffer, time)
            last[buffer] = time
    slots: list[Slot] = []
    busy: list[int] = []
    new = list(buffers)
    for number in sorted(first, key=lambda buffer: (first[buffer], buffer)):
        if buffers[number].role == "workspace":
            slot = None
            for other in _overwritten(ordered[first[number]], number):
                if buffers[other].role == "workspace" and last[other] == first[number]:
                    slot = _taken_over(buffers[number], buffers[other], new[other].number)
            if slot is None:
                slot = _fitting(buffers[number], first[number], slots, busy)
            busy[slot] = last[number]
            new[number] = replace(buffers[number], number=slot)
    return tuple(new), tuple(slots)


def _overwritten(statement: Statement, buffer: int) -> list[int]:
    """The buffers whose elements a Map reads only where it then stores its one result."""
    if not isinstance(statement, Map) or len(statement.stores) > 1 or statement.stores[0].buffer != buffer:
        return []
    loads = [instruction for instruction in statement.body if isinstance(instruction, Load)]
    elsewhere = {load.buffer for load in loads if load.index != statement.stores[0].index or load.guard is not None}
    return [load.buffer for load in loads if load.buffer not in elsewhere]


def _taken_over(buffer: Buffer, other: Buffer, slot: int) -> int | None:
    same = buffer.dtype == other.dtype and product(buffer.shape) == product(other.shape)
    return slot if same else None


def _fitting(buffer: Buffer, time: int, slots: list[Slot], busy: list[int]) -> int:
    """The tightest free slot that is large enough, or the largest that may grow, or a new one."""
    count = product(buffer.shape)
    best: int | None = None
    for number, slot in enumerate(slots):
        if busy[number] >= time or slot.dtype != buffer.dtype:
            continue
        if (slot.count - count).at_least(0):
            if (
                best is None
                or not (slots[best].count - count).at_least(0)
                or not (slot.count - slots[best].count).at_least(0)
            ):
                best = number
        elif (count - slot.count).at_least(0) and (best is None or (slot.count - slots[best].count).at_least(0)):
            best = number
    if best is None:
        slots.append(Slot(buffer.dtype, count))
        busy.append(-1)
        return len(slots) - 1
    if not (slots[best].count - count).at_least(0):
        slots[best] = Slot(buffer.dtype, count)
    return best

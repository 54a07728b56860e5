"""Buffers of the workspace that are never needed at the same time share a slot."""

from __future__ import annotations

from dataclasses import replace
from heapq import heappop, heappush

from tdsl.loops import Buffer, Load, Map, Slot, Statement, read, walk, written
from tdsl.types import product


def assign(statements: tuple[Statement, ...], buffers: list[Buffer]) -> tuple[tuple[Buffer, ...], tuple[Slot, ...]]:
    """The buffers with a slot for each of the workspace, and the slots.

    Slots are shared within a dtype only, so that no memory is read through two types.  A slot grows when it is certain
    that the new buffer is at least as large; sizes that cannot be compared get slots of their own.
    """
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    ordered = list(walk(statements))
    for time, statement in enumerate(ordered):
        for buffer in (*read(statement), *written(statement)):
            first.setdefault(buffer, time)
            last[buffer] = time
    slots = _Slots()
    new = list(buffers)
    for number in sorted(first, key=lambda buffer: (first[buffer], buffer)):
        if buffers[number].role == "workspace":
            slot = None
            for other in _overwritten(ordered[first[number]], number):
                if buffers[other].role == "workspace" and last[other] == first[number]:
                    slot = _taken_over(buffers[number], buffers[other], new[other].number)
            if slot is None:
                slot = slots.fitting(buffers[number], first[number])
            slots.keep(slot, last[number])
            new[number] = replace(buffers[number], number=slot)
    return tuple(new), tuple(slots.slots)


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


class _Slots:
    """The slots, and which of them are free; those of one dtype and size are one list, last freed first."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self._busy: list[int] = []
        self._ends: list[tuple[int, int]] = []
        self._free: dict[Slot, list[int]] = {}

    def keep(self, slot: int, until: int) -> None:
        self._busy[slot] = until
        heappush(self._ends, (until, slot))

    def fitting(self, buffer: Buffer, time: int) -> int:
        """The tightest free slot that is large enough, or the largest that may grow, or a new one."""
        self._release(time)
        wanted = Slot(buffer.dtype, product(buffer.shape))
        found = wanted if self._free.get(wanted) else self._nearest(wanted)
        if found is None:
            self.slots.append(wanted)
            self._busy.append(-1)
            return len(self.slots) - 1
        slot = self._free[found].pop()
        if not (found.count - wanted.count).at_least(0):
            self.slots[slot] = wanted
        return slot

    def _release(self, time: int) -> None:
        while self._ends and self._ends[0][0] < time:
            until, slot = heappop(self._ends)
            # A slot that was taken over is busy for longer than this.
            if self._busy[slot] == until:
                self._free.setdefault(self.slots[slot], []).append(slot)

    def _nearest(self, wanted: Slot) -> Slot | None:
        best: Slot | None = None
        for kind, free in self._free.items():
            if not free or kind.dtype != wanted.dtype:
                continue
            if (kind.count - wanted.count).at_least(0):
                fits = best is not None and (best.count - wanted.count).at_least(0)
                if best is None or not fits or not (kind.count - best.count).at_least(0):
                    best = kind
            elif (wanted.count - kind.count).at_least(0) and (best is None or (kind.count - best.count).at_least(0)):
                best = kind
        return best

"""Where each buffer of the workspace lies: those that are never needed at the same time share a slot, and one that is
last read where it is overwritten element by element lies where what overwrites it does, be that a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from heapq import heappop, heappush

from tdsl.loops.language import (
    Buffer,
    Contraction,
    Load,
    Map,
    Module,
    Place,
    Routine,
    Slot,
    Statement,
    read,
    walk,
    written,
)
from tdsl.types import element_count

_NOWHERE = ("nowhere", 0)
"""The place of a buffer that no statement uses any more."""


def workspace(module: Module) -> Module:
    return module.each(_planned)


def _planned(routine: Routine) -> Routine:
    """With new places for the buffers of the workspace: in fewer slots, or where a result or an update lies.

    Slots are shared within a dtype only, so that no memory is read through two types.  A slot grows when it is certain
    that the new buffer is at least as large; sizes that cannot be compared get slots of their own.
    """
    buffers = routine.buffers
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    ordered = list(walk(routine.statements))
    for time, statement in enumerate(ordered):
        for buffer in (*read(statement), *written(statement)):
            first.setdefault(buffer, time)
            last[buffer] = time
    order = sorted(first, key=lambda buffer: (first[buffer], buffer))
    heirs: dict[int, int] = {}
    for time, statement in enumerate(ordered):
        for target in written(statement):
            if first[target] == time:
                ending = [other for other in _overwritten(statement, target) if last[other] == time]
                heirs.update((other, target) for other in _exchangeable(ending, target, buffers, heirs)[:1])
    final = {buffer: buffer for buffer in order}
    for buffer in reversed(order):
        final[buffer] = final[heirs.get(buffer, buffer)]
    slots = _Slots()
    taken: dict[int, int] = {}
    places: dict[int, Place] = {}
    for buffer in order:
        if buffers[buffer].role == "workspace":
            end = buffers[final[buffer]]
            if end.role == "workspace" and final[buffer] not in taken:
                taken[final[buffer]] = slots.fitting(end, first[buffer], last[final[buffer]])
            places[buffer] = (end.role, taken.get(final[buffer], end.number))
    moved = tuple(
        replace(buffer, place=places.get(number, _NOWHERE)) if buffer.role == "workspace" else buffer
        for number, buffer in enumerate(buffers)
    )
    return replace(routine, buffers=moved, slots=tuple(slots.slots))


def _overwritten(statement: Statement, buffer: int) -> list[int]:
    """The buffers whose elements are read only for the body that then stores the element of this one, once and last."""
    if not isinstance(statement, Map | Contraction) or written(statement).count(buffer) != 1:
        return []
    if [store.buffer for store in statement.stores[-1:]] != [buffer]:
        return []
    loads = [instruction for instruction in statement.body if isinstance(instruction, Load)]
    elsewhere = {load.buffer for load in loads if load.index != statement.stores[-1].index or load.guard is not None}
    if isinstance(statement, Contraction):
        elsewhere |= {statement.left.buffer, statement.right.buffer}
    stored = {store.buffer for store in statement.stores}
    return [load.buffer for load in loads if load.buffer not in elsewhere | stored]


def _exchangeable(found: list[int], target: int, buffers: Sequence[Buffer], heirs: dict[int, int]) -> list[int]:
    """Those of the workspace that may lie where the target does."""
    wanted = buffers[target]
    return [
        other
        for other in found
        if other not in heirs
        and buffers[other].role == "workspace"
        and buffers[other].dtype == wanted.dtype
        and element_count(buffers[other].shape) == element_count(wanted.shape)
    ]


class _Slots:
    """The slots, and which of them are free; those of one dtype and size are one list, last freed first."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self._ends: list[tuple[int, int]] = []
        self._free: dict[Slot, list[int]] = {}

    def fitting(self, buffer: Buffer, time: int, until: int) -> int:
        """The tightest free slot that is large enough, or the largest that may grow, or a new one."""
        while self._ends and self._ends[0][0] < time:
            _, slot = heappop(self._ends)
            self._free.setdefault(self.slots[slot], []).append(slot)
        slot = self._found(Slot(buffer.dtype, element_count(buffer.shape)))
        heappush(self._ends, (until, slot))
        return slot

    def _found(self, wanted: Slot) -> int:
        found = wanted if self._free.get(wanted) else self._nearest(wanted)
        if found is None:
            self.slots.append(wanted)
            return len(self.slots) - 1
        slot = self._free[found].pop()
        if not (found.count - wanted.count).at_least(0):
            self.slots[slot] = wanted
        return slot

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

"""The slot of each buffer of the workspace.  Buffers that are never live at the same time share a slot.  A buffer that
is read for the last time where another one overwrites it element by element shares its memory, even if that is a
result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from typing import NamedTuple

from tdsl.loops.body import Load
from tdsl.loops.language import (
    Buffer,
    Contraction,
    Loop,
    Map,
    Module,
    Place,
    Routine,
    Scatter,
    Slot,
    Statement,
    read,
    storage,
    written,
)
from tdsl.types import element_count

_NOWHERE = ("nowhere", 0)
"""The place of a buffer that no statement uses any more."""


def workspace(module: Module) -> Module:
    return module.each(_planned)


def _planned(routine: Routine) -> Routine:
    """The routine with new places for the buffers of the workspace: in fewer slots, or in results and updates.

    Slots are shared within a dtype only, so that no memory is read through two types.  A slot grows when it is certain
    that the new buffer is at least as large; sizes that cannot be compared get slots of their own.
    """
    buffers = routine.buffers
    timeline = _Timeline(routine.statements)
    first, last = timeline.lifetimes(buffers)
    order = sorted(first, key=lambda buffer: (first[buffer], buffer))
    heirs: dict[int, int] = {}
    for time, statement in enumerate(timeline.ordered):
        if statement is None or isinstance(statement, Loop):
            continue
        for target in written(statement):
            if first.get(target) == time:
                ending = [other for other in _overwritten(statement, target) if last.get(other) == time]
                heirs.update((other, target) for other in _exchangeable(ending, target, buffers, heirs)[:1])
    final = {buffer: buffer for buffer in order}
    for buffer in reversed(order):
        final[buffer] = final[heirs.get(buffer, buffer)]
    final |= {following: final[now] for now, following in timeline.in_place()}
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


class _Timeline:
    """The statements in the order of their times, and the loops with the times before and behind their bodies."""

    def __init__(self, statements: tuple[Statement, ...]) -> None:
        self.ordered: list[Statement | None] = []
        self.loops: list[tuple[Loop, int, int]] = []
        begun: list[int] = []
        stack: list[Statement | _Mark] = list(reversed(statements))
        while stack:
            item = stack.pop()
            if isinstance(item, _Mark):
                if item.is_end:
                    self.loops.append((item.loop, begun.pop(), len(self.ordered)))
                else:
                    begun.append(len(self.ordered))
                self.ordered.append(None)
                continue
            self.ordered.append(item)
            if isinstance(item, Loop):
                body = [_Mark(item, False), *item.body, _Mark(item, True)]
                stack += reversed([*item.start, *body, *item.end])
            else:
                for block in reversed(item.children):
                    stack += reversed(block)

    def inside(self, first: int, last: int) -> list[tuple[int, Statement]]:
        return [(time, line) for time, line in enumerate(self.ordered[first:last], first) if line]

    def lifetimes(self, buffers: Sequence[Buffer]) -> tuple[dict[int, int], dict[int, int]]:
        """The times of the first and the last use of each buffer.  Buffers from before a loop that its steps use live
        until the last step ends, and so do its sequences and outputs, read or not, and the number of its steps; the two
        buffers of a state live until both have been used."""
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for time, statement in enumerate(self.ordered):
            for number in _touched(statement):
                buffer = storage(buffers, number)
                first.setdefault(buffer, time)
                last[buffer] = time
        for loop, begin, end in self.loops:
            for _, statement in self.inside(begin, end):
                for number in _touched(statement):
                    buffer = storage(buffers, number)
                    if first[buffer] < begin:
                        last[buffer] = max(last[buffer], end)
            for now, following in loop.carried:
                last[now] = last[following] = max(last[following], last[now], end)
            for number in (*loop.inputs, *loop.outputs, *([] if loop.limit is None else [loop.limit])):
                buffer = storage(buffers, number)
                last[buffer] = max(last[buffer], end)
        return first, last

    def in_place(self) -> Iterator[tuple[int, int]]:
        """The states of loops that are dead once one statement fills the next state, or that it reads element by
        element: the next state shares the memory of the state."""
        for loop, begin, end in self.loops:
            inside = self.inside(begin, end)
            for now, following in loop.carried:
                first, *others = [(time, line) for time, line in inside if following in written(line)]
                time, fills = first
                latest = max((other for other, line in inside if now in read(line)), default=-1)
                before = latest < time or (latest == time and now in _overwritten(fills, following))
                behind = all(other > time for other, line in inside if following in read(line))
                # A write copies the state and then puts elements into it.
                parts = [fills, *(line for _, line in others if not isinstance(line, Scatter))]
                alone = parts == [fills] and all(
                    any(line is part for part in loop.body) for _, line in (first, *others)
                )
                if alone and before and behind:
                    yield now, following


class _Mark(NamedTuple):
    """The begin or the end of a loop's body."""

    loop: Loop
    is_end: bool


def _touched(statement: Statement | None) -> list[int]:
    if isinstance(statement, Loop):
        # The first of the two buffers of a state is filled at the start.
        end = [] if statement.until is None else [statement.until]
        return [*statement.inputs, *statement.outputs, *end, *(following for _, following in statement.carried)]
    return [*read(statement), *written(statement)] if statement else []


def _overwritten(statement: Statement, buffer: int) -> list[int]:
    """The buffers whose elements are last read by the body that stores the same element of this one."""
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
    """The buffers of the workspace that may share the target's memory."""
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
    """The slots and the free ones among them; free slots of one dtype and size form a list, last freed first."""

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

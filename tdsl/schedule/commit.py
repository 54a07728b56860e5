"""The commit: the last statements of a routine, which cannot fail, and the old values that they may overwrite.

    r0[0] = sum i0 < N: a0[i0] * v0[i0]        →  the call may still fail: no variable changes
    map i0 < N: u0[i0] = v0[i0] - a0[i0]       →  runs once the call is certain to succeed: u0 may overwrite v0

Statements keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tdsl.loops.body import Index, Load
from tdsl.loops.language import (
    Buffer,
    Map,
    Module,
    Place,
    Routine,
    Scatter,
    Statement,
    checked_positions,
    may_be_committed,
    walk,
    written,
)


def commit(module: Module) -> Module:
    """The commits of routines that can then replace a value in place."""
    return module.each(_committed)


def _committed(routine: Routine) -> Routine:
    last = _last_that_cannot_fail(routine.statements, routine.buffers)
    head = routine.statements[: len(routine.statements) - len(last)]
    early = {routine.buffers[buffer].place for statement in walk(head) for buffer in written(statement)}
    ready = _replaceable(last, routine.buffers, routine.updates) - early
    in_place = tuple(
        (update, variable) for update, variable in enumerate(routine.updates) if ("update", update) in ready
    )
    if not in_place:
        return routine
    places: dict[Place, Place] = {("variable", variable): ("update", update) for update, variable in in_place}
    buffers = tuple(replace(buffer, place=places.get(buffer.place, buffer.place)) for buffer in routine.buffers)
    return replace(routine, buffers=buffers, commit=len(last), in_place=in_place)


def _last_that_cannot_fail(statements: Sequence[Statement], buffers: Sequence[Buffer]) -> tuple[Map | Scatter, ...]:
    """The longest end of maps that may be committed."""
    found: list[Map | Scatter] = []
    checked = checked_positions(statements)
    for statement in reversed(statements):
        if not (isinstance(statement, Map | Scatter) and may_be_committed(statement, buffers, checked)):
            break
        found.insert(0, statement)
    return tuple(found)


def _replaceable(last: tuple[Map | Scatter, ...], buffers: Sequence[Buffer], variables: Sequence[int]) -> set[Place]:
    """The updates whose old elements are each read for the last time when the new value is stored."""
    updates: dict[Place, Place] = {
        ("variable", variable): ("update", number) for number, variable in enumerate(variables)
    }
    filled: set[Place] = set()
    refused: set[Place] = set()
    for statement in last:
        places: dict[Place, list[Index]] = {}
        if isinstance(statement, Scatter):
            filled.add(buffers[statement.buffer].place)
        for store in statement.stores if isinstance(statement, Map) else ():
            places.setdefault(buffers[store.buffer].place, []).append(store.index)
        for line in statement.body:
            update = updates.get(buffers[line.buffer].place) if isinstance(line, Load) else None
            if update is not None and isinstance(line, Load):
                at = places.get(update, [])
                if update in filled or (at and (line.guard is not None or any(line.index != place for place in at))):
                    refused.add(update)
        filled |= places.keys()
    return filled - refused

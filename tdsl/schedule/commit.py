"""The end of a routine that cannot fail, and which new values it may write over the old ones.

    r0[0] = sum i0 < N: a0[i0] * v0[i0]        →  the call may still fail: no variable changes
    map i0 < N: u0[i0] = v0[i0] - a0[i0]       →  runs once the call is certain to succeed: u0 may lie where v0 does

Statements keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tdsl.loops.language import (
    BoundsCheck,
    Buffer,
    Divide,
    Index,
    Load,
    Map,
    Routine,
    Statement,
    walk,
    written,
)


def tail(statements: Sequence[Statement], buffers: Sequence[Buffer]) -> tuple[Map, ...]:
    """The longest end of maps that fill nothing but updates and find no fault."""
    found: list[Map] = []
    for statement in reversed(statements):
        if not isinstance(statement, Map) or any(isinstance(line, Divide | BoundsCheck) for line in statement.body):
            break
        if any(buffers[store.buffer].role != "update" for store in statement.stores):
            break
        found.insert(0, statement)
    return tuple(found)


def replacing(routine: Routine, variables: Sequence[int]) -> Routine:
    """The routine with a tail if that replaces anything in place; `variables` are those that the updates are of."""
    last = tail(routine.statements, routine.buffers)
    head = routine.statements[: len(routine.statements) - len(last)]
    early = {_update(routine.buffers[buffer]) for statement in walk(head) for buffer in written(statement)}
    ready = _replaceable(last, routine.buffers, variables) - early
    in_place = tuple((update, variable) for update, variable in enumerate(variables) if update in ready)
    return replace(routine, tail=len(last), in_place=in_place) if in_place else routine


def _replaceable(last: tuple[Map, ...], buffers: Sequence[Buffer], variables: Sequence[int]) -> set[int | None]:
    """The updates of which each old element is read for the last time where its new value is stored."""
    updates = {variable: update for update, variable in enumerate(variables)}
    filled: set[int | None] = set()
    refused: set[int | None] = set()
    for statement in last:
        places: dict[int | None, list[Index]] = {}
        for store in statement.stores:
            places.setdefault(_update(buffers[store.buffer]), []).append(store.index)
        for line in statement.body:
            if isinstance(line, Load) and buffers[line.buffer].role == "variable":
                update = updates.get(buffers[line.buffer].number)
                at = places.get(update, [])
                if update in filled or (at and (line.guard is not None or any(line.index != place for place in at))):
                    refused.add(update)
        filled |= places.keys()
    return filled - refused


def _update(buffer: Buffer) -> int | None:
    return buffer.number if buffer.role == "update" else None


def overlaid(routine: Routine) -> tuple[Buffer, ...]:
    """The buffers, with each variable that is replaced in place lying where its update does."""
    updates = {variable: update for update, variable in routine.in_place}
    return tuple(
        replace(buffer, role="update", number=updates[buffer.number])
        if buffer.role == "variable" and buffer.number in updates
        else buffer
        for buffer in routine.buffers
    )

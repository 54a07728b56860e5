"""The end of a routine that cannot fail, and which new values it may write over the old ones.

    r0[0] = sum i0 < N: a0[i0] * v0[i0]        →  the call may still fail: no variable changes
    map i0 < N: u0[i0] = v0[i0] - a0[i0]       →  runs once the call is certain to succeed: u0 may lie where v0 does

Statements keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tdsl.loops import Buffer, Checked, Divide, Load, Map, Routine, Statement, walk, written


def tail(statements: Sequence[Statement], buffers: Sequence[Buffer]) -> tuple[Map, ...]:
    """The longest end of maps that fill nothing but updates and find no fault."""
    found: list[Map] = []
    for statement in reversed(statements):
        if not isinstance(statement, Map) or any(isinstance(line, Divide | Checked) for line in statement.body):
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
    in_place = tuple(
        (update, variable)
        for update, variable in enumerate(variables)
        if update not in early and _replaces(last, routine.buffers, update, variable)
    )
    return replace(routine, tail=len(last), in_place=in_place) if in_place else routine


def _replaces(last: tuple[Map, ...], buffers: Sequence[Buffer], update: int, variable: int) -> bool:
    """Whether each element of the variable is read for the last time where its new value is stored."""
    old = {number for number, buffer in enumerate(buffers) if (buffer.role, buffer.number) == ("variable", variable)}
    filled = False
    for statement in last:
        loads = [line for line in statement.body if isinstance(line, Load) and line.buffer in old]
        places = [store.index for store in statement.stores if _update(buffers[store.buffer]) == update]
        elsewhere = any(load.index != place or load.guard is not None for load in loads for place in places)
        if elsewhere or (loads and filled):
            return False
        filled = filled or bool(places)
    return filled


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

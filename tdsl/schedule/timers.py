"""Every statement is followed by a lap, which gives it the time that it took.

    a1 = x @ W1                 a1 = x @ W1
    y = tanh(a1)        →       lap 0
                                y = tanh(a1)
                                lap 1

Statements that run together, some rows at a time, have one lap; those inside a branch or a loop have their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from tdsl.loops.language import Branch, Lap, Loop, Map, Module, Routine, Statement
from tdsl.loops.rebuild import Block, rebuild


def timers(module: Module) -> Module:
    """Last of all passes, as no other one looks beyond a lap."""
    return module.each(_timed)


def _timed(routine: Routine) -> Routine:
    numbers = count()

    def numbered(statement: Statement) -> Statement:
        return replace(statement, number=next(numbers)) if isinstance(statement, Lap) else statement

    head, last = (rebuild(_with_laps(rebuild(part, _with_laps_inside)), numbered) for part in routine.parts)
    return replace(routine, statements=head + last, commit=len(last))


def _with_laps_inside(statement: Statement) -> Statement:
    if isinstance(statement, Branch | Loop):
        return statement.with_children([_with_laps(block) for block in statement.children])
    return statement


def _with_laps(block: Block) -> Block:
    return tuple(line for statement in block for line in _with_lap(statement))


def _with_lap(statement: Statement) -> Iterator[Statement]:
    yield statement
    is_nothing = isinstance(statement, Map) and statement.order == "nothing"
    if not (is_nothing or isinstance(statement, Branch | Loop | Lap)):
        yield Lap(-1, statement)

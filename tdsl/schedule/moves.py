"""Maps that store what is there already, since the old and the new value share their memory: nothing runs.

map i0 < N: u0[i0] = v0[i0]; u0 lies where v0 was      →      the same, with the order "nothing"
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tdsl.loops.body import BoundsCheck, Divide, Load
from tdsl.loops.language import Buffer, Loop, Map, Module, Routine, Statement, read, walk, written
from tdsl.loops.rebuild import rebuild


def moves(module: Module) -> Module:
    return module.each(_moved)


def _moved(routine: Routine) -> Routine:
    # The two buffers of a state change places with each step.
    swapped = {
        buffer
        for loop in walk(routine.statements)
        if isinstance(loop, Loop)
        for pair in loop.carried
        for buffer in pair
        if len({routine.buffers[number].place for number in pair}) > 1
    }

    def marked(line: Statement) -> Statement:
        if isinstance(line, Map) and line.stores and swapped.isdisjoint((*read(line), *written(line))):
            return replace(line, order="nothing") if _stores_what_is_there(line, routine.buffers) else line
        return line

    return replace(routine, statements=rebuild(routine.statements, marked))


def _stores_what_is_there(statement: Map, buffers: Sequence[Buffer]) -> bool:
    if any(isinstance(line, BoundsCheck | Divide) for line in statement.body):
        return False
    for store in statement.stores:
        value = statement.body[store.register]
        if not isinstance(value, Load) or value.guard is not None or value.index != store.index:
            return False
        if buffers[value.buffer].place != buffers[store.buffer].place:
            return False
    return True

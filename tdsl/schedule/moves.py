"""Maps that store what is there already, since the old and the new value share their memory: nothing runs.

map i0 < N: u0[i0] = v0[i0]; u0 lies where v0 was      →      the same, with the order "nothing", for each such u
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from tdsl.loops.body import Load
from tdsl.loops.language import Buffer, Loop, Map, Module, Routine, Statement, may_fault, read, walk, written
from tdsl.loops.rebuild import Block, rebuild


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

    def marked(block: Block) -> Block:
        return tuple(part for line in block for part in _parts(line, routine.buffers, swapped))

    head, last = (rebuild(part, whole=marked) for part in routine.parts)
    return replace(routine, statements=head + last, commit=len(last))


def _parts(line: Statement, buffers: Sequence[Buffer], swapped: Collection[int]) -> Iterator[Statement]:
    """Such a map, once for each buffer that it fills: each may be there or not; any other statement itself."""
    if not (
        isinstance(line, Map)
        and line.stores
        and not any(buffer in swapped for buffer in (*read(line), *written(line)))
        and _stores_what_is_there(line, buffers)
    ):
        yield line
        return
    for store in line.stores:
        name = buffers[store.buffer].origin.name
        origins = tuple(origin for origin in line.origins if origin.name == name)
        yield Map(line.axes, (line.body[store.register],), (replace(store, register=0),), origins, "nothing")


def _stores_what_is_there(statement: Map, buffers: Sequence[Buffer]) -> bool:
    if may_fault((statement,)):
        return False
    for store in statement.stores:
        value = statement.body[store.register]
        if not isinstance(value, Load) or value.guard is not None or value.index != store.index:
            return False
        if buffers[value.buffer].place != buffers[store.buffer].place:
            return False
    return True

"""A probe after the last statement of a block that fills a buffer: a call notes its values, to check them.

h = tanh(u); p = sum(h)      →      h = tanh(u); probe h; p = sum(h); probe p
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tdsl.loops.language import Branch, Call, Loop, Module, Probe, Routine, Statement, walk, written
from tdsl.loops.origin import Origin
from tdsl.loops.rebuild import Block, rebuild


def probes(module: Module) -> Module:
    return module.each(_probed)


def _probed(routine: Routine) -> Routine:
    def whole(block: Block) -> Block:
        return _block(block, routine)

    statements = rebuild(routine.statements, _without_start, whole)
    places = enumerate(_counters(statements))

    def numbered(statement: Statement) -> Statement:
        if not isinstance(statement, Probe):
            return statement
        number, counters = next(places)
        return replace(statement, number=number, counters=counters)

    return replace(routine, statements=rebuild(statements, numbered))


def _without_start(statement: Statement) -> Statement:
    """A loop without probes before its first step but those of states: stacks hold zeros there."""
    if not isinstance(statement, Loop):
        return statement
    kept = (line for line in statement.start if not isinstance(line, Probe) or line.buffer in statement.states)
    return replace(statement, start=tuple(kept))


def _block(block: Block, routine: Routine) -> Block:
    last = {buffer: place for place, statement in enumerate(block) for buffer in _filled(statement)}
    made: list[Statement] = []
    for place, statement in enumerate(block):
        made.append(statement)
        for buffer in dict.fromkeys(_filled(statement)):
            origin = _origin(statement, buffer, routine)
            if last[buffer] == place and origin.value is not None:
                made.append(Probe(0, buffer, (), (origin,)))
    return tuple(made)


def _filled(statement: Statement) -> list[int]:
    """The buffers that hold values once a statement has run."""
    match statement:
        case Loop():
            return list(statement.outputs)
        case Branch():
            # Each side fills the buffer of the branch, and others of its own.
            then, otherwise = ([b for line in walk(side) for b in _filled(line)] for side in statement.children)
            return [buffer for buffer in dict.fromkeys(then) if buffer in otherwise]
        case Call():
            return list(statement.outputs)
        case _:
            return written(statement)


def _origin(statement: Statement, buffer: int, routine: Routine) -> Origin:
    """The origin of the value; a statement with several results has one origin for all."""
    own = routine.buffers[buffer].origin
    if isinstance(statement, Loop) or not statement.origins:
        return own
    origin = statement.origins[0]
    return origin if origin.value is not None else replace(origin, value=own.value)


def _counters(statements: Block) -> Iterator[tuple[str, ...]]:
    """The counters of the loops around each probe."""
    stack: list[tuple[Statement, tuple[str, ...]]] = [(line, ()) for line in reversed(statements)]
    while stack:
        statement, counters = stack.pop()
        if isinstance(statement, Probe):
            yield counters
        for number, block in reversed(list(enumerate(statement.children))):
            inside = (*counters, statement.counter) if isinstance(statement, Loop) and number == 1 else counters
            stack += [(line, inside) for line in reversed(block)]

"""Maps over the same axes become one: the second takes values that the first stores from its registers.

    map i0 < N:  b4[i0] = exp(b0[i0])                      map i0 < N:  t = exp(b0[i0])
    map i0 < N:  b5[i0] = b4[i0] * 2              →                     b4[i0] = t;  b5[i0] = t * 2

A map with further, short axes is unrolled along them first.

Then stores to workspace that nothing reads are dropped, with the instructions that only they used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod
from typing import TypeVar

from tdsl.loops.body import (
    BoundsCheck,
    ContractionValue,
    Divide,
    Index,
    Instruction,
    Literal,
    Load,
    draws,
    identity,
    needed,
)
from tdsl.loops.language import Buffer, Contraction, Map, Module, Routine, Statement, Store, read, walk, written
from tdsl.loops.rebuild import Block, rebuild, rebuilt
from tdsl.loops.renumber import renumbered, stores_renumbered
from tdsl.schedule.unroll import SHORT, written_out

Nest = Map | Contraction
AnyNest = TypeVar("AnyNest", Map, Contraction)

FARTHEST = 16
_MOST_STORES = 8
_MOST_SCALARS = 64
_LARGEST = 300


def merge_maps(module: Module) -> Module:
    return rebuilt(module, whole=_merged).each(_without_unread)


def _without_unread(routine: Routine) -> Routine:
    wanted = {buffer for statement in walk(routine.statements) for buffer in read(statement)}
    wanted |= {number for number, buffer in enumerate(routine.buffers) if buffer.role != "workspace"}
    return replace(routine, statements=rebuild(routine.statements, lambda line: _needed(line, wanted, routine.buffers)))


def _merged(block: Block) -> Block:
    out: list[Statement] = []
    for statement in block:
        if not (isinstance(statement, Map) and _is_taken(statement, out)):
            out.append(statement)
    return tuple(out)


def _is_taken(second: Map, before: list[Statement]) -> bool:
    """Whether the nearest earlier map that may take this one in does, if its inputs are ready there.  Zeros that it
    writes over then come before both."""
    zeros: list[int] = []
    for place in range(len(before) - 1, max(-1, len(before) - 1 - FARTHEST), -1):
        first = before[place]
        over = _over_axes(first, second) if isinstance(first, Map) else None
        if isinstance(first, Map) and over and fits(first, over):
            if any(_touches(first, before[zero]) for zero in zeros):
                return False
            before[place] = joined(first, over)
            for number, zero in enumerate(reversed(zeros)):
                before.insert(place + number, before.pop(zero))
            return True
        if first.children or not set(written(first)).isdisjoint(read(second)):
            return False
        if not set(written(second)).isdisjoint(read(first)):
            return False
        if not set(written(first)).isdisjoint(written(second)):
            if not isinstance(first, Map) or read(first):
                return False
            zeros.append(place)
        elif any(_touches(first, before[zero]) for zero in zeros):
            return False
    return False


def _touches(statement: Statement, filling: Statement) -> bool:
    return not set(written(filling)).isdisjoint((*read(statement), *written(statement)))


def _over_axes(first: Map, second: Map) -> Map | None:
    """The second map over the axes of the first, if necessary with short axes unrolled where it reads stores of the
    first; None if it has other axes."""
    if first.axes == second.axes:
        return second
    if not first.axes or set(written(first)).isdisjoint(read(second)):
        return None
    further: list[int] = []
    for axis, size in enumerate(second.axes):
        if first.axes[axis - len(further) : axis - len(further) + 1] != (size,):
            further.append(axis)
    lengths = [second.axes[axis].constant or 0 for axis in further]
    short = all(length in SHORT for length in lengths) and prod(lengths) * len(second.body) <= _LARGEST
    if not short or len(first.axes) + len(further) != len(second.axes):
        return None
    for axis, length in zip(reversed(further), reversed(lengths), strict=True):
        second = written_out(second, axis, length)
    return second


def fits(first: Nest, second: Map) -> bool:
    """Whether both are small enough together, and what both touch and one stores is the same element.  Draws that share
    no array with others stay alone, and fills with different numbers apart: equal ones then share a function, and a
    call costs nothing beside them."""
    if len(first.body) + len(second.body) > _LARGEST:
        return False
    if first.axes and any(map(draws, (*first.body, *second.body))) and not _share(first, second):
        return False
    if first.axes and first.body != second.body and _fills(first) and _fills(second):
        return False
    if len(first.stores) + len(second.stores) > (_MOST_STORES if first.axes else _MOST_SCALARS):
        return False
    loads, earlier_loads = ([each for each in nest.body if isinstance(each, Load)] for nest in (second, first))
    return (
        all(load.guard is None for load in loads if load.buffer in written(first))
        and all(one == other and not one.registers for one, other in _shared(first.stores, loads))
        and all(one == other and not one.registers for one, other in _shared(second.stores, earlier_loads))
        # Pieces of a buffer are apart.  Zeros or a copy that others write over cover it whole: with the same steps they
        # begin at the same element.
        and all(one.axes == other.axes and not one.registers for one, other in _shared(first.stores, second.stores))
    )


def _shared(stores: Sequence[Store], others: Sequence[Load | Store]) -> Iterator[tuple[Index, Index]]:
    """The indices at which buffers are stored, and those at which others access them."""
    places = {store.buffer: store.index for store in stores}
    return ((places[other.buffer], other.index) for other in others if other.buffer in places)


def _share(first: Nest, second: Map) -> bool:
    """Whether the second reads elements of an array that the first reads or stores."""
    return not (_loaded(first) | set(written(first))).isdisjoint(_loaded(second))


def _fills(nest: Nest) -> bool:
    return all(isinstance(instruction, Literal) for instruction in nest.body)


def _loaded(nest: Nest) -> set[int]:
    return {load.buffer for load in nest.body if isinstance(load, Load) and load.index.axes}


def joined(first: AnyNest, second: Map) -> AnyNest:
    stored = {store.buffer: store.register for store in first.stores}
    out = list(first.body)
    seen = {identity(instruction): number for number, instruction in enumerate(out)}
    new: dict[int, int] = {}
    for number, instruction in enumerate(second.body):
        if isinstance(instruction, Load) and instruction.buffer in stored:
            new[number] = stored[instruction.buffer]
            continue
        moved = renumbered(instruction, new)
        key = identity(moved)
        if key not in seen:
            seen[key] = len(out)
            out.append(moved)
        new[number] = seen[key]
    stores = first.stores + stores_renumbered(second.stores, new)
    return replace(first, body=tuple(out), stores=stores, origins=first.origins + second.origins)


def _needed(statement: Statement, wanted: set[int], buffers: Sequence[Buffer]) -> Statement:
    """A nest without unused stores and the instructions that only they used; faults stay.  Origins spell out dropped
    buffers."""
    if not isinstance(statement, Map | Contraction):
        return statement
    stores = tuple(store for store in statement.stores if store.buffer in wanted)
    summed = statement.column_sum if isinstance(statement, Contraction) else None
    used = {store.register for store in stores} | ({summed.register} if summed else set())
    used |= {register for store in stores for register, _ in store.index.registers}
    kept = ContractionValue | Divide | BoundsCheck
    used = needed(statement.body, used | {at for at, each in enumerate(statement.body) if isinstance(each, kept)})
    if len(used) == len(statement.body) and len(stores) == len(statement.stores):
        return statement
    new: dict[int, int] = {}
    body: list[Instruction] = []
    for number, instruction in enumerate(statement.body):
        if number in used:
            new[number] = len(body)
            body.append(renumbered(instruction, new))
    dropped = frozenset(buffers[store.buffer].origin.name for store in statement.stores if store.buffer not in wanted)
    origins = tuple(origin.inlining(dropped) for origin in statement.origins if origin.name not in dropped)
    changed = replace(
        statement, body=tuple(body), stores=stores_renumbered(stores, new), origins=origins or statement.origins
    )
    if summed and isinstance(changed, Contraction):
        changed = replace(changed, column_sum=replace(summed, register=new[summed.register]))
    return changed

"""A short last axis is unrolled, as loops over it are too short for vectors.

map i0 < N, i1 < 2: b1[2 i0 + i1] = exp(b0[i0])      →      map i0 < N: t = exp(b0[i0]); b1[2 i0] = t; b1[2 i0 + 1] = t
"""

from __future__ import annotations

from dataclasses import replace

from tdsl.loops.body import Index, Indexed, Instruction, identity
from tdsl.loops.language import Map, Module, Statement, Store
from tdsl.loops.rebuild import rebuilt
from tdsl.loops.renumber import renumbered
from tdsl.types import element_count

SHORT = (2, 3, 4, 8)  # strided vectors are replaced by these
_FEW_ELEMENTS = 64
_MOST_STORES = 16
_LARGEST = 200


def unroll(module: Module) -> Module:
    return rebuilt(module, _without_last)


def _without_last(statement: Statement) -> Statement:
    if not isinstance(statement, Map) or len(statement.axes) < 2:
        return statement
    length = statement.axes[-1].constant
    elements = element_count(statement.axes).constant
    if length not in SHORT or (elements is not None and elements <= _FEW_ELEMENTS):
        return statement
    if len(statement.body) * length > _LARGEST or len(statement.stores) * length > _MOST_STORES:
        return statement
    return written_out(statement, len(statement.axes) - 1, length)


def written_out(statement: Map, axis: int, length: int) -> Map:
    """The map without an axis of that length, its elements unrolled one after the other."""
    body: list[Instruction] = []
    known: dict[tuple[str, Instruction], int] = {}
    stores: list[Store] = []
    for number in range(length):
        new: dict[int, int] = {}
        for register, instruction in enumerate(statement.body):
            moved = renumbered(instruction, new)
            if isinstance(moved, Indexed):
                moved = replace(moved, index=_at(moved.index, axis, number))
            key = identity(moved)
            if key not in known:
                known[key] = len(body)
                body.append(moved)
            new[register] = known[key]
        for store in statement.stores:
            stores.append(Store(store.buffer, _at(store.index, axis, number), new[store.register]))
    axes = statement.axes[:axis] + statement.axes[axis + 1 :]
    return replace(statement, axes=axes, body=tuple(body), stores=tuple(stores))


def _at(index: Index, axis: int, number: int) -> Index:
    """The index with an axis fixed at a number; the axes behind it move up."""
    others = tuple((other - (other > axis), size) for other, size in index.axes if other != axis)
    return replace(index, axes=others).plus(index.coefficient(axis) * number)

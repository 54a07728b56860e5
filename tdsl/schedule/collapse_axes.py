"""Fewer axes: those of size 1 are dropped, and neighbours that every index walks as one become one.

map i0 < B, i1 < H:  b2[H*i0 + i1] = b0[H*i0 + i1]      →      map i0 < B*H:  b2[i0] = b0[i0]
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from tdsl.loops.body import Body, Index, Indexed, Instruction, indices
from tdsl.loops.language import Map, Module, Reduce, Scatter, Statement
from tdsl.loops.rebuild import rebuilt
from tdsl.types import ONE, Shape, element_count


def collapse_axes(module: Module) -> Module:
    return rebuilt(module, _simpler)


def _simpler(statement: Statement) -> Statement:
    match statement:
        case Map():
            groups = _groups(statement.axes, _walked(statement), range(len(statement.axes)))
            return statement if len(groups) == len(statement.axes) else _joined(statement, groups)
        case Scatter():
            groups = _groups(statement.axes, [*indices(statement.body), statement.position], range(len(statement.axes)))
            new = _numbering(groups)
            return replace(
                statement,
                axes=tuple(element_count(statement.axes[axis] for axis in group) for group in groups),
                body=_rewritten(statement.body, new),
                position=_renumbered(statement.position, new),
                conflicts=tuple(
                    number for number, group in enumerate(groups) if not set(group).isdisjoint(statement.conflicts)
                ),
            )
        case Reduce() if statement.combiner not in ("argmax", "argmin"):
            sizes = statement.kept + statement.reduced
            inner = indices(statement.body)
            kept = _groups(sizes, inner, range(len(statement.kept)))
            reduced = _groups(sizes, inner, range(len(statement.kept), len(sizes)))
            new = _numbering(kept + reduced)
            return replace(
                statement,
                kept=tuple(element_count(sizes[axis] for axis in group) for group in kept),
                reduced=tuple(element_count(sizes[axis] for axis in group) for group in reduced),
                body=_rewritten(statement.body, new),
            )
        case _:
            return statement


def over_axes(statement: Map, axes: Shape) -> Map | None:
    """The map over these axes, if they are runs of its own."""
    if statement.axes == axes:
        return statement
    groups: list[list[int]] = []
    left = list(enumerate(statement.axes))[::-1]
    for size in axes:
        group = [left.pop()] if left else []
        while left and element_count(own for _, own in group) != size:
            group.append(left.pop())
        if not group or element_count(own for _, own in group) != size:
            return None
        groups.append([axis for axis, _ in group])
    used = _walked(statement)
    one = all(_walked_as_one(*pair, statement.axes, used) for group in groups for pair in pairwise(group))
    return _joined(statement, groups) if one and not left else None


def _walked(statement: Map) -> list[Index]:
    return indices(statement.body) + [store.index for store in statement.stores]


def _joined(statement: Map, groups: list[list[int]]) -> Map:
    new = _numbering(groups)
    stores = tuple(replace(store, index=_renumbered(store.index, new)) for store in statement.stores)
    axes = tuple(element_count(statement.axes[axis] for axis in group) for group in groups)
    return replace(statement, axes=axes, body=_rewritten(statement.body, new), stores=stores)


def _groups(sizes: Shape, used: list[Index], axes: range) -> list[list[int]]:
    """Runs of axes to become one.  The last of a run keeps its coefficient."""
    groups: list[list[int]] = []
    for axis in axes:
        if sizes[axis] == ONE:
            continue
        if groups and _walked_as_one(groups[-1][-1], axis, sizes, used):
            groups[-1].append(axis)
        else:
            groups.append([axis])
    return groups


def _walked_as_one(outer: int, inner: int, sizes: Shape, used: list[Index]) -> bool:
    return all(index.coefficient(outer) == index.coefficient(inner) * sizes[inner] for index in used)


def _numbering(groups: list[list[int]]) -> dict[int, int]:
    return {group[-1]: number for number, group in enumerate(groups)}


def _renumbered(index: Index, new: dict[int, int]) -> Index:
    return replace(index, axes=tuple((new[axis], size) for axis, size in index.axes if axis in new))


def _rewritten(body: Body, new: dict[int, int]) -> Body:
    out: list[Instruction] = []
    for instruction in body:
        if isinstance(instruction, Indexed):
            out.append(replace(instruction, index=_renumbered(instruction.index, new)))
        else:
            out.append(instruction)
    return tuple(out)

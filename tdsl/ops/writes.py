"""Arrays with a part replaced, or added to, at positions known only when the program runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tdsl.ir.attributes import Write
from tdsl.ir.node import IllTyped, Node, apply, broadcast, full
from tdsl.ops import meanings
from tdsl.ops.define import ANY, INTEGER, NUMBER, accept, define
from tdsl.ops.views import accept_inside
from tdsl.types import I64, ONE, ZERO, Dim, Kind, Type, element_count


def write_type(name: str, kinds: frozenset[Kind]) -> Callable[..., Type]:
    """The type of the array; the part has that of the elements it goes to."""

    def infer(types: list[Type], starts: tuple[Dim, ...], steps: tuple[int, ...], axis: int) -> Type:
        array, part, index = types
        accept("an index", index.dtype, INTEGER)
        accept(name, array.dtype, kinds)
        known = 0 <= axis < array.rank == len(starts) == len(steps) and 0 not in steps
        if not known or (starts[axis], steps[axis]) != (ZERO, 1) or part.dtype != array.dtype:
            raise IllTyped(f"{name} of {part} in {array} needs a start and step for each axis")
        sizes = (*part.shape[:axis], array.shape[axis], *part.shape[axis + index.rank :])
        if part.shape[axis : axis + index.rank] != index.shape or len(sizes) != array.rank:
            raise IllTyped(f"{name} of {part} in {array} cannot use positions {index}")
        accept_inside(array.shape, starts, steps, sizes)
        return array

    return infer


def _meaning(write: Callable[..., Any]) -> Callable[..., Any]:
    def values(x: Any, part: Any, index: Any, starts: Any, steps: Any, axis: int) -> Any:
        size = x.shape[axis]
        if np.any((np.asarray(index) < -size) | (np.asarray(index) >= size)):
            raise IndexError(f"an index is out of bounds for size {size}")
        return write(x, part, index, starts, steps, axis)

    return values


def _taken(g: Node, y: Node, part: Node, index: Node) -> Node:
    """The elements of the array that the part went to."""
    where, axis = y.get(Write), y.get(Write).axis
    shape = part.type.shape
    sizes = (*shape[:axis], g.type.shape[axis], *shape[axis + index.type.rank :])
    if sizes != g.type.shape or any(step != 1 for step in where.steps):
        g = apply("slice", g, starts=where.starts, steps=where.steps, sizes=sizes)
    return apply("gather", g, index, axis=axis)


def _is_last(y: Node, part: Node, index: Node) -> Node | None:
    """Whether an element of the part is the last of those that go to the same place; None if all are."""
    count, rank, axis = element_count(index.type.shape), index.type.rank, y.get(Write).axis
    if count == ONE:
        return None
    order = apply("reshape", apply("iota", shape=(count,), axis=0), shape=index.type.shape)
    nobody = full(-1, Type(I64, (y.type.shape[axis],)))
    last = apply("write", nobody, order, index, starts=(ZERO,), steps=(1,), axis=0)
    same = apply("gather", last, index, axis=0).equals(order)
    return broadcast(same, part.type.with_dtype(same.type.dtype), tuple(range(axis, axis + rank)))


def replaced(g: Node, y: Node, x: Node, part: Node, index: Node) -> tuple[Node, Node, None]:
    """An array keeps the cotangents of elements that are not replaced; those of a place named twice go to the last
    element written there."""
    nothing = full(0, part.type.with_dtype(g.type.dtype))
    taken, last = _taken(g, y, part, index), _is_last(y, part, index)
    return (
        y.with_operands(g, nothing, index),
        taken if last is None else apply("select", last, taken, full(0, taken.type)),
        None,
    )


def added(g: Node, y: Node, x: Node, part: Node, index: Node) -> tuple[Node, Node, None]:
    return g, _taken(g, y, part, index), None


write = define(
    "write",
    "write",
    write_type("write", ANY),
    _meaning(meanings.written),
    Write,
    cotangents=replaced,
    masks=replaced,
    mixes=False,
    leaves_out=True,
    tdsl="=",
    python="write_at(faults, {site}, {0}, {1}, {2}, {starts}, {steps}, {axis}, written)",
    fault="index",
)
write_add = define(
    "write_add",
    "write",
    write_type("write_add", NUMBER),
    _meaning(meanings.written_add),
    Write,
    cotangents=added,
    masks=added,
    mixes=False,
    tdsl="+=",
    python="write_at(faults, {site}, {0}, {1}, {2}, {starts}, {steps}, {axis}, written_add)",
    fault="index",
)

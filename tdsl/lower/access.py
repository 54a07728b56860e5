"""Index maps through views: which element of its operand an element of a view is.

An affine view costs nothing: it changes the position that is loaded.  A reshape that only splits axes or moves
axes of size 1 is one; any other reshape is another name for the memory of its operand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

from tdsl.ir.node import Node
from tdsl.loops.language import Index
from tdsl.types import ONE, ZERO, Dim, Shape

_FEW = 4
_SHORT = 8
JOINED_BY = {"sum": "add", "prod": "mul", "max": "maximum", "min": "minimum", "any": "or", "all": "and"}
"""The elementwise op that joins two values of a reduction."""


@dataclass(frozen=True)
class Access:
    """An element of a node: one index for each of its axes, and what must lie within a size for it to be real."""

    indices: tuple[Index, ...]
    guards: tuple[tuple[Index, Dim], ...] = ()

    @cached_property
    def _hash(self) -> int:
        return hash((self.indices, self.guards))

    def __hash__(self) -> int:
        return self._hash


def identity_access(rank: int) -> Access:
    """The element whose indices are the axes of the loop nest themselves."""
    return Access(tuple(Index.axis(axis) for axis in range(rank)))


def is_affine_view(node: Node) -> bool:
    match node.op.name:
        case "broadcast" | "transpose" | "slice" | "identity" | "stop_grad":
            return True
        case "reshape":
            return split(node.operands[0].type.shape, node.type.shape) is not None
        case "sum" | "prod" | "max" | "min" | "any" | "all":
            return not node["axes"]
        case _:
            return False


def is_alias(node: Node) -> bool:
    """Whether the node's elements are its operand's in the same order."""
    return node.op.name in ("identity", "stop_grad", "reshape")


def storage_of(node: Node) -> Node:
    """The node whose memory holds the same elements in the same order."""
    while is_alias(node):
        node = node.operands[0]
    return node


def access_through_view(node: Node, at: Access) -> Access:
    """The element of the only operand that an affine view shows at an element."""
    indices = at.indices
    match node.op.name:
        case "broadcast":
            indices = tuple(indices[axis] for axis in node["axes"])
        case "transpose":
            axes = node["axes"]
            indices = tuple(indices[axes.index(axis)] for axis in range(len(axes)))
        case "slice":
            indices = tuple(
                index.scaled(Dim.of(step)).plus(start)
                for index, start, step in zip(indices, node["starts"], node["steps"], strict=True)
            )
        case "reshape":
            groups = split(node.operands[0].type.shape, node.type.shape)
            assert groups is not None
            indices = tuple(_joined(group, indices, node.type.shape) for group in groups)
    return Access(indices, at.guards)


def _joined(group: tuple[int, ...], indices: tuple[Index, ...], shape: Shape) -> Index:
    total = Index(ZERO)
    for axis in group:
        total = total.scaled(shape[axis]) + indices[axis]
    return total


def split(operand: Shape, shape: Shape) -> tuple[tuple[int, ...], ...] | None:
    """The axes of the new shape that each old axis became, or None if old axes were merged."""
    groups: list[tuple[int, ...]] = []
    axis = 0
    for size in operand:
        if size == ONE:
            groups.append(())
            continue
        group: list[int] = []
        total = ONE
        while axis < len(shape) and (not group or total != size):
            if shape[axis] != ONE:
                total = total * shape[axis]
                group.append(axis)
            axis += 1
        if total != size:
            return None
        groups.append(tuple(group))
    return tuple(groups) if all(size == ONE for size in shape[axis:]) else None


def access_through_pad(node: Node, at: Access) -> Access:
    """The element of the operand that a `place` of steps 1 or -1 shows, guarded by the operand's sizes."""
    indices, guards = [], list(at.guards)
    for index, start, step, size, whole in zip(
        at.indices, node["starts"], node["steps"], node.operands[0].type.shape, node.type.shape, strict=True
    ):
        inner = index.plus(-start).scaled(Dim.of(step))
        indices.append(inner)
        if (start, step, size) != (ZERO, 1, whole) and (inner, size) not in guards:
            guards.append((inner, size))
    return Access(tuple(indices), tuple(guards))


def index_access(node: Node, at: Access) -> Access:
    """The element of its index that a gather, or the value of a scatter, has at an element."""
    return Access(at.indices[node["axis"] : node["axis"] + node.operands[1].type.rank], at.guards)


def short_products(node: Node, at: Access) -> tuple[tuple[Access, Access], ...] | None:
    """The pairs of elements whose products add up to an element of a matmul, if they are few: then it is as good as
    elementwise."""
    left, right = (operand.type for operand in node.operands)
    count = left.shape[-1].constant
    if count is None or not 0 < count <= _FEW:
        return None
    stack = at.indices[: left.rank - 2] if left.rank > 2 else ()
    row = (at.indices[len(stack)],) if left.rank > 1 else ()
    column = (at.indices[-1],) if right.rank > 1 else ()
    pairs = []
    for number in range(count):
        step = Index(Dim.of(number))
        left_at = Access((*stack, *row, step), at.guards)
        right_at = Access((*stack, step, *column) if right.rank > 1 else (step,), at.guards)
        pairs.append((left_at, right_at))
    return tuple(pairs)


def not_empty(size: Dim) -> tuple[tuple[Index, Dim], ...]:
    """The guard of an element on an axis that may be empty: then even its position 0, which stands for a bad one, is
    none."""
    return () if size.at_least(1) else ((Index(ZERO), size),)


def short_reduction(node: Node, at: Access) -> tuple[Access, ...] | None:
    """The elements that an element of a reduction joins, if they are few: then it is as good as elementwise."""
    if node.op.name not in JOINED_BY or not node["axes"]:
        return None
    (operand,), axes = node.operands, node["axes"]
    sizes = [operand.type.shape[axis].constant for axis in axes]
    if not all(sizes) or prod(size or 0 for size in sizes) > _SHORT:
        return None
    found = []
    for positions in product(*(range(size or 0) for size in sizes)):
        joined = iter(positions)
        kept = iter(at.indices)
        indices = (Index(Dim.of(next(joined))) if axis in axes else next(kept) for axis in range(operand.type.rank))
        found.append(Access(tuple(indices), at.guards))
    return tuple(found)


def has_unit_steps(node: Node) -> bool:
    return all(abs(step) == 1 for step in node["steps"])

"""Affine views: an element of one is an element of its operand at another access, so a view costs nothing.

A reshape that only splits axes or moves axes of size 1 is one; any other reshape is another name for the memory of its
operand.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tdsl.ir.attributes import Axes, Slice, Windows
from tdsl.ir.node import Node
from tdsl.loops.body import linear
from tdsl.lower.access import Access
from tdsl.types import ONE, Dim, Shape

Through = Callable[[Node, Access], Access]


def _broadcast(node: Node, at: Access) -> Access:
    return at.with_indices(tuple(at.indices[axis] for axis in node.get(Axes).axes))


def _transpose(node: Node, at: Access) -> Access:
    axes = node.get(Axes).axes
    return at.with_indices(tuple(at.indices[axes.index(axis)] for axis in range(len(axes))))


def _slice(node: Node, at: Access) -> Access:
    strides = zip(at.indices, node.get(Slice).starts, node.get(Slice).steps, strict=True)
    return at.with_indices(tuple(index.scaled(Dim.of(step)).plus(start) for index, start, step in strides))


def _windows(node: Node, at: Access) -> Access:
    made = node.get(Windows)
    count = len(made.sizes)
    lead = len(at.indices) - 2 * count
    along = zip(at.indices[lead : lead + count], at.indices[lead + count :], made.strides, made.dilations, strict=True)
    inside = (first.scaled(Dim.of(stride)) + index.scaled(Dim.of(step)) for first, index, stride, step in along)
    return at.with_indices((*at.indices[:lead], *inside))


def _same(node: Node, at: Access) -> Access:
    return at


def _split(node: Node, at: Access) -> Access:
    groups = split_axes(node.operands[0].type.shape, node.type.shape)
    assert groups is not None
    return at.with_indices(
        tuple(
            linear(tuple(at.indices[axis] for axis in group), tuple(node.type.shape[axis] for axis in group))
            for group in groups
        )
    )


def _reshape(node: Node) -> Through | None:
    return None if split_axes(node.operands[0].type.shape, node.type.shape) is None else _split


def _over_no_axes(node: Node) -> Through | None:
    return None if node.get(Axes).axes else _same


VIEWS: dict[str, Callable[[Node], Through | None]] = {
    "broadcast": lambda _: _broadcast,
    "transpose": lambda _: _transpose,
    "slice": lambda _: _slice,
    "windows": lambda _: _windows,
    "identity": lambda _: _same,
    "stop_grad": lambda _: _same,
    "reshape": _reshape,
    **dict.fromkeys(("sum", "prod", "max", "min", "any", "all"), _over_no_axes),
}
_ALIASES = frozenset({"identity", "stop_grad", "reshape"})


def is_affine_view(node: Node) -> bool:
    return _through(node) is not None


def access_through_view(node: Node, at: Access) -> Access:
    """The element of the only operand that an affine view shows at an element."""
    through = _through(node)
    assert through is not None, node
    return through(node, at)


def _through(node: Node) -> Through | None:
    rule = VIEWS.get(node.op.name)
    return rule(node) if rule else None


def is_alias(node: Node) -> bool:
    """Whether the node's elements are its operand's in the same order."""
    return node.op.name in _ALIASES


def storage_of(node: Node) -> Node:
    """The node whose memory holds the same elements in the same order."""
    while is_alias(node):
        node = node.operands[0]
    return node


@lru_cache(1024)
def split_axes(operand: Shape, shape: Shape) -> tuple[tuple[int, ...], ...] | None:
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

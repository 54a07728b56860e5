"""Faults of elements that no kernel computes: they are looked for in nests of their own, that store nothing.

    map i0 < K, i1 < M:  t = position b1[i0] in N; …      →      the same, and for M = 0
                                                                 map i0 < 1 // (M + 1), i1 < K:  position b1[i1] in N

An operation that may fault does so wherever it stands in the program, be what it gives needed in part or empty.
"""

from __future__ import annotations

from tdsl.ir.node import Node, constant_value
from tdsl.loops.language import Index, Map
from tdsl.lower.access import Access
from tdsl.lower.bodies import BodyBuilder
from tdsl.lower.elements.indexing import has_index, index_of
from tdsl.types import ONE, ZERO, Dim, Shape, element_count


def may_fault(node: Node) -> bool:
    """Whether it may for some values: a division by a number other than 0 does for none."""
    return node.may_fault and not (node.op.fault == "division" and constant_value(node.operands[1]))


def looked_at(node: Node) -> Shape:
    """The axes of what a node that may fault looks at: its elements, or those of its index."""
    return index_of(node).type.shape if has_index(node) else node.type.shape


def times(at: Access, shape: Shape, axes: Shape) -> Dim:
    """A size that is 0 if a nest over some axes, which each time looks at one element of a shape, may miss any."""
    walked: set[int] = set()
    others = [guard for guard in at.guards if guard not in zip(at.indices, shape, strict=True)]
    for index, size in (*zip(at.indices, shape, strict=True), *others):
        mine = {axis for axis, _ in index.axes}
        if walked & mine or not _covers(index, size, axes):
            return ZERO
        walked |= mine
    return element_count(
        [*(size for _, size in others), *(size for axis, size in enumerate(axes) if axis not in walked)]
    )


def _covers(index: Index, size: Dim, axes: Shape) -> bool:
    """Whether an index is certain to be each position of an axis of that size while it walks its own."""
    first, count = index.offset, ONE
    if len(index.axes) == 1 and index.axes[0][1] == -ONE:
        count = axes[index.axes[0][0]]
        first = first - count + ONE
    else:
        for axis, step in reversed(index.axes):
            if step != count:
                return False
            count = count * axes[axis]
    return not index.registers and (-first).at_least(0) and (first + count - size).at_least(0)


def check(node: Node, seen: Dim, body: BodyBuilder) -> Map:
    """The nest that looks at all that a node looks at, unless that has been `seen`."""
    shape = looked_at(node)
    at = Access(tuple(Index.axis(1 + axis) for axis in range(len(shape))))
    if has_index(node):
        body.position(node, at)
    else:
        body.compute(node, at)
    return Map((ONE // (seen + 1), *shape), body.body, ())

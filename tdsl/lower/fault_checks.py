"""Faults of elements that no kernel computes: checked in nests of their own, that store nothing.

    map i0 < K, i1 < M:  t = position b1[i0] in N; …      →      the same, and for M = 0
                                                                 map i0 < 1 // (M + 1), i1 < K:  position b1[i1] in N

An operation that may fault does so wherever it occurs in the program, even if its result is empty or only partly
needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from tdsl.ir.blocks import Block
from tdsl.ir.node import Node, constant_value
from tdsl.loops.body import Index
from tdsl.loops.language import Map
from tdsl.lower.access import Access
from tdsl.lower.bodies import BodyBuilder
from tdsl.lower.elements.indexing import has_index, index_of
from tdsl.types import ONE, ZERO, Dim, Shape, element_count


class FaultChecks:
    """Records which elements of the nodes that may fault are computed by kernels, and checks the others."""

    def __init__(self, order: Iterable[Node], block_of: Mapping[Node, Block], site: Callable[[Node], int]) -> None:
        self._block_of = block_of
        self._site = site
        self._unchecked: dict[Block, dict[Node, None]] = {}
        self._covered: dict[Node, list[Dim]] = {}
        for node in filter(_may_fault, order):
            self._unchecked.setdefault(block_of[node], {})[node] = None

    def cover(self, node: Node, at: Access, axes: Shape, block: Block) -> int:
        """Records that a nest over some axes of a block checks a node at an access; returns the node's site."""
        size = _coverage(at, _checked_shape(node), axes) if self._block_of[node] is block else ZERO
        self._covered.setdefault(node, []).append(size)
        return self._site(node)

    def of_block(self, block: Block, buffers: Mapping[Node, int]) -> Iterator[tuple[Node, Map]]:
        """The nodes of a block that its kernels so far compute in part, and their checks."""
        nodes = self._unchecked.get(block, {})
        for node in [node for node in nodes if node in self._covered]:
            del nodes[node]
            sizes = self._covered.pop(node)
            if not any(size.at_least(1) for size in sizes):
                body = BodyBuilder(buffers, lambda node, _: self._site(node))
                yield node, _check(node, next((size for size in sizes if size.terms), ZERO), body)


def _may_fault(node: Node) -> bool:
    """Whether some values make it fault: a division by a constant other than 0 never does."""
    return node.may_fault and not (node.op.fault == "division" and constant_value(node.operands[1]))


def _checked_shape(node: Node) -> Shape:
    """The axes of the elements that a node checks: its own, or those of its index."""
    return index_of(node).type.shape if has_index(node) else node.type.shape


def _coverage(at: Access, shape: Shape, axes: Shape) -> Dim:
    """A size that is 0 if a nest over some axes, which each time accesses one element of a shape, may miss any."""
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


def _check(node: Node, covered: Dim, body: BodyBuilder) -> Map:
    """The nest that checks every element of a node, unless that many are `covered`."""
    shape = _checked_shape(node)
    at = Access(tuple(Index.axis(1 + axis) for axis in range(len(shape))))
    if has_index(node):
        body.position(node, at)
    else:
        body.compute(node, at)
    return Map((ONE // (covered + 1), *shape), body.body, ())

"""Matrix products: their operands are read where their elements are, not copied to matrices first.

A strided view of memory is a matrix, and so is a stack of neighbouring windows.  If a reshape merges axes that are not
neighbours in memory, the batch, the rows or the depth of the product are walked along several axes:

    reshape(transpose(x, (1, 0, 2)), (B * T, H)) @ W    →    row i < B, j < T at x[H*i + B*H*j]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count

from tdsl.ir.node import Node
from tdsl.loops.body import ContractionValue, Index, linear
from tdsl.loops.language import AffineMatrix, Contraction, Store
from tdsl.lower.access import Access
from tdsl.lower.elements.views import access_through_view, is_affine_view, split_axes, storage_of
from tdsl.record import record
from tdsl.types import ONE, ZERO, Dim, Shape, element_count

InMemory = Callable[[Node], bool]

_MOST_WINDOWS = 64  # of all stacks that a product looks through


@record(frozen=True)
class Product:
    """A product over the axes batch …, m, n, k: sizes, and the element of each operand; a vector is a matrix with one
    row or column.  Of the stack, those of size 1 are no axes."""

    batch: Shape
    m: Dim
    n: Dim
    k: Dim
    left: Access
    right: Access


def product(node: Node) -> Product:
    left, right = (operand.type for operand in node.operands)
    batch = tuple(size for size in left.shape[:-2] if size != ONE)
    m, n, k = (Index.axis(len(batch) + axis) for axis in range(3))
    stack = stack_indices(left.shape[:-2])
    at_left = Access((*stack, m, k) if left.rank > 1 else (k,))
    at_right = Access((*stack, k, n) if right.rank > 1 else (k,))
    rows = left.shape[-2] if left.rank > 1 else ONE
    columns = right.shape[-1] if right.rank > 1 else ONE
    return Product(batch, rows, columns, left.shape[-1], at_left, at_right)


def stack_indices(stack: Shape) -> tuple[Index, ...]:
    """The element of a stack that the first axes of a nest walk."""
    numbers = count()
    return tuple(Index(ZERO) if size == ONE else Index.axis(next(numbers)) for size in stack)


def sources(node: Node, in_memory: InMemory) -> tuple[Node, Node]:
    """The nodes whose memory the operands of a product are read from."""
    walk, (left, right) = _Walk(product(node)), node.operands
    return walk.source(left, walk.product.left, in_memory)[0], walk.source(right, walk.product.right, in_memory)[0]


def contraction(node: Node, buffers: Mapping[Node, int], buffer: int) -> Contraction:
    """The statement that stores a product, given the nodes in memory."""
    (left, right), made = node.operands, product(node)
    walk, batch = _Walk(made), len(made.batch)
    found = (walk.source(left, made.left, buffers.__contains__), walk.source(right, made.right, buffers.__contains__))
    at_left, at_right = both = [walk.expanded(at) for _, at in found]  # each may have split axes of the other
    m, n, k = batch, batch + 1, batch + 2
    stack = [walk.axes(number, both) for number in range(batch)]
    rows, columns, depth = walk.axes(m, [at_left]), walk.axes(n, [at_right]), walk.axes(k, both)
    left_layout, right_layout = _layout(left, made.left, buffers), _layout(right, made.right, buffers)
    source, other = (buffers[node] for node, _ in found)
    kept = [*stack_indices(left.type.shape[:-2]), *[Index.axis(m)] * (left.type.rank > 1)]
    kept += [Index.axis(n)] * (right.type.rank > 1)
    return Contraction(
        tuple(map(_sizes, stack)),
        _sizes(rows),
        _sizes(columns),
        _sizes(depth),
        _matrix(source, at_left, stack, rows, depth, (left_layout.coefficient(m), left_layout.coefficient(k))),
        _matrix(other, at_right, stack, depth, columns, (right_layout.coefficient(k), right_layout.coefficient(n))),
        (ContractionValue(node.type.dtype),),
        (Store(buffer, linear(tuple(kept), node.type.shape), 0),),
    )


def _sizes(axes: Sequence[_Axis]) -> Shape:
    return tuple(axis.size for axis in axes)


def _matrix(
    buffer: int,
    at: Index,
    batch: Sequence[Sequence[_Axis]],
    rows: Sequence[_Axis],
    columns: Sequence[_Axis],
    layout: tuple[Dim, Dim],
) -> AffineMatrix:
    """Sums have the order of a copy, which is that of any matrix with the same contiguous axis."""
    *stack, row_steps, column_steps = (
        tuple(at.coefficient(axis.number) for axis in axes) for axes in (*batch, rows, columns)
    )
    if len(row_steps) == len(column_steps) == 1:
        own = row_steps[0], column_steps[0]
        if _is_contiguous_alike(own, layout):
            layout = own
    return AffineMatrix(buffer, at.offset, tuple(stack), row_steps, column_steps, layout)


def _is_contiguous_alike(own: tuple[Dim, Dim], layout: tuple[Dim, Dim]) -> bool:
    """Whether the strides of a matrix and those of a copy let the runtime take sums in the same order, for all sizes:
    a stride may be 1 by chance.  The runtime looks at none that is beside contiguous columns, nor beside contiguous
    rows of one element."""
    if own[1] == layout[1] == ONE:
        return True
    if own[0] == layout[0] == ONE:
        return _is_never_one(own[1]) or (own[1] - layout[1]).at_least(0)
    return all(
        one == other or (_is_never_one(one) and _is_never_one(other)) for one, other in zip(own, layout, strict=True)
    )


def _is_never_one(step: Dim) -> bool:
    return step.at_least(2) or (-step).at_least(0)


def _layout(node: Node, at: Access, buffers: Mapping[Node, int]) -> Index:
    """The position of an element of an operand that is copied where it is no strided view."""
    while node not in buffers and is_affine_view(node):
        node, at = node.operands[0], access_through_view(node, at)
    return linear(at.indices, node.type.shape)


@record(frozen=True)
class _Axis:
    number: int
    size: Dim


class _Walk:
    """The axes of a product and those that they are split into, numbered as in indices."""

    def __init__(self, made: Product) -> None:
        self.product = made
        self.sizes = [*made.batch, made.m, made.n, made.k]
        self.parts: dict[int, tuple[int, ...]] = {}

    def source(self, node: Node, at: Access, in_memory: InMemory) -> tuple[Node, Index]:
        """The node whose memory holds an operand, and the position of an element in it.  A node that is neither a view
        nor such a reshape has memory of its own."""
        at = at.with_indices(tuple(map(self.expanded, at.indices)))
        while not in_memory(node):
            if (through := _through(node, at)) is None:
                through = None if in_memory(storage_of(node)) else self._through_merging(node, at)
            if through is None:
                break
            node, at = through
        return node if in_memory(node) else storage_of(node), linear(at.indices, node.type.shape)

    def expanded(self, index: Index) -> Index:
        """An index over the parts of the axes."""
        if not self.parts:
            return index
        total = replace(index, axes=())
        for number, step in index.axes:
            total = total + self._joined(self.parts.get(number, (number,))).scaled(step)
        return total

    def axes(self, number: int, places: Sequence[Index]) -> list[_Axis]:
        """The parts of an axis, without those of size 1; neighbours that all indices walk as one are one."""
        if number not in self.parts:
            return [_Axis(number, self.sizes[number])]
        found: list[_Axis] = []
        for part in self.parts[number]:
            inner = _Axis(part, self.sizes[part])
            if inner.size == ONE:
                continue
            if found and all(at.coefficient(found[-1].number) == at.coefficient(part) * inner.size for at in places):
                inner = _Axis(part, found.pop().size * inner.size)
            found.append(inner)
        return found or [_Axis(self.parts[number][-1], ONE)]

    def _split(self, number: int, sizes: Shape) -> tuple[int, ...]:
        """Splits an axis, or a part of one."""
        new = tuple(range(len(self.sizes), len(self.sizes) + len(sizes)))
        self.sizes += sizes
        for axis, parts in self.parts.items():
            if number in parts:
                place = parts.index(number)
                self.parts[axis] = (*parts[:place], *new, *parts[place + 1 :])
        self.parts[number] = new
        return new

    def _joined(self, parts: Sequence[int]) -> Index:
        return linear(tuple(map(Index.axis, parts)), tuple(self.sizes[part] for part in parts))

    def _through_merging(self, node: Node, at: Access) -> tuple[Node, Access] | None:
        """The element of the operand of a reshape that merges axes, which then walk along several ones; None if an
        index covers only a part of its axis, or other sizes."""
        if node.op.name != "reshape":
            return None
        (operand,) = node.operands
        shape = operand.type.shape
        groups = split_axes(node.type.shape, shape)
        if groups is None:
            return None
        before = self.sizes[:], dict(self.parts)
        indices = [Index(ZERO)] * len(shape)
        for index, group in zip(at.indices, groups, strict=True):
            parts = self._along(self.expanded(index), tuple(shape[axis] for axis in group))
            if parts is None:
                self.sizes, self.parts = before
                return None
            for axis, part in zip(group, parts, strict=True):
                indices[axis] = part
        return operand, at.with_indices(tuple(map(self.expanded, indices)))

    def _along(self, index: Index, shape: Shape) -> tuple[Index, ...] | None:
        """An index of an axis as indices of the axes that were merged into it; it may split axes of the product."""
        if len(shape) < 2 or index == Index(ZERO):
            return (index,) * len(shape)
        walked = [number for number, _ in index.axes]
        split = _refinement([self.sizes[number] for number in walked], shape)
        if split is None or index != self._joined(walked):
            return None
        parts: list[int] = []
        for number, sizes in zip(walked, split[0], strict=True):
            parts += (number,) if len(sizes) == 1 else self._split(number, sizes)
        rest = iter(parts)
        return tuple(self._joined([next(rest) for _ in sizes]) for sizes in split[1])


def _refinement(one: Sequence[Dim], other: Shape) -> tuple[list[Shape], list[Shape]] | None:
    """The factors of the sizes of two shapes, such that all factors of one are all of the other; None if there are
    none."""
    if len(one) == 1:
        return ([other], [(size,) for size in other]) if element_count(other) == one[0] else None
    found: tuple[list[Shape], list[Shape]] = ([()], [()])
    rests = [*one], [*other]
    while rests[0] and rests[1]:
        a, b = rests[0][0], rests[1][0]
        factor = a if b.exactly(a) else b
        for rest, factors in zip(rests, found, strict=True):
            quotient = rest[0].exactly(factor)
            if quotient is None:
                return None
            factors[-1] += (factor,)
            if quotient == ONE:
                del rest[0]
                factors += [()] if rest else []
            else:
                rest[0] = quotient
    return None if rests[0] or rests[1] else found


def _through(node: Node, at: Access, most: int = _MOST_WINDOWS) -> tuple[Node, Access] | None:
    """The element of the operand that a strided view shows, or a stack of windows up to a limit."""
    if is_affine_view(node):
        return node.operands[0], access_through_view(node, at)
    most //= max(2, len(node.operands))
    if node.op.name != "stack" or not most:
        return None
    number, *inside = at.indices
    (base, first), *others = [_through_all(part, at.with_indices(tuple(inside)), most) for part in node.operands]
    steps = [ZERO] * len(first.indices)
    for distance, (other, place) in enumerate(others, 1):
        if other is not base:
            return None
        if distance == 1:
            steps = [b.offset - a.offset for a, b in zip(first.indices, place.indices, strict=True)]
        if place.indices != tuple(a.plus(step * distance) for a, step in zip(first.indices, steps, strict=True)):
            return None
    return base, at.with_indices(tuple(a + number.scaled(step) for a, step in zip(first.indices, steps, strict=True)))


def _through_all(node: Node, at: Access, most: int) -> tuple[Node, Access]:
    while through := _through(node, at, most):
        node, at = through
    return node, at

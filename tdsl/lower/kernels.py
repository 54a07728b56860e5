"""Kernel rules: the statements that fill a node with memory of its own, and the layout of its operands.

A map over the element rule fills a node without a kernel rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import Protocol

from tdsl.ir.attributes import (
    Axes,
    Axis,
    Cumulative,
    Overlap,
    Position,
    Rows,
    Side,
    SizedAxis,
    Stream,
    Triangle,
    Turned,
    Write,
)
from tdsl.ir.node import Node
from tdsl.ir.pieces import Piece, placed
from tdsl.loops.body import Compute, Index, Literal, Load, linear
from tdsl.loops.language import Branch, Call, Map, Reduce, Scatter, Statement, Store
from tdsl.loops.routines import ROUTINES
from tdsl.lower.access import Access, identity_access, piece_element, piece_place
from tdsl.lower.bodies import BodyBuilder
from tdsl.lower.contractions import contraction, product
from tdsl.lower.elements.indexing import index_access, index_of, not_empty, positions_of
from tdsl.lower.elements.reductions import plus_zero
from tdsl.lower.elements.table import element
from tdsl.lower.elements.views import is_affine_view, storage_of
from tdsl.lower.origins import Origins
from tdsl.lower.sequences import is_counter
from tdsl.ops.functions import items
from tdsl.ops.scan import LoopAttributes
from tdsl.ops.windows import are_apart
from tdsl.record import record
from tdsl.types import I64, U8, Dim, Shape, Tuple, element_count


class Placement(Enum):
    """The layout of an operand that the kernel does not compute itself."""

    STRIDED = auto()
    """It lies in memory or in a strided view of memory."""
    AFFINE = auto()
    """It lies in memory, at positions that the product computes."""
    MATERIALIZED = auto()
    """It lies in memory as it is."""
    NONE = auto()
    """It is not read."""
    BRANCH = auto()
    """It lies in the memory of the node, which a block of its own fills."""


class Context(Protocol):
    """The interface of the statement builder for kernels."""

    buffers: Mapping[Node, int]
    origins: Origins

    def body(self, axes: Shape, pieces: Mapping[Node, Piece] | None = None) -> BodyBuilder:
        """The builder of a body for a nest over axes, or for one piece of it after the other."""

    def branch(self, node: Node, number: int) -> tuple[Statement, ...]:
        """The block of an operand that shares the memory of the node."""

    def loop(self, node: Node) -> list[Statement]:
        """The statements that fill the results of a scan."""

    def checked_positions(self, node: Node) -> int | None:
        """A buffer for the positions of a write that is committed."""

    def scratch(self, node: Node, count: Dim) -> int:
        """A buffer of `count` f64 that only the kernel of the node uses."""

    def result(self, item: Node) -> int:
        """The buffer of a result of a node with several; one of its own if nothing reads it."""

    def site(self, node: Node) -> int:
        """The number of the fault of a node."""


@record(frozen=True)
class Kernel:
    """`operands(node)` gives for each operand its access in a nest, or its layout; `emit(context, node,
    buffer)` the statements that fill a buffer."""

    operands: Callable[[Node], Sequence[Access | Placement]]
    emit: Callable[[Context, Node, int], list[Statement]]


def kernel(node: Node) -> Kernel | None:
    """The rule of a node with memory of its own; None if a map computes its elements."""
    if node.op.family == "reduction" and element(node) is not None:
        return None
    return KERNELS.get(node.op.name)


def fill(context: Context, node: Node, buffer: int) -> list[Statement]:
    """A map over the node's elements."""
    body = context.body(node.type.shape)
    at = identity_access(node.type.rank)
    return [_stored(node, body, body.compute(node, at), buffer)]


def copy(context: Context, node: Node, buffer: int) -> Map:
    """A map that computes the node's elements, or loads them if it has memory, into another buffer."""
    body = context.body(node.type.shape)
    return _stored(node, body, body.value(node, identity_access(node.type.rank)), buffer)


def zeros(context: Context, node: Node, buffer: int) -> Map:
    """A map that fills the memory of a node with zeros."""
    body = context.body(node.type.shape)
    register = body.emit(Literal(0, node.type.dtype))
    position = linear(identity_access(node.type.rank).indices, node.type.shape)
    return Map(
        node.type.shape, body.body, (Store(buffer, position, register),), (context.origins.of_zeros(node, buffer),)
    )


def _stored(node: Node, body: BodyBuilder, register: int, buffer: int) -> Map:
    position = linear(identity_access(node.type.rank).indices, node.type.shape)
    return Map(node.type.shape, body.body, (Store(buffer, position, register),))


def _reduction(context: Context, node: Node, buffer: int) -> list[Statement]:
    (operand,), (at,) = node.operands, _reduced_element(node)
    reduced = tuple(operand.type.shape[axis] for axis in _reduced_axes(node))
    body = context.body(node.type.shape + reduced)
    value = body.value(operand, at)
    return [Reduce(node.type.shape, reduced, node.op.name, body.body, value, buffer, operand.type.dtype)]


def _reduced_element(node: Node) -> tuple[Access]:
    """The operand's element in a nest whose axes are the kept ones, then the reduced ones."""
    axes = _reduced_axes(node)
    rank = node.operands[0].type.rank
    nest = [axis for axis in range(rank) if axis not in axes] + list(axes)
    return (Access(tuple(Index.axis(nest.index(axis)) for axis in range(rank))),)


def _reduced_axes(node: Node) -> tuple[int, ...]:
    attributes = node.attributes
    return attributes.axes if isinstance(attributes, Axes) else (node.get(Position).axis,)


def _factors(node: Node) -> list[Placement]:
    return [Placement.STRIDED if node.type.dtype == U8 else Placement.AFFINE] * 2


def _contraction(context: Context, node: Node, buffer: int) -> list[Statement]:
    if node.type.dtype == U8:
        return [_sum_of_products(context, node, buffer)]
    return [contraction(node, context.buffers, buffer)]


def _sum_of_products(context: Context, node: Node, buffer: int) -> Reduce:
    """A product of a type that the runtime has no routine for."""
    (left, right), made, dtype = node.operands, product(node), node.type.dtype
    body = context.body((*made.batch, made.m, made.n, made.k))
    factors = body.load(left, made.left), body.load(right, made.right)
    value = body.emit(Compute("mul", factors, dtype))
    return Reduce((*made.batch, made.m, made.n), (made.k,), "sum", body.body, value, buffer, dtype)


def _scatter(context: Context, node: Node, buffer: int) -> list[Statement]:
    """Adds to a buffer that is filled already."""
    value, axis, rank = node.operands[0], node.get(SizedAxis).axis, index_of(node).type.rank
    at = identity_access(value.type.rank)
    body = context.body(value.type.shape)
    register = body.value(value, at)
    position = body.position(node, index_access(node, at))
    guard = body.guard(Access((), not_empty(node.get(SizedAxis).size)))
    target = linear((*at.indices[:axis], position, *at.indices[axis + rank :]), node.type.shape)
    conflicts = tuple(range(value.type.rank))
    return [Scatter(value.type.shape, body.body, target, register, buffer, node.type.dtype, conflicts, guard)]


def _write(context: Context, node: Node, buffer: int) -> list[Statement]:
    """A copy of the array, then the part in the order of the index."""
    array, part, _ = node.operands
    where, rank, at = node.get(Write), index_of(node).type.rank, identity_access(part.type.rank)
    positions, checked = context.checked_positions(node), list[Statement]()
    if positions is not None:
        checked.append(_check_positions(context, node, positions))
    body = context.body(part.type.shape)
    register = body.value(part, at)
    if positions is None:
        position = body.position(node, index_access(node, at))
    else:
        place = linear(index_access(node, at).indices, index_of(node).type.shape)
        loaded = body.emit(Load(positions, place, I64))
        position = body.check_position(node, index_access(node, at), loaded, positions_of(node))
    guard = body.guard(Access((), not_empty(positions_of(node))))
    indices = (*at.indices[: where.axis], position, *at.indices[where.axis + rank :])
    places = zip(indices, where.starts, where.steps, strict=True)
    target = linear(tuple(index.scaled(Dim.of(step)).plus(start) for index, start, step in places), node.type.shape)
    conflicts, adds = tuple(range(part.type.rank)), node.op.name == "write_add"
    scattered = Scatter(
        part.type.shape, body.body, target, register, buffer, node.type.dtype, conflicts, guard, adds=adds
    )
    copied = replace(copy(context, array, buffer), origins=(context.origins.of_copy(array, buffer),))
    return [*checked, copied, scattered]


def _check_positions(context: Context, node: Node, buffer: int) -> Map:
    """The positions of a write from the start, checked before anything is committed."""
    shape = index_of(node).type.shape
    at = identity_access(len(shape))
    body = context.body(shape)
    ((register, _),) = body.position(node, at).registers
    store = Store(buffer, linear(at.indices, shape), register)
    return Map(shape, body.body, (store,), (context.origins.of_check(node),))


def _place(context: Context, node: Node, buffer: int) -> list[Statement]:
    """Zeros, then the elements of the region: no element asks whether it lies there."""
    piece = placed(node)
    body = context.body(piece.axes)
    register = body.value(piece.value, piece_element(piece))
    store = Store(buffer, linear(piece_place(piece).indices, node.type.shape), register)
    return [zeros(context, node, buffer), Map(piece.axes, body.body, (store,))]


def _overlapping_axes(node: Node) -> list[int]:
    """Those of the array along which windows may overlap."""
    made, whole, sizes = node.get(Overlap), node.type, node.operands[0].type.shape[node.type.rank :]
    first = whole.rank - len(made.shape)
    along = zip(sizes, made.strides, made.dilations, strict=True)
    return [axis for axis, each in enumerate(along, first) if not are_apart(*each)]


def _overlapping_elements(node: Node) -> tuple[Access]:
    """The operand's element in a nest over the places in a window, then the windows: the elements of one place are
    apart.  Windows that are apart are walked in the order of the array."""
    count, rank = len(node.get(Overlap).shape), node.operands[0].type.rank
    lead = rank - 2 * count
    windows, places = (*range(lead + count, rank),), (*range(lead, lead + count),)
    if not _overlapping_axes(node):
        windows, places = (*range(lead, rank, 2),), (*range(lead + 1, rank, 2),)
    return (Access(tuple(map(Index.axis, (*range(lead), *windows, *places)))),)


def _overlap(context: Context, node: Node, buffer: int) -> list[Statement]:
    """Zeros, to which each element of each window is added; windows that are apart are stored."""
    (operand,), (at,), made = node.operands, _overlapping_elements(node), node.get(Overlap)
    count = len(made.shape)
    lead = node.type.rank - count
    nest = [at.indices.index(Index.axis(axis)) for axis in range(operand.type.rank)]
    axes = tuple(operand.type.shape[axis] for axis in nest)
    body = context.body(axes)
    register = body.value(operand, at)
    along = zip(at.indices[lead : lead + count], at.indices[lead + count :], made.strides, made.dilations, strict=True)
    places = (first.scaled(Dim.of(stride)) + index.scaled(Dim.of(step)) for first, index, stride, step in along)
    target = linear((*at.indices[:lead], *places), node.type.shape)
    if overlapping := _overlapping_axes(node):
        conflicts = tuple(sorted(nest.index(axis + count) for axis in overlapping))
        stored: Statement = Scatter(axes, body.body, target, register, buffer, node.type.dtype, conflicts)
    else:
        register = plus_zero(body, register, operand)
        stored = Map(axes, body.body, (Store(buffer, target, register),))
    return [zeros(context, node, buffer), stored]


def _written_elements(node: Node) -> list[Access]:
    array, part, _ = node.operands
    at = identity_access(part.type.rank)
    return [identity_access(array.type.rank), at, index_access(node, at)]


def scattered_elements(node: Node) -> tuple[Access, Access]:
    at = identity_access(node.operands[0].type.rank)
    return at, index_access(node, at)


def _stack(context: Context, node: Node, buffer: int) -> list[Statement]:
    """Copies each part to its place after the one before."""
    count = element_count(node.type.shape[1:])
    statements: list[Statement] = []
    for number, part in enumerate(node.operands):
        copied = copy(context, part, buffer)
        (store,) = copied.stores
        store, origin = replace(store, index=store.index.plus(count * number)), context.origins.of_part(node, number)
        statements.append(replace(copied, stores=(store,), origins=(origin,)))
    return statements


def _if(context: Context, node: Node, buffer: int) -> list[Statement]:
    condition = context.buffers[storage_of(node.operands[0])]
    return [Branch(condition, context.branch(node, 1), context.branch(node, 2))]


def _call(
    numbers: Callable[[Node], tuple[int, ...]],
    sizes: Callable[[Node], Shape],
    typed: Callable[[Node], Node] = lambda node: node.operands[0] if isinstance(node.type, Tuple) else node,
) -> Kernel:
    """A routine of the runtime, for the dtype of a node: that of the result, unless it has several or another one is
    given."""

    def emit(context: Context, node: Node, buffer: int) -> list[Statement]:
        return [_routine(context, node, buffer, numbers(node), sizes(node), node.operands, typed(node))]

    return Kernel(lambda node: (Placement.MATERIALIZED,) * len(node.operands), emit)


def _routine(
    context: Context,
    node: Node,
    buffer: int,
    numbers: tuple[int, ...],
    sizes: Shape,
    operands: Sequence[Node],
    typed: Node,
) -> Call:
    """The call that fills the buffer of a node, or those of its results if it has several."""
    inputs = (operand if operand in context.buffers else storage_of(operand) for operand in operands)
    buffers = tuple(context.buffers[operand] for operand in inputs)
    several = isinstance(node.type, Tuple)
    outputs = tuple(map(context.result, items(node))) if several else (buffer,)
    dtype = typed.type.dtype
    needed = ROUTINES[node.op.name].scratch
    scratch = (context.scratch(node, needed(sizes, dtype)),) if needed else ()
    site = context.site(node) if node.may_fault else None
    origins = (context.origins.of_results(node, outputs),) if several else ()
    return Call(node.op.name, numbers, sizes, buffers, outputs, dtype, scratch, origins, site)


def _transposed(matrix: Node) -> Node | None:
    """The matrices in memory that these are the transposes of, if they are."""
    rank = matrix.type.rank
    if matrix.op.name != "transpose" or matrix.get(Axes).axes != (*range(rank - 2), rank - 1, rank - 2):
        return None
    (inner,) = matrix.operands
    return None if is_affine_view(storage_of(inner)) else inner


def _triangle(node: Node) -> tuple[Placement, Placement]:
    matrix = node.operands[0]
    return Placement.MATERIALIZED if _transposed(matrix) is None else Placement.STRIDED, Placement.MATERIALIZED


def _solve_triangular(context: Context, node: Node, buffer: int) -> list[Statement]:
    """A transpose is read where the matrix lies."""
    matrix, right = node.operands
    lower, inner = node.get(Triangle).lower, None if matrix in context.buffers else _transposed(matrix)
    if inner is not None:
        matrix, lower = inner, not lower
    numbers = int(lower), int(inner is not None)
    return [_routine(context, node, buffer, numbers, _system(right), (matrix, right), node)]


def _scan(node: Node) -> list[Access | Placement]:
    """States are copied, and captured values have memory; sequences are read through views, but counters not at
    all."""
    loop, places = node.get(LoopAttributes), list[Access | Placement]()
    for number, operand in enumerate(node.operands):
        if number < loop.states:
            places.append(identity_access(operand.type.rank))
        elif number >= loop.states + loop.sequences:
            places.append(Placement.MATERIALIZED)
        else:
            places.append(Placement.NONE if is_counter(operand) else Placement.STRIDED)
    return places


def _matrices(matrix: Node) -> Shape:
    """The number of square matrices, and their size."""
    return (element_count(matrix.type.shape[:-2]), matrix.type.shape[-1])


def _system(right: Node) -> Shape:
    """The number of systems, and the rows and columns of their right sides."""
    return (element_count(right.type.shape[:-2]), *right.type.shape[-2:])


def _along(node: Node) -> Shape:
    """The axis of an op along one, between all before it and all behind it."""
    shape, axis = node.operands[0].type.shape, node.get(Axis).axis
    return (element_count(shape[:axis]), shape[axis], element_count(shape[axis + 1 :]))


def _operand(node: Node) -> Node:
    return node.operands[0]


_REDUCTION = Kernel(_reduced_element, _reduction)

KERNELS: dict[str, Kernel] = {
    **dict.fromkeys(("sum", "prod", "max", "min", "any", "all", "argmax", "argmin"), _REDUCTION),
    "matmul": Kernel(_factors, _contraction),
    "scatter": Kernel(scattered_elements, _scatter),
    **dict.fromkeys(("write", "write_add"), Kernel(_written_elements, _write)),
    "place": Kernel(lambda node: (piece_element(placed(node)),), _place),
    "overlap_add": Kernel(_overlapping_elements, _overlap),
    "stack": Kernel(lambda node: [identity_access(part.type.rank) for part in node.operands], _stack),
    "if": Kernel(lambda _: (Placement.MATERIALIZED, Placement.BRANCH, Placement.BRANCH), _if),
    "scan": Kernel(_scan, lambda nodes, node, _: nodes.loop(node)),
    "item": Kernel(lambda _: (Placement.MATERIALIZED,), lambda *_: []),
    "random_orthogonal": _call(lambda node: (node.get(Stream).stream,), lambda node: node.type.shape),
    **dict.fromkeys(("cumsum", "recurrence"), _call(lambda node: (int(node.get(Cumulative).reverse),), _along)),
    **dict.fromkeys(("cumprod", "cummax", "sort"), _call(lambda _: (), _along)),
    **dict.fromkeys(
        ("cholesky", "lu", "lu_det", "lu_logdet"), _call(lambda _: (), lambda node: _matrices(node.operands[0]))
    ),
    "qr": _call(lambda _: (), lambda node: _system(node.operands[0])),
    "eigh": _call(lambda _: (), lambda node: _matrices(node.operands[0])),
    "solve_triangular": Kernel(_triangle, _solve_triangular),
    "lu_solve": _call(lambda node: (int(node.get(Turned).turned),), _system),
    "argsort": _call(lambda _: (), _along, _operand),
    "argtopk": _call(lambda _: (), lambda node: (*_along(node), node.get(SizedAxis).size), _operand),
    "searchsorted": _call(
        lambda node: (int(node.get(Side).right),),
        lambda node: (element_count(node.operands[0].type.shape), element_count(node.type.shape)),
        _operand,
    ),
    "all_reduce": _call(lambda _: (), lambda node: (*node.operands[0].type.shape, node.get(Rows).rows)),
    "prod_others": _call(lambda _: (), lambda node: (element_count(node.type.shape[:-1]), node.type.shape[-1])),
}

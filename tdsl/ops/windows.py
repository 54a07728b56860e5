"""Windows of the last axes, a view that may show an element several times, and its transpose, which adds them up."""

from __future__ import annotations

from tdsl.ir.attributes import Overlap, Windows
from tdsl.ir.node import IllTyped, Node, apply, constant_value, full
from tdsl.ops import meanings
from tdsl.ops.define import NUMBER, accept, define
from tdsl.types import I32, ONE, ZERO, Dim, Shape, Type


def reach(size: Dim, dilation: int) -> Dim:
    """The number of elements from the first one of a window to its last."""
    return (size - 1) * dilation + 1


def are_apart(size: Dim, stride: int, dilation: int) -> bool:
    """Whether windows certainly share no element along an axis."""
    return (-reach(size, dilation)).at_least(-stride)


def window_counts(whole: Shape, sizes: Shape, strides: tuple[int, ...], dilations: tuple[int, ...]) -> Shape:
    """The number of windows along each axis; a rest that no window reaches is left out."""
    axes = zip(whole, sizes, strides, dilations, strict=True)
    return tuple((size - reach(window, dilation)) // stride + 1 for size, window, stride, dilation in axes)


def windows_type(types: list[Type], sizes: Shape, strides: tuple[int, ...], dilations: tuple[int, ...]) -> Type:
    """[…, N] to […, (N - d (K - 1) - 1) // s + 1, K]: first the windows along each axis, then the elements of one."""
    (operand,) = types
    count = len(sizes)
    if not len(strides) == len(dilations) == count <= operand.rank or min((*strides, *dilations), default=1) < 1:
        raise IllTyped(f"windows of {operand} need a size, a stride and a dilation of 1 or more for each axis")
    lead = operand.shape[: operand.rank - count]
    whole = operand.shape[operand.rank - count :]
    for size, window, dilation in zip(whole, sizes, dilations, strict=True):
        if (reach(window, dilation) - size).at_least(1) or (-window).at_least(0):
            raise IllTyped(f"a window of {window} does not lie inside size {size}")
    return operand.with_shape((*lead, *window_counts(whole, sizes, strides, dilations), *sizes))


def overlap_type(types: list[Type], shape: Shape, strides: tuple[int, ...], dilations: tuple[int, ...]) -> Type:
    """Zeros whose last axes have that shape, with each element of each window added at its place."""
    (operand,) = types
    accept("overlap_add", operand.dtype, NUMBER)
    count = len(shape)
    if not len(strides) == len(dilations) == count or operand.rank < 2 * count:
        raise IllTyped(f"overlap_add of {operand} needs a size, a stride and a dilation for each axis")
    lead, sizes = operand.shape[: operand.rank - 2 * count], operand.shape[operand.rank - count :]
    result = operand.with_shape((*lead, *shape))
    if windows_type([result], sizes, strides, dilations) != operand:
        raise IllTyped(f"{operand} are no windows of {result}")
    return result


def side_by_side(g: Node, y: Node, x: Node) -> Node | None:
    """The elements of windows that are side by side and cover the array, in its order; None if windows are not."""
    made = y.get(Windows)
    count, rank = len(made.sizes), x.type.rank
    lead, counts = g.type.shape[: rank - count], g.type.shape[rank - count : rank]
    axes = zip(x.type.shape[rank - count :], counts, made.sizes, made.strides, made.dilations, strict=True)
    for whole, number, size, stride, dilation in axes:
        if size != Dim.of(stride) or (dilation != 1 and size != ONE) or number * size != whole:
            return None
    order = [axis for k in range(rank - count, rank) for axis in (k, k + count)]
    turned = apply("transpose", g, axes=(*range(len(lead)), *order))
    return apply("reshape", turned, shape=x.type.shape)


def added_up(g: Node, y: Node, x: Node) -> tuple[Node]:
    """The transpose of windows."""
    made = y.get(Windows)
    if joined := side_by_side(g, y, x):
        return (joined,)
    shape = x.type.shape[x.type.rank - len(made.sizes) :]
    return (apply("overlap_add", g, shape=shape, strides=made.strides, dilations=made.dilations),)


def seen(m: Node, y: Node, x: Node) -> tuple[Node]:
    """The mask of the elements that a window with a true element shows."""
    made = y.get(Windows)
    count, rank = len(made.sizes), x.type.rank
    if constant_value(m):
        whole = x.type.shape[rank - count :]
        axes = zip(made.strides, made.dilations, made.sizes, strict=True)
        if all(dilation == 1 and (stride == 1 or (size - stride).at_least(0)) for stride, dilation, size in axes):
            counts = y.type.shape[rank - count : rank]
            covered = tuple(
                (number - 1) * stride + reach(size, dilation)
                for number, stride, size, dilation in zip(counts, made.strides, made.sizes, made.dilations, strict=True)
            )
            if covered == whole:
                return (full(True, x.type.with_dtype(m.type.dtype)),)
            inner = full(True, Type(m.type.dtype, (*x.type.shape[: rank - count], *covered)))
            return (apply("place", inner, shape=x.type.shape, starts=(ZERO,) * rank, steps=(1,) * rank),)
    if joined := side_by_side(m, y, x):
        return (joined,)
    shape = x.type.shape[rank - count :]
    times = apply("overlap_add", m.cast(I32), shape=shape, strides=made.strides, dilations=made.dilations)
    return (apply("ne", times, full(0, times.type)),)


def shown(g: Node, y: Node, x: Node) -> tuple[Node]:
    """The transpose of adding up: the windows again."""
    made, rank = y.get(Overlap), x.type.rank
    sizes = x.type.shape[rank - len(made.shape) :]
    return (apply("windows", g, sizes=sizes, strides=made.strides, dilations=made.dilations),)


windows = define(
    "windows",
    "view",
    windows_type,
    meanings.window_values,
    Windows,
    cotangents=added_up,
    masks=seen,
    leaves_out=True,
    tdsl="windows",
    signature=("x", "sizes", "strides?", "dilations?"),
    python="window_values({0}, {sizes}, {strides}, {dilations})",
)
overlap_add = define(
    "overlap_add",
    "overlap",
    overlap_type,
    meanings.add_windows,
    Overlap,
    cotangents=shown,
    masks=shown,
    kinds=NUMBER,
    tdsl="overlap_add",
    signature=("x", "shape", "strides?", "dilations?"),
    python="add_windows({0}, {shape}, {strides}, {dilations})",
)

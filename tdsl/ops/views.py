"""Operations that place elements elsewhere: broadcast, transpose, reshape, slice and its adjoint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tdsl.ir.attributes import Attributes, Axes, Broadcast, Place, Region, Reshape, Slice, Tag
from tdsl.ir.node import IllTyped, Node, apply, full
from tdsl.ops import meanings
from tdsl.ops.define import LIGHT, define, view
from tdsl.ops.masks import any_over
from tdsl.types import BOOL, ONE, U8, ZERO, Dim, Shape, Type, element_count

Sizes = tuple[Dim, ...]


def broadcast_type(types: list[Type], shape: Shape, axes: tuple[int, ...]) -> Type:
    (operand,) = types
    inside = all(0 <= axis < len(shape) for axis in axes)
    if not inside or list(axes) != sorted(set(axes)) or tuple(shape[axis] for axis in axes) != operand.shape:
        raise IllTyped(f"broadcast cannot place {operand} in {Type(operand.dtype, shape)} at axes {axes}")
    return operand.with_shape(shape)


def sum_back(g: Node, y: Node, x: Node) -> tuple[Node]:
    """The transpose of a broadcast sums over the axes it made."""
    return (apply("sum", g, axes=made(y)),)


def any_back(m: Node, y: Node, x: Node) -> tuple[Node]:
    return (any_over(m, made(y)),)


def made(broadcast: Node) -> tuple[int, ...]:
    """The axes that a broadcast made."""
    return tuple(axis for axis in range(broadcast.type.rank) if axis not in broadcast.get(Broadcast).axes)


def transpose_type(types: list[Type], axes: tuple[int, ...]) -> Type:
    (operand,) = types
    if sorted(axes) != list(range(operand.rank)):
        raise IllTyped(f"transpose of {operand} cannot have axes {axes}")
    return operand.with_shape(tuple(operand.shape[axis] for axis in axes))


def inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that undoes a permutation."""
    return tuple(axes.index(axis) for axis in range(len(axes)))


def reshape_type(types: list[Type], shape: Shape) -> Type:
    (operand,) = types
    if element_count(shape) != element_count(operand.shape):
        raise IllTyped(f"reshape cannot make {Type(operand.dtype, shape)} of {operand}")
    return operand.with_shape(shape)


def slice_type(types: list[Type], starts: Sizes, steps: tuple[int, ...], sizes: Sizes) -> Type:
    """`sizes` elements from `starts` on, every `steps`-th; the caller has proved that they lie inside."""
    (operand,) = types
    if not len(starts) == len(steps) == len(sizes) == operand.rank or 0 in steps:
        raise IllTyped(f"slice of {operand} needs a start, step and size for each axis")
    accept_inside(operand.shape, starts, steps, sizes)
    return operand.with_shape(sizes)


def place_type(types: list[Type], shape: Shape, starts: Sizes, steps: tuple[int, ...]) -> Type:
    """Zeros of a shape with the operand written where a slice would read it."""
    (operand,) = types
    if not len(starts) == len(steps) == len(shape) == operand.rank or 0 in steps:
        raise IllTyped(f"place of {operand} needs a size, start and step for each axis")
    accept_inside(shape, starts, steps, operand.shape)
    return operand.with_shape(shape)


def accept_inside(shape: Shape, starts: Sizes, steps: tuple[int, ...], sizes: Sizes) -> None:
    """Raises `IllTyped` if a slice certainly leaves its shape."""
    for whole, start, step, size in zip(shape, starts, steps, sizes, strict=True):
        if not size.at_least(1):
            continue
        ends = (start, start + (size - 1) * step)
        if any((-end).at_least(1) or (end - whole).at_least(0) for end in ends):
            raise IllTyped(f"{size} elements from {start} by {step} do not lie inside size {whole}")


broadcast = define(
    "broadcast", "view", broadcast_type, meanings.broadcast_values, Broadcast, cotangents=sum_back, masks=any_back
)
transpose = view(
    "transpose",
    transpose_type,
    np.transpose,
    Axes,
    lambda g, y, x: (apply("transpose", g, axes=inverse(y.get(Axes).axes)),),
    tdsl="transpose",
    signature=("x", "axes?"),
)
reshape = view(
    "reshape",
    reshape_type,
    np.reshape,
    Reshape,
    lambda g, y, x: (apply("reshape", g, shape=x.type.shape),),
    tdsl="reshape",
)
slice_ = view(
    "slice",
    slice_type,
    meanings.slice_values,
    Slice,
    lambda g, y, x: (apply("place", g, shape=x.type.shape, starts=y.get(Region).starts, steps=y.get(Region).steps),),
    leaves_out=True,
)
place = view(
    "place",
    place_type,
    meanings.place_values,
    Place,
    lambda g, y, x: (apply("slice", g, starts=y.get(Region).starts, steps=y.get(Region).steps, sizes=x.type.shape),),
    family="index",
    tdsl="place",
    signature=("x", "shape", "starts", "steps"),
    python="place_values({0}, {shape}, {starts}, {steps})",
    cost=LIGHT,
)
identity = view("identity", lambda types, tag: types[0], lambda x, tag: x, Tag, lambda g, y, x: (g,), python="{0}")
stop_grad = define(
    "stop_grad", "view", lambda types: types[0], lambda x: x, tdsl="stop_grad", signature=("x",), python="{0}"
)


def stack_type(types: list[Type]) -> Type:
    """Equal operands along a new first axis."""
    if not types or any(type != types[0] for type in types):
        raise IllTyped("stack takes operands of one type")
    return types[0].with_shape((Dim.of(len(types)), *types[0].shape))


def pick(g: Node, position: int) -> Node:
    """One part of a stack."""
    rest = g.type.shape[1:]
    zeros, ones = (ZERO,) * len(rest), (1,) * len(rest)
    part = apply("slice", g, starts=(Dim.of(position), *zeros), steps=(1, *ones), sizes=(ONE, *rest))
    return apply("reshape", part, shape=rest)


stack = view(
    "stack",
    stack_type,
    lambda *parts: np.stack(parts),
    Attributes,
    lambda g, y, *parts: tuple(pick(g, position) for position in range(len(parts))),
    family="stack",
    tdsl="stack",
    python="np.stack({operands})",
)


def joined(parts: Sequence[Node], axis: int) -> Node:
    """The parts one after the other: a sum of places, which is written piece by piece."""
    if len(parts) == 1:
        return parts[0]
    dtype = parts[0].type.dtype
    if dtype == BOOL:
        return apply("ne", together := joined([part.cast(U8) for part in parts], axis), full(0, together.type))
    rank, size = parts[0].type.rank, sum((part.type.shape[axis] for part in parts), ZERO)
    shape = tuple(size if other == axis else whole for other, whole in enumerate(parts[0].type.shape))
    start, result = ZERO, None
    for part in parts:
        starts = tuple(start if other == axis else ZERO for other in range(rank))
        placed = apply("place", part, shape=shape, starts=starts, steps=(1,) * rank)
        result = placed if result is None else result + placed
        start += part.type.shape[axis]
    assert result is not None
    return result

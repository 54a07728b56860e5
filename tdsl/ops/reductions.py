"""Operations over whole axes.  The axes they reduce are gone from the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tdsl.ir.attributes import Axes, Position
from tdsl.ir.node import (
    IllTyped,
    Node,
    Op,
    apply,
    broadcast,
    full,
)
from tdsl.ops import meanings
from tdsl.ops.define import (
    ANY,
    LOGIC,
    NUMBER,
    REAL,
    accept,
    define,
)
from tdsl.ops.elementwise import over
from tdsl.ops.views import inverse
from tdsl.types import DType, Kind, Type, element_count


def _kept(rank: int, axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(axis for axis in range(rank) if axis not in axes)


def reduced(operand: Type, axes: tuple[int, ...]) -> Type:
    """The type without those axes, which must be different axes of it, in order."""
    if list(axes) != sorted(set(axes)) or any(not 0 <= axis < operand.rank for axis in axes):
        raise IllTyped(f"{operand} has no axes {axes}")
    return operand.with_shape(tuple(operand.shape[axis] for axis in _kept(operand.rank, axes)))


def stretch(node: Node, like: Type, axes: tuple[int, ...]) -> Node:
    """A reduced value back over the axes that the type lost."""
    return broadcast(node, like, _kept(like.rank, axes))


def reduction(
    name: str,
    numpy: Callable[..., Any],
    cotangents: Callable[..., Any] | None = None,
    *,
    kinds: frozenset[Kind] = NUMBER,
    python: str = "",
    **rest: Any,
) -> Op:
    """`numpy(x, axis)` reduces one or more axes, also those of size 0."""

    def infer(types: list[Type], axes: tuple[int, ...]) -> Type:
        accept(name, types[0].dtype, kinds)
        return reduced(types[0], axes)

    def values(x: Any, axes: tuple[int, ...]) -> Any:
        x = np.asarray(x)
        return np.asarray(numpy(x, axes)).astype(x.dtype)

    def masks(m: Node, y: Node, x: Node) -> tuple[Node]:
        return (stretch(m, x.type, y.get(Axes).axes),)

    return define(
        name,
        "reduction",
        infer,
        values,
        Axes,
        cotangents=cotangents,
        masks=masks,
        mixes=False,
        tdsl=name,
        python=python or f"np.{name}({{0}}, axis={{axes}})",
        kinds=kinds,
        signature=("x", "axis?", "keepdims?"),
        **rest,
    )


def to_each(g: Node, y: Node, x: Node) -> tuple[Node]:
    return (stretch(g, x.type, y.get(Axes).axes),)


def direction(g: Node, y: Node, x: Node) -> tuple[Node]:
    """x / norm(x), and 0 where that is 0 / 0."""
    axes = y.get(Axes).axes
    return (stretch(g, x.type, axes) * over(x, stretch(y, x.type, axes)),)


def shared_among_ties(g: Node, y: Node, x: Node) -> tuple[Node]:
    """Divided evenly among all elements that equal the extremum."""
    axes = y.get(Axes).axes
    ties = x.equals(stretch(y, x.type, axes))
    share = g / apply("sum", ties.cast(x.type.dtype), axes=axes)
    return (apply("select", ties, stretch(share, x.type, axes), full(0, x.type)),)


def product_of_others(g: Node, y: Node, x: Node) -> tuple[Node]:
    """The product of all other elements, with the reduced axes as one last axis."""
    axes, kept = y.get(Axes).axes, _kept(x.type.rank, y.get(Axes).axes)
    order = (*kept, *axes)
    lines = apply("transpose", x, axes=order)
    flat = apply("reshape", lines, shape=(*y.type.shape, element_count(x.type.shape[axis] for axis in axes)))
    others = apply("reshape", apply("prod_others", flat), shape=lines.type.shape)
    return (stretch(g, x.type, axes) * apply("transpose", others, axes=inverse(order)),)


def position(name: str, numpy: Callable[..., Any]) -> Op:
    """The first index of an extremum along one axis; NaN counts as one, and of no elements it is 0."""

    def infer(types: list[Type], axis: int, dtype: DType) -> Type:
        accept(name, types[0].dtype, ANY)
        return reduced(types[0], (axis,)).with_dtype(dtype)

    def values(x: Any, axis: int, dtype: DType) -> Any:
        if not x.shape[axis]:
            return np.zeros(np.delete(x.shape, axis), dtype.numpy)
        return np.asarray(numpy(x, axis=axis)).astype(dtype.numpy)

    return define(
        name,
        "reduction",
        infer,
        values,
        Position,
        tdsl=name,
        python=f"np.{name}({{0}}, axis={{axis}}).astype({{dtype}})",
        signature=("x", "axis?"),
        nonempty=True,
    )


sum_ = reduction("sum", meanings.total, to_each, promotes=True, python="total({0}, {axes})")
prod = reduction("prod", np.prod, product_of_others, promotes=True, python="np.prod({0}, axis={axes}, dtype={dtype})")
norm = reduction("norm", meanings.length, direction, kinds=REAL, python="length({0}, {axes})")
max_ = reduction("max", meanings.largest, shared_among_ties, nonempty=True, python="largest({0}, {axes})")
min_ = reduction("min", meanings.least, shared_among_ties, nonempty=True, python="least({0}, {axes})")
any_ = reduction("any", np.any, kinds=LOGIC)
all_ = reduction("all", np.all, kinds=LOGIC)
argmax = position("argmax", np.argmax)
argmin = position("argmin", np.argmin)

"""Masks of operands that each reach several elements: whether any of these may differ from zero."""

from __future__ import annotations

from tdsl.ir.attributes import Axes, Axis, Bound, Broadcast, Place
from tdsl.ir.masks import parts_of, union
from tdsl.ir.node import Node, apply, constant_value, full
from tdsl.ir.node import broadcast as broadcast_to
from tdsl.types import ONE, Dim, Type

# Comparisons that hold between equal numbers.
_REFLEXIVE = ("eq", "le", "ge")


def any_over(mask: Node, axes: tuple[int, ...]) -> Node:
    """Whether a mask may hold anywhere along some axes.  Known regions, values stretched along these axes, and one of
    the numbers that an axis counts, as of a one-hot row or a triangle, need no computation."""
    if not axes:
        return mask
    return union(dict.fromkeys(_any_of_part(part, axes) for part in parts_of(mask)))


def _any_of_part(mask: Node, axes: tuple[int, ...]) -> Node:
    kept = [axis for axis in range(mask.type.rank) if axis not in axes]
    less = mask.type.with_shape(tuple(mask.type.shape[axis] for axis in kept))
    if mask.is_constant:
        return full(bool(constant_value(mask)), less)
    if mask.op.name == "broadcast":
        (inner,), places = mask.operands, mask.get(Broadcast).axes
        inside = any_over(inner, tuple(own for own, axis in enumerate(places) if axis in axes))
        return stretched(inside, less, tuple(kept.index(axis) for axis in places if axis in kept))
    if mask.op.name == "place" and mask.operands[0].is_constant:
        inner_type = mask.operands[0].type
        value = full(True, inner_type.with_shape(tuple(inner_type.shape[axis] for axis in kept)))
        region = {name: tuple(values[axis] for axis in kept) for name, values in mask.get(Place).given().items()}
        return value if value.type == less else apply("place", value, **region)
    if mask.op.name in _REFLEXIVE and any(meet(mask, axis) for axis in axes):
        return full(True, less)
    return apply("any", mask, axes=axes)


def stretched(mask: Node, like: Type, axes: tuple[int, ...]) -> Node:
    """A mask for every element of a type."""
    like = like.with_dtype(mask.type.dtype)
    return full(True, like) if constant_value(mask) else broadcast_to(mask, like, axes)


def meet(comparison: Node, axis: int) -> bool:
    """Whether one side counts along an axis, and the other always has one of its numbers."""
    a, b = comparison.operands
    return any(_counts(one, axis) and _is_among(other, axis) for one, other in ((a, b), (b, a)))


def _is_among(node: Node, axis: int) -> bool:
    """Whether an integer does not differ along an axis, and is one of its places: a label of that many, or the place
    along another axis of that size."""
    size, shape = node.type.shape[axis], node.type.shape
    if any(other != axis and shape[other] == size and _counts(node, other) for other in range(len(shape))):
        return True
    base = node
    while base.op.name in ("broadcast", "transpose", "reshape", "identity"):
        (base,) = base.operands
    return base.op.name == "within" and base.get(Bound).size == size and _source(node, axis) is None


def _counts(node: Node, axis: int) -> bool:
    found = _source(node, axis)
    return found is not None and found.op.name == "iota"


def _source(node: Node, axis: int) -> Node | None:
    """The node behind views by which an element differs from others along an axis, if there is one."""
    while True:
        match node.op.name:
            case "broadcast":
                if axis not in node.get(Broadcast).axes:
                    return None
                axis = node.get(Broadcast).axes.index(axis)
            case "transpose":
                axis = node.get(Axes).axes[axis]
            case "reshape" if (before := _same_axes(node)) is not None:
                if node.type.shape[axis] == ONE:
                    return None
                axis = before[axis]
            case "iota":
                return node if node.get(Axis).axis == axis else None
            case "identity":
                pass
            case _:
                return node
        (node,) = node.operands


def _same_axes(reshape: Node) -> dict[int, int] | None:
    """The axes of an operand by those of a reshape that only adds or takes away axes of size 1."""
    after, before = (_longer(node.type.shape) for node in (reshape, reshape.operands[0]))
    same = [size for _, size in after] == [size for _, size in before]
    return dict(zip((axis for axis, _ in after), (axis for axis, _ in before), strict=True)) if same else None


def _longer(shape: tuple[Dim, ...]) -> list[tuple[int, Dim]]:
    return [(axis, size) for axis, size in enumerate(shape) if size != ONE]

"""transpose(transpose(x)) → x, reshape(reshape(x)) → reshape(x), broadcast(broadcast(x)) → broadcast(x),
switch(place(c), place(x), 0) → place(switch(c, x, 0)), sum(broadcast(x)) over the axes made → x · size where that holds
for size 0 too, sum(x) over no axes → x."""

from __future__ import annotations

from math import copysign, isfinite

from tdsl.ir.attributes import Axes, Broadcast
from tdsl.ir.node import Node, apply, constant_value, full
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite
from tdsl.types import element_count


def views(program: Program) -> Program:
    return rewrite(program, _rule)


def _rule(node: Node) -> Node:
    match node.op.name:
        case "transpose":
            return _transpose(node)
        case "reshape":
            inner = node.operands[0]
            while inner.op.name == "reshape":
                inner = inner.operands[0]
            return inner if inner.type == node.type else apply("reshape", inner, shape=node.type.shape)
        case "broadcast":
            return _broadcast(node)
        case "sum" | "prod" | "max" | "min" | "any" | "all" if not node.get(Axes).axes:
            return node.operands[0]
        case "sum":
            return _sum(node)
        case "select":
            return _select(node)
    return node


def _select(node: Node) -> Node:
    """Moves a `select` inside of operands at one place: both sides are zero outside of it."""
    condition, value, other = node.operands
    placed = condition.op.name == value.op.name == "place" and condition.attributes == value.attributes
    (inner,), (chosen,) = (condition.operands, value.operands) if placed else ((node,), (node,))
    zero = constant_value(other)
    if not placed or inner.type.shape != chosen.type.shape or zero != 0 or copysign(1, zero) != 1:
        return node
    return value.with_operands(apply("select", inner, chosen, full(0, chosen.type)))


def _transpose(node: Node) -> Node:
    (inner,), axes = node.operands, node.get(Axes).axes
    if inner.op.name == "transpose":
        axes = tuple(inner.get(Axes).axes[axis] for axis in axes)
        (inner,) = inner.operands
    if axes == tuple(range(len(axes))):
        return inner
    return apply("transpose", inner, axes=axes)


def _broadcast(node: Node) -> Node:
    (inner,), axes = node.operands, node.get(Axes).axes
    if len(axes) == node.type.rank:
        return inner
    if inner.op.name == "broadcast":
        axes = tuple(axes[axis] for axis in inner.get(Broadcast).axes)
        (inner,) = inner.operands
    return apply("broadcast", inner, shape=node.type.shape, axes=axes)


def _sum(node: Node) -> Node:
    (inner,), axes = node.operands, node.get(Axes).axes
    if inner.op.name != "broadcast" or not inner.type.is_real:
        return node
    made = tuple(axis for axis in range(inner.type.rank) if axis not in inner.get(Broadcast).axes)
    size = element_count(inner.type.shape[axis] for axis in made)
    (operand,) = inner.operands
    value = constant_value(operand)
    # An empty sum is +0, even of infinities; 0 · ∞ and 0 · -1 are not.
    finite = value is not None and isfinite(value) and copysign(1, value) == 1
    if made != axes or not (finite or size.at_least(1)):
        return node
    scalar = apply("size", dim=size).cast(inner.type.dtype)
    if operand.type.rank:
        scalar = apply("broadcast", scalar, shape=operand.type.shape, axes=())
    return operand * scalar

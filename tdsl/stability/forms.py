"""The forms that rules look for."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tdsl.ir.attributes import Axes, Broadcast, Size
from tdsl.ir.node import Node, apply, broadcast, constant_value, full
from tdsl.types import ONE, Dim, element_count


def is_op(node: Node, *names: str) -> bool:
    return node.op.name in names


def is_view(node: Node) -> bool:
    """Whether the node has elements of its first operand, and no others."""
    return is_op(node, "broadcast", "transpose", "reshape", "slice", "gather")


def negated(node: Node) -> Node:
    return node.operands[0] if is_op(node, "neg") else -node


def plus(node: Node, number: float) -> Node | None:
    """The other operand of a sum with a literal; x - 1 is one with -1."""
    if is_op(node, "add"):
        a, b = node.operands
        return b if constant_value(a) == number else a if constant_value(b) == number else None
    if is_op(node, "sub") and constant_value(node.operands[1]) == -number:
        return node.operands[0]
    return None


def one_minus(node: Node) -> Node | None:
    """The x of 1 - x."""
    return node.operands[1] if is_op(node, "sub") and constant_value(node.operands[0]) == 1 else None


def of(name: str, node: Node | None) -> Node | None:
    """The operand of a function of this name."""
    return node.operands[0] if node is not None and is_op(node, name) else None


def opposite(a: Node, b: Node) -> bool:
    """Whether one is the negative of the other."""
    return of("neg", a) is b or of("neg", b) is a


def stretched_base(node: Node) -> tuple[Node, tuple[int, ...]]:
    """The value that a node repeats along some axes, and the axes; axes of size 1 come and go on the way."""
    if not is_op(node, "broadcast"):
        return node, ()
    kept = node.get(Broadcast).axes
    axes = tuple(axis for axis in range(node.type.rank) if axis not in kept)
    (inner,) = node.operands
    while is_op(inner, "reshape") and _without_ones(inner) == _without_ones(inner.operands[0]):
        (inner,) = inner.operands
    return inner, axes


def _without_ones(node: Node) -> list[object]:
    return [size for size in node.type.shape if size != ONE]


def stretch(node: Node, like: Node, axes: tuple[int, ...]) -> Node:
    """A value reduced over some axes, back over them."""
    return broadcast(node, like.type, tuple(axis for axis in range(like.type.rank) if axis not in axes))


def is_shifted(node: Node, axes: tuple[int, ...]) -> bool:
    """Whether this is x less its own maximum along the axes."""
    if not is_op(node, "sub"):
        return False
    x, shift = node.operands
    while is_op(shift, "broadcast", "reshape", "stop_grad", "select"):
        shift = shift.operands[is_op(shift, "select")]
    return is_op(shift, "max") and shift.get(Axes).axes == axes and of_fixed(shift.operands[0]) is of_fixed(x)


def of_fixed(node: Node) -> Node:
    return node.operands[0] if is_op(node, "stop_grad") else node


def shift_of(node: Node, axes: tuple[int, ...]) -> Node:
    """The maximum along the axes where it is finite, else 0; no derivative passes into it."""
    return finite_or_zero(apply("max", apply("stop_grad", node), axes=axes))


def finite_or_zero(node: Node) -> Node:
    return apply("select", apply("isfinite", node), node, full(0, node.type))


def exponential_sum(node: Node) -> tuple[Node, tuple[int, ...]] | None:
    """The u and the axes of sum(exp(u))."""
    u = of("exp", of("sum", node))
    return None if u is None else (u, node.get(Axes).axes)


def softmax(node: Node) -> tuple[Node, tuple[int, ...]] | None:
    """The u and the axes of exp(u) / sum(exp(u)) along them."""
    if not is_op(node, "div"):
        return None
    part, whole = node.operands
    base, axes = stretched_base(whole)
    found = exponential_sum(base)
    return found if found and found[1] == axes and axes and base.operands[0] is part else None


def counts(node: Node, shape: Iterable[Dim]) -> bool:
    """Whether this is the number of elements of a shape, as a real."""
    number, whole = node, element_count(shape)
    while is_op(number, "broadcast", "cast"):
        (number,) = number.operands
    if is_op(number, "size"):
        return number.get(Size).dim == whole
    return whole.constant is not None and constant_value(number) == whole.constant


def nan_like(node: Node) -> Node:
    return full(math.nan, node.type)

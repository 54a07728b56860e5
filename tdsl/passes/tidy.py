"""x + x → 2 · x, a · (b · x) → ab · x, (a / b) · x → a · x / b, the sum of one element taken → that element, and so of
conditions that say something twice: as a person would write it.  For printed programs only: the last bit can change."""

from __future__ import annotations

from tdsl.ir.attributes import Axes, Axis, Broadcast
from tdsl.ir.node import Node, apply, broadcast, constant_value, full
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite
from tdsl.ops.masks import meet


def tidy(program: Program) -> Program:
    return rewrite(program, _rule)


def _rule(node: Node) -> Node:
    match node.op.name:
        case "add" if node.operands[0] is node.operands[1]:
            return _scaled(2, node.operands[0])
        case "mul":
            return _product(*node.operands) or _product(*node.operands[::-1]) or node
        case "neg" if node.operands[0].is_constant and node.type.is_real:
            value = constant_value(node.operands[0])
            return node if value is None else full(-value, node.type)
        case "neg" if node.operands[0].op.name == "broadcast":
            (stretched,) = node.operands
            return _stretched_as(_rule(-stretched.operands[0]), stretched)
        case "neg" if node.operands[0].op.name == "div" and node.operands[0].operands[0].is_constant:
            top, bottom = node.operands[0].operands
            return _rule(-top) / bottom
        case "sum":
            return _taken(node) or node
        case "iota" if node.type.rank > 1:
            axis = node.get(Axis).axis
            return broadcast(apply("iota", shape=(node.type.shape[axis],), axis=0), node.type, (axis,))
        case "broadcast" if node.operands[0].op.name == "broadcast":
            (inner,) = node.operands
            goes = node.get(Broadcast).axes
            return broadcast(inner.operands[0], node.type, tuple(goes[axis] for axis in inner.get(Broadcast).axes))
        case "reshape" if node.operands[0].op.name == "broadcast" and not node.operands[0].operands[0].type.rank:
            return broadcast(node.operands[0].operands[0], node.type, ())
        case "any" | "all":
            return _of_stretched(node) or node
        case "and" | "or":
            return _condition(node)
    return node


def _product(a: Node, b: Node) -> Node | None:
    """a · b, where a is a quotient of a number, or both have numbers as factors."""
    inner = a.operands[0] if a.op.name == "broadcast" else a
    if inner.op.name == "div" and (top := constant_value(inner.operands[0])) is not None:
        bottom = _stretched_as(inner.operands[1], a)
        return (b if top == 1 else _scaled(top, b)) / bottom
    if (factor := constant_value(a)) is not None and a.type.is_real:
        for one, other in (b.operands, b.operands[::-1]) if b.op.name == "mul" else ():
            if (further := constant_value(one)) is not None:
                return other if factor * further == 1 else factor * further * other
    return None


def _scaled(factor: float, node: Node) -> Node:
    """The factor first, and inside a quotient."""
    if node.op.name == "div":
        return _scaled(factor, node.operands[0]) / node.operands[1]
    return _product(full(factor, node.type), node) or factor * node


def _stretched_as(node: Node, like: Node) -> Node:
    return broadcast(node, like.type, like.get(Broadcast).axes) if like.op.name == "broadcast" else node


def _taken(node: Node) -> Node | None:
    """sum(switch(k == i, a, 0)) over i, where a does not depend on i and one i is k."""
    (inner,), axes = node.operands, node.get(Axes).axes
    if inner.op.name != "select" or constant_value(inner.operands[2]) != 0 or len(axes) != 1:
        return None
    condition, chosen, _ = inner.operands
    if condition.op.name != "eq" or not meet(condition, axes[0]):
        return None
    return _without(chosen, axes)


def _of_stretched(node: Node) -> Node | None:
    """Whether one holds, or all do, of several that are the same."""
    (inner,), axes = node.operands, node.get(Axes).axes
    if any(not size.at_least(1) for size in (inner.type.shape[axis] for axis in axes)):
        return None
    return _without(inner, axes)


def _without(stretched: Node, axes: tuple[int, ...]) -> Node | None:
    """A value without axes along which it is stretched, possibly in several steps and with axes of size 1 between."""
    if stretched.op.name != "broadcast":
        return None
    (inner,), goes = stretched.operands, stretched.get(Broadcast).axes
    kept = [axis for axis in range(stretched.type.rank) if axis not in axes]
    if any(goes[place] in axes for place in range(inner.type.rank)):
        return None
    shape = tuple(stretched.type.shape[axis] for axis in kept)
    if shape == inner.type.shape:
        return inner
    return apply("broadcast", inner, shape=shape, axes=tuple(kept.index(axis) for axis in goes))


def _condition(node: Node) -> Node:
    """true and c → c, c or d or d → c or d."""
    a, b = node.operands
    if constant_value(a) is not None or constant_value(b) is not None:
        known, other = (a, b) if constant_value(a) is not None else (b, a)
        return other if bool(constant_value(known)) == (node.op.name == "and") else known
    if a is b or (a.op is node.op and b in a.operands):
        return a
    return node

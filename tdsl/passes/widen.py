"""f(broadcast(x), broadcast(y)) → broadcast(f(x, y)): values that are equal along an axis are computed once."""

from __future__ import annotations

from tdsl.ir.attributes import Broadcast
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite


def widen(program: Program) -> Program:
    return rewrite(program, _rule)


def _rule(node: Node) -> Node:
    if node.op.family != "elementwise" or node.op.fault or not node.type.rank or not node.operands:
        return node
    wide = [operand for operand in node.operands if not operand.is_constant]
    first = wide[0] if wide else node.operands[0]
    if first.op.name != "broadcast":
        return node
    axes, shape = first.get(Broadcast).axes, first.operands[0].type.shape
    narrow: list[Node] = []
    for operand in node.operands:
        if operand.op.name != "broadcast":
            return node
        (inner,) = operand.operands
        if operand.get(Broadcast).axes == axes and inner.type.shape == shape:
            narrow.append(inner)
        elif operand.is_constant:
            narrow.append(apply("broadcast", inner, shape=shape, axes=()) if shape else inner)
        else:
            return node
    return apply("broadcast", node.with_operands(*narrow), shape=node.type.shape, axes=axes)

"""x + x → 2 · x, (a / b) · x → a · x / b: as a person would write it.  For printed programs only: the last bit of the
second can change."""

from __future__ import annotations

from tdsl.ir.attributes import Broadcast
from tdsl.ir.node import Node, broadcast, constant_value
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite


def tidy(program: Program) -> Program:
    return rewrite(program, _rule)


def _rule(node: Node) -> Node:
    match node.op.name:
        case "add" if node.operands[0] is node.operands[1]:
            return _scaled(2, node.operands[0])
        case "mul":
            a, b = node.operands
            for quotient, other in ((a, b), (b, a)):
                inner = quotient.operands[0] if quotient.op.name == "broadcast" else quotient
                if inner.op.name == "div" and (top := constant_value(inner.operands[0])) is not None:
                    bottom = _stretched_as(inner.operands[1], quotient)
                    return (other if top == 1 else _scaled(top, other)) / bottom
    return node


def _scaled(factor: float, node: Node) -> Node:
    """The factor first, and inside a quotient."""
    if node.op.name == "div":
        return _scaled(factor, node.operands[0]) / node.operands[1]
    return factor * node


def _stretched_as(node: Node, like: Node) -> Node:
    return broadcast(node, like.type, like.get(Broadcast).axes) if like.op.name == "broadcast" else node

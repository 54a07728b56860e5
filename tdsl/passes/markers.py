"""identity(x) → x, stop_grad(x) → x, call(f, x) → f(x): markers and functions that only matter to differentiation."""

from __future__ import annotations

from tdsl.ir.attributes import Item
from tdsl.ir.function import Applied, inlined
from tdsl.ir.node import Node
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite


def markers(program: Program) -> Program:
    return rewrite(program, _rule)


def _rule(node: Node) -> Node:
    match node.op.name:
        case "identity" | "stop_grad":
            return node.operands[0]
        case "item" if node.operands[0].op.name == "call":
            (call,) = node.operands
            return inlined(call.get(Applied).body, call.operands)[node.get(Item).index]
    return node

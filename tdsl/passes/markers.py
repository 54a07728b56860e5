"""identity(x) → x, stop_grad(x) → x: they have spoken when the derivatives are made."""

from __future__ import annotations

from tdsl.ir.node import Node
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite


def markers(program: Program) -> Program:
    return rewrite(program, _rule)


def _rule(node: Node) -> Node:
    return node.operands[0] if node.op.name in ("identity", "stop_grad") else node

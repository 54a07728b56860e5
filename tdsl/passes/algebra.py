"""x · 1 → x, x / 1 → x, x - 0 → x, --x → x, x + -y → x - y, x - -y → x + y, x · -1 → -x, switch(c, x, x) → x,
switch(true, x, y) → x, c or c → c, c and c → c: exact for every x, NaN and infinities too."""

from __future__ import annotations

from math import copysign

from tdsl.ir.faults import Faults
from tdsl.ir.node import Node, constant_value
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite


def algebra(program: Program) -> Program:
    faults = Faults()
    return rewrite(program, lambda node: _rule(node, faults))


def _rule(node: Node, faults: Faults) -> Node:
    match node.op.name:
        case "mul":
            a, b = node.operands
            for one, other in ((a, b), (b, a)):
                value = constant_value(one)
                if value == 1:
                    return other
                if value == -1:
                    return -other
        case "div" if constant_value(node.operands[1]) == 1:
            return node.operands[0]
        case "sub":
            a, b = node.operands
            if b.op.name == "neg":
                return a + b.operands[0]
            if _is_positive_zero(b):
                return a
        case "add":
            a, b = node.operands
            if b.op.name == "neg":
                return a - b.operands[0]
            if a.op.name == "neg":
                return b - a.operands[0]
        case "or" | "and" if node.operands[0] is node.operands[1]:
            return node.operands[0]
        case "neg" if node.operands[0].op.name == "neg":
            return node.operands[0].operands[0]
        case "select" if node.operands[1] is node.operands[2] and not faults.below(node.operands[0]):
            return node.operands[1]
        case "select" if (known := constant_value(node.operands[0])) is not None:
            taken, other = node.operands[1:] if known else node.operands[:0:-1]
            if not faults.below(other):
                return taken
    return node


def _is_positive_zero(node: Node) -> bool:
    """-0 - -0 is +0, so only +0 is neutral."""
    value = constant_value(node)
    return value == 0 and copysign(1, value) == 1

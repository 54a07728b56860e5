"""x · 1 → x, x / 1 → x, x - 0 → x, --x → x, x + -y → x - y, x · -1 → -x: exact for every x, NaN and infinities too."""

from __future__ import annotations

from tdsl.ir import Node, Program, constant_value, rewrite


def algebra(program: Program) -> Program:
    return rewrite(program, _rule)


def _rule(node: Node) -> Node:
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
            if constant_value(b) == 0 and not _negative_zero(b):
                return a
        case "add":
            a, b = node.operands
            if b.op.name == "neg":
                return a - b.operands[0]
        case "neg" if node.operands[0].op.name == "neg":
            return node.operands[0].operands[0]
        case "select" if node.operands[1] is node.operands[2]:
            return node.operands[1]
    return node


def _negative_zero(node: Node) -> bool:
    return str(constant_value(node)).startswith("-")

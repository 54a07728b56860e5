"""sqrt(x²) → abs(x), exp(x) · exp(y) → exp_add(x, y), exp(x) / exp(y) → exp_add(x, -y), 1 / exp(x) → exp(-x),
exp(log(x)) → x where that is not negative: squares and exponentials leave the range where the result does not."""

from __future__ import annotations

from tdsl.ir.node import Node, apply, constant_value, full
from tdsl.stability.forms import is_op, nan_like, negated, of


def powers(node: Node) -> Node | None:
    match node.op.name:
        case "sqrt":
            (square,) = node.operands
            if is_op(square, "mul") and square.operands[0] is square.operands[1]:
                return apply("abs", square.operands[0])
        case "exp" if (x := of("log", node.operands[0])) is not None:
            return apply("select", x >= full(0, x.type), x, nan_like(x))
        case "mul" | "div":
            a, b = node.operands
            x, y = of("exp", a), of("exp", b)
            if y is None:
                return None
            exponent = y if is_op(node, "mul") else negated(y)
            if x is not None:
                return apply("exp_add", x, exponent)
            if is_op(node, "div") and constant_value(a) == 1:
                return apply("exp", exponent)
    return None

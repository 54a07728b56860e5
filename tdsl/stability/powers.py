"""sqrt(x²) → abs(x), exp(x) · exp(y) → exp_add(x, y), exp(x) / exp(y) → exp_add(x, -y), 1 / exp(x) → exp(-x),
2 ** x · 2 ** y → 2 ** (x + y), 2 ** x / 2 ** y → 2 ** (x - y), exp(x²) · erfc(x) → erfcx(x),
exp(-x²) / erfc(x) → 1 / erfcx(x), exp(log(x)) → x where that is not negative: squares and exponentials leave the range
where the result does not."""

from __future__ import annotations

import math

from tdsl.ir.node import Node, apply, constant_value, full
from tdsl.stability.forms import finite_or_zero, is_op, nan_like, negated, of
from tdsl.stability.reasons import Better, Reason, better

ROOT = Reason("root of a square", "x * x overflows for a large x and underflows for a small one, and abs(x) does not")
INVERSE = Reason("exponential of a logarithm", "exp(log(x)) is x, with an error for each digit of the logarithm")
PRODUCT = Reason("product of powers", "each power overflows or underflows where the whole is an ordinary number")
SCALED_TAIL = Reason("scaled tail of erf", "exp(x²) overflows and erfc(x) underflows where erfcx(x) is ordinary")


def powers(node: Node) -> Better | None:
    match node.op.name:
        case "sqrt":
            (square,) = node.operands
            if is_op(square, "mul") and square.operands[0] is square.operands[1]:
                return Better(apply("abs", square.operands[0]), ROOT)
        case "exp" if (x := of("log", node.operands[0])) is not None:
            return Better(apply("select", x >= full(0, x.type), x, nan_like(x)), INVERSE)
        case "mul" | "div":
            a, b = node.operands
            return better(_scaled_tail(node, a, b), SCALED_TAIL) or better(_product(node, a, b), PRODUCT)
    return None


def _product(node: Node, a: Node, b: Node) -> Node | None:
    if is_op(a, "pow") and is_op(b, "pow"):
        return _power(node, a, b)
    x, y = of("exp", a), of("exp", b)
    if y is None:
        return None
    exponent = y if is_op(node, "mul") else negated(y)
    if x is not None:
        return apply("exp_add", x, exponent)
    return apply("exp", exponent) if is_op(node, "div") and constant_value(a) == 1 else None


def _scaled_tail(node: Node, a: Node, b: Node) -> Node | None:
    if is_op(node, "div"):
        square = of("neg", of("exp", a))
        return 1 / apply("erfcx", *b.operands) if is_op(b, "erfc") and _is_square(square, *b.operands) else None
    for power, tail in ((a, b), (b, a)):
        if is_op(tail, "erfc") and _is_square(of("exp", power), *tail.operands):
            return apply("erfcx", *tail.operands)
    return None


def _power(node: Node, a: Node, b: Node) -> Node | None:
    """base ** (x ± y), and the part of the sum that rounding loses: it counts for a large one."""
    (base, x), (other, y) = a.operands, b.operands
    number = constant_value(base)
    if number is None or not 0 < number < math.inf or constant_value(other) != number:
        return None
    y = y if is_op(node, "mul") else negated(y)
    total = x + y
    part = total - x
    lost = apply("stop_grad", (x - (total - part)) + (y - part))
    return apply("pow", base, total) * (1 + finite_or_zero(lost) * math.log(number))


def _is_square(node: Node | None, x: Node) -> bool:
    return node is not None and is_op(node, "mul") and node.operands == (x, x)

"""log(1 + x) → log1p(x), log(1 - x) → log1p(-x), exp(x) - 1 → expm1(x), 1 - exp(x) → -expm1(x), 1 - erf(x) → erfc(x),
1 + erf(x) → erfc(-x), erf(x) - 1 → -erfc(x), 1 - erfc(x) → erf(x), erfc(x) - 1 → -erf(x): the digits of a small x or
result are lost beside 1."""

from __future__ import annotations

from tdsl.ir.node import Node, apply
from tdsl.stability.forms import negated, of, one_minus, plus
from tdsl.stability.reasons import Better, Reason, better

LOG1P = Reason("logarithm near 1", "1 + x keeps few digits of a small x, and log1p(x) takes it without the 1")
EXPM1 = Reason("exponential near 1", "exp(x) is near 1 for a small x, and their difference keeps few digits of x")
TAIL = Reason("tail of erf", "erf(x) and erfc(x) are near 1 or -1 on one side, and 1 minus them is rounding alone")


def near_one(node: Node) -> Better | None:
    match node.op.name:
        case "log":
            return better(_log(*node.operands), LOG1P)
        case "add" | "sub":
            less_one, complement = plus(node, -1), one_minus(node)
            return better(_difference(less_one, complement), EXPM1) or better(_tail(node, less_one, complement), TAIL)
    return None


def _log(inner: Node) -> Node | None:
    if (x := plus(inner, 1)) is not None:
        return apply("log1p", x)
    if (x := one_minus(inner)) is not None:
        return apply("log1p", -x)
    return None


def _difference(less_one: Node | None, complement: Node | None) -> Node | None:
    if (x := of("exp", less_one)) is not None:
        return apply("expm1", x)
    if (x := of("exp", complement)) is not None:
        return -apply("expm1", x)
    return None


def _tail(node: Node, less_one: Node | None, complement: Node | None) -> Node | None:
    if (x := of("erf", complement)) is not None:
        return apply("erfc", x)
    if (x := of("erf", plus(node, 1))) is not None:
        return apply("erfc", negated(x))
    if (x := of("erf", less_one)) is not None:
        return -apply("erfc", x)
    if (x := of("erfc", complement)) is not None:
        return apply("erf", x)
    if (x := of("erfc", less_one)) is not None:
        return apply("erf", negated(x))
    return None

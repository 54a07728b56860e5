"""log(1 + x) → log1p(x), log(1 - x) → log1p(-x), exp(x) - 1 → expm1(x), 1 - exp(x) → -expm1(x), 1 - erf(x) → erfc(x),
1 + erf(x) → erfc(-x), erf(x) - 1 → -erfc(x), 1 - erfc(x) → erf(x), erfc(x) - 1 → -erf(x): the digits of a small x or
result are lost beside 1."""

from __future__ import annotations

from tdsl.ir.node import Node, apply
from tdsl.stability.forms import negated, of, one_minus, plus


def near_one(node: Node) -> Node | None:
    match node.op.name:
        case "log":
            (inner,) = node.operands
            if (x := plus(inner, 1)) is not None:
                return apply("log1p", x)
            if (x := one_minus(inner)) is not None:
                return apply("log1p", -x)
        case "add" | "sub":
            less_one, complement = plus(node, -1), one_minus(node)
            if (x := of("exp", less_one)) is not None:
                return apply("expm1", x)
            if (x := of("exp", complement)) is not None:
                return -apply("expm1", x)
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

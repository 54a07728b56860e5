"""exp(x) / (1 + exp(x)) → sigmoid(x), a / (1 + exp(x)) → a · sigmoid(-x), 1 - sigmoid(x) → sigmoid(-x),
sigmoid(x) · exp(-x) → sigmoid(-x), sigmoid(x) · sigmoid(-x) → sigmoid_slope(x), sigmoid(x) / sigmoid(-x) → exp(x),
sigmoid(log(x / (1 - x))) → x, 1 + tanh(x) → 2 · sigmoid(2 · x), 1 - tanh(x)² → tanh_slope(x),
exp(x) - exp(-x) → 2 · sinh(x), that over exp(x) + exp(-x) and expm1(2 · x) / (1 + exp(2 · x)) → tanh(x):
exponentials leave the range where the function does not, and differences lose digits."""

from __future__ import annotations

from tdsl.ir.node import Node, apply, constant_value, full
from tdsl.stability.forms import is_op, nan_like, negated, of, one_minus, opposite, plus
from tdsl.stability.reasons import Better, Reason, better

QUOTIENT = Reason("logistic function", "exp(x) overflows for a large x, where the quotient is an ordinary number")
PRODUCT = Reason(
    "product with sigmoid", "a factor overflows or is rounded to 0 or 1 where the product has an ordinary size"
)
COMPLEMENT = Reason("complement of sigmoid", "sigmoid(x) is near 1 for a large x, and 1 - sigmoid(x) is rounding alone")
TANH = Reason("complement of tanh", "tanh(x) is near 1 or -1 for a large x, and the difference is rounding alone")
SINH = Reason("hyperbolic sine", "exp(x) and exp(-x) are near 1 for a small x, and their difference keeps few digits")
LOGIT = Reason("sigmoid of a logit", "x / (1 - x) overflows for an x near 1; the whole is x")


def logistic(node: Node) -> Better | None:
    match node.op.name:
        case "div":
            return better(_quotient(*node.operands), QUOTIENT)
        case "mul":
            a, b = node.operands
            return better(_product(a, b) or _product(b, a), PRODUCT)
        case "pow" if constant_value(node.operands[1]) == -1 and (u := _one_plus_exp(node.operands[0])) is not None:
            return Better(apply("sigmoid", negated(u)), QUOTIENT)
        case "sub" | "add":
            return (
                better(_sigmoid_complement(node), COMPLEMENT)
                or better(_tanh_complement(node), TANH)
                or better(_sinh(node), SINH)
            )
        case "sigmoid":
            return better(_of_logit(node.operands[0]), LOGIT)
    return None


def _one_plus_exp(node: Node) -> Node | None:
    return of("exp", plus(node, 1))


def _quotient(a: Node, b: Node) -> Node | None:
    if (u := _one_plus_exp(b)) is not None:
        return _over_one_plus_exp(a, u)
    if is_op(b, "mul"):
        for one, other in (b.operands, b.operands[::-1]):
            if (u := _one_plus_exp(one)) is not None:
                part = _over_one_plus_exp(a, u)
                return _quotient(part, other) or part / other
    if is_op(a, "sigmoid") and is_op(b, "sigmoid") and opposite(a.operands[0], b.operands[0]):
        return apply("exp", a.operands[0])
    if (x := _sinh_twice(a)) is not None and is_op(b, "add"):
        powers = [of("exp", operand) for operand in b.operands]
        if x in powers and any(power is not None and opposite(power, x) for power in powers):
            return apply("tanh", x)
    return None


def _over_one_plus_exp(a: Node, u: Node) -> Node:
    if of("expm1", a) is u:
        return apply("tanh", u * 0.5)
    if of("exp", a) is u:
        return apply("sigmoid", u)
    tail = apply("sigmoid", negated(u))
    return tail if constant_value(a) == 1 else _product(a, tail) or a * tail


def _product(a: Node, b: Node) -> Node | None:
    if not is_op(a, "sigmoid"):
        return None
    (x,) = a.operands
    if is_op(b, "exp") and opposite(b.operands[0], x):
        return apply("sigmoid", b.operands[0])
    if is_op(b, "sigmoid") and opposite(b.operands[0], x):
        return apply("sigmoid_slope", x if is_op(b.operands[0], "neg") else b.operands[0])
    return None


def _sigmoid_complement(node: Node) -> Node | None:
    if (x := of("sigmoid", one_minus(node))) is not None:
        return apply("sigmoid", negated(x))
    if (x := of("sigmoid", plus(node, -1))) is not None:
        return -apply("sigmoid", negated(x))
    return None


def _tanh_complement(node: Node) -> Node | None:
    complement = one_minus(node)
    if (x := of("tanh", plus(node, 1))) is not None:
        return 2 * apply("sigmoid", 2 * x)
    if (x := of("tanh", complement)) is not None:
        return 2 * apply("sigmoid", -2 * x)
    if complement is not None and is_op(complement, "mul") and complement.operands[0] is complement.operands[1]:
        x = of("tanh", complement.operands[0])
        return None if x is None else apply("tanh_slope", x)
    return None


def _sinh(node: Node) -> Node | None:
    if is_op(node, "sub"):
        one, other = (of("exp", operand) for operand in node.operands)
        if one is not None and other is not None and opposite(one, other):
            return 2 * apply("sinh", one)
    return None


def _sinh_twice(node: Node) -> Node | None:
    if is_op(node, "mul") and constant_value(node.operands[0]) == 2:
        return of("sinh", node.operands[1])
    return None


def _of_logit(node: Node) -> Node | None:
    """Where x is no probability, it has no logit."""
    odds = of("log", node)
    if odds is None or not is_op(odds, "div"):
        return None
    x, rest = odds.operands
    if one_minus(rest) is not x:
        return None
    return apply("select", apply("and", x >= full(0, x.type), x <= full(1, x.type)), x, nan_like(x))

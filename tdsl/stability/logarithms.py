"""log(f(x)) → the logarithm of f itself, for every f below, also behind slices, gathers, new axes and other views:

exp(x) → x, sigmoid(x) → -softplus(-x), softmax(x) → log_softmax(x), sum(exp(x)) → logsumexp(x), and so of other values
in place of exp(x); exp(x) + exp(y) → logaddexp(x, y), c + exp(x) → logaddexp(log(c), x), 1 + exp(x) → softplus(x),
exp(x) - exp(y) → x + log1mexp(y - x), 1 - exp(x) → log1mexp(x), expm1(x) → x + log1mexp(-x), exp(x) · exp(y) → x + y,
exp(x) / exp(y) → x - y, products of sigmoids and softmaxes → sums, erfc(x) → log_erfc(x), sqrt(x) → 0.5 · log(x),
x² → 2 · log(abs(x)), switch(c, exp(x), 0) → switch(c, x, -inf), det(A) → logdet(A), or nan where that is negative."""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import NamedTuple

from tdsl.ir.attributes import Axes
from tdsl.ir.node import Node, apply, constant_value, full
from tdsl.ops.masks import meet
from tdsl.stability.forms import (
    counts,
    exponential_sum,
    is_op,
    is_shifted,
    is_view,
    nan_like,
    negated,
    of,
    shift_of,
    softmax,
    stretch,
)
from tdsl.stability.reasons import Better, Reason, better

POWER = Reason(
    "logarithm of an exponential", "exp(x) overflows or underflows where its logarithm is an ordinary number"
)
SHARE = Reason("logarithm of a share", "a share underflows to 0 where its logarithm is an ordinary number")
SUM = Reason("logarithm of a sum", "the terms overflow or underflow where the logarithm of their sum is ordinary")
PROBABILITY = Reason(
    "logarithm of a probability", "the probability is rounded to 0 or 1 where its logarithm is neither -inf nor 0"
)
DIFFERENCE = Reason("logarithm of a difference", "the difference of two powers loses digits, and each may overflow")
DETERMINANT = Reason(
    "logarithm of a determinant", "a product of many pivots overflows or underflows, and their logarithms do not"
)
ROOT = Reason("logarithm of a power", "x² leaves the range of floats where its logarithm is an ordinary number")
REASONS = {
    "sigmoid": PROBABILITY,
    "sigmoid_slope": PROBABILITY,
    "erfc": PROBABILITY,
    "sum": SUM,
    "add": SUM,
    "sub": DIFFERENCE,
    "neg": DIFFERENCE,
    "expm1": DIFFERENCE,
    "lu_det": DETERMINANT,
    "abs": DETERMINANT,
}
"""By the op that the logarithm is taken of, behind views; of any other it is `POWER`."""

SCALE = {"log": 1.0, "log2": 1 / math.log(2), "log10": 1 / math.log(10)}


class Kind(Enum):
    """A value whose logarithm is known."""

    POWER = auto()
    """exp of something, in so many words."""
    POSITIVE = auto()
    """Positive or 0."""
    SHARE = auto()
    """Of 0 … 1: logarithms of several have one sign, and their sum cancels nothing."""
    ALONE = auto()
    """Part of no other value: it may be negative, where the logarithm is nan."""


class Known(NamedTuple):
    log: Node
    kind: Kind = Kind.POSITIVE


class Logarithms:
    """The rule for one walk: knows the logarithms of all values so far."""

    def __init__(self, moved: dict[Node, Node]) -> None:
        self._moved = moved
        self._known: dict[Node, Known] = {}

    def __call__(self, node: Node) -> Better | None:
        if node.op.name in SCALE:
            return self._log(node)
        if is_op(node, "log1p"):
            (inner,) = node.operands
            return better(self._log1p(inner), _reason(inner.operands[0] if is_op(inner, "neg") else inner, SUM))
        if node.type.is_real and (known := self._find(node)):
            self._known[node] = known
        return None

    def _log(self, node: Node) -> Better | None:
        (inner,) = node.operands
        known = self._known.get(inner)
        found = known.log if known else _of_power(inner)
        if found is None:
            return None
        reason = _reason(inner, POWER) if known else ROOT
        return Better(found if is_op(node, "log") else found * SCALE[node.op.name], reason)

    def _log1p(self, inner: Node) -> Node | None:
        if (x := of("expm1", inner)) is not None:
            return x
        known = self._known.get(inner)
        if known and known.kind in (Kind.POWER, Kind.POSITIVE):
            return apply("softplus", known.log)
        less = of("neg", inner)
        if (x := of("exp", less)) is not None:
            return apply("log1mexp", x)
        if (x := of("sigmoid", less)) is not None:
            return -apply("softplus", x)
        return None

    def _find(self, node: Node) -> Known | None:
        if is_view(node):
            return self._through(node)
        match node.op.name:
            case "exp":
                return Known(node.operands[0], Kind.POWER)
            case "sigmoid":
                return Known(-apply("softplus", negated(node.operands[0])), Kind.SHARE)
            case "sigmoid_slope":
                (inner,) = node.operands
                return Known(-(apply("softplus", inner) + apply("softplus", negated(inner))), Kind.SHARE)
            case "lu_det":
                return Known(_log_of_determinant(node), Kind.ALONE)
            case "abs" if is_op(node.operands[0], "lu_det"):
                return Known(apply("lu_logdet", *node.operands[0].operands))
            case "sqrt" if (known := self._known.get(node.operands[0])) is not None:
                return Known(0.5 * known.log, Kind.POSITIVE if known.kind is Kind.POWER else known.kind)
            case "erfc":
                return Known(apply("log_erfc", *node.operands), Kind.ALONE)
            case "neg" if (x := of("expm1", node.operands[0])) is not None:
                return Known(apply("log1mexp", x), Kind.ALONE)
            case "expm1":
                (inner,) = node.operands
                return Known(inner + apply("log1mexp", negated(inner)), Kind.ALONE)
            case "add":
                return self._add(node)
            case "sub":
                return self._sub(*node.operands)
            case "mul":
                return self._mul(node)
            case "div":
                return self._div(node)
            case "sum":
                return self._sum(node)
            case "select":
                return self._select(node)
        return None

    def _through(self, node: Node) -> Known | None:
        known = self._known.get(node.operands[0])
        if known is None:
            return None
        moved = node.with_operands(known.log, *node.operands[1:])
        self._moved.setdefault(moved, node)
        return Known(moved, Kind.POSITIVE if known.kind is Kind.POWER else known.kind)

    def _several(self, *nodes: Node) -> list[Known] | None:
        found = [self._known.get(node) for node in nodes]
        whole = [known for known in found if known and known.kind in (Kind.POWER, Kind.POSITIVE)]
        return whole if len(whole) == len(nodes) else None

    def _add(self, node: Node) -> Known | None:
        a, b = node.operands
        if several := self._several(a, b):
            return Known(apply("logaddexp", several[0].log, several[1].log))
        for literal, other in ((a, b), (b, a)):
            number = constant_value(literal)
            if number is not None and 0 < number < math.inf and (several := self._several(other)):
                (known,) = several
                if number == 1:
                    return Known(apply("softplus", known.log))
                return Known(apply("logaddexp", full(math.log(number), node.type), known.log))
        return None

    def _sub(self, a: Node, b: Node) -> Known | None:
        x, y = of("exp", a), of("exp", b)
        if x is None or y is None:
            return None
        # Of two equal infinities the difference is 0: exp(-inf) - exp(-inf) is 0, and exp(inf) - exp(inf) nan.
        same = apply("and", apply("isinf", x), x.equals(y))
        return Known(x + apply("log1mexp", apply("select", same, full(0, x.type), y - x)), Kind.ALONE)

    def _mul(self, node: Node) -> Known | None:
        a, b = node.operands
        one, other = self._known.get(a), self._known.get(b)
        if one and other and one.kind is other.kind and one.kind in (Kind.POWER, Kind.SHARE):
            return Known(one.log + other.log, Kind.POSITIVE if one.kind is Kind.POWER else Kind.SHARE)
        for literal, tail in ((a, b), (b, a)):
            number = constant_value(literal)
            if number is not None and 0 < number < math.inf and is_op(tail, "erfc"):
                return Known(math.log(number) + apply("log_erfc", *tail.operands), Kind.ALONE)
        if (x := of("sinh", b)) is not None and constant_value(a) == 2:
            return Known(x + apply("log1mexp", -2 * x), Kind.ALONE)
        return None

    def _div(self, node: Node) -> Known | None:
        a, b = node.operands
        if whole := softmax(node):
            u, axes = whole
            shifted = u if is_shifted(u, axes) else u - stretch(shift_of(u, axes), u, axes)
            total = apply("sum", apply("exp", shifted), axes=axes)
            return Known(shifted - stretch(apply("log", total), u, axes), Kind.SHARE)
        one, other = self._known.get(a), self._known.get(b)
        if one and other and one.kind is other.kind is Kind.POWER:
            return Known(one.log - other.log)
        if constant_value(a) == 1 and (several := self._several(b)):
            return Known(-several[0].log)
        return self._mean(a, b)

    def _mean(self, total: Node, count: Node) -> Known | None:
        """That of a sum over a count, whose shift is added last."""
        found = exponential_sum(total)
        if found is None or is_shifted(*found):
            return None
        u, axes = found
        if not counts(count, (u.type.shape[axis] for axis in axes)):
            return None
        shift = shift_of(u, axes)
        inner = apply("sum", apply("exp", u - stretch(shift, u, axes)), axes=axes)
        return Known(apply("log", inner / count) + shift)

    def _sum(self, node: Node) -> Known | None:
        (inner,), axes = node.operands, node.get(Axes).axes
        known = self._known.get(inner)
        if known and known.kind in (Kind.POWER, Kind.POSITIVE) and axes:
            if is_shifted(known.log, axes):
                return None
            shift = shift_of(known.log, axes)
            shifted = apply("exp", known.log - stretch(shift, known.log, axes))
            return Known(apply("log", apply("sum", shifted, axes=axes)) + shift)
        if is_op(inner, "select") and _takes_one(inner.operands[0], axes) and constant_value(inner.operands[2]) == 0:
            picked = self._known.get(inner.operands[1])
            if picked and picked.kind is Kind.SHARE:
                rest = inner.operands[2]
                logs = apply("select", inner.operands[0], picked.log, rest)
                return Known(apply("sum", logs, axes=axes), Kind.SHARE)
        return None

    def _select(self, node: Node) -> Known | None:
        condition, a, b = node.operands
        nothing = full(-math.inf, node.type)
        if constant_value(b) == 0 and (several := self._several(a)):
            return Known(apply("select", condition, several[0].log, nothing))
        if constant_value(a) == 0 and (several := self._several(b)):
            return Known(apply("select", condition, nothing, several[0].log))
        return None


def _reason(node: Node, otherwise: Reason) -> Reason:
    while is_view(node):
        node = node.operands[0]
    if softmax(node):
        return SHARE
    if is_op(node, "sum") and is_op(node.operands[0], "select"):
        return SHARE
    return REASONS.get(node.op.name, otherwise)


def _of_power(node: Node) -> Node | None:
    if (x := of("sqrt", node)) is not None:
        return 0.5 * apply("log", x)
    if is_op(node, "mul") and node.operands[0] is node.operands[1]:
        return 2 * apply("log", apply("abs", node.operands[0]))
    return None


def _log_of_determinant(node: Node) -> Node:
    """A determinant that has underflowed still has its sign, and one of a singular matrix is 0."""
    found, zero = apply("lu_logdet", *node.operands), full(0, node.type)
    negative = apply("or", node < zero, full(1, node.type) / node < zero)
    is_nan = apply("and", negative, found > full(-math.inf, node.type))
    return found + apply("select", is_nan, nan_like(node), zero)


def _takes_one(condition: Node, axes: tuple[int, ...]) -> bool:
    """Whether exactly one element along the axis is taken: that of a checked label."""
    return is_op(condition, "eq") and len(axes) == 1 and meet(condition, axes[0])

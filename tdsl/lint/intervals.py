"""The numbers that a value may be: bounds that are attained or not, and whether 0 is among them.

A size counts as 1 or more: the mean of no rows is no number, and every program has that case.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from tdsl.ir.attributes import Size
from tdsl.ir.node import Node, constant_value
from tdsl.record import record
from tdsl.types import Dim, Kind


@record(frozen=True)
class Interval:
    """`low … high`; a bound that is `open` is not attained."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    nonzero: bool = False

    @property
    def is_positive(self) -> bool:
        return self.low > 0 or (self.low == 0 and (self.open_low or self.nonzero))

    @property
    def is_negative(self) -> bool:
        return self.high < 0 or (self.high == 0 and (self.open_high or self.nonzero))

    @property
    def has_zero(self) -> bool:
        return not (self.nonzero or self.is_positive or self.is_negative)

    def __str__(self) -> str:
        """As a reader would say it."""
        zero = ", never 0" if self.nonzero and self.low < 0 < self.high else ""
        if self.low == -math.inf and self.high == math.inf:
            return f"any number{zero}"
        if self.high == math.inf:
            above = self.open_low or (self.low == 0 and self.nonzero)
            return f"{'more than' if above else 'at least'} {self.low:g}"
        if self.low == -math.inf:
            return f"{'less than' if self.open_high else 'at most'} {self.high:g}{zero}"
        return f"from {self.low:g} to {self.high:g}{zero}"


ANY = Interval()
POSITIVE = Interval(0, open_low=True)
NOT_NEGATIVE = Interval(0)


def joined(a: Interval, b: Interval) -> Interval:
    """The smallest interval around both."""
    low, high = min(a.low, b.low), max(a.high, b.high)
    return Interval(
        low,
        high,
        all(one.open_low or one.low > low for one in (a, b)),
        all(one.open_high or one.high < high for one in (a, b)),
        not a.has_zero and not b.has_zero,
    )


def met(a: Interval, b: Interval) -> Interval:
    """The numbers in both; those of the first if there are none."""
    low, high = max(a.low, b.low), min(a.high, b.high)
    open_low = any(one.open_low and one.low == low for one in (a, b))
    open_high = any(one.open_high and one.high == high for one in (a, b))
    if low > high:
        return a
    return Interval(low, high, open_low, open_high, a.nonzero or b.nonzero)


def added(a: Interval, b: Interval) -> Interval:
    return Interval(_sum(a.low, b.low, -math.inf), _sum(a.high, b.high, math.inf), a.open_low or b.open_low,
                    a.open_high or b.open_high)  # fmt: skip


def _sum(a: float, b: float, unknown: float) -> float:
    return unknown if math.isnan(a + b) else a + b


def opposite(a: Interval) -> Interval:
    return Interval(-a.high, -a.low, a.open_high, a.open_low, a.nonzero)


def multiplied(a: Interval, b: Interval) -> Interval:
    ends = [(_product(x, y), open_x or open_y) for x, open_x in _ends(a) for y, open_y in _ends(b)]
    low, high = min(end for end, _ in ends), max(end for end, _ in ends)
    # An end that is 0 because of a factor that is 0 itself is attained.
    attained = {end for end, is_open in ends if not is_open} | ({0.0} if a.has_zero or b.has_zero else set())
    return Interval(low, high, low not in attained, high not in attained, not a.has_zero and not b.has_zero)


def _ends(a: Interval) -> list[tuple[float, bool]]:
    return [(a.low, a.open_low), (a.high, a.open_high)]


def _product(a: float, b: float) -> float:
    return 0.0 if 0 in (a, b) else a * b


def squared(a: Interval) -> Interval:
    if a.low < 0 < a.high:
        far = max(-a.low, a.high)
        is_open = all(is_open for end, is_open in _ends(a) if abs(end) == far)
        return Interval(0, _product(far, far), a.nonzero, is_open, a.nonzero)
    return multiplied(a, a)


def size(a: Interval) -> Interval:
    """The absolute value."""
    if a.low >= 0:
        return a
    if a.high <= 0:
        return opposite(a)
    return Interval(0, max(-a.low, a.high), a.nonzero, nonzero=a.nonzero)


def reciprocal(a: Interval) -> Interval:
    """1 / a; nothing is known where a may be 0 between its bounds."""
    if a.is_positive:
        low, high = 1 / a.high if a.high else 0, 1 / a.low if a.low else math.inf
        return Interval(low, high, a.high == math.inf or a.open_high, a.open_low)
    if a.is_negative:
        return opposite(reciprocal(opposite(a)))
    return Interval(nonzero=True)


def mapped(function: Callable[[float], float]) -> Callable[[Interval], Interval]:
    """The interval of an increasing function."""

    def rule(a: Interval) -> Interval:
        try:
            low, high = function(a.low), function(a.high)
        except (OverflowError, ValueError):
            return ANY
        return Interval(low, high, a.open_low or a.low == -math.inf, a.open_high or a.high == math.inf)

    return rule


def rounded(function: Callable[[float], int]) -> Callable[[Interval], Interval]:
    """The interval of whole numbers near others."""

    def end(x: float) -> float:
        return function(x) if math.isfinite(x) else x

    return lambda a: Interval(end(a.low), end(a.high))


_ROUNDING: Mapping[str, Callable[[float], int]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "round": round,
}


def _exp(x: float) -> float:
    return math.exp(x) if x < 700 else math.inf


def _log(x: float) -> float:
    return -math.inf if x <= 0 else math.log(x)


def _sqrt(x: float) -> float:
    return math.sqrt(max(x, 0))


def _root(a: Interval) -> Interval:
    found = mapped(_sqrt)(a)
    return Interval(found.low, found.high, a.is_positive and a.low == 0, found.open_high)


_UNARY: Mapping[str, Callable[[Interval], Interval]] = {
    "neg": opposite,
    "exp": lambda a: Interval(_exp(a.low), _exp(a.high), a.open_low or a.low < -700, a.open_high),
    "expm1": mapped(lambda x: _exp(x) - 1),
    "log": mapped(_log),
    "log1p": mapped(lambda x: _log(1 + x)),
    "sqrt": _root,
    "tanh": mapped(math.tanh),
    "sigmoid": mapped(lambda x: 1 / (1 + _exp(-x))),
    "abs": size,
    **{name: rounded(function) for name, function in _ROUNDING.items()},
}
_ALWAYS: Mapping[str, Interval] = {
    "softplus": POSITIVE,
    "cosh": Interval(1),
    "erf": Interval(-1, 1, True, True),
    "erfc": Interval(0, 2, True, True),
    "erfcx": POSITIVE,
    "sigmoid_slope": Interval(0, 0.25, True),
    "tanh_slope": Interval(0, 1, True),
    "sin": Interval(-1, 1),
    "cos": Interval(-1, 1),
    "unit_interval": Interval(0, 1, open_high=True),
    "norm": NOT_NEGATIVE,
    "hypot": NOT_NEGATIVE,
    "one_minus_square": Interval(high=1),
    "iota": NOT_NEGATIVE,
    "argmax": NOT_NEGATIVE,
    "argmin": NOT_NEGATIVE,
    "argsort": NOT_NEGATIVE,
    "searchsorted": NOT_NEGATIVE,
    "within": NOT_NEGATIVE,
}
# They have elements of their operands, and no others.
_SAME = {
    *("broadcast", "transpose", "reshape", "slice", "identity", "stop_grad", "windows", "gather", "stack", "cast"),
    *("max", "min", "sort", "cummax", "all_reduce"),
}
_WITH_ZEROS = {"place", "scatter", "overlap_add"}


def interval(node: Node, operands: Sequence[Interval]) -> Interval:
    """The numbers that a node may be if its operands are those."""
    name, value = node.op.name, constant_value(node)
    if value is not None:
        return Interval(float(value), float(value)) if not math.isnan(value) else ANY
    if name in _ALWAYS:
        return _ALWAYS[name]
    if name in _UNARY:
        return _UNARY[name](operands[0])
    if name in _SAME:
        found = operands[0]
        for other in operands[1:] if name == "stack" else ():
            found = joined(found, other)
        return found
    if name in _WITH_ZEROS:
        return joined(operands[0], Interval(0, 0))
    match name:
        case "size":
            return _size(node.get(Size).dim)
        case "argument" if node.type.dtype.kind is Kind.BOOL:
            return Interval(0, 1)
        case "add":
            return added(*operands)
        case "sub":
            return Interval(0, 0) if node.operands[0] is node.operands[1] else added(operands[0], opposite(operands[1]))
        case "mul":
            return squared(operands[0]) if node.operands[0] is node.operands[1] else multiplied(*operands)
        case "div":
            return multiplied(operands[0], reciprocal(operands[1]))
        case "pow":
            return _power(operands[0], constant_value(node.operands[1]))
        case "maximum":
            return _extremum(operands[0], operands[1])
        case "minimum":
            return opposite(_extremum(opposite(operands[0]), opposite(operands[1])))
        case "select" | "if":
            return _chosen(node, operands)
        case "sum" | "cumsum" | "matmul" | "prod" | "cumprod":
            return _of_many(name, operands)
    return ANY if node.type.dtype.kind is not Kind.BOOL else Interval(0, 1)


def _size(dim: Dim) -> Interval:
    least = dim.substitute({name: Dim.symbol(name) + 1 for name in dim.symbols()})
    return Interval(1) if least.at_least(1) else NOT_NEGATIVE


def _power(base: Interval, exponent: int | float | None) -> Interval:
    if base.is_positive:
        return POSITIVE
    if base.low >= 0 or (exponent is not None and exponent % 2 == 0):
        return NOT_NEGATIVE
    return ANY


def _extremum(a: Interval, b: Interval) -> Interval:
    low, high = max(a.low, b.low), max(a.high, b.high)
    open_low = all(one.open_low for one in (a, b) if one.low == low)
    return Interval(low, high, open_low, all(one.open_high for one in (a, b) if one.high == high))


def _chosen(node: Node, operands: Sequence[Interval]) -> Interval:
    """Each side by what the condition says of it: switch(n == 0, 1, n) is not 0."""
    condition, a, b = node.operands
    return joined(
        met(operands[1], told(condition, True).get(a, ANY)), met(operands[2], told(condition, False).get(b, ANY))
    )


def _of_many(name: str, operands: Sequence[Interval]) -> Interval:
    """Sums and products of one or more elements."""
    if name == "matmul":
        term = multiplied(*operands)
    else:
        (term,) = operands
    if name in ("prod", "cumprod"):
        return POSITIVE if term.is_positive else NOT_NEGATIVE if term.low >= 0 else ANY
    if term.is_positive:
        return Interval(term.low if name != "matmul" else 0, math.inf, term.open_low or term.low == 0)
    if term.low >= 0:
        return NOT_NEGATIVE
    return opposite(_of_many(name, [opposite(term)])) if name == "sum" and term.high <= 0 else ANY


_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
_TURNED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def told(condition: Node, holds: bool) -> dict[Node, Interval]:
    """The values that a condition compares with numbers, and what it says of them if it holds, or does not."""
    found: dict[Node, Interval] = {}
    stack = [(condition, holds)]
    while stack:
        node, truth = stack.pop()
        name = node.op.name
        if name in ("broadcast", "reshape", "identity") or (name == "all" and truth) or (name == "any" and not truth):
            stack.append((node.operands[0], truth))
        elif name == "not":
            stack.append((node.operands[0], not truth))
        elif name == ("and" if truth else "or"):
            stack += [(part, truth) for part in node.operands]
        elif name in _OPPOSITE:
            a, b = node.operands
            name = name if truth else _OPPOSITE[name]
            for value, limit, sign in ((a, constant_value(b), name), (b, constant_value(a), _TURNED[name])):
                if limit is not None:
                    found[value] = met(found.get(value, ANY), _beyond(sign, float(limit)))
    return found


def _beyond(sign: str, limit: float) -> Interval:
    match sign:
        case "lt" | "le":
            return Interval(high=limit, open_high=sign == "lt")
        case "gt" | "ge":
            return Interval(low=limit, open_low=sign == "gt")
        case "eq":
            return Interval(limit, limit)
        case _:
            return Interval(nonzero=limit == 0)

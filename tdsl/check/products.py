"""Sums of products over indices, as a sequence of matrix products.

Factors are taken pairwise from the left: the first two that alone have an index of the sum are contracted, as long as
there are such.  The plan depends on the indices of the factors only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from tdsl.check.elements import Index
from tdsl.ir.node import Node
from tdsl.record import record

MOST_FACTORS = 32
Indices = frozenset[Index]


@record(frozen=True)
class Product:
    """`factors` multiplied, each divided by its `divisors`; the result is divided by those `outside`, and negated."""

    factors: tuple[tuple[Node, tuple[Node, ...]], ...]
    outside: tuple[Node, ...]
    negative: bool


@record(frozen=True)
class Contract:
    """The sum over indices of the product of two factors, in the place of the first."""

    first: int
    second: int
    over: Indices


@record(frozen=True)
class Multiply:
    """The product of two factors, in the place of the first."""

    first: int
    second: int


@record(frozen=True)
class Sum:
    """The sum of a factor over indices that no other has."""

    factor: int
    over: Indices


Step = Contract | Multiply | Sum


def product_of(node: Node, names: Callable[[Node], Indices], over: Indices) -> Product | None:
    """The factors of a value that is summed; None for too many."""
    numerators: list[Node] = []
    denominators: list[Node] = []
    negative = False
    stack = [(node, False)]
    while stack:
        part, below = stack.pop()
        if len(numerators) + len(denominators) + len(stack) > MOST_FACTORS:
            return None
        match part.op.name:
            case "mul" if not below:
                stack += [(operand, below) for operand in reversed(part.operands)]
            case "div" if not below:
                numerator, denominator = part.operands
                stack += [(denominator, True), (numerator, below)]
            case "neg":
                negative = not negative
                stack.append((part.operands[0], below))
            case _:
                (denominators if below else numerators).append(part)
    outside = [divisor for divisor in denominators if names(divisor).isdisjoint(over)]
    factors: list[tuple[Node, list[Node]]] = [(factor, []) for factor in numerators]
    for divisor in denominators:
        if divisor not in outside:
            wide = next((divisors for factor, divisors in factors if names(divisor) <= names(factor)), None)
            if wide is None:
                return None
            wide.append(divisor)
    return Product(tuple((factor, tuple(divisors)) for factor, divisors in factors), tuple(outside), negative)


def plan(factors: Sequence[Indices], over: Indices) -> list[Step]:
    """The steps that make few factors of many; none where multiplying all of them is as cheap."""
    sets, left, steps = list(factors), set(over), list[Step]()
    while True:
        pair = _contracted(sets, left) or _multiplied(sets, left)
        if pair is None:
            break
        summed = pair.over if isinstance(pair, Contract) else frozenset[Index]()
        left -= summed
        steps.append(pair)
        sets[pair.first] = (sets[pair.first] | sets.pop(pair.second)) - summed
    for place, own in enumerate(sets):
        others = frozenset[Index]().union(*(other for number, other in enumerate(sets) if number != place))
        alone = own & left - others
        if alone and not others <= own:
            steps.append(Sum(place, frozenset(alone)))
    return steps if any(isinstance(step, Contract | Sum) for step in steps) else []


def _contracted(sets: Sequence[Indices], left: Collection[Index]) -> Contract | None:
    for second in range(1, len(sets)):
        for first in range(second):
            shared = sets[first] & sets[second]
            others = [other for place, other in enumerate(sets) if place not in (first, second)]
            over = shared.intersection(left).difference(*others)
            if over and is_matrix_product(sets[first], sets[second], over):
                return Contract(first, second, over)
    return None


def _multiplied(sets: Sequence[Indices], left: Collection[Index]) -> Multiply | None:
    """The two factors with an index of the sum in common whose product has the fewest indices."""
    pairs = [
        (len(sets[first] | sets[second]), first, second)
        for second in range(1, len(sets))
        for first in range(second)
        if not (sets[first] & sets[second]).isdisjoint(left)
    ]
    if not pairs:
        return None
    _, first, second = min(pairs)
    return Multiply(first, second)


def is_matrix_product(a: Indices, b: Indices, over: Indices) -> bool:
    """Whether the sum is one over a matrix: the elementwise product of two arrays of the same axes is none, but for
    vectors."""
    return a != b or (a == over and len(over) == 1)

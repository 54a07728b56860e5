"""Values lie in the intervals of their nodes: random expressions at many arguments."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tdsl.ops.elementwise
import tdsl.ops.sources
import tdsl.ops.special
import tdsl.ops.views  # noqa: F401
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, full, topological
from tdsl.lint.intervals import ANY, Interval, interval, met, told
from tdsl.types import F64, Dim, Type

TYPE = Type(F64, (Dim.of(400),))
UNARY = (*("neg", "exp", "expm1", "log", "log1p", "sqrt", "tanh", "sigmoid", "abs", "softplus", "cosh", "erf", "erfc"),
         *("sigmoid_slope", "tanh_slope", "sin", "cos", "one_minus_square", "floor", "round", "sign"))  # fmt: skip
BINARY = ("add", "sub", "mul", "div", "maximum", "minimum", "pow", "hypot")


def expression(rng: np.random.Generator, x: Node) -> Node:
    nodes = [x, full(float(rng.choice([-2, -0.5, 0, 1, 3])), TYPE)]
    for _ in range(6):
        a, b = (nodes[place] for place in rng.integers(len(nodes), size=2))
        match rng.integers(5):
            case 0 | 1:
                nodes.append(apply(str(rng.choice(UNARY)), a))
            case 2 | 3:
                nodes.append(apply(str(rng.choice(BINARY)), a, b))
            case _:
                nodes.append(apply("select", apply(str(rng.choice(["lt", "ge", "eq", "ne"])), a, nodes[1]), a, b))
    return nodes[-1]


def lies_in(values: np.ndarray, found: Interval) -> bool:
    """Up to rounding, which makes an open bound one that is attained."""
    values = values[~np.isnan(values)]
    slack = np.where(np.isinf(values), 0, 1e-9 * (1 + np.abs(values)))
    return bool(np.all((values >= found.low - slack) & (values <= found.high + slack)))


def test_values_lie_in_their_intervals() -> None:
    rng = np.random.default_rng(0)
    x = apply("argument", name="x", type=TYPE)
    bounded = positive = 0
    for _ in range(1500):
        root = expression(rng, x)
        low, high = sorted(rng.choice([-math.inf, -3, -1, 0, 0.5, 2, math.inf], 2, replace=False))
        values = rng.uniform(max(low, -50), min(high, 50), 400)
        known: dict[Node, Interval] = {}
        for node in topological([root]):
            own = Interval(float(low), float(high)) if node is x else None
            known[node] = own or interval(node, [known[operand] for operand in node.operands])
        with np.errstate(all="ignore"):
            (found,) = evaluate([root], {"x": values}, {}, {})
        assert lies_in(np.asarray(found, float), known[root]), (root, known[root])
        bounded += known[root] != ANY
        positive += known[root].is_positive
    assert bounded > 600 and positive > 100


@pytest.mark.parametrize(
    ("a", "text"),
    [
        (Interval(), "any number"),
        (Interval(nonzero=True), "any number, never 0"),
        (Interval(0), "at least 0"),
        (Interval(0, open_low=True), "more than 0"),
        (Interval(high=-1), "at most -1"),
        (Interval(-1, 1, nonzero=True), "from -1 to 1, never 0"),
    ],
)
def test_texts(a: Interval, text: str) -> None:
    assert str(a) == text


def test_conditions_tell_of_the_values_that_they_compare() -> None:
    x, y = (apply("argument", name=name, type=TYPE) for name in "xy")
    condition = apply("and", x > 0, apply("not", y.equals(0)))
    assert told(condition, True) == {x: Interval(0, open_low=True), y: Interval(nonzero=True)}
    assert told(condition, False) == {}
    assert told(apply("or", x > 0, full(2, TYPE) <= y), False) == {
        x: Interval(high=0),
        y: Interval(high=2, open_high=True),
    }
    assert met(Interval(-1, 1), Interval(0, open_low=True)) == Interval(0, 1, True)

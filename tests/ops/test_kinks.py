"""Derivatives that are a matter of choice, and places where a rule could go wrong."""

from __future__ import annotations

import numpy as np
import pytest

import tdsl.ops  # noqa: F401
from tdsl.ir.grad import cotangents
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, full
from tdsl.types import F32, F64, Dim, DType, Type


def argument(name: str = "x", *shape: int, dtype: DType = F64) -> Node:
    return apply("argument", name=name, type=Type(dtype, tuple(Dim.of(size) for size in shape)))


def slope(cost: Node, wrt: Node, **values: object) -> np.ndarray:
    if cost.type.rank:
        cost = apply("sum", cost, axes=tuple(range(cost.type.rank)))
    return np.asarray(evaluate([cotangents(cost, [wrt])[wrt]], values, {}, {})[0])


@pytest.mark.parametrize(("x", "expected"), [(-1.0, 0.0), (-0.0, 0.0), (0.0, 0.0), (2.0, 1.0)])
def test_three_spellings_of_relu(x: float, expected: float) -> None:
    z = argument()
    zero = full(0, z.type)
    spellings = [
        apply("select", z < 0, zero, z),
        apply("select", z <= 0, zero, z),
        apply("select", z > 0, z, zero),
        apply("select", zero > z, zero, z),
        apply("maximum", z, zero),
        apply("maximum", zero, z),
        z * (z > 0).cast(F64),
        -apply("minimum", -z, zero),
    ]
    assert [float(slope(spelling, z, x=x)) for spelling in spellings] == [expected] * len(spellings)


def test_a_tie_of_variables_is_shared() -> None:
    a, b = argument("a"), argument("b")
    for op in ("maximum", "minimum"):
        node = apply(op, a, b)
        assert slope(node, a, a=3.0, b=3.0) == slope(node, b, a=3.0, b=3.0) == 0.5
    for comparison in (a < b, a <= b, a > b, a >= b, b < a):
        node = apply("select", comparison, a, b)
        assert slope(node, a, a=3.0, b=3.0) == slope(node, b, a=3.0, b=3.0) == 0.5
    x = argument("x", 4)
    for op in ("max", "min"):
        node = apply(op, x, axes=(0,))
        tied = np.array([2.0, 5.0, 2.0, 5.0])
        assert slope(node, x, x=tied).tolist() == ([0, 0.5, 0, 0.5] if op == "max" else [0.5, 0, 0.5, 0])


def test_maximum_of_one_thing_with_itself() -> None:
    a = argument("a")
    assert slope(apply("maximum", a, a), a, a=1.5) == 1.0


@pytest.mark.parametrize(("op", "picked"), [("lt", "b"), ("gt", "a")])
def test_a_choice_by_comparison_goes_to_the_branch_taken(op: str, picked: str) -> None:
    a, b = argument("a"), argument("b")
    node = apply("select", apply(op, a, b), a * 1, b * 1)
    assert slope(node, a, a=3.0, b=2.0) == (picked == "a")


def test_abs_at_zero() -> None:
    x = argument()
    assert slope(apply("abs", x), x, x=0.0) == 0.0


@pytest.mark.parametrize(
    ("values", "expected"),
    [([2.0, 3.0, 4.0], [12.0, 8.0, 6.0]), ([2.0, 0.0, 4.0], [0.0, 8.0, 0.0]), ([0.0, 0.0, 4.0], [0.0, 0.0, 0.0])],
)
def test_products_with_zeros(values: list[float], expected: list[float]) -> None:
    x = argument("x", 3)
    assert slope(apply("prod", x, axes=(0,)), x, x=np.array(values)).tolist() == expected


@pytest.mark.parametrize(
    ("a", "b", "by_base", "by_exponent"),
    [
        (0.0, 0.0, 0.0, 0.0),
        (0.0, 1.0, 1.0, 0.0),
        (0.0, 2.0, 0.0, 0.0),
        (-2.0, 3.0, 12.0, 0.0),
        (2.0, 0.0, 0.0, np.log(2)),
    ],
)
def test_powers_at_the_edge(a: float, b: float, by_base: float, by_exponent: float) -> None:
    x, y = argument("x"), argument("y")
    assert slope(x**y, x, x=a, y=b) == by_base
    np.testing.assert_allclose(slope(x**y, y, x=a, y=b), by_exponent)


EXTREMES = [0.0, -0.0, 1e-45, -1e-45, 1e-30, -1e-30, 88.0, -88.0, 104.0, -104.0, 3e38, -3e38, np.inf, -np.inf]
SATURATING = {
    "sigmoid": lambda x: 0.5 * (1 + np.tanh(x / 2)),
    "softplus": lambda x: np.logaddexp(0, x),
    "tanh": np.tanh,
    "erf": lambda x: np.where(np.abs(x) < 1, x * 2 / np.sqrt(np.pi), np.sign(x)),
    "atan": np.arctan,
    "expm1": np.expm1,
    "asinh": np.arcsinh,
}


@pytest.mark.parametrize("op", sorted(SATURATING))
def test_extremes_of_f32(op: str) -> None:
    x = argument("x", len(EXTREMES), dtype=F32)
    values = np.array(EXTREMES, np.float32)
    (got,) = evaluate([apply(op, x)], {"x": values}, {}, {})
    with np.errstate(all="ignore"):
        expected = SATURATING[op](values.astype(float)).astype(np.float32)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-30)
    assert not np.isnan(slope(apply(op, x), x, x=values)).any()


def test_nan_goes_through() -> None:
    x = argument("x", 1)
    for op in (*SATURATING, "exp", "log", "floor", "abs", "sign"):
        assert np.isnan(evaluate([apply(op, x)], {"x": np.array([np.nan])}, {}, {})[0]).all(), op
    for op in ("maximum", "minimum"):
        assert np.isnan(evaluate([apply(op, x, full(1, x.type))], {"x": np.array([np.nan])}, {}, {})[0]).all()


def test_log1p_and_expm1_keep_tiny_arguments() -> None:
    x = argument("x", 1, dtype=F32)
    tiny = np.array([1e-20], np.float32)
    for op in ("log1p", "expm1", "tanh", "sinh", "asin", "atan", "atanh", "asinh", "sin", "tan"):
        assert evaluate([apply(op, x)], {"x": tiny}, {}, {})[0] == tiny, op


@pytest.mark.parametrize("count", [1, 8, 9, 20])
def test_many_choices_of_one_element(count: int) -> None:
    """No infinite slope of a value that is not chosen reaches its operand, however many choices are around it."""
    x = argument("x", 4)
    chosen = apply("log", x * 2)
    for limit in range(count):
        chosen = apply("select", x > limit, chosen, full(0, x.type))
    found = slope(chosen, x, x=np.array([-1.0, 0.0, 0.5, 32.0]))
    assert found.tolist() == [0, 0, 2 if count == 1 else 0, 1 / 32]


def test_ties_of_a_running_maximum_are_shared() -> None:
    """As those of max, over all elements so far."""
    x = argument("x", 6)
    node = apply("cummax", x, axis=0)
    tied = np.array([1.0, 3.0, 3.0, 2.0, 3.0, np.inf])
    weights = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    wanted = np.zeros(6)
    for k, weight in enumerate(weights):
        ties = tied[: k + 1] == tied[: k + 1].max()
        wanted[: k + 1] += weight * ties / ties.sum()
    weight = argument("w", 6)
    np.testing.assert_allclose(slope(node * weight, x, x=tied, w=weights), wanted)
    after = slope(node * weight, x, x=np.array([1.0, 2.0, np.nan, 5.0, 5.0, 6.0]), w=weights)
    assert after.tolist() == [1, 2, 0, 0, 0, 0]

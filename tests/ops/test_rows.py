"""Functions of whole rows and their first and second derivatives against numeric differentiation with fifty digits;
also where they are tiny or huge, infinite, or 0."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from tdsl.ir.node import OPS, broadcast
from tdsl.types import DTYPES
from tests.lower.cases import Case

from .ways import Way, checked, slope, ways_of

mp.dps = 50
WEIGHTS, ALONG = (0.5, -1.25, 2.0), (1.0, -2.0, 0.5)
TEXT_OF_WEIGHTS = "[0.5, -1.25, 2.0]"


def mean(x: list[Any]) -> Any:
    return sum(x) / len(x)


def variance(x: list[Any]) -> Any:
    return mean([(item - mean(x)) ** 2 for item in x])


def log_sum(x: list[Any]) -> Any:
    return mp.log(sum(map(mp.exp, x)))


def weighed(items: list[Any]) -> Any:
    return sum(weight * item for weight, item in zip(WEIGHTS, items, strict=True))


# Each scales with a power of its operand where that is given.
FUNCTIONS: dict[str, tuple[Callable[[list[Any]], Any], int | None]] = {
    "sum(x)": (sum, 1),
    "mean(x)": (mean, 1),
    "var(x)": (variance, 2),
    "var(x, ddof=1)": (lambda x: variance(x) * 3 / 2, 2),
    "std(x)": (lambda x: mp.sqrt(variance(x)), 1),
    "norm(x)": (lambda x: mp.sqrt(sum(item**2 for item in x)), 1),
    "prod(x)": (lambda x: x[0] * x[1] * x[2], None),
    "sum(cumsum(x, 0) ** 2)": (lambda x: sum(sum(x[: k + 1]) ** 2 for k in range(3)), 2),
    f"dot(cumprod(x, 0), {TEXT_OF_WEIGHTS})": (lambda x: weighed([x[0], x[0] * x[1], x[0] * x[1] * x[2]]), None),
    f"dot(cummax(x, 0), {TEXT_OF_WEIGHTS})": (lambda x: weighed([x[0], max(x[:2]), max(x)]), 1),
    f"dot(recurrence(x, x, 0), {TEXT_OF_WEIGHTS})": (
        lambda x: weighed([x[0], x[1] * x[0] + x[1], x[2] * (x[1] * x[0] + x[1]) + x[2]]),
        None,
    ),
    f"dot(sort(x), {TEXT_OF_WEIGHTS})": (lambda x: weighed(sorted(x)), 1),
    "sum(topk(x, 2)[0] ** 2)": (lambda x: sum(item**2 for item in sorted(x)[1:]), 2),
    "sum(sort(outer(x, x), 0)[1] * x)": (
        lambda x: sum(sorted(item * other for item in x)[1] * other for other in x),
        None,
    ),
    "max(x)": (max, 1),
    "min(x)": (min, 1),
    "logsumexp(x)": (log_sum, None),
    f"sum(softmax(x) * {TEXT_OF_WEIGHTS})": (lambda x: weighed([mp.exp(item - log_sum(x)) for item in x]), None),
    f"sum(log_softmax(x) * {TEXT_OF_WEIGHTS})": (lambda x: weighed([item - log_sum(x) for item in x]), None),
    f"dot(x, {TEXT_OF_WEIGHTS})": (weighed, 1),
    "sum(outer(x, x))": (lambda x: sum(x) ** 2, 2),
    "sum(concatenate((x, x[1:] * x[:2])) ** 2)": (
        lambda x: sum(item**2 for item in x) + (x[0] * x[1]) ** 2 + (x[1] * x[2]) ** 2,
        None,
    ),
    "sum(roll(x, 1) * x * x)": (lambda x: x[2] * x[0] ** 2 + x[0] * x[1] ** 2 + x[1] * x[2] ** 2, None),
    "sum(split(x, (1, 2))[1] ** 3)": (lambda x: x[1] ** 3 + x[2] ** 3, None),
    "sum(repeat(x, 2) * tile(x, 2))": (lambda x: x[0] ** 2 + x[2] ** 2 + 2 * x[1] * (x[0] + x[2]), 2),
    "trace(tril(outer(x, x)) @ diag(x))": (lambda x: sum(item**3 for item in x), None),
    "sum(diagonal(tensordot(x, x, 0)) ** 2)": (lambda x: sum(item**4 for item in x), None),
    "sum((x @ [outer(x, x), diag(x)]) ** 2)": (
        lambda x: sum(item**2 for item in x) ** 3 + sum(item**4 for item in x),
        None,
    ),
    "sum(dense(x[new, :], x[:, new], [1.0]))": (lambda x: sum(item**2 for item in x) + 1, None),
    "sum(pick(x[new, :], [2]))": (lambda x: x[2], 1),
    "sum(categorical_cross_entropy_on_logits(x[new, :], [1]))": (lambda x: log_sum(x) - x[1], None),
    "sum(categorical_cross_entropy(softmax(x[new, :]), [1]))": (lambda x: log_sum(x) - x[1], None),
}
POINTS = ((0.3, -1.1, 0.75), (2.0, 2.5, -0.5), (0.9, 0.91, 0.9001))
SCALES = {"f32": (1.0, 1e-30, 1e30), "f64": (1.0, 1e-250, 1e250, 1e-150, 1e150)}
INFINITE: dict[str, Any] = {
    "logaddexp(x, x)": [-np.inf, np.inf, math.log(2)],
    "logaddexp(x, inf)": [np.inf] * 3,
    "logaddexp(x, -inf)": [-np.inf, np.inf, 0.0],
    "logsumexp([[x[0], x[0]], [x[0], 1], [x[1], 1]])": [-np.inf, 1.0, np.inf],
    "softmax([x[0], 1, 1])": [0.0, 0.5, 0.5],
    "softmax([x[1], 1, 1])": [np.nan] * 3,
    "log_softmax([x[0], 1, 1])": [-np.inf, -math.log(2), -math.log(2)],
    "categorical_cross_entropy_on_logits([[0, x[0]]], [0])": [0.0],
    "categorical_cross_entropy_on_logits([[0, x[0]]], [1])": [np.inf],
    "binary_cross_entropy_on_logits(x, 1)": [np.inf, 0.0, math.log(2)],
    "binary_cross_entropy_on_logits(x, 0)": [0.0, np.inf, math.log(2)],
    "binary_cross_entropy_on_logits(x, [0.0, 1.0, 0.5])": [0.0, 0.0, math.log(2)],
    "binary_cross_entropy_on_logits(x, 0.5)": [np.inf, np.inf, math.log(2)],
    "binary_cross_entropy(exp(x)[0:1], [0.0])": [0.0],
    "binary_cross_entropy([0.0, 1.0, 0.5], [0.0, 1.0, 1.0])": [0.0, 0.0, math.log(2)],
    "relu(x)": [0.0, np.inf, 0.0],
    "leaky_relu(x)": [-np.inf, np.inf, 0.0],
    "elu(x)": [-1.0, np.inf, 0.0],
    "selu(x)": [-1.7580993408473766, np.inf, 0.0],
    "gelu(x)": [0.0, np.inf, 0.0],
    "swish(x)": [0.0, np.inf, 0.0],
    "softsign(x)": [-1.0, 1.0, 0.0],
    "hard_sigmoid(x)": [0.0, 1.0, 0.5],
    "log_sigmoid(x)": [-np.inf, 0.0, -math.log(2)],
    "huber(x, 0)": [np.inf, np.inf, 0.0],
    "squared_error(x, 1)": [np.inf, np.inf, 1.0],
    "absolute_error(x, 1)": [np.inf, np.inf, 1.0],
    "hinge(x, 1)": [np.inf, 0.0, 1.0],
    "norm(x)": np.inf,
    "hypot(x, nan)": [np.inf, np.inf, np.nan],
}
# The first and second derivatives at -inf and inf.
SLOPES: dict[str, tuple[list[float], list[float]]] = {
    "relu(x)": ([0, 1], [0, 0]),
    "leaky_relu(x)": ([0.01, 1], [0, 0]),
    "elu(x)": ([0, 1], [0, 0]),
    "selu(x)": ([0, 1.0507009873554805], [0, 0]),
    "gelu(x)": ([0, 1], [0, 0]),
    "swish(x)": ([0, 1], [0, 0]),
    "softsign(x)": ([0, 0], [0, 0]),
    "softplus(x)": ([0, 1], [0, 0]),
    "log_sigmoid(x)": ([1, 0], [0, 0]),
    "hard_sigmoid(x)": ([0, 0], [0, 0]),
    "sigmoid(x)": ([0, 0], [0, 0]),
    "tanh(x)": ([0, 0], [0, 0]),
    "atan(x)": ([0, 0], [0, 0]),
    "asinh(x)": ([0, 0], [0, 0]),
    "erf(x)": ([0, 0], [0, 0]),
    "erfc(x)": ([0, 0], [0, 0]),
    "logaddexp(x, 0.0)": ([0, 1], [0, 0]),
    "huber(x, 0)": ([-1, 1], [0, 0]),
    "hinge(x, 1)": ([-1, 0], [0, 0]),
    "absolute_error(x, 1)": ([-1, 1], [0, 0]),
    "squared_error(x, 1)": ([-np.inf, np.inf], [2, 2]),
    "binary_cross_entropy_on_logits(x, 1)": ([-1, 0], [0, 0]),
    "binary_cross_entropy_on_logits(x, 0)": ([0, 1], [0, 0]),
    "binary_cross_entropy_on_logits(x, 0.5)": ([-0.5, 0.5], [0, 0]),
}
FLAT = ("norm(x)", "std(x)")


def test_every_reduction_is_here() -> None:
    used = {text.partition("(")[0] for text in FUNCTIONS}
    assert {op.name for op in OPS.values() if op.family == "reduction" and op.cotangents} <= used


TEXTS = [*dict.fromkeys([*FUNCTIONS, *INFINITE, *SLOPES])]


@cache
def case(text: str, dtype: str) -> Case:
    """The value, the gradient, and the derivative of the gradient along a direction."""
    (root,), (x,) = checked(text, f"x: {dtype}[3]", int(dtype[1:]))
    roots = (root,)
    if text in FUNCTIONS:
        along = checked("[1.0, -2.0, 0.5] + 0 * x", f"x: {dtype}[3]", int(dtype[1:]))[0][0]
        first = slope(root, x)
        roots = (root, first, slope(first * broadcast(along, first.type, (0,)), x))
    elif text in SLOPES:
        first = slope(root, x)
        roots = (root, first, slope(first, x))
    number = TEXTS.index(text)
    return Case(re.sub(r"\W+", "_", f"r{number}_{dtype}"), roots, (x,))


@pytest.fixture(scope="module")
def ways() -> dict[str, Way]:
    return ways_of([case(text, dtype) for text in TEXTS for dtype in DTYPES if dtype in SCALES])


def partial(function: Callable[[list[Any]], Any], at: list[Any], *axes: int) -> Any:
    orders = tuple(axes.count(axis) for axis in range(3))
    return mp.diff(lambda *x: function(list(x)), tuple(at), orders)


@pytest.mark.parametrize("dtype", SCALES)
@pytest.mark.parametrize("text", FUNCTIONS)
def test_function(ways: dict[str, Way], text: str, dtype: str) -> None:
    function, power = FUNCTIONS[text]
    kind = DTYPES[dtype].numpy
    for point in POINTS:
        at = [mpf(float(np.dtype(kind).type(x))) for x in point]
        # Deviations that are small beside their operands have few digits.
        units = 4000 if text == "std(x)" else 200
        first = [partial(function, at, axis) for axis in range(3)]
        second = [sum(ALONG[j] * partial(function, at, i, j) for j in range(3)) for i in range(3)]
        for scale in SCALES[dtype]:
            factor = mpf(float(np.dtype(kind).type(scale)))
            if scale != 1 and (power is None or power * abs(math.log10(scale)) > 300 or (power, dtype) == (2, "f32")):
                continue
            values = {"x": np.asarray([float(x * factor) for x in at], kind)}
            grown = [factor ** ((power or 0) - order) for order in range(3)]
            wanted = ([function(at)], first, second)
            for name, way in ways.items():
                for order, (found, right) in enumerate(zip(way(case(text, dtype), values), wanted, strict=True)):
                    exact = np.asarray([float(item * grown[order]) for item in right])
                    size = float(max(map(abs, right + first)) * grown[order])
                    np.testing.assert_allclose(
                        np.ravel(found),
                        exact,
                        rtol=0,
                        atol=units * np.finfo(kind).eps * size,
                        err_msg=f"{name} {order}",
                    )


@pytest.mark.parametrize("dtype", SCALES)
@pytest.mark.parametrize("text", INFINITE)
def test_infinities(ways: dict[str, Way], text: str, dtype: str) -> None:
    values = {"x": np.asarray([-np.inf, np.inf, 0.0], DTYPES[dtype].numpy)}
    for way in ways.values():
        value, *_ = way(case(text, dtype), values)
        np.testing.assert_allclose(value, INFINITE[text], rtol=1e-6)


@pytest.mark.parametrize("dtype", SCALES)
@pytest.mark.parametrize("text", SLOPES)
def test_slopes_at_infinities(ways: dict[str, Way], text: str, dtype: str) -> None:
    values = {"x": np.asarray([-np.inf, np.inf, 0.0], DTYPES[dtype].numpy)}
    for way in ways.values():
        _, *slopes = way(case(text, dtype), values)
        for found, right in zip(slopes, SLOPES[text], strict=True):
            np.testing.assert_allclose(np.asarray(found)[:2], right, rtol=1e-6)


@pytest.mark.parametrize("dtype", SCALES)
@pytest.mark.parametrize("text", FLAT)
def test_a_length_of_nothing_has_derivative_zero(ways: dict[str, Way], text: str, dtype: str) -> None:
    for way in ways.values():
        for derivative in way(case(text, dtype), {"x": np.zeros(3, DTYPES[dtype].numpy)}):
            assert not np.any(derivative)


def test_long_columns() -> None:
    """Sums along the first axis keep their digits, in f32 too."""
    roots, inputs = checked("(std(x, axis=0), sum(x, axis=0))", "x: f32[N, 2]", 32)
    made = Case("columns", tuple(roots), tuple(inputs))
    values = {"x": np.full((1_000_000, 2), 0.1, np.float32)}
    for name, way in ways_of([made]).items():
        deviation, total = way(made, values)
        assert np.all(np.abs(deviation) < (1e-6 if name == "native" else 1e-12)), name
        np.testing.assert_allclose(total, [100_000, 100_000], rtol=5e-6 if name == "native" else 1e-7)

"""Special functions in NumPy, in ways of their own: series, recurrences and the standard library's quantile."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np

# B(2 j) / (2 j)!
BERNOULLI = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600)
SHIFT = 12
ROOT_PI = math.sqrt(math.pi)


def each(function: Callable[[float], float]) -> Callable[..., Any]:
    """A function of Python's floats, element by element; `nan` goes through."""
    one = np.frompyfunc(lambda x: x if x != x else function(x), 1, 1)
    return lambda x: np.asarray(one(x), np.float64)


def digamma(x: Any) -> Any:
    """Of positive numbers, by its asymptotic series far out."""
    far = np.asarray(x, np.float64) + SHIFT
    found = np.log(far) - 0.5 / far
    for place, factor in enumerate(BERNOULLI, 1):
        found = found - factor * math.factorial(2 * place - 1) / far ** (2 * place)
    return found - sum(1 / (x + place) for place in range(SHIFT))


def polygamma(order: int, x: Any) -> Any:
    """Of positive numbers: a zeta function of Hurwitz, by the sum formula of Euler and Maclaurin."""
    power, x = order + 1, np.asarray(x, np.float64)
    far = x + SHIFT
    found = sum((x + place) ** -power for place in range(SHIFT)) + far**-order / order + 0.5 * far**-power
    rising = 1.0
    for place, factor in enumerate(BERNOULLI, 1):
        rising = rising * power if place == 1 else rising * (power + 2 * place - 3) * (power + 2 * place - 2)
        found = found + factor * rising * far ** (1.0 - power - 2 * place)
    return (-1) ** (order + 1) * math.factorial(order) * found


def gammaln(x: Any) -> Any:
    return each(math.lgamma)(x)


def _at_ends(a: Any, b: Any, found: Any, first: float, second: float, both: float) -> Any:
    """With the limits at infinite operands."""
    near, far = np.isinf(a), np.isinf(b)
    value = np.where(near & far, both, np.where(near, first, np.where(far, second, found)))
    return np.where(np.isnan(a) | np.isnan(b), np.nan, value)


def betaln(a: Any, b: Any) -> Any:
    """Of positive numbers: by steps of both together, and far out by Stirling's series."""
    found, one, other = 0.0, a + SHIFT, b + SHIFT
    for place in range(SHIFT):
        both = a + b + 2 * place
        found = found + np.log(both / (a + place)) + np.log((both + 1) / (b + place))
    found = found - (one - 0.5) * np.log1p(other / one) - other * np.log1p(one / other) - 0.5 * np.log(other)
    for place, factor in enumerate(BERNOULLI, 1):
        rest = one ** (1 - 2 * place) + other ** (1 - 2 * place) - (one + other) ** (1 - 2 * place)
        found = found + factor * math.factorial(2 * place - 2) * rest
    return _at_ends(a, b, found + math.log(2 * math.pi) / 2, -np.inf, -np.inf, -np.inf)


def betaln_slope(a: Any, b: Any) -> Any:
    """digamma(a) - digamma(a + b), as a sum of differences."""
    far = a + SHIFT
    found = -np.log1p(b / far) - 0.5 * b / far / (far + b)
    for place in range(SHIFT):
        found = found - b / (a + place) / (a + place + b)
    for place, factor in enumerate(BERNOULLI, 1):
        rest = far ** (-2 * place) - (far + b) ** (-2 * place)
        found = found - factor * math.factorial(2 * place - 1) * rest
    return _at_ends(a, b, found, 0, -np.inf, np.nan)


def beta(a: Any, b: Any) -> Any:
    return np.exp(betaln(a, b))


BETA_SLOPES = (lambda a, b: beta(a, b) * betaln_slope(a, b), lambda a, b: beta(a, b) * betaln_slope(b, a))


def _incomplete(a: Any, x: Any) -> tuple[Any, Any]:
    """The lower incomplete gamma function and its derivative by `a`, by the power series, for a modest `x`."""
    total, slope, rate = np.ones_like(a * x), np.zeros_like(a * x), np.zeros_like(a * x)
    term = total
    for place in range(1, 60):
        term, rate = term * x / (a + place), rate + 1 / (a + place)
        total, slope = total + term, slope - term * rate
    scale = x**a * np.exp(-x - gammaln(a + 1))
    return scale * total, scale * (total * (np.log(x) - digamma(a + 1)) + slope)


def gammainc(a: Any, x: Any) -> Any:
    return _incomplete(a, x)[0]


def gammainc_slope(a: Any, x: Any) -> Any:
    return _incomplete(a, x)[1]


def gamma_density(a: Any, x: Any) -> Any:
    return x ** (a - 1) * np.exp(-x - gammaln(a))


def _quantile(p: float) -> float:
    return NormalDist().inv_cdf(p) if 0 < p < 1 else math.nan


def erfinv(x: Any) -> Any:
    """One step of Newton's method from the standard library's quantile."""
    first = each(lambda y: _quantile((y + 1) / 2) / math.sqrt(2))(x)
    return first - (each(math.erf)(first) - x) / gauss(first)


def erfcinv(x: Any) -> Any:
    first = each(lambda y: -_quantile(y / 2) / math.sqrt(2))(x)
    return first + (each(math.erfc)(first) - x) / gauss(first)


def gauss(x: Any) -> Any:
    """The derivative of `erf`."""
    return 2 / ROOT_PI * np.exp(-(x * x))


def log1mexp(x: Any) -> Any:
    return np.where(x > -math.log(2), np.log(-np.expm1(x)), np.log1p(-np.exp(x)))


def log_erfc(x: Any) -> Any:
    return np.log(each(math.erfc)(x))


def erfcx(x: Any) -> Any:
    return np.exp(x * x) * each(math.erfc)(x)

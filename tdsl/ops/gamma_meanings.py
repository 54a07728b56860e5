"""The meanings of the incomplete gamma functions and their derivatives.

The compiler evaluates with them, and the text of this file is a part of generated modules.  The same formulas are in
runtime/include/tdsl/gamma.hpp, with their sources.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .special_meanings import _ASYMPTOTIC, _STIRLING, _digamma_positive, _gammaln_positive, _horner, _in_double, _zeta

# Gauss' nodes and weights between 0 and 1/2; the others are their mirror images.
_NODES = [
    0.00136806907525921823, 0.0071942442273658323, 0.0176188722062467846, 0.0325469620311301554,
    0.051839422116973938, 0.0753161931337150149, 0.102758102016028797, 0.13390894062985516,
    0.1684778665348924, 0.206142121379618835, 0.246550045533885305, 0.289324361934682327,
    0.334065698858936175, 0.380356318873931463, 0.427764019208601753, 0.475846167156130842,
]  # fmt: skip


_WEIGHTS = [
    0.0035093050047350483, 0.0081371973654528353, 0.0126960326546310297, 0.0171369314565107166,
    0.0214179490111133403, 0.0254990296311880881, 0.0293420467392677736, 0.0329111113881809234,
    0.0361728970544242531, 0.0390969478935351532, 0.0416559621134733776, 0.0438260465022019056,
    0.0455869393478819424, 0.0469221995404022828, 0.0478193600396374297, 0.0482700442573639003,
]  # fmt: skip


# 1 / k! from k = 2 on, and 1 / (2k + 3).
_FACTORIALS = [1 / float(np.prod(np.arange(1.0, k + 1))) for k in range(2, 22)]


_ODD = [1 / (2 * k + 3) for k in range(12)]


def _stirling(a: Any) -> Any:
    """Stirling's series."""
    return _horner(_STIRLING, 1 / a / a) / a


def _log_weight_of_large(a: Any, x: Any) -> Any:
    """log(x^a exp(-x) / gamma(a)) for a of 10 and more, by the distance of x from a."""
    ratio = (x - a) / (x + a)
    distance, square = (x - a) / a, ratio * ratio
    small = np.abs(ratio) < 0.2
    series = distance * ratio - 2 * ratio * square * _horner(_ODD, np.where(small, square, 0))
    excess = np.where(small, series, distance - np.log(x / a))
    return 0.5 * np.log(a / (2 * np.pi)) - a * excess - _stirling(a)


def _weights(a: Any, x: Any) -> tuple[Any, Any, Any]:
    """x^a exp(-x) / gamma(a + 1), and the first and second derivative of a times it, divided by it."""
    far, near = np.maximum(a, 10), np.minimum(a, 10)
    distance = (x - far) / far
    logarithm = np.where(np.abs(distance) < 0.5, np.log1p(distance), np.log(x / far))
    square = 1 / far / far
    large = logarithm - 0.5 / far + square * _horner(_ASYMPTOTIC, square)
    slope = np.where(a >= 10, large, np.log(x) - _digamma_positive(near + 1))
    of_near = np.exp(near * np.log(x) - x - _gammaln_positive(near + 1))
    weight = np.where(a >= 10, np.exp(_log_weight_of_large(far, x)) / far, of_near)
    return weight, slope, _zeta(1.0, 2.0, a + 1)


def _series(a: Any, x: Any) -> tuple[Any, Any, Any]:
    """The sum of x^n / ((a + 1) ... (a + n)), and its first two derivatives by a."""
    total, term = np.ones_like(x), np.ones_like(x)
    first, second, slope, curve = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    below = a
    while np.any(term > 1e-18 * total):
        below = below + 1
        term = term * (x / below)
        slope, curve = slope + 1 / below, curve + 1 / below / below
        total = total + term
        first, second = first - term * slope, second + term * (slope * slope + curve)
    return total, first, second


def _excess(u: Any) -> Any:
    """exp(u) - 1 - u."""
    near = np.abs(u) < 1
    small = np.where(near, u, 0)
    return np.where(near, small * small * _horner(_FACTORIALS, small), np.expm1(u) - u)


def _quadrature(a: Any, x: Any, sign: Any) -> tuple[Any, Any, Any]:
    """The integrals over u > 0 of u^n exp(sign (a - x) u - x (exp(sign u) - 1 - sign u)) for n = 0, 1, 2, where
    sign (a - x) is not positive."""
    distance, reach = np.abs(x - a), np.where(sign < 0, 60, 38)
    end = 2 * reach / (distance + np.sqrt(distance * distance + 2 * x * reach))
    end = np.where(sign < 0, end, np.minimum(end, np.log1p(2 * reach / x + 4)))
    sums = [np.zeros_like(x) for _ in range(3)]
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        for place in (node, 1 - node):
            u = end * place
            value = weight * end * np.exp(-distance * u - x * _excess(sign * u))
            sums = [total + value * u**power for power, total in enumerate(sums)]
    return sums[0], sums[1], sums[2]


def _upper_of_small(a: Any, x: Any, beyond: Any) -> Any:
    """The integral of t^(a - 1) exp(-t) from x <= 1 on, given that from 1 on."""
    logarithm = np.log(x)
    total = beyond - np.where(a == 0, logarithm, np.expm1(a * logarithm) / np.where(a == 0, 1, a))
    factor = 1.0
    for n in range(1, 20):
        factor /= -n
        total = total - factor * np.expm1((a + n) * logarithm) / (a + n)
    return total


def _incomplete(a: Any, x: Any) -> tuple[Any, Any, Any, Any]:
    """gammainc, gammaincc, and the first and second derivative of gammainc by a, for a >= 0 and x > 0."""
    lower = (x <= 1) | (x < a)
    by_series = lower & (x < 30)
    weight, slope, curve = _weights(a, x)
    whole, first, second = a, 1 + a * slope, 2 * slope + a * (slope * slope - curve)
    total, total1, total2 = _series(a, np.where(by_series, x, 0))
    # Where the series does, the integrals are those from 1 on, for a < 1.
    sign = np.where(lower & ~by_series, -1.0, 1.0)
    part, part1, part2 = _quadrature(np.where(by_series, np.minimum(a, 1), a), np.where(by_series, 1.0, x), sign)
    value = weight * np.where(by_series, total, whole * part)
    slope_of_series = slope * total + total1
    slope_of_part = -sign * (first * part + sign * whole * part1)
    curve_of_series = (slope * slope - curve) * total + 2 * slope * total1 + total2
    curve_of_part = -sign * (second * part + 2 * sign * first * part1 + whole * part2)
    small = np.minimum(a, 1)
    rest = _upper_of_small(small, np.minimum(x, 1), part * 0.36787944117144232160) * small
    rest = rest * np.exp(-_gammaln_positive(small + 1))
    other = np.where(by_series & (x <= 1) & (a < 1), rest, 1 - value)
    return (
        np.where(lower, value, other),
        np.where(lower, other, value),
        np.where(weight == 0, 0, weight * np.where(by_series, slope_of_series, slope_of_part)),
        np.where(weight == 0, 0, weight * np.where(by_series, curve_of_series, curve_of_part)),
    )


def _everywhere(a: Any, x: Any, part: int, limits: tuple[float, float]) -> Any:
    """One part of the above; where it has none, its limits at x = 0 or infinite a and at infinite x or a = 0."""
    a, x = np.broadcast_arrays(a, x)
    inside = (a >= 0) & (x > 0) & (a < np.inf) & (x < np.inf)
    found = _incomplete(np.where(inside, a, 1), np.where(inside, x, 1))[part]
    least, most = (
        (a > 0) & (x < np.inf) & ((x == 0) | (a == np.inf)) & (x >= 0),
        (a >= 0) & (a < np.inf) & (x == np.inf),
    )
    return np.where(inside, found, np.where(least, limits[0], np.where(most, limits[1], np.nan)))


@_in_double
def gammainc(a: Any, x: Any) -> Any:
    """The regularized lower incomplete gamma function."""
    return _everywhere(a, x, 0, (0.0, 1.0))


@_in_double
def gammaincc(a: Any, x: Any) -> Any:
    """The regularized upper incomplete gamma function."""
    return _everywhere(a, x, 1, (1.0, 0.0))


@_in_double
def gammainc_slope(a: Any, x: Any) -> Any:
    """The derivative of gammainc by a."""
    return _everywhere(a, x, 2, (0.0, 0.0))


@_in_double
def gammainc_curve(a: Any, x: Any) -> Any:
    """The second derivative of gammainc by a."""
    return _everywhere(a, x, 3, (0.0, 0.0))


@_in_double
def gamma_density(a: Any, x: Any) -> Any:
    """x^(a - 1) exp(-x) / gamma(a), the derivative of gammainc by x."""
    inside = (a > 0) & (x > 0) & (a < np.inf) & (x < np.inf)
    order, place = np.where(inside, a, 1), np.where(inside, x, 1)
    far, near, logarithm = np.maximum(order, 10), np.minimum(order, 10), np.log(place)
    small = order / place * np.exp(near * logarithm - place - _gammaln_positive(near + 1))
    middle = np.exp((near - 1) * logarithm - place - _gammaln_positive(near))
    large = np.exp(_log_weight_of_large(far, place) - logarithm)
    found = np.where(order >= 10, large, np.where(order < 1, small, middle))
    at_zero = np.where(a < 1, np.inf, np.where(a == 1, 1.0, 0.0))
    edge = np.where((x == 0) & (a > 0), at_zero, 0.0)
    outside = (a < 0) | (x < 0) | np.isnan(a) | np.isnan(x) | (np.isinf(a) & np.isinf(x))
    return np.where(inside, found, np.where(outside, np.nan, edge))

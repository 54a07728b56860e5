"""The meanings of the beta function, its logarithm, and the derivatives of that.

The compiler evaluates with them, and the text of this file is a part of generated modules.  The same formulas are in
runtime/include/tdsl/beta.hpp, with their sources.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .gamma_meanings import _stirling
from .special_meanings import _ASYMPTOTIC, _EULER_MACLAURIN, _gammaln_positive, _in_double


def _log_beta(low: Any, high: Any) -> Any:
    """The logarithm of the beta function, without its factors 1 / low where `low` is below 1 and (low + high) / high
    where both are."""
    near, far = np.minimum(high, 10), np.maximum(high, 10)
    small, large = np.minimum(low, 10), np.maximum(low, 10)
    first = _gammaln_positive(np.where(small < 1, small + 1, small))
    step = np.where(near < 1, 1, 0)
    direct = first + (_gammaln_positive(near + step) - _gammaln_positive(small + near + step))
    mixed = first - (far - 0.5) * np.log1p(small / far) - small * (np.log(small + far) - 1)
    mixed = mixed + (_stirling(far) - _stirling(small + far))
    both = 0.91893853320467274178 - 0.5 * np.log(far) - (large - 0.5) * np.log1p(far / large)
    both = both - far * np.log1p(large / far) + _stirling(large) + (_stirling(far) - _stirling(large + far))
    return np.where(high < 10, direct, np.where(low < 10, mixed, both))


@_in_double
def betaln(a: Any, b: Any) -> Any:
    """The logarithm of the beta function, of operands that are not negative."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    found = _log_beta(low, high) - np.where(low < 1, np.log(low), 0) + np.where(high < 1, np.log1p(low / high), 0)
    return _at_ends(low, high, found, -np.inf)


@_in_double
def beta(a: Any, b: Any) -> Any:
    """The beta function, of operands that are not negative."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    found = np.exp(_log_beta(low, high)) / np.where(low < 1, low, 1) * np.where(high < 1, 1 + low / high, 1)
    return _at_ends(low, high, found, 0.0)


def _at_ends(low: Any, high: Any, found: Any, far: float) -> Any:
    unknown = ~(low >= 0) | ((low == 0) & (high == np.inf))
    return np.where(unknown, np.nan, np.where(low == 0, np.inf, np.where(high == np.inf, far, found)))


@_in_double
def betaln_slope(a: Any, b: Any) -> Any:
    """digamma(a) - digamma(a + b), the derivative of betaln by a, without that difference."""
    rise, far = np.zeros_like(a + b), a + np.zeros_like(b)
    for _ in range(10):
        near = far < 10
        rise = np.where(near, rise + b / (far + b) / far, rise)
        far = np.where(near, far + 1, far)
    ratio = b / far
    other, square = 1 / (1 + ratio), 1 / far / far
    less = square * other * other
    # The series at both places, divided by the distance of these.
    value, divided = np.full_like(far, _ASYMPTOTIC[-1]), np.zeros_like(far)
    for coefficient in _ASYMPTOTIC[-2::-1]:
        value, divided = value * square + coefficient, divided * less + value
    part = ratio * other
    series = part * (0.5 / far + square * (1 + other) * (value + less * divided))
    rise = rise + np.log1p(ratio) + series
    finite = np.where(b == np.inf, -np.inf, np.where(a == np.inf, 0.0, -rise))
    return np.where((a >= 0) & (b >= 0) & ~((a == np.inf) & (b == np.inf)), finite, np.nan)


@_in_double
def polygamma_difference(n: Any, a: Any, b: Any) -> Any:
    """polygamma(n, a) - polygamma(n, a + b) without that difference, for whole n from 1 to 100."""
    whole = (n >= 1) & (n <= 100) & (a >= 0) & (b >= 0)
    s = np.where(whole, n, 1) + 1
    sign, scale = np.where(s % 2 == 0, 1.0, -1.0), np.ones_like(s)
    for k in range(2, int(np.max(s, initial=2))):
        scale = np.where(k < s, scale * k, scale)
    total, limit = np.zeros_like(a + b + s), 12 + s
    far = np.where(a >= 0, a, 0) + total
    while np.any(more := far < limit):
        term = scale * far**-s * -np.expm1(-s * np.log1p(b / far))
        total, far = np.where(more, total + term, total), np.where(more, far + 1, far)
    logarithm = np.log1p(b / far)
    factor, rest = s / far, -0.5 * np.expm1(-s * logarithm)
    for k, coefficient in enumerate(_EULER_MACLAURIN):
        rest = rest - coefficient * factor * np.expm1(-(s + 2 * k + 1) * logarithm)
        factor = factor * (s + 2 * k + 1) * (s + 2 * k + 2) / far / far
    integral = -np.expm1((1 - s) * logarithm) / (s - 1)
    return np.where(whole, sign * (total + scale * (integral + rest / far) / far * far ** (2 - s)), np.nan)

"""The elementwise functions of the language in NumPy, for reals and for complex numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from . import special


def linear(function: Callable[..., Any], *derivatives: Callable[..., Any]) -> Callable[..., Any]:
    """A real function that NumPy does not have for complex numbers, continued by its derivatives."""

    def continued(*operands: Any) -> Any:
        reals = [np.real(operand) for operand in operands]
        value = function(*reals)
        if not any(np.iscomplexobj(operand) for operand in operands):
            return value
        steps = (np.imag(operand) * slope(*reals) for operand, slope in zip(operands, derivatives, strict=True))
        return value + 1j * sum(steps)

    return continued


def flat(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose derivative is zero, or is not asked for."""
    return lambda *operands: np.asarray(function(*(np.real(operand) for operand in operands)))


def _of_python(function: Callable[[float], float]) -> Callable[..., Any]:
    each = np.frompyfunc(function, 1, 1)
    return lambda x: np.asarray(each(x), np.float64)


def _gauss(x: Any) -> Any:
    return 2 / math.sqrt(math.pi) * np.exp(-(x * x))


def _part(a: Any, b: Any) -> Any:
    """The derivative of the distance, 0 at 0."""
    return np.where(np.hypot(a, b) == 0, 0, a / np.hypot(a, b))


def sigmoid(x: Any) -> Any:
    small = np.exp(np.where(np.real(x) < 0, x, -x))
    return np.where(np.real(x) < 0, small, 1) / (1 + small)


def softplus(x: Any) -> Any:
    return np.where(np.real(x) > 0, x, 0) + np.log1p(np.exp(np.where(np.real(x) > 0, -x, x)))


def absolute(x: Any) -> Any:
    return np.where(np.real(x) < 0, -x, x) if np.iscomplexobj(x) else np.abs(x)


def maximum(a: Any, b: Any) -> Any:
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        return np.where(np.real(a) > np.real(b), a, b)
    return np.maximum(a, b)


def minimum(a: Any, b: Any) -> Any:
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        return np.where(np.real(a) < np.real(b), a, b)
    return np.minimum(a, b)


def divided(a: Any, b: Any) -> Any:
    """Complex numbers are divided by their reals, so that infinities remain infinite."""
    if np.iscomplexobj(b):
        return np.real(a) / np.real(b) - 1j * np.imag(b) / np.real(b) * (np.real(a) / np.real(b))
    if np.iscomplexobj(a):
        return np.real(a) / b + 1j * np.imag(a) / b
    return np.true_divide(a, b)


def times(a: Any, b: Any) -> Any:
    """One of the two may be complex, whose own real part then touches nothing else."""
    if np.iscomplexobj(b):
        a, b = b, a
    if np.iscomplexobj(a):
        return np.real(a) * b + 1j * (np.imag(a) * b)
    return np.multiply(a, b)


def remainder(a: Any, b: Any) -> Any:
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        return a - b * np.floor(np.real(a) / np.real(b))
    return np.remainder(a, b)


def power(a: Any, b: Any) -> Any:
    """A power by a whole number as products, so that a negative base keeps a derivative."""
    return np.power(a, b)


def chosen(condition: Any, a: Any, b: Any) -> Any:
    return np.where(condition, a, b)


# The function, the units of rounding it may be off by, and the absolute error of its usual derivative in such units.
REAL: dict[str, tuple[Callable[..., Any], float, float]] = {
    "exp": (np.exp, 2, 0),
    "expm1": (np.expm1, 3, 2),
    "log": (np.log, 2, 0),
    "log1p": (np.log1p, 3, 0),
    "log2": (np.log2, 3, 0),
    "log10": (np.log10, 3, 0),
    "sqrt": (np.sqrt, 1, 0),
    "sin": (np.sin, 3, 0),
    "cos": (np.cos, 3, 0),
    "tan": (np.tan, 3, 0),
    "asin": (np.arcsin, 3, 2),
    "acos": (np.arccos, 3, 2),
    "atan": (np.arctan, 3, 0),
    "sinh": (np.sinh, 3, 0),
    "cosh": (np.cosh, 3, 0),
    "tanh": (np.tanh, 3, 4),
    "asinh": (linear(np.arcsinh, lambda x: 1 / np.sqrt(x * x + 1)), 3, 0),
    "acosh": (linear(np.arccosh, lambda x: 1 / np.sqrt(x * x - 1)), 3, 2),
    "atanh": (np.arctanh, 3, 2),
    "erf": (linear(_of_python(math.erf), _gauss), 3, 0),
    "erfc": (linear(_of_python(math.erfc), lambda x: -_gauss(x)), 4, 0),
    "sigmoid": (sigmoid, 3, 4),
    "softplus": (softplus, 4, 4),
    "hypot": (linear(np.hypot, lambda a, b: _part(a, b), lambda a, b: _part(b, a)), 4, 0),
    "logaddexp": (
        linear(np.logaddexp, lambda a, b: sigmoid(a - b), lambda a, b: sigmoid(b - a)),
        4,
        4,
    ),
    "floor": (flat(np.floor), 0, 0),
    "ceil": (flat(np.ceil), 0, 0),
    "round": (flat(np.rint), 0, 0),
    "trunc": (flat(np.trunc), 0, 0),
    "atan2": (
        linear(np.arctan2, lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)),
        4,
        0,
    ),
}
REAL |= {
    "gammaln": (linear(special.gammaln, special.digamma), 6, 8),
    "digamma": (linear(special.digamma, partial(special.polygamma, 1)), 6, 8),
    "erfinv": (linear(special.erfinv, lambda y: 1 / special.gauss(special.erfinv(y))), 6, 8),
    "erfcinv": (linear(special.erfcinv, lambda y: -1 / special.gauss(special.erfcinv(y))), 6, 8),
    "betaln": (linear(special.betaln, special.betaln_slope, lambda a, b: special.betaln_slope(b, a)), 40, 8),
    "beta": (linear(special.beta, *special.BETA_SLOPES), 80, 8),
    "gammainc": (linear(special.gammainc, special.gammainc_slope, special.gamma_density), 16, 16),
    "gammaincc": (
        linear(
            lambda a, x: 1 - special.gammainc(a, x),
            lambda a, x: -special.gammainc_slope(a, x),
            lambda a, x: -special.gamma_density(a, x),
        ),
        16,
        16,
    ),
    "log1mexp": (linear(special.log1mexp, lambda x: -1 / np.expm1(-x)), 6, 8),
    "log_erfc": (linear(special.log_erfc, lambda x: -2 / math.sqrt(math.pi) / special.erfcx(x)), 6, 8),
    "erfcx": (linear(special.erfcx, lambda x: 2 * x * special.erfcx(x) - 2 / math.sqrt(math.pi)), 8, 16),
    "exp_add": (lambda a, b: np.exp(a + b), 6, 8),
    "sigmoid_slope": (lambda x: sigmoid(x) * sigmoid(-x), 6, 8),
    "tanh_slope": (lambda x: 1 / np.cosh(x) ** 2, 6, 8),
    "one_minus_square": (lambda x: (1 - x) * (1 + x), 4, 4),
}
# Their values are differences near 0, off by units of what they are made of.
BESIDE_ZERO = {
    **dict.fromkeys(("gammaln", "digamma", "erfinv", "erfcinv", "log_erfc"), 8),
    **{"betaln": 100, "gammainc": 32, "gammaincc": 32},
}
# Those of two reals, with their parameters.
TWO_REALS = {
    **dict.fromkeys(("atan2", "hypot", "logaddexp", "exp_add", "betaln", "beta"), ("a", "b")),
    **dict.fromkeys(("gammainc", "gammaincc"), ("a", "x")),
}
NUMBERS: dict[str, Callable[..., Any]] = {
    "abs": absolute,
    "sign": flat(np.sign),
    "maximum": maximum,
    "minimum": minimum,
}
TESTS: dict[str, Callable[..., Any]] = {"isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite}
OPERATORS: dict[str, tuple[Callable[..., Any], float]] = {
    "+": (np.add, 1),
    "-": (np.subtract, 1),
    "*": (times, 1),
    "/": (divided, 1),
    "//": (flat(np.floor_divide), 0),
    "%": (remainder, 2),
    "**": (power, 8),
}
COMPARISONS: dict[str, Callable[..., Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "and": np.logical_and,
    "or": np.logical_or,
}

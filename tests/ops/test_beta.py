"""The beta function, its logarithm and derivatives against many digits over the whole range, and at its ends."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from types import ModuleType

import numpy as np
import pytest
from mpmath import mp, mpf

import tdsl

TARGETS, DTYPES = ("cpp", "numpy"), ("f32", "f64")
ENTRIES = """
entry values_{0}(a: {0}[N], b: {0}[N]) -> (betaln(a, b), beta(a, b))
entry slopes_{0}(a: {0}[N], b: {0}[N]) -> (grad(sum(betaln(a, b)), (a, b)), grad(sum(beta(a, b)), (a, b)))
entry curves_{0}(a: {0}[N], b: {0}[N]) -> (grad(sum(p), (a, b)), grad(sum(q), (a, b))) {{
    let p, q = grad(sum(betaln(a, b)), (a, b))
}}
entry higher_{0}(a: {0}[N], b: {0}[N]) -> (p, grad(sum(p), (a, b))) {{
    let p = polygamma_difference(3, a, b)
}}
"""
# On both sides of each bound between ways to compute them, near (1, 1), where the logarithm is 0, and far away.
SIZES = (1e-30, 0.1, 0.7, 1.001, 2.5, 9.9, 10.1, 1e4, 1e30)
POINTS = [
    *itertools.product(SIZES, SIZES),
    (1, 1 + 1e-6),
    (1e300, 1e-300),
    (1e300, 1e300),
    (1e-300, 1e-300),
    (3, 1e300),
]
# The units of rounding that a result may be off by, and those of its operands.
RESULT, OPERAND = 24, 6


@cache
def compiled(target: str) -> ModuleType:
    text = "dim N\n" + "".join(ENTRIES.format(dtype) for dtype in DTYPES)
    return tdsl.compile(text, name=f"betas_{target}", target=target)


def logarithm(a: mpf, b: mpf) -> mpf:
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def slope(a: mpf, b: mpf) -> mpf:
    return mp.digamma(a) - mp.digamma(a + b)


def difference(n: int) -> Callable[[mpf, mpf], mpf]:
    return lambda a, b: mp.psi(n, a) - mp.psi(n, a + b)


def value(a: mpf, b: mpf) -> mpf:
    return mp.exp(logarithm(a, b))


RIGHT: dict[str, Callable[[mpf, mpf], mpf]] = {
    "logarithm": logarithm,
    "value": value,
    "slope": slope,
    "slope of value": lambda a, b: value(a, b) * slope(a, b),
    "curve": difference(1),
    "mixed": lambda a, b: -mp.psi(1, a + b),
    "third": difference(3),
    "fourth": difference(4),
    "fourth mixed": lambda a, b: -mp.psi(4, a + b),
}


@cache
def exact(name: str, a: float, b: float, dtype: str) -> tuple[mpf, mpf]:
    """The value, and the error that rounding explains."""
    unit = mpf(float(np.finfo(dtype.replace("f", "float")).eps)) / 2
    with mp.workdps(40 + 2 * int(abs(np.log10([a, b])).max())):
        one, other, function = mpf(a), mpf(b), RIGHT[name]
        right = function(one, other)
        moved = [function(one * (1 + unit), other) - right, function(one, other * (1 + unit)) - right]
        return right, unit * RESULT * abs(right) + OPERAND * max(map(abs, moved))


def close(found: np.ndarray, points: list[tuple[float, float]], name: str, dtype: str) -> None:
    info = np.finfo(found.dtype)
    for (a, b), here in zip(points, found.tolist(), strict=True):
        right, allowed = exact(name, a, b, dtype)
        if abs(right) > float(info.max) / 8:
            continue
        # The slope may be less than the least number, and the value that it is multiplied with large.
        least = 4 * float(info.tiny) * (1 + exact("value", a, b, dtype)[0] if name == "slope of value" else 1)
        assert abs(right - mpf(here)) <= allowed + least, (name, a, b, here, float(right))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
def test_many_digits(target: str, dtype: str) -> None:
    made, numpy = compiled(target), np.dtype({"f32": "f4", "f64": "f8"}[dtype])
    with np.errstate(over="ignore", under="ignore"):
        rows = np.array(POINTS).astype(numpy).astype(float)
    points = [tuple(row) for row in rows.tolist() if min(row) > 0 and max(row) < np.inf]
    swapped = [(b, a) for a, b in points]
    a, b = np.array(points, numpy).T.copy()
    called = lambda name: getattr(made, f"{name}_{dtype}")(a, b)  # noqa: E731
    for found, name in zip(called("values"), ("logarithm", "value"), strict=True):
        close(found, points, name, dtype)
    for (one, other), name in zip(called("slopes"), ("slope", "slope of value"), strict=True):
        close(one, points, name, dtype)
        close(other, swapped, name, dtype)
    (one, mixed), (again, other) = called("curves")
    close(one, points, "curve", dtype)
    close(other, swapped, "curve", dtype)
    close(mixed, points, "mixed", dtype)
    np.testing.assert_array_equal(mixed, again)
    third, (fourth, other) = called("higher")
    for found, name in ((third, "third"), (fourth, "fourth"), (other, "fourth mixed")):
        close(found, points, name, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
def test_ends_of_the_range(target: str, dtype: str) -> None:
    made, inf, nan = compiled(target), np.inf, np.nan
    rows = [
        # a, b, logarithm, value, the derivatives of the first by a and b
        (1, 1, 0, 1, -1, -1), (2, 0, inf, inf, 0, -inf), (0, 2, inf, inf, -inf, 0), (2, inf, -inf, 0, -inf, 0),
        (inf, 2, -inf, 0, 0, -inf), (inf, inf, -inf, 0, nan, nan), (0, inf, nan, nan, -inf, 0),
        (-1, 2, nan, nan, nan, nan), (2, -1, nan, nan, nan, nan), (nan, 1, nan, nan, nan, nan),
        (1, nan, nan, nan, nan, nan), (nan, 0, nan, nan, nan, nan), (nan, inf, nan, nan, nan, nan),
    ]  # fmt: skip
    a, b, *wanted = np.array(rows, np.dtype({"f32": "f4", "f64": "f8"}[dtype])).T.copy()
    slopes, _ = getattr(made, f"slopes_{dtype}")(a, b)
    for found, right in zip((*getattr(made, f"values_{dtype}")(a, b), *slopes), wanted, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-6, atol=1e-6)

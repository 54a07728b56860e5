"""The incomplete gamma functions and their derivatives against many digits, and at the ends of their range."""

from __future__ import annotations

from functools import cache
from types import ModuleType

import numpy as np
import pytest
from mpmath import mp, mpf

import tdsl

TARGETS, DTYPES = ("cpp", "numpy"), ("f32", "f64")
ENTRIES = """
entry values_{0}(a: {0}[N], x: {0}[N]) -> (gammainc(a, x), gammaincc(a, x), gamma_density(a, x))
entry by_order_{0}(a: {0}[N], x: {0}[N]) -> (gammainc_slope(a, x), gammainc_curve(a, x))
entry slopes_{0}(a: {0}[N], x: {0}[N]) -> (grad(sum(gammainc(a, x)), (a, x)), grad(sum(gammaincc(a, x)), (a, x)))
entry curves_{0}(a: {0}[N], x: {0}[N]) -> (grad(sum(r), (a, x)), grad(sum(s), (a, x))) {{
    let r, s = grad(sum(gammainc(a, x)), (a, x))
}}
entry last_{0}(a: {0}[N], x: {0}[N]) -> grad(sum(gammainc_curve(a, x)), (a, x))
"""
# On both sides of each bound between ways to compute them, and far away.
POINTS = [(1e-8, 1e-12), (1e-3, 1e-6), (0.1, 0.5), (0.5, 1), (0.5, 1 + 1e-9), (0.9, 2), (1, 1), (2.5, 0.3), (3, 2.99),
          (9.99, 9), (10, 10.01), (10, 0.5), (29, 29), (31, 30.5), (31, 29.9), (60, 25), (100, 130), (100, 70),
          (1e3, 1e3), (1e4, 10300), (3e4, 29800), (0.3, 50), (1, 200), (1e-5, 40), (50, 300)]  # fmt: skip


@cache
def compiled(target: str) -> ModuleType:
    text = "dim N\n" + "".join(ENTRIES.format(dtype) for dtype in DTYPES)
    return tdsl.compile(text, name=f"gammas_{target}", target=target)


def lower(a: mpf, x: mpf) -> mpf:
    """By its power series."""
    total = term = mpf(1)
    below = a
    while term > total * mp.eps:
        below += 1
        term *= x / below
        total += term
    return total * mp.exp(a * mp.log(x) - x - mp.loggamma(a + 1))


@cache
def exact(a: float, x: float) -> dict[str, mpf]:
    with mp.workdps(220):
        order, place = mpf(a), mpf(x)
        step = order * mpf(10) ** -40
        below, here, above = (lower(order + k * step, place) for k in (-1, 0, 1))
        density = mp.exp((order - 1) * mp.log(place) - place - mp.loggamma(order))
        slope = mp.log(place) - mp.digamma(order)
        return {
            "lower": here,
            "upper": 1 - here,
            "density": density,
            "by order": (above - below) / step / 2,
            "twice by order": (above - 2 * here + below) / step**2,
            "by both": density * slope,
            "twice by place": density * ((order - 1) / place - 1),
            "last": density * (slope**2 - mp.psi(1, order)),
        }


def close(found: np.ndarray, name: str, sign: int = 1) -> None:
    for (a, x), value in zip(POINTS, found, strict=True):
        right = exact(a, x)
        # The terms that cancel in it: the logarithm of x and the digamma function, their squares, and others.
        terms = {
            "by both": right["density"] * 30,
            "last": right["density"] * 900,
            "twice by order": abs(right["by order"]) * 40,
            "twice by place": right["density"],
        }
        size = abs(right[name]) + (terms.get(name, 0) if a > 1e-3 else 0)
        assert abs(sign * right[name] - float(value)) <= 1e-12 * size + 1e-300, (name, a, x)


@pytest.mark.parametrize("target", TARGETS)
def test_many_digits(target: str) -> None:
    made, (a, x) = compiled(target), np.array(POINTS).T.copy()
    for found, name in zip(made.values_f64(a, x), ("lower", "upper", "density"), strict=True):
        close(found, name)
    for found, name in zip(made.by_order_f64(a, x), ("by order", "twice by order"), strict=True):
        close(found, name)
    for sign, parts in zip((1, -1), made.slopes_f64(a, x), strict=True):
        for found, name in zip(parts, ("by order", "density"), strict=True):
            close(found, name, sign)
    by_order, by_place = made.curves_f64(a, x)
    for found, name in zip(
        (*by_order, *by_place), ("twice by order", "by both", "by both", "twice by place"), strict=True
    ):
        close(found, name)
    unknown, known = made.last_f64(a, x)
    assert np.isnan(unknown).all()
    close(known, "last")


@pytest.mark.parametrize("target", TARGETS)
def test_singles_are_doubles_rounded(target: str) -> None:
    made, (a, x) = compiled(target), np.array(POINTS, np.float32).T.copy()
    for name in ("values", "by_order"):
        wide = getattr(made, f"{name}_f64")(a.astype(float), x.astype(float))
        for one, other in zip(getattr(made, f"{name}_f32")(a, x), wide, strict=True):
            np.testing.assert_allclose(one, other, rtol=3e-7, atol=1e-37)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
def test_ends_of_the_range(target: str, dtype: str) -> None:
    made, inf, nan = compiled(target), np.inf, np.nan
    rows = [
        # a, x, lower, upper, density
        (2, 0, 0, 1, 0), (1, 0, 0, 1, 1), (0.5, 0, 0, 1, inf), (2, inf, 1, 0, 0), (0, 1, 1, 0, 0), (inf, 2, 0, 1, 0),
        (0, 0, nan, nan, 0), (inf, inf, nan, nan, nan), (-1, 2, nan, nan, nan), (2, -1, nan, nan, nan),
        (nan, 1, nan, nan, nan), (1, nan, nan, nan, nan), (1e30, 1e30, 0.5, 0.5, 0),
    ]  # fmt: skip
    a, x, *wanted = np.array(rows, np.dtype({"f32": "f4", "f64": "f8"}[dtype])).T.copy()
    for found, right in zip(getattr(made, f"values_{dtype}")(a, x), wanted, strict=True):
        np.testing.assert_allclose(found, right, atol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
def test_derivatives_at_the_ends(target: str, dtype: str) -> None:
    made, inf = compiled(target), np.inf
    rows = [
        # a, x, by order, density, twice by order, by both, twice by place
        (3, 0, 0, 0, 0, 0, 0), (2, 0, 0, 0, 0, 0, 1), (1.5, 0, 0, 0, 0, 0, inf), (1, 0, 0, 1, 0, -inf, -1),
        (0.5, 0, 0, inf, 0, -inf, -inf), (2, inf, 0, 0, 0, 0, 0), (0.5, inf, 0, 0, 0, 0, 0), (inf, 2, 0, 0, 0, 0, 0),
        (200, 1e-30, 0, 0, 0, 0, 0),
    ]  # fmt: skip
    a, x, *wanted = np.array(rows, np.dtype({"f32": "f4", "f64": "f8"}[dtype])).T.copy()
    slopes, _ = getattr(made, f"slopes_{dtype}")(a, x)
    (by_order, by_both), (again, by_place) = getattr(made, f"curves_{dtype}")(a, x)
    for found, right in zip((*slopes, by_order, by_both, by_place), wanted, strict=True):
        np.testing.assert_array_equal(found, right)
    np.testing.assert_array_equal(again, by_both)

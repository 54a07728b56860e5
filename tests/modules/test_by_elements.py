"""Definitions by elements on both targets: values and derivatives against NumPy, complex steps and differences."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.by_elements import CASES, Array, arguments, program
from tests.modules.jacobians import jacobian

SIZES = [{"N": n, "M": m, "K": k} for n, m, k in ((3, 4, 2), (1, 1, 1), (8, 9, 7), (17, 7, 8))]
EMPTY = [{"N": n, "M": m, "K": k} for n, m, k in ((0, 2, 3), (2, 0, 3), (2, 3, 0))]
SOUND_IF_EMPTY = (
    "product", "transposed", "rows", "bilinear", "chain", "separate", "diagonals", "functions", "stepped", "windows",
    "planes",
)  # fmt: skip


@cache
def module(target: str, float: int = 64) -> Any:
    return tdsl.compile(program(second=target == "numpy"), name="by_elements", target=target, float=float)


def several(found: Any) -> tuple[Array, ...]:
    return found if isinstance(found, tuple) else (found,)


def cost(name: str) -> Callable[..., Any]:
    def value(*given: Array) -> Any:
        y = CASES[name][2](*given)
        return (y * y).sum() / 2 + y.sum()

    return value


def slopes(function: Callable[..., Any], given: list[Array]) -> list[Array]:
    """The derivatives of a scalar by each argument."""

    def by(place: int) -> Array:
        return jacobian(lambda x: np.asarray(function(*given[:place], x, *given[place + 1 :])), given[place])

    return [by(place) for place in range(len(given))]


@pytest.mark.parametrize("name", CASES)
def test_values_and_derivatives(name: str, target: str) -> None:
    function = CASES[name][2]
    for sizes in SIZES:
        given = arguments(name, sizes)
        m = module(target)
        np.testing.assert_allclose(getattr(m, name)(*given), function(*given), rtol=1e-11, atol=1e-12)
        found = several(getattr(m, f"{name}_slopes")(*given))
        for one, other in zip(found, slopes(cost(name), given), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", CASES)
def test_second_derivatives(name: str) -> None:
    given = arguments(name, SIZES[0])

    def squares(*moved: Array) -> float:
        return float(sum((slope**2).sum() for slope in slopes(cost(name), list(moved))))

    weights = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
    found = several(getattr(module("numpy"), f"{name}_second")(*given))
    direction = [np.cos(np.arange(x.size)).reshape(x.shape) for x in given]
    sides = [
        [squares(*(x + sign * step * 1e-2 * d for x, d in zip(given, direction, strict=True))) for sign in (1, -1)]
        for step in (1, 2, 3, 4)
    ]
    along = sum(w * (up - down) / 1e-2 for w, (up, down) in zip(weights, sides, strict=True))
    assert sum((g * d).sum() for g, d in zip(found, direction, strict=True)) == pytest.approx(along, rel=1e-8)


@pytest.mark.parametrize("name", SOUND_IF_EMPTY)
def test_empty_sizes(name: str, target: str) -> None:
    for sizes in EMPTY:
        given = arguments(name, sizes)
        np.testing.assert_allclose(getattr(module(target), name)(*given), CASES[name][2](*given), atol=1e-13)
        for one, x in zip(several(getattr(module(target), f"{name}_slopes")(*given)), given, strict=True):
            assert one.shape == x.shape and np.isfinite(one).all()


@pytest.mark.parametrize("name", CASES)
def test_singles(name: str) -> None:
    for sizes in SIZES[2:]:
        given = arguments(name, sizes, np.float32)
        wanted = CASES[name][2](*(x.astype(np.float64) for x in given))
        found = getattr(module("numpy", 32), name)(*given)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)


def test_special_values(target: str) -> None:
    """They reach the elements that they take part in, and no others."""
    m = module(target)
    a, b = np.ones((3, 4)), np.ones((4, 2))
    a[1, 2], b[0, 1] = np.nan, np.inf
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(m.product(a, b), a @ b)
        np.testing.assert_array_equal(m.rows(a, a), (a * a).sum(1))
    square = np.array([[-0.0, np.inf], [np.nan, 1.0]])
    copied, largest = m.extremes(square)
    np.testing.assert_array_equal(copied, square.T)
    assert np.signbit(copied[0, 0])
    np.testing.assert_array_equal(largest, [np.inf, np.nan])

"""Naive forms give the values and derivatives of their functions: interpreted, in NumPy, and compiled."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from tdsl.ir.interp import evaluate
from tdsl.passes import optimise
from tdsl.types import DTYPES
from tests.lower.cases import Case, program
from tests.ops.ways import Way, checked, ways_of

from .naive import NAIVE, Naive

WIDTHS = ("f32", "f64")
# Units of rounding.
ALLOWED = 64


@cache
def case(number: int, dtype: str) -> Case:
    """The value and its derivatives, of rows the gradient of the first element."""
    naive, width = NAIVE[number], int(dtype[1:])
    if naive.of_rows:
        (root,), _ = checked(naive.text, "x: real[3]", width)
        first = f"({naive.text})[0]" if root.type.rank else naive.text
        roots, operands = checked(f"({naive.text}, grad({first}, x))", "x: real[3]", width)
    else:
        types = ", ".join(f"{name}: real[N]" for name in naive.parameters)
        slopes = ", ".join(f"grad(sum({naive.text}), {name})" for name in naive.parameters)
        roots, operands = checked(f"({naive.text}, {slopes})", types, width)
    return Case(f"naive_{number}_{dtype}", tuple(roots), tuple(operands))


@pytest.fixture(scope="module")
def ways() -> dict[str, Way]:
    cases = [case(number, dtype) for number in range(len(NAIVE)) for dtype in WIDTHS]
    roots = {entry.name: entry.roots() for entry in optimise(program(cases, "naive")).entries}

    def interpreted(case: Case, values: dict[str, Any]) -> list[Any]:
        return evaluate(roots[case.name], values, {"N": len(values["x"])}, {})

    return ways_of(cases) | {"interpreted": interpreted}


def points(naive: Naive, dtype: str) -> list[list[Any]]:
    """Those that are numbers of the dtype."""
    numbers = [point if isinstance(point, list | tuple) else (point,) for point in naive.points]
    info = np.finfo(DTYPES[dtype].numpy)
    fits = [all(x == 0 or float(info.tiny) < abs(x) < float(info.max) for x in point) for point in numbers]
    rounded = [[float(info.dtype.type(x)) for x in point] for point, fit in zip(numbers, fits, strict=True) if fit]
    return rounded


def exactly(naive: Naive, point: list[Any]) -> tuple[list[Any], list[Any]]:
    """The value, and the derivatives by each number of the point, to many digits."""
    with mp.workdps(900):
        numbers = [mpf(x) for x in point]

        def value(*operands: Any) -> list[Any]:
            found = naive.exact([*operands]) if naive.of_rows else naive.exact(*operands)
            return found if isinstance(found, list) else [found]

        slopes = []
        for place in range(len(numbers)):
            step = mpf(10) ** -320
            ends = []
            for factor in (1, -1):
                moved = [x + factor * step * (i == place) for i, x in enumerate(numbers)]
                ends.append(value(*moved)[0])
            slopes.append((ends[0] - ends[1]) / (2 * step))
        return value(*numbers), slopes


@pytest.mark.parametrize("dtype", WIDTHS)
@pytest.mark.parametrize("number", range(len(NAIVE)), ids=[naive.text for naive in NAIVE])
def test_naive(ways: dict[str, Way], number: int, dtype: str) -> None:
    naive, made = NAIVE[number], case(number, dtype)
    unit, tiny = (float(x) for x in (np.finfo(DTYPES[dtype].numpy).eps / 2, np.finfo(DTYPES[dtype].numpy).tiny))
    misses = []
    for point in points(naive, dtype):
        value, slopes = exactly(naive, point)
        given = [point] if naive.of_rows else [[x] for x in point]
        arguments = {name: np.asarray(x, DTYPES[dtype].numpy) for name, x in zip(naive.parameters, given, strict=True)}
        for name, way in ways.items():
            with np.errstate(all="ignore"):
                results = [np.asarray(result, np.float64).reshape(-1) for result in way(made, arguments)]
            found = [*results[0], *np.concatenate(results[1:])]
            scale = max(abs(slope) for slope in slopes)
            for which, (got, right) in enumerate(zip(found, [*value, *slopes], strict=True)):
                terms = max(abs(right) if which < len(value) else scale, naive.beside)
                allowed = ALLOWED * unit * terms + 4 * tiny
                fits = abs(right) < float(np.finfo(DTYPES[dtype].numpy).max)
                if not (np.isfinite(got) and abs(mpf(float(got)) - right) <= allowed if fits else np.isinf(got)):
                    misses.append(f"{point} part {which}, {name}: {got} for {mp.nstr(right, 17)}")
    assert not misses, "\n".join(misses)

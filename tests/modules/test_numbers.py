"""Entries that take and return numbers only are called by a shorter way, on which all is as on the other; numbers that
C++ gives another type than the language."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = """\
dim N

entry square(x: real) -> x * x
entry plus(a: i32, b: i32 = 2) -> a + b
entry not_both(a: bool, b: bool) -> not (a and b)
entry many(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64, i: i64) -> a + b + c + d + e + f + g + h + i
entry nothing() -> 7
entry scaled(x: real[N], k: real) -> x * k
"""


@pytest.fixture(scope="module", params=("cpp", "numpy"))
def numbers(request: pytest.FixtureRequest) -> Any:
    return tdsl.compile(TEXT, name="few_numbers", target=request.param)


def test_values(numbers: Any) -> None:
    assert numbers.square(-2.0) == numbers.square(-2) == numbers.square(np.float32(-2)) == numbers.square(x=-2.0) == 4
    assert numbers.square(np.float64(0.1)) == numbers.square(0.1) == float(np.float32(0.1) * np.float32(0.1))
    assert numbers.square(np.array(3.0, np.float32)) == 9 and numbers.square(True) == 1
    assert np.isnan(numbers.square(float("nan"))) and numbers.square(1e30) == float("inf")
    assert numbers.plus(1) == 3 and numbers.plus(1, 1) == 2 and numbers.plus(b=5, a=1) == 6
    assert numbers.plus(2**31 - 1, 1) == -(2**31)
    assert numbers.not_both(True, False) is True and numbers.not_both(True, True) is False
    assert numbers.many(*range(9)) == 36 and numbers.nothing() == 7
    assert type(numbers.square(2)) is float and type(numbers.plus(1)) is int


def test_refusals(numbers: Any) -> None:
    for wrong in ("2", None, [1.0], np.ones(2, np.float32), 1j):
        with pytest.raises((TypeError, ValueError), match="x"):
            numbers.square(wrong)
    with pytest.raises((TypeError, ValueError, OverflowError)):
        numbers.plus(2**31)
    for arguments in ((), (1.0, 2.0)):
        with pytest.raises(TypeError):
            numbers.square(*arguments)


def test_subnormals_and_the_state_of_the_caller(numbers: Any) -> None:
    if numbers.__file__.endswith(".so"):
        assert numbers.square(1e-20) == 0 and numbers.square(1e-40) == 0
    assert float(np.float32(1e-38) * np.float32(0.1)) != 0


def test_a_choice_between_bools_of_which_one_is_computed(target: str) -> None:
    given = "dim N\nentry f(a: bool[N], b: bool[N], c: bool[N], d: bool[N])"
    text = f"{given} -> (switch(a, b or c, d), switch(a, d, b and c))\n"
    a, b, c, d = np.array(np.meshgrid(*[[False, True]] * 4)).reshape(4, -1)
    either, both = tdsl.compile(text, name="choices", target=target).f(a, b, c, d)
    np.testing.assert_array_equal(either, np.where(a, b | c, d))
    np.testing.assert_array_equal(both, np.where(a, d, b & c))


def test_running_sums_keep_the_sign_of_zero(target: str) -> None:
    """Short lines, segments and blocks do."""
    text = "dim N\nentry f(x: real[N]) -> (cumsum(x, 0), cumsum(x, 0, true), cumsum(x + x, 0))"
    module = tdsl.compile(text, name="zeros", target=target)
    for length in (1, 63, 64, 71, 4096, 9001):
        for sums in module.f(np.full(length, -0.0, np.float32)):
            assert np.signbit(sums).all() and not sums.any()


@pytest.mark.parametrize("places", [(0, 10, 11), (10, 5000, 5001), (4095, 4096, 9000), (0, 1, 8999)])
def test_running_sums_stay_in_the_range(target: str, places: tuple[int, ...]) -> None:
    """The sum of a part may be infinite where the running sum is not."""
    module = tdsl.compile("dim N\nentry f(x: real[N]) -> cumsum(x, 0)", name="large", target=target, float=64)
    for length in (80, 9001):
        x = np.zeros(length)
        x[[place for place in places if place < length]] = [1e308, -1e308, -9e307][: sum(p < length for p in places)]
        for values in (x, -x, np.where(x == 0, x, np.inf)):
            with np.errstate(invalid="ignore", over="ignore"):
                np.testing.assert_array_equal(module.f(values), np.cumsum(values))

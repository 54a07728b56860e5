"""Consts that are tuples, and tuples taken apart at compile time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tdsl.settings.readers import defines
from tdsl.source import UserError

Make = Callable[..., Any]
TEXT = """
const SIZES = (4, 3, 2)
const RATES = (0.5, 1)
const N = len(SIZES)
fn total(sizes) = if len(sizes) == 0 then 0 else sizes[0] + (if len(sizes) > 1 then sizes[len(sizes) - 1] else 0)
shared W: real[SIZES[0], SIZES[-1]] = 1
entry shape(x: real[SIZES[0]]) -> x @ W
entry numbers() -> (N, SIZES[1], len(SIZES[1:]), total(SIZES), total(SIZES[:0]), SIZES[::-1][0], RATES[0] * 2.0)
entry cut() -> ((1, 2, 3, 4, 5)[1:-1], (1, 2, 3, 4, 5)[::-2], (1, 2, 3)[2:2])
"""


def test_tuples_of_numbers(model: Make) -> None:
    m = model(TEXT)
    np.testing.assert_array_equal(m.shape(np.ones(4)), [4, 4])
    assert [float(value) for value in m.numbers()] == [3, 3, 2, 6, 0, 2, 1]
    assert [int(value) for value in m.cut()] == [2, 3, 4, 5, 3, 1]


def test_defines_replace_tuples_of_any_length(model: Make) -> None:
    m = model(TEXT, SIZES="7,5")
    assert m.shape(np.ones(7)).shape == (5,)
    assert [float(value) for value in m.numbers()[:4]] == [2, 5, 1, 12]
    text = "const S = (1, 2)\nentry f() -> (len(S), sum(zeros(len(S))))"
    assert [model(text, S=given).f()[0] for given in ("9", "9,", ",", "1,2,3,4")] == [1, 1, 0, 4]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("5,x", r"SIZES\[1\] is an integer, and -D SIZES=5,x is not"),
        ("5,0.5", r"SIZES\[1\] is an integer"),
    ],
)
def test_defines_keep_the_kind(model: Make, text: str, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        model(TEXT, SIZES=text)


def test_a_part_is_of_the_kind_of_the_last_one_beyond_the_end(model: Make) -> None:
    text = "const A = (1, 0.5)\nconst B = (true, 1)\nentry f() -> (A[0], A[2], B[0])"
    assert [value.item() for value in model(text, A="2,3,4", B="false,2").f()] == [2, 4.0, False]


def test_a_part_is_no_name_of_an_axis(model: Make) -> None:
    m = model("const AXES = (0, 1)\nentry f(x: real[1, 3]) -> sum(x, axis=AXES[1])")
    assert m.f(np.ones((1, 3))).shape == (1,)


def test_settings_read_tuples() -> None:
    assert defines(["S=784, 300"]) == defines([("S", (784, 300))]) == defines({"S": [784, 300]}) == (("S", "784,300"),)
    assert defines(["S=(5,)"]) == defines({"S": (5,)}) == (("S", "5,"),)
    assert defines({"S": (True, 0.5)}) == (("S", "true,0.5"),)
    for wrong in ({"S": ((1, 2), 3)}, {"S": (1, None)}, ["S=1,two"]):
        with pytest.raises(ValueError, match="expected a number"):
            defines(wrong)

"""The values of every op against an oracle that shares nothing with the table."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tdsl.ir.interp import evaluate, numbers
from tdsl.ir.node import OPS
from tdsl.types import F32, Kind

from .case import NAMES, Case
from .elementwise import elementwise_cases
from .structured import structured_cases

CASES = [*elementwise_cases(), *structured_cases()]
# The call gives argument and variable; random sources, functions, loops and exchanges have files of their own.
ELSEWHERE = {"argument", "variable", "random_bits", "random_orthogonal"}
ELSEWHERE |= {"parameter", "item", "call", "scan", "lu", "qr", "eigh", "all_reduce"}


def test_every_op_has_a_case() -> None:
    assert {case.op for case in CASES} | ELSEWHERE == set(OPS)


def tolerance_of(case: Case) -> float:
    return 4e-6 if F32 in (case.dtype, case.node().type.dtype) else 1e-12


@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(case: Case) -> None:
    values = case.draw(np.random.default_rng(1))
    node = case.node()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (got,) = evaluate([node], dict(zip(NAMES, values, strict=False)), {}, {})
    attributes = {name: numbers(value, {}) for name, value in case.attributes.items()}
    exact = [np.asarray(value, dtype=float) if value.dtype.kind == "f" else value for value in values]
    expected = np.asarray(case.oracle(*exact, **attributes))
    assert got.dtype == node.type.dtype.numpy
    assert got.shape == expected.shape == tuple(size.constant for size in node.type.shape)
    if node.type.dtype.kind is not Kind.REAL:
        np.testing.assert_array_equal(got, expected.astype(got.dtype))
    else:
        tolerance = tolerance_of(case)
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)

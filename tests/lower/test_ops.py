"""Every op, lowered, printed and compiled in one unit, against its NumPy meaning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tdsl.interp import evaluate
from tdsl.ir import OPS, topological

from .cases import SIZES, Case, all_cases, arguments, program
from .native import Native

CASES = all_cases()


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Native:
    return Native(program(CASES), Path(tmp_path_factory.mktemp("ops")))


def assert_close(found: np.ndarray, expected: np.ndarray, ulps: float) -> None:
    assert found.dtype == expected.dtype and found.shape == expected.shape
    if found.dtype.kind != "f" or ulps == 0:
        np.testing.assert_array_equal(found, expected)
    else:
        unit = float(np.finfo(found.dtype).eps)
        finite = expected[np.isfinite(expected)]
        scale = float(np.abs(finite).max()) if finite.size and ulps > 16 else 0.0
        np.testing.assert_allclose(found, expected, rtol=ulps * unit, atol=ulps * unit * scale)


@pytest.mark.parametrize("dims", SIZES, ids=lambda dims: f"{dims['N']}x{dims['M']}")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_op(unit: Native, case: Case, dims: dict[str, int]) -> None:
    if dims["N"] < case.smallest:
        pytest.skip("no element")
    values = arguments(case, dims, np.random.default_rng(5))
    found = unit.call(case.name, values, dims)
    expected = evaluate(list(case.roots), values, dims, {})
    assert unit.fault == (0, 0, 0)
    for one, other in zip(found, expected, strict=True):
        assert_close(one, other, case.ulps)


def test_every_op_is_here() -> None:
    used = {node.op.name for case in CASES for node in topological(case.roots)}
    assert used | {"variable"} == set(OPS)

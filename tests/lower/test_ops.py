"""Every op, lowered, printed and compiled in one unit, against its NumPy meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from tdsl.ir.interp import evaluate
from tdsl.ir.node import OPS, topological

from .cases import SIZES, Case, all_cases, arguments, program
from .native import Native
from .odd import odd

CASES = all_cases()


@pytest.fixture(scope="module")
def unit() -> Native:
    return Native(program(CASES))


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


EDGES = (0, 1, 2, 7, 15, 16, 17, 31, 33, 257)


@pytest.fixture(scope="module")
def counted() -> Iterator[Counter[str]]:
    """Calls by entry, reported at the end."""
    calls: Counter[str] = Counter()
    yield calls
    ops = {node.op.name for case in CASES if case.name in calls for node in topological(case.roots)}
    print(f"\n{calls.total()} calls of {len(calls)} entries with {len(ops)} ops at sizes {EDGES}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_outside_is_touched(unit: Native, case: Case, counted: Counter[str]) -> None:
    """The guards of `call` notice writes; `tests/sanitize.sh` runs this where reads are noticed too."""
    rng = np.random.default_rng(6)
    for n in EDGES:
        for m in EDGES if n < 3 else {min(m, case.stack) for m in (EDGES[n % len(EDGES)], n + 1)}:
            if min(n, m) < case.smallest or max(n, m) > case.largest:
                continue
            dims = {"N": n, "M": m}
            values = odd(arguments(case, dims, rng), rng)
            found = unit.call(case.name, values, dims)
            clean = {name: value != 0 if value.dtype == np.bool_ else value for name, value in values.items()}
            again = unit.call(case.name, clean, dims, shifted=True)
            assert [array.tobytes() for array in again] == [array.tobytes() for array in found]
            counted[case.name] += 2


def test_windows_that_meet_are_added_by_one_task(unit: Native) -> None:
    (case,) = (case for case in CASES if case.name == "windows_of_two")
    dims = {"N": 257, "M": 258}
    values = arguments(case, dims, np.random.default_rng(5))
    found = {unit.call(case.name, values, dims)[1].tobytes() for _ in range(50)}
    assert len(found) == 1


def test_every_op_is_here() -> None:
    used = {node.op.name for case in CASES for node in topological(case.roots)}
    assert used | {"variable", "parameter", "call", "all_reduce"} == set(OPS)

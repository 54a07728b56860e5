"""Random programs, native and as generated NumPy text, against the interpreter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.emit.numpy import emit_numpy
from tdsl.interp import evaluate

from .cases import arguments, program
from .native import Native
from .random_programs import random_case

CASES = [random_case(seed) for seed in range(60)]
PROGRAM = program(CASES)


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Native:
    return Native(PROGRAM, Path(tmp_path_factory.mktemp("random")), "-O1")


@pytest.fixture(scope="module")
def module() -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "cases"}
    exec(compile(emit_numpy(PROGRAM), "cases.py", "exec"), namespace)
    return namespace


@pytest.mark.parametrize("dims", [{"N": 1, "M": 1}, {"N": 5, "M": 9}, {"N": 17, "M": 3}], ids=str)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_program(unit: Native, module: dict[str, Any], case: Any, dims: dict[str, int]) -> None:
    values = arguments(case, dims, np.random.default_rng(1))
    expected = evaluate(list(case.roots), values, dims, {})
    for one, other in zip(unit.call(case.name, values, dims), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
    for one, other in zip(module[case.name](*values.values()), expected, strict=True):
        np.testing.assert_array_equal(one, other)

"""Random programs without the binding write nothing past the end of results and workspace; as generated NumPy text they
give the interpreter's own bits, unless they add up pieces of an array in an order of their own, or raise single numbers
to powers, which NumPy rounds otherwise than arrays."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tdsl.ir.node import topological
from tdsl.ir.pieces import all_sums
from tdsl.passes import PASSES
from tests.random_programs.calls import called
from tests.random_programs.compare import disagreement, expected, interpreted, stored_values, type_check
from tests.random_programs.native import calls, values
from tests.random_programs.selection import native
from tests.stages import stages

from .native import Native


@pytest.mark.parametrize("seed", [200, 201])
def test_only_its_own_memory_is_written(seed: int) -> None:
    program = native(seed)
    checked = type_check(program)
    wanted, stored = expected(program, checked), stored_values(program, checked)
    for step in PASSES:
        checked = step(checked)
    unit = Native(checked, "-O0")
    for one in wanted:
        found = unit.call(one.entry.name, one.arguments, program.dims, stored)
        assert isinstance(one.values, str) == (unit.fault != (0, 0, 0))
        assert isinstance(one.values, str) or not disagreement(one.values, list(found))


@pytest.mark.parametrize("seed", range(202, 206))
def test_numpy_text_means_the_same(seed: int) -> None:
    program = native(seed)
    checked = type_check(program)
    wanted, stored = expected(program, checked), stored_values(program, checked)
    namespace: dict[str, object] = {"__name__": "programs"}
    exec(compile(stages(checked, "numpy").unit.text, "programs.py", "exec"), namespace)
    for one, call in zip(wanted, calls(wanted, program.dims), strict=True):
        found = values(one, called(SimpleNamespace(**namespace), call, stored))
        same = interpreted(one.entry, one.arguments, program.dims, stored)
        roots = one.entry.roots()
        order = topological(roots)
        if isinstance(found, str) or isinstance(same, str):
            assert found == same
        elif all_sums(order, roots) or any(node.op.name == "pow" and not node.type.rank for node in order):
            assert not disagreement(one.values, found)
        else:
            for array, other in zip(found, same, strict=True):
                np.testing.assert_array_equal(array, other)

"""The NumPy target against the interpreter: every case of the lowering tests, run as generated text."""

from __future__ import annotations

import ast
import builtins
from typing import Any

import numpy as np
import pytest

from tdsl.ir.attributes import Named
from tdsl.ir.interp import evaluate
from tdsl.ir.node import apply, broadcast, constant
from tdsl.types import F32, I64
from tests.lower.cases import SIZES, Case, N, all_cases, argument, arguments, elementwise, program
from tests.stages import stages

CASES = all_cases()
PROGRAM = program(CASES)
# The text of an elementwise op is right or wrong at any size.
ONE_SIZE = {case.name for case in elementwise()}
RUNS = [
    pytest.param(case, dims, id=f"{case.name}-{dims['N']}x{dims['M']}")
    for case in CASES
    for dims in (SIZES[2:3] if case.name in ONE_SIZE else SIZES)
    if dims["N"] >= case.smallest
]


@pytest.fixture(scope="module")
def kernels() -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "cases"}
    exec(compile(stages(PROGRAM, "numpy").unit.text, "cases.py", "exec"), namespace)
    return {case.name: namespace[case.name]._kernel for case in CASES}


def test_a_module_imports_the_builtins_that_it_uses() -> None:
    """An entry of any name then hides none of them."""
    nodes = list(ast.walk(ast.parse(stages(PROGRAM, "numpy").unit.text)))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "builtins"]
    used = {node.id for node in nodes if isinstance(node, ast.Name)} & {
        name for name in dir(builtins) if name[0] != "_"
    }
    assert {alias.name for node in imports for alias in node.names} == used


@pytest.mark.parametrize(("case", "dims"), RUNS)
def test_case(kernels: dict[str, Any], case: Case, dims: dict[str, int]) -> None:
    values = arguments(case, dims, np.random.default_rng(5))
    sizes = [dims[name] for name in PROGRAM.dims()]
    with np.errstate(all="ignore"):
        found, updates, fault = kernels[case.name](
            [np.asarray(values[n.get(Named).name]) for n in case.inputs], sizes, []
        )
    assert fault is None and updates == []
    for one, root, other in zip(found, case.roots, evaluate(list(case.roots), values, dims, {}), strict=True):
        assert np.asarray(one).dtype == root.type.dtype.numpy
        np.testing.assert_array_equal(one, other)


def test_deep_branches() -> None:
    """Every level adds its own number, unless the list is over."""
    s, a = argument("s", I64), argument("a", F32, N)
    node = a
    for level in range(250):
        deeper = apply("tanh", node) + broadcast(constant(level, F32), a.type, ())
        condition = apply("gt", s, constant(level, I64))
        node = apply("if", condition, deeper, a * float(level))
    made = program([Case("deep", (node,), (s, a))])
    namespace: dict[str, Any] = {"__name__": "deep"}
    exec(compile(stages(made, "numpy").unit.text, "deep.py", "exec"), namespace)
    x = np.linspace(-1, 1, 5).astype("f")
    for steps in (0, 100, 250):
        values = {"s": np.int64(steps), "a": x}
        (expected,) = evaluate([node], values, {"N": 5}, {})
        np.testing.assert_array_equal(namespace["deep"](steps, x), expected)

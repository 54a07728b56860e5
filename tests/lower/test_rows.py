"""Row groups, and the same results as with all rows at once."""

from __future__ import annotations

import numpy as np
import pytest

from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, broadcast
from tdsl.loops.language import Map, Reduce, RowGroup
from tdsl.lower import lower
from tdsl.schedule import schedule
from tdsl.types import F32

from .cases import Case, M, N, argument, program
from .native import Native

A, V = argument("a", F32, N, M), argument("v", F32, M)


def softmax(x: Node) -> Node:
    raised = apply("exp", x - broadcast(apply("max", x, axes=(1,)), x.type, (0,)))
    return raised / broadcast(apply("sum", raised, axes=(1,)), x.type, (0,))


def centred(x: Node, axis: int) -> Node:
    return x - broadcast(apply("max", x, axes=(axis,)), x.type, (1 - axis,))


CASES = [
    Case("softmax", (softmax(A),), (A,)),
    Case("columns", (centred(A, 0),), (A,)),
    Case(
        "turned",
        (apply("transpose", A, axes=(1, 0)) + broadcast(V, apply("transpose", A, axes=(1, 0)).type, (0,)),),
        (A, V),
    ),
]


def kinds(case: Case) -> list[list[type]]:
    (routine,) = schedule(lower(program([case]))).routines
    groups = [line.statements if isinstance(line, RowGroup) else (line,) for line in routine.statements]
    return [[type(statement) for statement in group] for group in groups]


def test_rows_of_softmax_run_together() -> None:
    assert kinds(CASES[0]) == [[Reduce, Map, Reduce, Map]]


def test_a_statement_that_needs_every_row_runs_alone() -> None:
    assert kinds(CASES[1]) == [[Reduce], [Map]]
    total = apply("sum", apply("sum", A, axes=(1,)), axes=(0,))
    scaled = apply("exp", A) * broadcast(total, A.type, ())
    assert [Map] in kinds(Case("scaled", (scaled,), (A,)))


@pytest.fixture(scope="module")
def unit() -> Native:
    return Native(program(CASES), "-O3")


@pytest.mark.parametrize(
    "dims", [{"N": 3, "M": 40_000}, {"N": 600, "M": 1000}, {"N": 5000, "M": 10}, {"N": 7, "M": 17}]
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rows(unit: Native, case: Case, dims: dict[str, int]) -> None:
    rng = np.random.default_rng(4)
    values = {"a": rng.normal(size=(dims["N"], dims["M"])).astype("f"), "v": rng.normal(size=dims["M"]).astype("f")}
    unit.threads(1)
    (once,) = unit.call(case.name, values, dims)
    unit.threads(3)
    (shared,) = unit.call(case.name, values, dims)
    assert once.tobytes() == shared.tobytes()
    np.testing.assert_allclose(once, evaluate(list(case.roots), values, dims, {})[0], rtol=2e-5, atol=1e-6)

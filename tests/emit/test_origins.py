"""The program that a module carries to say where NaN arose: each of its calculations is that of the interpreter, and a
NaN is followed back through every op to the very element that it came from."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from tdsl.emit.bundle import bundle
from tdsl.emit.origins import origins
from tdsl.ir.function import with_bodies
from tdsl.ir.interp import evaluate
from tdsl.types import Tuple
from tests.lower.cases import SIZES, Case, all_cases, arguments, program

CASES = all_cases()
PROGRAM = program(CASES)
NODES = [
    node
    for node in with_bodies([root for entry in PROGRAM.entries for root in entry.roots()])
    if not isinstance(node.type, Tuple)
]
FEW = {"N": 3, "M": 4}
DIMS = PROGRAM.dims()
LARGEST = max(SIZES, key=lambda dims: dims["N"])


@pytest.fixture(scope="module")
def support() -> dict[str, Any]:
    # Every search begins by compiling the operations of the program anew.
    space: dict[str, Any] = {"__name__": "support", "document": json.loads(origins(PROGRAM)), "compile": cache(compile)}
    exec(bundle(), space)
    return space


def search(support: dict[str, Any], case: Case, values: dict[str, Any], dims: dict[str, int]) -> Any:
    own = support["document"]["entries"][CASES.index(case)]
    names = {"arguments": values, "variables": {}}
    evaluation = support["Evaluation"](support["document"], names, [dims[name] for name in DIMS])
    return support["Search"](support["document"], own, evaluation), own


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_calculations(support: dict[str, Any], case: Case) -> None:
    values = arguments(case, LARGEST, np.random.default_rng(5))
    with np.errstate(all="ignore"):
        found, own = search(support, case, values, LARGEST)
        root = found.evaluation.root
        for number, _ in own["results"]:
            root.value(number)
    computed = [NODES[number] for number in root.values]
    expected = evaluate(computed, values, LARGEST, {})
    for node, one, other in zip(computed, root.values.values(), expected, strict=True):
        assert one.dtype == node.type.dtype.numpy and one.shape == other.shape
        np.testing.assert_array_equal(one, other)


def test_it_came_from_there(support: dict[str, Any]) -> None:
    followed: set[str] = set()
    for seed, case in product((6, 7), CASES):
        random = np.random.default_rng(seed)
        before = arguments(case, FEW, random)
        with np.errstate(all="ignore"):
            expected = evaluate(case.roots, before, FEW, {})
        for name in (name for name, value in before.items() if np.asarray(value).dtype.kind == "f"):
            values = {other: np.array(value) for other, value in before.items()}
            place = tuple(int(random.integers(size)) for size in values[name].shape)
            values[name][place] = np.nan
            with np.errstate(all="ignore"):
                try:
                    found = evaluate(case.roots, values, FEW, {})
                except ArithmeticError:  # a matrix with a NaN may have no factor
                    continue
                for position, (root, was, now) in enumerate(zip(case.roots, expected, found, strict=True)):
                    reached = np.argwhere(np.isnan(now) & ~np.isnan(was)) if root.type.is_real else ()
                    if not len(reached):
                        continue
                    followed_back, own = search(support, case, values, FEW)
                    element = tuple(int(at) for at in reached[-1])
                    text = followed_back.explained(own["results"][position][0], element, -1)
                    # Of a line that is sorted, an element may be any of those that are NaN.
                    places = np.argwhere(np.isnan(values[name])) if root.op.family == "sorting" else [place]
                    given = [f" at [{', '.join(map(str, at))}]" if len(at) else "" for at in places]
                    assert text in [f"\nhere nan is given{at}" for at in given], case.name
                    followed.add(root.op.name)
    assert followed >= {"matmul", "sum", "prod", "norm", "max", "min", "prod_others", "stack", "gather", "scatter"}
    assert followed >= {
        "item",
        "broadcast",
        "transpose",
        "reshape",
        "slice",
        "place",
        "select",
        "if",
        "cast",
        "exp",
        "mul",
    }

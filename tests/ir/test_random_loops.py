"""Random programs of loops: the interpreter, the passes, the NumPy target and compiled code agree, and derivatives are
those of difference quotients."""

from __future__ import annotations

from itertools import product

import pytest

from tdsl.ir.function import with_bodies
from tdsl.ir.interp import evaluate
from tests.lower.native import Native

from .random_loops import assert_like, made, program_of_seeds, try_one, with_gradient

SEEDS = range(40)
COMPILED = ((139, 100, 101, 102), *(tuple(range(first, first + 4)) for first in (103, 107, 111)))


@pytest.mark.parametrize("seed", SEEDS)
def test_random_loops(seed: int) -> None:
    try_one(seed)


@pytest.mark.parametrize("seeds", COMPILED)
def test_compiled(seeds: tuple[int, ...]) -> None:
    unit = Native(program_of_seeds(seeds), "-O0")
    for seed, number in product(seeds, range(2)):
        loop = made(seed)
        values = loop.values(number)
        found = unit.call(f"f{seed}", values, {})
        assert unit.fault == (0, 0, 0), f"seed {seed}"
        assert_like(found, evaluate(with_gradient(loop), values, {}, {}))


def test_they_have_all_that_is_tried() -> None:
    nodes = [node for seed in SEEDS for node in with_bodies(made(seed).roots)]
    assert {node.op.name for node in nodes} >= {"scan", "call", "gather", "place", "if", "select", "matmul", "mod"}
    loops = [node for node in nodes if node.op.name == "scan"]
    trips = {node.attributes.given()["trip"].constant for node in loops}
    assert trips == {0, 1, 2, 3, 5}
    assert {node.attributes.given()["reverse"] for node in loops} == {True, False}
    assert any(inner.op.name == "scan" for node in loops for inner in with_bodies(node.attributes.functions[0].results))  # type: ignore[attr-defined]

"""A thousand random programs mean the same after every pass, faults included, and have the right gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tdsl.grad import cotangents
from tdsl.interp import evaluate
from tdsl.ir import Node, apply, full, topological
from tdsl.passes import passes

from .build import program
from .random_programs import Generator

BATCH = 50


Outcome = list[np.ndarray | str]


def outcome(roots: list[Node], values: dict[str, Any], dims: dict[str, int]) -> Outcome:
    """Of each root its value, or the name of its fault."""
    try:
        return list(evaluate(roots, values, dims, {}))
    except (IndexError, ZeroDivisionError):
        return [_alone(root, values, dims) for root in roots]


def _alone(root: Node, values: dict[str, Any], dims: dict[str, int]) -> np.ndarray | str:
    try:
        return evaluate([root], values, dims, {})[0]
    except (IndexError, ZeroDivisionError) as fault:
        return type(fault).__name__


def has_signs(root: Node) -> bool:
    """Whether the sign of a zero is defined: that of a sum is NumPy's own affair."""
    return not any(node.op.name in ("sum", "matmul") for node in topological([root]))


def assert_same(roots: list[Node], before: Outcome, after: Outcome, what: str) -> None:
    for root, one, other in zip(roots, before, after, strict=True):
        if isinstance(one, str) or isinstance(other, str):
            assert isinstance(one, str) and isinstance(other, str), what
            continue
        assert one.dtype == other.dtype and one.shape == other.shape
        np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-9, equal_nan=True, err_msg=what)
        if has_signs(root):
            zero = (one == 0) & (other == 0)
            assert (np.signbit(one) == np.signbit(other))[zero].all(), what


@pytest.mark.parametrize("batch", range(14))
def test_every_pass_keeps_values_and_faults(batch: int) -> None:
    faults = 0
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        generator = Generator(seed)
        for _ in range(14):
            generator.grow()
        roots = generator.pool[-5:]
        values = generator.values()
        before = outcome(roots, values, generator.dims)
        faults += any(isinstance(one, str) for one in before)
        for name, after in passes(program(roots)):
            found = outcome(after.entries[0].roots(), values, generator.dims)
            assert_same(roots, before, found, f"seed {seed}: {name}")
    assert 0 < faults < BATCH


@pytest.mark.parametrize("batch", range(6))
def test_gradients_of_random_programs(batch: int) -> None:
    """Against central differences of fourth order along a random direction, after all passes as before them."""
    tried = 0
    for seed in range(10_000 + batch * BATCH, 10_000 + (batch + 1) * BATCH):
        generator = Generator(seed, smooth=True)
        for _ in range(10):
            generator.grow()
        terms = [apply("sum", node, axes=tuple(range(node.type.rank))) for node in generator.pool[-3:]]
        cost = apply("tanh", (terms[0] + terms[1]) * 0.1) + apply("sin", terms[2] * 0.1)
        wrt = list(generator.arguments.values())
        found = cotangents(cost, wrt)
        gradients = [found.get(node, full(0, node.type)) for node in wrt]
        values = generator.values()
        ways = {node["name"]: generator.rng.normal(size=values[node["name"]].shape) for node in wrt}

        def along(distance: float) -> float:
            moved = {name: value + distance * ways[name] for name, value in values.items()}  # noqa: B023
            return float(evaluate([cost], moved, generator.dims, {})[0])  # noqa: B023

        step = 2e-4
        estimates = [
            (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h) for h in (step, 1.7 * step)
        ]
        before = evaluate(gradients, values, generator.dims, {})
        claimed = sum(float((part * ways[node["name"]]).sum()) for part, node in zip(before, wrt, strict=True))
        scale = (
            1
            + abs(claimed)
            + sum(float(np.abs(part * ways[node["name"]]).sum()) for part, node in zip(before, wrt, strict=True))
        )
        # Where the two estimates disagree, the program is too steep for differences to judge.
        if abs(estimates[0] - estimates[1]) < 1e-7 * scale:
            tried += 1
            assert abs(claimed - estimates[0]) < 1e-6 * scale, seed
        *_, (_, after) = passes(program(gradients))
        assert_same(
            gradients,
            list(before),
            list(evaluate(after.entries[0].roots(), values, generator.dims, {})),
            f"seed {seed}",
        )
    assert tried > BATCH * 0.8

"""Every cotangent of the table against difference quotients, once and twice."""

from __future__ import annotations

import numpy as np
import pytest

from tdsl.ir.attributes import Named
from tdsl.ir.interp import evaluate
from tdsl.ir.node import OPS, Node, apply, full
from tdsl.types import BOOL, F64

from .case import NAMES, Case
from .differences import directional_error, elementwise_error, gradient, leaves, scalar, weights_of
from .elementwise import elementwise_cases
from .structured import structured_cases

TOLERANCE = 1e-9
# Ops of several results are tried in the cases of those that take these.
SEVERAL = {"lu", "qr", "eigh"}
# The last of its row, whose derivative by the order is nan, and the op before it: tests/ops/test_gamma.py.
LAST = {"gammainc_curve"}
BEFORE_LAST = {"gammainc_slope"}
# Its second derivative at a slope is steep.
SECOND = 3e-8


def differentiable(case: Case) -> bool:
    return (
        case.op not in LAST
        and case.dtype == F64
        and case.node().type.is_real
        and OPS[case.op].cotangents is not None
        and bool(case.shapes)
    )


def infinite(case: Case) -> bool:
    """The extremum of nothing."""
    return case.op in ("max", "min") and any(case.shapes[0][axis] == 0 for axis in case.attributes["axes"])


ELEMENTWISE = [case for case in elementwise_cases() if differentiable(case) and case.shapes[-1] == (223,)]
STRUCTURED = [case for case in structured_cases() if differentiable(case) and not infinite(case)]


def test_every_op_with_cotangents_is_tried() -> None:
    differentiable = [
        op for op in OPS.values() if op.cotangents and op.family != "function" and op.name not in SEVERAL | LAST
    ]
    assert {case.op for case in ELEMENTWISE + STRUCTURED} == {op.name for op in differentiable}
    assert all(op.masks for op in differentiable)


def drawn(case: Case, seed: int, *extra: Node) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = dict(zip(NAMES, case.draw(rng), strict=False))
    for node in extra:
        values[node.get(Named).name] = rng.normal(size=tuple(size.constant for size in node.type.shape))
    return values


def worst_elementwise_error(case: Case) -> float:
    """With the condition of an `if` true and false."""
    node = case.node()
    return max(
        elementwise_error(node, leaves(node), drawn(case, seed)) for seed in (range(6) if case.op == "if" else (2,))
    )


@pytest.mark.parametrize("case", [case for case in ELEMENTWISE if "32" not in case.label], ids=str)
def test_elementwise(case: Case) -> None:
    assert worst_elementwise_error(case) < TOLERANCE


@pytest.mark.parametrize("case", [case for case in ELEMENTWISE if case.op not in {"if", "cast"} | BEFORE_LAST], ids=str)
def test_elementwise_twice(case: Case) -> None:
    """The gradient by each operand, weighed, is itself differentiated by every operand."""
    node = case.node()
    weights = weights_of(node, "v")
    for operand in leaves(node):
        (first,) = gradient(scalar(node, weights), [operand])
        assert elementwise_error(first, leaves(node), drawn(case, 3, weights)) < SECOND


@pytest.mark.parametrize("case", STRUCTURED, ids=str)
def test_structured(case: Case) -> None:
    node = case.node()
    weights = weights_of(node, "v")
    cost = scalar(node * node, weights)
    wrt = leaves(node)
    for seed in range(12):
        assert directional_error(cost, wrt, drawn(case, seed, weights), seed) < TOLERANCE


@pytest.mark.parametrize("case", STRUCTURED, ids=str)
def test_structured_twice(case: Case) -> None:
    node = case.node()
    weights = weights_of(node, "v")
    inner = scalar(node * node, weights)
    for operand in leaves(node):
        (first,) = gradient(inner, [operand])
        more = weights_of(first, "w")
        cost = scalar(first, more)
        for seed in range(3):
            assert directional_error(cost, leaves(node), drawn(case, seed, weights, more), seed) < SECOND


@pytest.mark.parametrize("case", STRUCTURED, ids=str)
def test_structured_of_one_element(case: Case) -> None:
    """The derivative of an element by a value that it does not depend on is 0, even if that value has an infinite
    one."""
    rng, operands, values = np.random.default_rng(4), case.operands(), drawn(case, 4)
    shape = tuple(size.evaluate({}) for size in case.node().type.shape)
    for place, operand in enumerate(operands):
        for number in rng.permutation(int(np.prod(shape)))[: 3 * operand.type.is_real]:
            taken = np.unravel_index(number, shape)
            name, found = operand.get(Named).name, values[operand.get(Named).name]
            used = np.zeros(found.shape, bool)
            for index in np.ndindex(found.shape):
                unknown = found.copy()
                unknown[index] = np.nan
                try:
                    (result,) = evaluate([case.node()], {**values, name: unknown}, {}, {})
                except ArithmeticError:
                    used[index] = True
                    continue
                # An element of this is made of nearly all of its line or matrix, or has a place by them.
                axis = {"prod_others": len(index) - 1, "sort": case.attributes.get("axis")}.get(case.op)
                line = axis is not None and np.delete(index, axis).tolist() == np.delete(taken, axis).tolist()
                matrix = case.op == "lu_solve" and index[:-2] == taken[:-2] and (not place or index[-1] == taken[-1])
                used[index] = np.isnan(result[taken]) or line or matrix
            root, sign = (apply("argument", name=other, type=operand.type) for other in ("root", "sign"))
            inner = [*operands[:place], apply("sqrt", root) * sign, *operands[place + 1 :]]
            node = case.applied(inner)
            mask = apply("argument", name="mask", type=node.type.with_dtype(BOOL))
            chosen = apply("select", mask, node, full(0, node.type))
            (slope,) = gradient(apply("sum", chosen, axes=tuple(range(node.type.rank))), [root])
            where = np.zeros(shape, bool)
            where[taken] = True
            square = np.where(used, np.maximum(found**2, 1e-9), 0)
            given = {**values, "root": square, "sign": np.sign(found), "mask": where}
            (result,) = evaluate([slope], given, {}, {})
            assert np.isfinite(result).all() and not result[~used].any()

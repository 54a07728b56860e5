"""Masks of operands that reach several elements: the value of `any`, computed only where it is not certain."""

from __future__ import annotations

import numpy as np
import pytest

from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, broadcast, topological
from tdsl.ops.masks import any_over
from tdsl.types import BOOL, I64, ONE, Dim, Type
from tests.lower.cases import argument

B, N, M, FIVE = Dim.symbol("B"), Dim.symbol("N"), Dim.symbol("M"), Dim.of(5)
SIZES = {"B": 4, "N": 3, "M": 3}
VALUES = {
    "label": np.array([2, 0, 1, 2]),
    "known": np.array([4, 0, 1, 2]),
    "m": np.array([True, False, True, False]),
    "z": np.array([[True, False, False], [False, False, False], [True, True, True], [False, False, True]]),
}


def counting(axis: int, *shape: Dim) -> Node:
    return apply("iota", shape=shape, axis=axis)


def label(size: Dim) -> Node:
    return apply("within", argument("label", I64, B), size=size)


def wide(node: Node, axes: tuple[int, ...], *shape: Dim) -> Node:
    return broadcast(node, Type(node.type.dtype, shape), axes)


def column(node: Node) -> Node:
    """With an axis of size 1 behind, taken away again."""
    behind = apply("reshape", node, shape=(*node.type.shape, ONE))
    return apply("reshape", behind, shape=node.type.shape)


def turned(node: Node) -> Node:
    return apply("transpose", node, axes=(1, 0))


def compared(op: str, a: Node, b: Node) -> Node:
    return apply(op, a, b)


rows, m, z = counting(0, N), argument("m", BOOL, B), argument("z", BOOL, B, N)
one_hot = compared("eq", wide(label(N), (0,), B, N), counting(1, B, N))
causal = compared("le", wide(rows, (1,), N, N), wide(rows, (0,), N, N))

CERTAIN = [
    (one_hot, (1,)),
    (compared("eq", counting(1, B, N), wide(column(label(N)), (0,), B, N)), (1,)),
    (compared("eq", wide(label(N), (1,), N, B), turned(counting(1, B, N))), (0,)),
    (causal, (0,)),
    (causal, (1,)),
    (compared("ge", wide(column(rows), (0,), N, N), wide(rows, (1,), N, N)), (0, 1)),
    (wide(causal, (1, 2), B, N, N), (2,)),
    (wide(m, (0,), B, FIVE), (1,)),
    (wide(m, (1,), N, B), (0,)),
]
COMPUTED = [
    (apply("or", one_hot, z), (1,)),
    (z, (1,)),
    (one_hot, (0,)),
    (compared("lt", wide(rows, (1,), N, N), wide(rows, (0,), N, N)), (1,)),
    (compared("eq", wide(label(FIVE), (0,), B, N), counting(1, B, N)), (1,)),
    (compared("eq", wide(argument("known", I64, B), (0,), B, N), counting(1, B, N)), (1,)),
    (compared("le", wide(rows, (0,), N, M), counting(1, N, M)), (0,)),
    (compared("le", wide(counting(0, FIVE), (1,), N, FIVE), counting(0, N, FIVE)), (1,)),
    (wide(z, (0, 2), B, FIVE, N), (2,)),
    (wide(z, (0, 2), B, FIVE, N), (1, 2)),
    (apply("and", one_hot, z), (1,)),
]


def value(node: Node) -> np.ndarray:
    (found,) = evaluate([node], VALUES, SIZES, {})
    return np.asarray(found)


@pytest.mark.parametrize(("mask", "axes"), CERTAIN + COMPUTED)
def test_it_is_whether_any_element_holds(mask: Node, axes: tuple[int, ...]) -> None:
    np.testing.assert_array_equal(value(any_over(mask, axes)), value(mask).any(axes))


@pytest.mark.parametrize(("mask", "axes"), CERTAIN)
def test_it_needs_no_computation_where_it_is_certain(mask: Node, axes: tuple[int, ...]) -> None:
    assert all(node.op.name not in ("any", "eq", "le", "ge") for node in topological([any_over(mask, axes)]))


@pytest.mark.parametrize(("mask", "axes"), COMPUTED)
def test_it_is_computed_where_it_is_not(mask: Node, axes: tuple[int, ...]) -> None:
    assert any(node.op.name == "any" for node in topological([any_over(mask, axes)]))

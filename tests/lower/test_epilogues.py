"""Epilogues of products: the remaining statements, and the same results."""

from __future__ import annotations

import numpy as np
import pytest

from tdsl.ir.attributes import Named
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, broadcast
from tdsl.loops.language import Contraction, Map, Reduce, Routine, RowGroup, Statement
from tdsl.lower import lower
from tdsl.schedule import schedule
from tdsl.types import F32, F64, I64, Dim, DType

from .cases import Case, M, N, argument, program
from .native import Native

K = Dim.symbol("K")


def product(dtype: DType = F32) -> tuple[Node, Node, Node]:
    a, b = argument("a", dtype, N, K), argument("b", dtype, K, M)
    return a, b, a @ b


def turned(node: Node) -> Node:
    return apply("transpose", node, axes=(1, 0))


def activation() -> Case:
    """A layer."""
    a, b, z = product()
    v = argument("v", F32, M)
    return Case("activation", (apply("tanh", z + broadcast(v, z.type, (1,))),), (a, b, v))


def backward() -> Case:
    """The gradient that goes down, and that of a bias."""
    a, b, z = product(F64)
    y = argument("y", F64, N, M)
    down = z * y * (1 - y)
    return Case("backward", (down, apply("sum", down, axes=(0,))), (a, b, y))


def descent() -> Case:
    """A parameter moved by a gradient, and that only its column sums are asked for."""
    a, b = argument("a", F32, K, N), argument("b", F32, M, K)
    w, rate = argument("w", F32, N, M), argument("rate", F32)
    gradient = turned(a) @ turned(b)
    sums = apply("sum", apply("abs", (turned(a) * 2.0) @ turned(b)), axes=(0,))
    return Case("descent", (w - broadcast(rate, w.type, ()) * gradient, sums), (a, b, w, rate))


def kept() -> Case:
    """The product itself is a result too, beside a value that is read later and a sum along rows."""
    a, b, z = product()
    late = apply("sum", apply("exp", argument("v", F32, M)), axes=(0,))
    twice = z * broadcast(late, z.type, ())
    return Case("kept", (z, twice, apply("sum", z, axes=(1,))), (a, b, argument("v", F32, M)))


def shares() -> Case:
    """The elements of each column minus the sum of their squares."""
    a, b, z = product()
    return Case("shares", (z - broadcast(apply("sum", z * z, axes=(0,)), z.type, (1,)),), (a, b))


def whole() -> Case:
    a, b, z = product(I64)
    return Case("whole", (z * z - 3, apply("sum", z, axes=(0,))), (a, b))


def batched() -> Case:
    a, b = argument("a", F32, Dim.of(3), N, K), argument("b", F32, Dim.of(3), K, M)
    z = a @ b
    v = argument("v", F32, Dim.of(3), M)
    return Case("batched", (apply("exp", -z * broadcast(v, z.type, (0, 2))), apply("sum", z, axes=(1,))), (a, b, v))


def stacked() -> Case:
    """Rows of rows times a matrix, an activation of the whole, and a residual that two kernels need."""
    x, w = argument("x", F32, Dim.of(3), N, K), argument("w", F32, K, M)
    flat = apply("reshape", x, shape=(N * 3, K)) @ w
    h = apply("reshape", flat, shape=(Dim.of(3), N, M)) + argument("y", F32, Dim.of(3), N, M)
    low = broadcast(apply("min", h, axes=(2,)), h.type, (0, 1))
    return Case("stacked", (h - low, apply("max", h, axes=(0,))), (x, w, argument("y", F32, Dim.of(3), N, M)))


CASES = [activation(), backward(), descent(), kept(), shares(), whole(), batched(), stacked()]


@pytest.fixture(scope="module")
def unit() -> Native:
    return Native(program(CASES), "-O2")


def routine(case: Case) -> Routine:
    (only,) = schedule(lower(program([case]))).routines
    return only


def kinds(case: Case) -> list[type[Statement]]:
    return [type(statement) for statement in routine(case).statements]


def test_a_layer_is_one_statement() -> None:
    assert kinds(activation()) == [Contraction] and routine(activation()).slots == ()


def test_a_bias_gradient_is_summed_with_its_product() -> None:
    assert kinds(backward()) == [Contraction] and routine(backward()).slots == ()


def test_values_that_only_a_sum_needs_are_not_stored() -> None:
    assert kinds(descent()).count(Contraction) == 2 and Reduce not in kinds(descent())
    first, second = (one for one in routine(descent()).statements if isinstance(one, Contraction))
    assert (len(first.stores), len(second.stores)) == (1, 0) and second.column_sum


def test_a_product_waits_for_the_operands_of_its_map() -> None:
    assert kinds(kept()) == [Reduce, Contraction, Reduce]
    product = routine(kept()).statements[1]
    assert isinstance(product, Contraction) and len(product.stores) == 2 and product.column_sum is None


def test_readers_of_column_sums_come_after_them() -> None:
    assert kinds(shares()) == [Contraction, Map]
    first = routine(shares()).statements[0]
    assert isinstance(first, Contraction) and first.column_sum


def test_sums_of_whole_numbers_and_of_batches_stay_outside() -> None:
    assert kinds(whole()) == [Contraction, Reduce]
    assert kinds(batched()) == [Contraction, Reduce]


def test_a_product_takes_maps_over_the_axes_that_its_rows_were() -> None:
    assert kinds(stacked()) == [Contraction, RowGroup, Map]
    first = routine(stacked()).statements[0]
    assert isinstance(first, Contraction) and len(first.stores) == 1


def test_products_with_a_vector_keep_their_map() -> None:
    a, v = argument("a", F32, N, K), argument("v", F32, K)
    assert kinds(Case("vector", (apply("tanh", a @ v),), (a, v))) == [Contraction, Map]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize(
    "dims",
    [
        {"N": 1, "M": 1, "K": 1},
        {"N": 0, "M": 3, "K": 2},
        {"N": 3, "M": 0, "K": 2},
        {"N": 4, "M": 5, "K": 0},
        {"N": 2, "M": 300, "K": 90},
        {"N": 301, "M": 1, "K": 70},
        {"N": 1, "M": 301, "K": 70},
        {"N": 307, "M": 10, "K": 130},
        {"N": 67, "M": 129, "K": 31},
        {"N": 130, "M": 70, "K": 1100},
    ],
    ids=lambda dims: "x".join(map(str, dims.values())),
)
def test_values(unit: Native, case: Case, dims: dict[str, int]) -> None:
    rng, spread = np.random.default_rng(4), 2 * (dims["K"] + 1) ** -0.25
    values = {
        node.get(Named).name: np.asarray(spread * rng.normal(size=[s.evaluate(dims) for s in node.type.shape])).astype(
            node.type.dtype.numpy
        )
        for node in case.inputs
    }
    unit.threads(1)
    once = unit.call(case.name, values, dims)
    unit.threads(3)
    for one, other in zip(once, unit.call(case.name, values, dims), strict=True):
        assert one.tobytes() == other.tobytes()
    exact = evaluate(list(case.roots), values, dims, {})
    for one, other in zip(once, exact, strict=True):
        scale = max(1.0, float(np.abs(other).max(initial=0)))
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=2e-5 * scale)

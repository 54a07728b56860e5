"""Sums of placed pieces, short reductions and short axes: the statements they become, and the same values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tdsl.ir.attributes import Named
from tdsl.ir.grad import cotangents
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, broadcast, full
from tdsl.loops.language import Contraction, Map, Reduce, Routine, Scatter
from tdsl.lower import lower
from tdsl.passes import optimise
from tdsl.schedule import schedule
from tdsl.types import (
    BOOL,
    F32,
    F64,
    I64,
    Dim,
    Type,
    element_count,
)

from .cases import Case, M, N, argument, program, size
from .native import Native


def placed(value: Node, shape: tuple[Dim | int, ...], starts: tuple[Dim | int, ...], *steps: int) -> Node:
    def sizes(given: tuple[Dim | int, ...]) -> tuple[Dim, ...]:
        return tuple(item if isinstance(item, Dim) else Dim.of(item) for item in given)

    return apply("place", value, shape=sizes(shape), starts=sizes(starts), steps=steps or (1,) * len(shape))


def cut(value: Node, starts: tuple[int, ...], steps: tuple[int, ...], sizes: tuple[Dim | int, ...]) -> Node:
    lengths = tuple(item if isinstance(item, Dim) else Dim.of(item) for item in sizes)
    return apply("slice", value, starts=tuple(map(Dim.of, starts)), steps=steps, sizes=lengths)


def total(value: Node, *axes: int) -> Node:
    return apply("sum", value, axes=axes or tuple(range(value.type.rank)))


def layers(count: int) -> tuple[Node, Node, list[Node]]:
    """A step of descent on a stack of weights that are used one by one."""
    w, x = argument("w", F32, count, M, M), argument("x", F32, N, M)
    hidden = x
    for number in range(count):
        layer = cut(w, (number, 0, 0), (1, 1, 1), (1, M, M))
        hidden = apply("tanh", hidden @ apply("reshape", layer, shape=(M, M)))
    return w, cotangents(total(hidden), [w])[w], [w, x]


def descent() -> Case:
    w, gradient, inputs = layers(3)
    return Case("descent", (w - gradient * full(0.5, w.type),), tuple(inputs), ulps=1024)


def clipped() -> Case:
    """The gradient is needed as a whole before it is used, so it has memory."""
    w, gradient, inputs = layers(2)
    norm = apply("sqrt", total(gradient * gradient))
    return Case("clipped", (w - gradient / broadcast(norm + 1.0, w.type, ()),), tuple(inputs), ulps=1024)


def halves() -> Case:
    """Pieces whose sizes only a call knows, added to negative zeros too."""
    a, b, c = argument("a", F32, N, M), argument("b", F32, M, M), argument("c", F32, N + M, M)
    joined = placed(a, (N + M, M), (0, 0)) + placed(b, (N + M, M), (N, 0))
    return Case("halves", (joined, joined * c, apply("transpose", joined, axes=(1, 0)) * 2.0), (a, b, c))


def pooled() -> Case:
    """The gradient of the maximum of four slices: every second element each."""
    x = argument("x", F64, N, 6, 20)
    parts = [cut(x, (0, row, column), (1, 2, 2), (N, 3, 10)) for row in (0, 1) for column in (0, 1)]
    largest = apply("maximum", apply("maximum", parts[0], parts[1]), apply("maximum", parts[2], parts[3]))
    return Case("pooled", (largest, cotangents(total(largest * largest), [x])[x]), (x,))


def maxima() -> Case:
    """The gradient of the maximum over windows, among them ties."""
    x = argument("x", F64, N, 6, 20)
    windows = apply("reshape", x, shape=(N, size(3), size(2), size(10), size(2)))
    largest = apply("max", windows, axes=(2, 4))
    return Case("maxima", (largest, cotangents(total(apply("tanh", largest)), [x])[x]), (x,), ulps=16)


def gaps() -> Case:
    """Unused rows, which have no gradient, and steps backwards."""
    a, b = argument("a", F32, M), argument("b", F32, 2, M)
    shape = (7, M)
    row = apply("reshape", a, shape=(size(1), M))
    made = placed(row, shape, (5, 0)) + placed(b, shape, (3, 0), -2, 1)
    return Case("gaps", (made, apply("exp", made)), (a, b))


def windows() -> Case:
    """Overlapping windows are added up in order."""
    x, w = argument("x", F32, N, M + 8), argument("w", F32, 6)
    seen = [cut(x, (0, start), (1, 1), (N, M + 2)) for start in range(6)]
    value = apply("tanh", total(apply("stack", *seen) * broadcast(w, Type(F32, (size(6), N, M + 2)), (0,)), 0))
    found = cotangents(total(value), [x, w])
    return Case("windows", (found[x], found[w]), (x, w), ulps=64)


def added() -> Case:
    """A whole array among the pieces comes first, or not; a scalar is a piece as well."""
    a, v, s = argument("a", F32, N, M), argument("v", F32, N), argument("s", F32)
    shape = (N, M + 5)
    columns = [placed(apply("reshape", v * (k + 1.0), shape=(N, size(1))), shape, (0, k)) for k in range(5)]
    wide = argument("wide", F32, *shape)
    first, last = wide * 3.0, wide
    for column in columns:
        first, last = first + column, column + last
    single = placed(apply("reshape", s, shape=(size(1),)), (3,), (2,)) + placed(
        apply("reshape", s * 2.0, shape=(size(1),)), (3,), (0,)
    )
    return Case("added", (first, last, placed(a, shape, (0, 3)) + wide, single), (a, v, s, wide), ulps=64)


def several() -> Case:
    """Two sums in the same pieces, and two in others."""
    a, b, c = argument("a", F32, N), argument("b", F32, N), argument("c", F32, N * 2)
    one = placed(a, (N * 2,), (0,)) + placed(b, (N * 2,), (N,))
    two = placed(apply("exp", b), (N * 2,), (0,)) + placed(apply("sin", a), (N * 2,), (N,))
    even = placed(a, (N * 2,), (0,), 2) + placed(b, (N * 2,), (1,), 2)
    return Case("several", (one * two + c, one * even, apply("abs", even) * c), (a, b, c), ulps=16)


def chosen() -> Case:
    """Pieces inside a side of an `if`."""
    c, a, b = argument("c", BOOL), argument("a", F32, N, M), argument("b", F32, N, M)
    z = placed(a, (N * 2, M), (0, 0)) + placed(b @ (apply("transpose", b, axes=(1, 0)) @ b), (N * 2, M), (N, 0))
    return Case("chosen", (apply("if", c, apply("tanh", z), full(1, z.type)),), (c, a, b), ulps=256)


def whole_numbers() -> Case:
    a, b = argument("a", I64, N), argument("b", I64, N)
    z = placed(a, (N + 3,), (0,)) + placed(b, (N + 3,), (1,)) + placed(a * 2, (N + 3,), (2,))
    return Case("whole_numbers", (z + placed(b, (N + 3,), (3,)) + placed(b, (N + 3,), (0,)),), (a, b))


def at(array: Node, index: Node) -> Node:
    return apply("gather", array, index, axis=0)


def _positions(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    """Pieces from either end, the last of the first half the same as the first."""
    ids = rng.integers(-5, 5, dims["N"])
    return {"i": 4, "j": -5, "ids": np.where(np.arange(dims["N"]) < dims["N"] // 2, ids, ids[:1])}


def rows() -> Case:
    """Rows of one array that only a call knows, one of them that the program knows, and the whole of it."""
    w, x = argument("w", F32, 5, M, M), argument("x", F32, N, M)
    i, j = argument("i", I64), argument("j", I64)
    hidden = x
    for number in (i, j, i, 3):
        layer = at(w, number) if isinstance(number, Node) else cut(w, (number, 0, 0), (1, 1, 1), (1, M, M))
        hidden = apply("tanh", hidden @ apply("reshape", layer, shape=(M, M)))
    found = cotangents(total(hidden) + total(w * w), [w])[w]
    return Case("rows", (found, cotangents(total(hidden), [w])[w]), (w, x, i, j), values=_positions, ulps=1024)


def embedding() -> Case:
    """Rows by a vector of positions with duplicates, twice, and one more row."""
    w, ids, i = argument("w", F32, 5, M), argument("ids", I64, N), argument("i", I64)
    taken = at(w, ids)
    cost = total(taken * taken * taken) + total(apply("sin", at(w, ids * -1 - 1))) + total(apply("exp", at(w, i)))
    return Case("embedding", (cotangents(cost, [w])[w],), (w, ids, i), values=_positions, ulps=256)


def spread() -> Case:
    """Pieces along other axes, at single elements, in one side of an `if`, and of integers; one that is used twice."""
    a, v, ids = argument("a", F32, M, 5), argument("v", F32, M, N), argument("ids", I64, N)
    i, c, u = argument("i", I64), argument("c", BOOL), argument("u", I64, N)
    columns = apply("scatter", v, ids, axis=1, size=size(5))
    column = apply("scatter", total(v, 1), i, axis=1, size=size(5))
    either = apply("if", c, columns + a + column, a * 2.0)
    element, counts = (
        apply("scatter", one, place, axis=0, size=size(5)) + apply("scatter", other, place * 0, axis=0, size=size(5))
        for one, other, place in ((total(v), total(a), i), (u, u * 2, ids))
    )
    twice = apply("scatter", v * 2.0, ids, axis=1, size=size(5))
    roots = (either, element, counts, twice + a, apply("exp", twice) + twice)
    return Case("spread", roots, (a, v, ids, i, c, u), values=_positions, ulps=256)


def short() -> Case:
    """Few elements are concatenated like an expression of them."""
    x, y = argument("x", F32, N, M, 2, 3), argument("y", F32, N, 4)
    largest = apply("max", x, axes=(2, 3))
    sums = apply("sum", apply("exp", y), axes=(1,))
    return Case(
        "short",
        (
            largest,
            cotangents(total(apply("tanh", largest)), [x])[x],
            sums,
            apply("exp", y) / broadcast(sums, y.type, (0,)),
            apply("prod", y, axes=(1,)),
            apply("min", x, axes=(2,)),
            apply("any", x > 0.5, axes=(3,)),
            apply("sum", broadcast(y, Type(F32, (N, Dim.of(4), Dim.of(2))), (0, 1)) * 2.0, axes=(1, 2)),
        ),
        (x, y),
        ulps=64,
    )


def narrow() -> Case:
    """A last axis of few elements, in a map and in one that overwrites its operand."""
    x, v = argument("x", F32, N, M, 3), argument("v", F32, 3)
    shifted = apply("tanh", x + broadcast(v, x.type, (2,)))
    turned = apply("transpose", argument("z", F32, 2, N, M), axes=(1, 2, 0))
    iota = apply("iota", axis=2, shape=x.type.shape).cast(F32)
    wide = shifted * broadcast(apply("exp", total(x, 2)), x.type, (0, 1)) + iota
    return Case("narrow", (wide, turned * 2.0), (x, v, argument("z", F32, 2, N, M)), ulps=256)


CASES = [
    descent(),
    clipped(),
    halves(),
    pooled(),
    maxima(),
    gaps(),
    windows(),
    added(),
    several(),
    chosen(),
    whole_numbers(),
    rows(),
    embedding(),
    spread(),
    short(),
    narrow(),
]


@pytest.fixture(scope="module")
def unit() -> Native:
    return Native(program(CASES), "-O2")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("dims", [{"N": n, "M": m} for n, m in ((0, 3), (1, 1), (3, 0), (7, 17), (40, 33))], ids=str)
def test_values(unit: Native, case: Case, dims: dict[str, int]) -> None:
    rng = np.random.default_rng(5)
    values = {}
    for node in case.inputs:
        drawn = rng.integers(-2, 3, [one.evaluate(dims) for one in node.type.shape]) * 0.5
        values[node.get(Named).name] = np.where(drawn == 0, -0.0, drawn).astype(node.type.dtype.numpy)
    values.update(case.values(rng, dims) if case.values else {})
    unit.threads(1)
    once = unit.call(case.name, values, dims)
    unit.threads(3)
    for one, other in zip(once, unit.call(case.name, values, dims), strict=True):
        assert one.tobytes() == other.tobytes()
    for one, other in zip(once, evaluate(list(case.roots), values, dims, {}), strict=True):
        if one.dtype.kind == "f":
            tolerance = case.ulps * float(np.finfo(one.dtype).eps)
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * float(np.abs(other).max(initial=0)))
            np.testing.assert_array_equal(np.signbit(one[one == 0]), np.signbit(other[one == 0]))
        else:
            np.testing.assert_array_equal(one, other)


def routine(case: Case) -> Routine:
    (only,) = schedule(lower(program([case]))).routines
    return only


def maps(case: Case) -> list[Map]:
    return [one for one in routine(case).statements if isinstance(one, Map)]


def test_a_layer_of_a_stack_is_updated_by_its_own_product() -> None:
    updates = [one for one in routine(descent()).statements if isinstance(one, Contraction) and one.m == M]
    assert len(updates) == 3 and all(len(one.stores) == 1 and len(one.body) > 1 for one in updates)
    assert len({store.buffer for one in updates for store in one.stores}) == 1
    assert not any(slot.count == M * M for slot in routine(descent()).slots), "no gradient has memory"


def test_products_write_their_pieces_of_a_gradient() -> None:
    products = [one for one in routine(clipped()).statements if isinstance(one, Contraction) and one.m == M]
    assert [len(one.body) for one in products] == [1, 1]
    assert len({store.buffer for one in products for store in one.stores}) == 1


def test_slices_that_fill_an_array_are_one_map() -> None:
    *_, last = schedule(lower(optimise(program([pooled()])))).routines[0].statements
    assert isinstance(last, Map) and len(last.stores) == 4


def test_the_gradient_of_a_maximum_over_windows_is_one_map() -> None:
    found = schedule(lower(optimise(program([maxima()])))).routines[0]
    (only,) = found.statements
    assert isinstance(only, Map) and not found.slots


@pytest.mark.parametrize(("case", "uses"), [(rows(), 2), (embedding(), 3)], ids=["rows", "embedding"])
def test_rows_are_added_to_one_array(case: Case, uses: int) -> None:
    found = routine(Case(case.name, case.roots[-1:], case.inputs))
    whole = element_count(case.roots[0].type.shape)
    added = [one for one in found.statements if isinstance(one, Scatter)]
    assert len(added) == uses and len({one.buffer for one in added}) == 1
    assert not any(slot.count == whole for slot in found.slots), "no use has an array of the whole size"
    assert sum(element_count(one.axes) == whole for one in found.statements if isinstance(one, Map)) == 1, "zeros"


def test_zeros_come_before_pieces_that_leave_gaps() -> None:
    first, *rest = routine(gaps()).statements
    assert isinstance(first, Map) and len(first.body) == 1 and rest


def test_few_overlapping_pieces_are_read_side_by_side() -> None:
    a = argument("a", F32, N)
    z = placed(a, (N + 1,), (0,)) + placed(-a, (N + 1,), (1,))
    assert len(maps(Case("differences", (z,), (a,)))) == 1


def test_short_reductions_are_no_loops() -> None:
    assert not any(isinstance(one, Reduce) for one in routine(short()).statements)
    x = argument("x", F32, N, 100)
    assert any(isinstance(one, Reduce) for one in routine(Case("long", (total(x, 1),), (x,))).statements)


def test_short_last_axes_are_written_out() -> None:
    assert all(one.axes[-1].constant is None for one in maps(narrow()))
    small = argument("small", F32, 2, 2)
    row = broadcast(argument("row", F32, 2), small.type, (1,))
    (one,) = maps(Case("small", (small + row,), (small, row.operands[0])))
    assert len(one.axes) == 2, "a few elements have a form of their own"

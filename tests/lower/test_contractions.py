"""Products of operands that are no matrices in memory: no copy is left, and the bits are those with a copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.ir.attributes import Named
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, broadcast, topological
from tdsl.loops.cost import cost
from tdsl.loops.language import Contraction, Map, Routine, Sizes, Statement, read, walk, written
from tdsl.loops.verify import verify
from tdsl.lower import lower
from tdsl.schedule import schedule
from tdsl.source import CompilerBug
from tdsl.types import F32, F64, I64, ONE, ZERO, Dim, DType, Shape

from .cases import Case, argument, arguments, program
from .native import Native

A, B, C, K, H = map(Dim.symbol, "ABCKH")
THREE = Dim.of(3)


def reshape(node: Node, *shape: Dim) -> Node:
    return apply("reshape", node, shape=shape)


def transpose(node: Node, *axes: int) -> Node:
    return apply("transpose", node, axes=axes)


def windows(node: Node, size: Dim, count: int) -> Node:
    """The first rows, those from the second on, and so on."""
    rest = node.type.shape[1:]
    starts = ((Dim.of(number), *[ZERO] * len(rest)) for number in range(count))
    return apply("stack", *(part(node, start, (size, *rest)) for start in starts))


def part(node: Node, starts: Shape, shape: Shape, steps: tuple[int, ...] | None = None) -> Node:
    return apply("slice", node, starts=starts, steps=steps or (1,) * len(shape), sizes=shape)


Operand = Callable[[Node], Node]


def rows(x: Node) -> Node:
    return reshape(transpose(x, 1, 0, 2), B * A, K)


def depth(x: Node) -> Node:
    return reshape(transpose(x, 1, 0, 2), B, A * K)


def rows_and_depth(x: Node) -> Node:
    return reshape(transpose(x, 2, 0, 1, 3), B * A, C * K)


def backwards(x: Node) -> Node:
    return reshape(part(x, (ZERO, B - 1, ZERO), (A, B, K), (1, -1, 1)), A * B, K)


def neighbours(x: Node) -> Node:
    return reshape(part(x, (ZERO, ZERO, ONE), (A, B, K)), A * B, K)


def overlapping(x: Node) -> Node:
    return reshape(transpose(windows(x, A, 3), 1, 0, 2), A, THREE * K)


def batch(x: Node) -> Node:
    return reshape(transpose(x, 0, 2, 1, 3), THREE, B * A, K)


def heads(x: Node) -> Node:
    return reshape(transpose(x, 0, 2, 1, 3), A * C, B, K)


# Each operand by its shape, which is left of a matrix or of a vector, right of one, or both.
SHAPES: dict[Operand, Shape] = {
    rows: (A, B, K),
    depth: (A, B, K),
    rows_and_depth: (A, C, B, K),
    backwards: (A, B, K),
    neighbours: (A, B, K + 1),
    overlapping: (A + 2, K),
    batch: (THREE, A, B, K),
    heads: (A, B, C, K),
}


def left(x: Node) -> tuple[Node, tuple[Node, ...]]:
    """A layer: each of its elements, and sums of columns."""
    w = argument("w", x.type.dtype, *x.type.shape[:-2], x.type.shape[-1], H)
    b = argument("b", x.type.dtype, H)
    z = x @ w
    return apply("maximum", z, broadcast(b, z.type, (z.type.rank - 1,))), (w, b)


def plain(x: Node) -> tuple[Node, tuple[Node, ...]]:
    w = argument("w", x.type.dtype, *x.type.shape[:-2], x.type.shape[-1], H)
    return x @ w, (w,)


def right(x: Node) -> tuple[Node, tuple[Node, ...]]:
    w = argument("w", x.type.dtype, *x.type.shape[:-2], H, x.type.shape[-2])
    z = w @ x
    return apply("abs", z), (w,)


def vector(x: Node) -> tuple[Node, tuple[Node, ...]]:
    v = argument("v", x.type.dtype, x.type.shape[-1])
    return x @ v, (v,)


def turned(x: Node) -> tuple[Node, tuple[Node, ...]]:
    """The product of a weight's gradient."""
    w = argument("w", x.type.dtype, x.type.shape[0], H)
    return transpose(x, 1, 0) @ w, (w,)


def right_turned(x: Node) -> tuple[Node, tuple[Node, ...]]:
    """As the gradient of a layer's input."""
    w = argument("w", x.type.dtype, H, x.type.shape[1])
    return w @ transpose(x, 1, 0), (w,)


Product = Callable[[Node], tuple[Node, tuple[Node, ...]]]
PRODUCTS = [
    (operand, product)
    for operand in SHAPES
    for product in (left, plain, right, vector, turned, right_turned)
    if operand not in (batch, heads) or product not in (vector, turned, right_turned)
]


def case(operand: Operand, product: Product, dtype: DType, copied: bool) -> Case:
    """A product of an operand computed from x, or of an argument that holds a copy of that operand."""
    x = argument("x", dtype, *SHAPES[operand])
    made = operand(x)
    if copied:
        made = x = argument("x", dtype, *made.type.shape)
    result, others = product(made)
    roots = [result]
    if result.type.rank == 2 and result.op.name != "matmul":
        roots.append(apply("sum", result, axes=(0,)))
    name = f"{operand.__name__}_{product.__name__}_{dtype.name}{'_copied' * copied}"
    return Case(name, tuple(roots), (x, *others))


def both(dtype: DType, copied: bool) -> Case:
    """The depth of both operands has the same axes."""
    x, y = argument("x", dtype, A, B, K), argument("y", dtype, K, A, H)
    made, other = depth(x), reshape(transpose(y, 1, 0, 2), A * K, H)
    if copied:
        made, other = argument("x", dtype, *made.type.shape), argument("y", dtype, *other.type.shape)
        x, y = made, other
    return Case(f"both_{dtype.name}{'_copied' * copied}", (made @ other,), (x, y))


DTYPES = (F32, F64, I64)


@pytest.fixture(scope="module")
def unit() -> Native:
    cases = [
        case(operand, product, dtype, copied)
        for operand, product in PRODUCTS
        for dtype in DTYPES
        for copied in (False, True)
    ]
    pairs = (both, split_twice, attention)
    cases += [pair(dtype, copied) for pair in pairs for dtype in DTYPES for copied in (False, True)]
    return Native(program(cases), "-O1")


SIZES = [
    {"A": 1, "B": 1, "C": 1, "K": 1, "H": 1},
    {"A": 0, "B": 2, "C": 2, "K": 3, "H": 4},
    {"A": 2, "B": 3, "C": 2, "K": 0, "H": 4},
    {"A": 2, "B": 3, "C": 2, "K": 3, "H": 0},
    {"A": 2, "B": 3, "C": 2, "K": 3, "H": 2},
    {"A": 5, "B": 7, "C": 3, "K": 9, "H": 5},
    {"A": 9, "B": 13, "C": 2, "K": 70, "H": 7},
    {"A": 9, "B": 13, "C": 2, "K": 70, "H": 1},
    {"A": 9, "B": 13, "C": 2, "K": 3, "H": 1},
    {"A": 6, "B": 7, "C": 5, "K": 29, "H": 67},
    {"A": 3, "B": 2, "C": 3, "K": 150, "H": 140},
    {"A": 16, "B": 16, "C": 5, "K": 64, "H": 130},
    {"A": 4, "B": 5, "C": 4, "K": 700, "H": 24},
    {"A": 40, "B": 33, "C": 2, "K": 11, "H": 300},
    # Axes of 1 element: a stride may be 1 by chance.
    *({"A": 70, "B": 33, "C": 2, "K": depth, "H": 13} for depth in (0, 1, 2)),
    {"A": 1300, "B": 1, "C": 1, "K": 1, "H": 4},
    {"A": 1, "B": 1, "C": 1, "K": 3000, "H": 3},
    {"A": 1, "B": 3000, "C": 1, "K": 1, "H": 40},
    {"A": 33, "B": 2, "C": 1, "K": 1, "H": 3000},
    {"A": 3000, "B": 2, "C": 1, "K": 1, "H": 33},
]


def check(unit: Native, walked: Case, copied: Case, of: dict[str, Operand], sizes: Sequence[Sizes] = SIZES) -> None:
    """The bits are the same for operands of arrays, for copies of these operands, and for any number of threads."""
    for dims in sizes:
        rng = np.random.default_rng(7)
        values = arguments(walked, dict(dims), rng)
        copies = dict(values)
        for node in walked.inputs:
            name = node.get(Named).name
            if name in of:
                (copies[name],) = evaluate([of[name](node)], values, dims, {})
        expected = unit.call(copied.name, copies, dims)
        for threads in (1, 3):
            unit.threads(threads)
            for one, other in zip(unit.call(walked.name, values, dims), expected, strict=True):
                assert one.tobytes() == other.tobytes(), dims


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("operand,product", PRODUCTS, ids=lambda made: made.__name__)
def test_bits_are_those_of_a_copy(unit: Native, operand: Operand, product: Product, dtype: DType) -> None:
    walked, copied = (case(operand, product, dtype, each) for each in (False, True))
    check(unit, walked, copied, {"x": operand})


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_bits_of_two_such_operands(unit: Native, dtype: DType) -> None:
    def other(y: Node) -> Node:
        return reshape(transpose(y, 1, 0, 2), A * K, H)

    check(unit, both(dtype, False), both(dtype, True), {"x": depth, "y": other})


def split_twice(dtype: DType, copied: bool) -> Case:
    """A depth that both operands split, in different ways."""
    x, y = argument("x", dtype, A, C, B * K), argument("y", dtype, B, A, K, H)
    made, other = split_depth(x), other_depth(y)
    if copied:
        made, other = x, y = argument("x", dtype, *made.type.shape), argument("y", dtype, *other.type.shape)
    return Case(f"split_{dtype.name}{'_copied' * copied}", (made @ other,), (x, y))


def split_depth(x: Node) -> Node:
    return reshape(transpose(x, 1, 0, 2), C, A * B * K)


def other_depth(y: Node) -> Node:
    return reshape(transpose(y, 1, 0, 2, 3), A * B * K, H)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_bits_of_a_depth_that_is_split_in_two_ways(unit: Native, dtype: DType) -> None:
    check(unit, split_twice(dtype, False), split_twice(dtype, True), {"x": split_depth, "y": other_depth})


def attention(dtype: DType, copied: bool) -> Case:
    """Batches of both operands are walked along two axes, in an order of its own each."""
    x, y = argument("x", dtype, A, B, C, K), argument("y", dtype, C, H, K, A)
    made, other = heads(x), turned_heads(y)
    if copied:
        made, other = x, y = argument("x", dtype, *made.type.shape), argument("y", dtype, *other.type.shape)
    return Case(f"attention_{dtype.name}{'_copied' * copied}", (apply("abs", made @ other),), (x, y))


def turned_heads(y: Node) -> Node:
    return reshape(transpose(y, 3, 0, 2, 1), A * C, K, H)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_bits_of_batches_of_both(unit: Native, dtype: DType) -> None:
    check(unit, attention(dtype, False), attention(dtype, True), {"x": heads, "y": turned_heads})


def constant(product: Product, copied: bool, size: int) -> Case:
    """Sizes that the compiler knows."""
    x = argument("x", F64, 2, 3, size)
    made = few(x)
    if copied:
        made = x = argument("x", F64, *made.type.shape)
    w = argument("w", F64, size, 2)
    z = made @ w
    return Case(f"constant{size}{'_copied' * copied}", (z, z * 2) if product is left else (z,), (x, w))


def few(x: Node) -> Node:
    return reshape(transpose(x, 1, 0, 2), Dim.of(6), x.type.shape[-1])


def small(copied: bool) -> Case:
    x, w = argument("x", F64, 2, H, 7), argument("w", F64, 14, 1)
    made = wide(x)
    if copied:
        made = x = argument("x", F64, *made.type.shape)
    return Case(f"small{'_copied' * copied}", (apply("abs", made @ w),), (x, w))


def wide(x: Node) -> Node:
    return reshape(transpose(x, 1, 0, 2), H, Dim.of(14))


def test_small_sizes_that_the_compiler_knows() -> None:
    walked, copied = ([constant(plain, each, 6), constant(left, each, 9), small(each)] for each in (False, True))
    unit = Native(program([*walked, *copied]))
    assert "affine_gemm" in unit.text
    for one, other, of in zip(walked, copied, (few, few, wide), strict=True):
        check(unit, one, other, {"x": of}, [{"H": size} for size in (0, 1, 2, 4, 8, 9)])


def arguments_of(*roots: Node) -> tuple[Node, ...]:
    return tuple(node for node in topological(roots) if node.op.name == "argument")


def statements(*roots: Node) -> tuple[Statement, ...]:
    (routine,) = schedule(lower(program([Case("entry", roots, arguments_of(*roots))]))).routines
    return routine.statements


def only(*roots: Node) -> Contraction:
    (statement,) = statements(*roots)
    assert isinstance(statement, Contraction)
    return statement


@pytest.mark.parametrize("operand,product", PRODUCTS, ids=lambda made: made.__name__)
def test_nothing_is_copied(operand: Operand, product: Product) -> None:
    made = case(operand, product, F32, False)
    (routine,) = schedule(lower(program([made]))).routines
    found = [type(statement) for statement in routine.statements]
    assert found.count(Contraction) == 1
    assert all(buffer.role != "workspace" for number, buffer in enumerate(routine.buffers) if number in used(routine))


def used(routine: Routine) -> set[int]:
    return {number for statement in walk(routine.statements) for number in (*read(statement), *written(statement))}


def walked(made: Contraction) -> tuple[Shape, Shape, Shape, Shape]:
    return made.rows, made.depth, made.left.rows, made.left.columns


W = argument("w", F32, K, H)
X = argument("x", F32, A, B, K)


def test_rows_are_walked_along_two_axes() -> None:
    made = only(rows(X) @ W)
    assert walked(made) == ((B, A), (K,), (K, B * K), (ONE,))
    assert made.left.layout == (K, ONE) and made.right.layout == (H, ONE)


def test_depth_is_walked_along_two_axes_by_both() -> None:
    made = only(depth(X) @ argument("v", F32, A * K, H))
    assert walked(made) == ((B,), (A, K), (K,), (B * K, ONE))
    assert made.right.rows == (H * K, H)


def test_windows_overlap() -> None:
    made = only(overlapping(argument("x", F32, A + 2, K)) @ argument("v", F32, THREE * K, H))
    assert walked(made) == ((A,), (THREE * K,), (K,), (ONE,))


def test_windows_of_windows_are_walked_along_four_axes() -> None:
    x = argument("x", F32, A + 2, B + 2, K)
    across = [part(x, (ZERO, Dim.of(number), ZERO), (A + 2, B, K)) for number in range(3)]
    patches = apply("stack", *(apply("stack", *(windows_of(one, down) for one in across)) for down in range(3)))
    made = only(reshape(transpose(patches, 2, 3, 0, 1, 4), A * B, K * 9) @ argument("v", F32, K * 9, H))
    row = (B + 2) * K
    assert walked(made) == ((A, B), (THREE, THREE * K), (row, K), (row, ONE))


def windows_of(x: Node, first: int) -> Node:
    return part(x, (Dim.of(first), ZERO, ZERO), (A, B, K))


def test_neighbours_in_memory_are_one_axis() -> None:
    made = only(reshape(part(argument("x", F32, A, B, K + 1), (ZERO, ZERO, ONE), (A, B, K)), A * B, K) @ W)
    assert made.is_strided and made.left.rows == (K + 1,) and made.left.offset == ONE


@pytest.mark.parametrize(
    "left_operand,why",
    [
        (part(rows(X), (ONE, ZERO), (A * B - 1, K)), "a part of the merged axis"),
        (reshape(transpose(X, 2, 1, 0), B * K, A), "other sizes"),
        (apply("stack", *(part(argument("x", F32, A + 5, K), (Dim.of(at), ZERO), (A, K)) for at in (0, 1, 3))), "gaps"),
        (apply("stack", argument("x", F32, A, K), argument("y", F32, A, K)), "two arrays"),
        (windows(argument("x", F32, A + 64, K), A, 65), "too many windows"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_other_operands_are_copied(left_operand: Node, why: str) -> None:
    depth_of = left_operand.type.shape[-1]
    stack = left_operand.type.shape[:-2]
    if why == "other sizes":
        left_operand, depth_of = reshape(left_operand, A, B * K), B * K
    found = statements(left_operand @ argument("v", F32, *stack, depth_of, H))
    *copies, made = found
    assert copies and all(isinstance(copy, Map) for copy in copies)
    assert isinstance(made, Contraction) and made.is_strided


def test_an_operand_that_is_stored_anyway_is_a_matrix() -> None:
    merged = rows(X)
    found = statements(merged, merged @ W)
    assert [type(statement) for statement in found] == [Map, Contraction]
    assert all(statement.is_strided for statement in found if isinstance(statement, Contraction))


def test_depth_that_is_split_in_two_ways_is_walked_along_three_axes() -> None:
    made = only(*split_twice(F32, False).roots)
    assert (made.depth, made.left.columns) == ((A, B, K), (B * C * K, K, ONE))
    assert made.right.rows == (H * K, A * H * K, H)


def test_depths_without_common_factors_are_copied_once() -> None:
    x = reshape(transpose(argument("x", F32, A, C, B), 1, 0, 2), C, A * B)
    y = reshape(transpose(argument("y", F32, B, H, A), 0, 2, 1), B * A, H)
    copy, made = statements(x @ y)
    assert isinstance(copy, Map) and isinstance(made, Contraction)
    assert made.depth == (A, B) and made.right.rows == (B * H, H)


def test_batches_are_walked_along_two_axes() -> None:
    z = attention(F32, False).roots[0].operands[0]
    made = only(z)
    assert made.batch == ((A, C),) and made.axes == (A * C, B, H)
    assert made.left.batch == ((B * C * K, K),) and made.right.batch == ((ONE, A * H * K),)


def test_stacks_of_stacks_take_no_longer_than_they_are_deep() -> None:
    x = argument("x", F32, A + 20, K)
    for _ in range(20):
        shape = (*x.type.shape[:-2], x.type.shape[-2] - 1, K)
        starts = [(*[ZERO] * (x.type.rank - 2), Dim.of(at), ZERO) for at in (0, 1)]
        x = apply("stack", *(part(x, start, shape) for start in starts))
    made = only(x @ argument("v", F32, *x.type.shape[:-2], K, H))
    assert made.left.batch == ((K,),) * 20 and made.is_strided


def test_overlapping_elements_are_read_once() -> None:
    x = windows(argument("x", F32, 12, K), Dim.of(10), 3)
    z = reshape(transpose(x, 1, 0, 2), Dim.of(10), THREE * K) @ argument("w", F32, THREE * K, H)
    (routine,) = schedule(lower(program([Case("entry", (z,), arguments_of(z))]))).routines
    assert cost(routine).bytes == Dim.of(4) * (K * 12 + THREE * K * H + H * 10)


@pytest.mark.parametrize(
    "change,problem",
    [
        ({"rows": (Dim.of(7),)}, "walked along other axes"),
        ({"rows": (Dim.of(7), Dim.of(15))}, "reads beyond"),
        ({"rows": (Dim.of(6), Dim.of(-14))}, "reads beyond"),
        ({"columns": (Dim.of(2),)}, "reads beyond"),
        ({"offset": ONE}, "reads beyond"),
        ({"offset": Dim.of(-1)}, "reads beyond"),
    ],
)
def test_a_walk_that_leaves_its_buffer_is_a_bug(change: dict[str, Any], problem: str) -> None:
    x, w = argument("x", F32, 3, 2, 7), argument("w", F32, 7, H)
    z = reshape(transpose(x, 1, 0, 2), Dim.of(6), Dim.of(7)) @ w
    module = lower(program([Case("entry", (z,), (x, w))]))
    (made,) = module.routines[0].statements
    assert isinstance(made, Contraction) and verify(module) is module
    broken = replace(made, left=replace(made.left, **change))
    with pytest.raises(CompilerBug, match=problem):
        verify(module.each(lambda routine: replace(routine, statements=(broken,))))


def test_slices_of_depth_are_not_cut_again() -> None:
    """Products so deep that each of the slices that their depth is cut into could be cut again."""
    m = tdsl.compile("dim M, K, N\nentry f(a: real[M, K], b: real[K, N]) -> (a @ b, b.T @ a.T)", name="deep_products")
    random = np.random.default_rng(0)
    for rows, deep, columns in ((32, 32768, 288), (200, 9000, 300), (10, 70000, 784)):
        a = random.normal(size=(rows, deep)).astype("f")
        b = random.normal(size=(deep, columns)).astype("f")
        exact = a.astype("d") @ b.astype("d")
        one, other = m.f(a, b)
        for found, wanted in ((one, exact), (other, exact.T)):
            assert np.abs(found - wanted).max() < 1e-5 * np.abs(exact).max()

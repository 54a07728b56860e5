"""Small programs over every op of the table, with the arguments to run them on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import tdsl.ops  # noqa: F401
from tdsl.ir.attributes import Named
from tdsl.ir.node import (
    OPS,
    Node,
    apply,
    broadcast,
    constant,
    full,
)
from tdsl.ir.program import Entry, Parameter, Program, Result
from tdsl.ops.functions import items
from tdsl.ops.scan import scan
from tdsl.types import (
    BOOL,
    F32,
    F64,
    I32,
    I64,
    U8,
    ZERO,
    Dim,
    DType,
    Kind,
    Shape,
    Type,
)

N, M = Dim.symbol("N"), Dim.symbol("M")
SIZES = ({"N": 0, "M": 3}, {"N": 1, "M": 1}, {"N": 7, "M": 17}, {"N": 17, "M": 33})


def size(value: int) -> Dim:
    return Dim.of(value)


def argument(name: str, dtype: DType, *shape: Dim | int) -> Node:
    sizes = tuple(Dim.of(item) if isinstance(item, int) else item for item in shape)
    return apply("argument", name=name, type=Type(dtype, sizes))


@dataclass(frozen=True)
class Case:
    """One entry.  `values(rng, dims)` gives special arguments; others are random by dtype."""

    name: str
    roots: tuple[Node, ...]
    inputs: tuple[Node, ...]
    values: Callable[[np.random.Generator, dict[str, int]], dict[str, Any]] | None = None
    smallest: int = 0
    largest: int = 10**6  # of the sizes of edges
    stack: int = 10**6  # the largest M of edges, where it counts matrices of many sizes N
    ulps: float = 4

    def entry(self) -> Entry:
        parameters = tuple(Parameter(node.get(Named).name, node, None, "", None) for node in self.inputs)
        results = tuple(Result("return", root, "", "", 0, None) for root in self.roots)
        return Entry(self.name, parameters, results, (), (), "", None)


def program(cases: list[Case], name: str = "cases") -> Program:
    seed = argument("seed", I64)
    nothing = Entry("initialise", (Parameter("seed", seed, None, "", None),), (), (), (), "", None)
    return Program(name, "", F32, (), tuple(case.entry() for case in cases), nothing, {}, {})


_INTEGERS = {U8: (0, 255), I32: (-50, 50), I64: (-50, 50)}


def arguments(case: Case, dims: dict[str, int], rng: np.random.Generator) -> dict[str, Any]:
    special = case.values(rng, dims) if case.values else {}
    values: dict[str, Any] = {}
    for node in case.inputs:
        shape = tuple(item.evaluate(dims) for item in node.type.shape)
        dtype = node.type.dtype
        if node.get(Named).name in special:
            values[node.get(Named).name] = np.asarray(special[node.get(Named).name], dtype.numpy)
        elif dtype == BOOL:
            values[node.get(Named).name] = rng.random(shape) < 0.5
        elif dtype in _INTEGERS:
            values[node.get(Named).name] = rng.integers(*_INTEGERS[dtype], shape).astype(dtype.numpy)
        else:
            values[node.get(Named).name] = rng.normal(size=shape).astype(dtype.numpy)
    return values


_EDGES = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    1.5,
    2.5,
    30.0,
    -30.0,
    90.0,
    -104.0,
    1e-40,
    1e-8,
    math.inf,
    -math.inf,
    math.nan,
]
_BINARY = frozenset(
    [
        "add",
        "sub",
        "mul",
        "div",
        "pow",
        "floordiv",
        "mod",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "and",
        "or",
        "bit_and",
        "bit_or",
        "bit_xor",
        "shift_left",
        "shift_right",
        "atan2",
        "hypot",
        "hypot_slope",
        "gammainc",
        "gammaincc",
        "gammainc_slope",
        "gammainc_curve",
        "gamma_density",
        "betaln",
        "beta",
        "betaln_slope",
        "exp_add",
        "logaddexp",
        "maximum",
        "minimum",
    ]
)
# Near a zero of these few digits are the same; the others are off by a few ulp.
# Special functions, those near a zero of theirs, and a difference of nearly equal terms.
_ULPS = {
    **dict.fromkeys(("erfinv", "erfcinv", "erfcinv_slope", "log1mexp"), 16),
    **dict.fromkeys(("logaddexp", "gammaln", "digamma", "betaln", "beta", "betaln_slope"), 64),
    **dict.fromkeys(("gammainc", "gammaincc", "gammainc_slope", "gammainc_curve", "gamma_density"), 4096),
    "erfcx_slope": 256,
}
_REAL_ONLY = frozenset(
    [
        "div",
        "pow",
        "floor",
        "ceil",
        "round",
        "trunc",
        "isnan",
        "isinf",
        "isfinite",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "atan2",
    ]
)


def _edges(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    shape = dims["N"], dims["M"]
    return {
        name: np.where(rng.random(shape) < 0.3, rng.choice(_EDGES, shape), rng.normal(size=shape) * 3) for name in "ab"
    }


_ATTRIBUTES: dict[str, dict[str, Any]] = {"within": {"size": M}, "assertion": {"text": "a"}}


def elementwise() -> Iterator[Case]:
    """Every elementwise op on every dtype it takes."""
    for op in OPS.values():
        if op.family != "elementwise" or op.name in ("select", "cast"):
            continue
        for dtype in (BOOL, U8, I32, I64, F32, F64):
            inputs = tuple(argument(name, dtype, N, M) for name in ("ab" if op.name in _BINARY else "a"))
            try:
                root = apply(op.name, *inputs, **_ATTRIBUTES.get(op.name, {}))
            except Exception:
                continue
            values = _edges if dtype in (F32, F64) else None
            if op.fault and dtype in (I32, I64, U8):
                values = {"within": _labels, "assertion": _none_failed}.get(op.name, _divisors)
            ulps = _ULPS.get(op.name, 4)
            yield Case(f"{op.name}_{dtype.name}", (root,), inputs, values, ulps=ulps)
    for dtype in (F32, F64):
        n, a = argument("n", I64, N, M), argument("a", dtype, N, M)
        yield Case(f"polygamma_{dtype.name}", (apply("polygamma", n, a),), (n, a), _orders, ulps=64)
        b = argument("b", dtype, N, M)
        difference = apply("polygamma_difference", n, apply("abs", a), apply("abs", b))
        yield Case(f"polygamma_difference_{dtype.name}", (difference,), (n, a, b), _orders, ulps=64)
    for dtype in (F32, I32, BOOL):
        condition, a, b = argument("c", BOOL, N, M), argument("a", dtype, N, M), argument("b", dtype, N, M)
        yield Case(f"select_{dtype.name}", (apply("select", condition, a, b),), (condition, a, b))
    for start in (BOOL, U8, I32, I64, F32, F64):
        a = argument("a", start, N, M)
        roots = tuple(a.cast(end) for end in (BOOL, U8, I32, I64, F32, F64))
        yield Case(f"cast_{start.name}", roots, (a,), _positive if start in (F32, F64) else None)
    a = argument("a", F64, N, M)
    yield Case("powers", tuple(a**power for power in (-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 0.5)), (a,))


def _orders(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    return {"n": rng.integers(-1, 6, (dims["N"], dims["M"]))}


def _none_failed(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    return {"a": np.zeros((dims["N"], dims["M"]), np.int64)}


def _labels(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    return {"a": rng.integers(0, dims["M"], (dims["N"], dims["M"]))}


def _divisors(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    shape = dims["N"], dims["M"]
    return {"b": rng.integers(1, 9, shape) * rng.choice([1, 1, 1], shape)}


def _positive(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    return {"a": rng.random((dims["N"], dims["M"])) * 200}


def views() -> Iterator[Case]:
    a = argument("a", F32, N, M)
    b = argument("b", F64, 4, N, 3)
    v = argument("v", F32, M)
    s = argument("s", F32)
    like = Type(F32, (N, M))
    yield Case("broadcast_rows", (broadcast(v, like, (1,)) * a,), (a, v))
    yield Case("broadcast_only", (broadcast(v, like, (1,)), broadcast(s, like, ())), (v, s))
    yield Case("transpose", (apply("transpose", a, axes=(1, 0)),), (a,))
    yield Case("transpose_three", (apply("transpose", b, axes=(2, 0, 1)) * 2,), (b,))
    flat = apply("reshape", a * 2, shape=(N * M,))
    yield Case("reshape", (flat, apply("reshape", flat + 1, shape=(M, N))), (a,))
    yield Case("reshape_split", (apply("reshape", apply("exp", flat), shape=(N, size(1), M)),), (a,))
    split = apply("reshape", b, shape=(size(2), size(2), N, size(3)))
    yield Case("reshape_inline", (apply("transpose", split, axes=(3, 1, 0, 2)) + 1,), (b,))
    yield Case(
        "reshape_of_transpose", (apply("reshape", apply("transpose", a, axes=(1, 0)), shape=(N * M,)) + 1,), (a,)
    )
    yield Case("reshape_of_argument", (apply("reshape", a, shape=(M * N,)),), (a,))
    part = apply("slice", b, starts=(size(3), size(0), size(1)), steps=(-2, 1, 1), sizes=(size(2), N, size(2)))
    yield Case("slice", (part, part + 1), (b,))
    placed = apply("place", part * 3, shape=b.type.shape, starts=(size(3), size(0), size(1)), steps=(-2, 1, 1))
    yield Case("place_steps", (placed,), (b,))
    one = apply("place", apply("exp", v), shape=(M + 5,), starts=(size(2),), steps=(1,))
    back = apply("place", v, shape=(M + 5,), starts=(M + 1,), steps=(-1,))
    spaced = apply("place", v * 2, shape=(M * 3 + 2,), starts=(size(1),), steps=(3,))
    yield Case("place", (one + back, spaced), (v,), ulps=64)
    wide = argument("wide", F32, N, M + 4)
    for name, taken, stride, apart in (("overlapping", 3, 1, 2), ("strided", 3, 2, 1), ("apart", 2, 3, 1)):
        steps = {"strides": (stride,), "dilations": (apart,)}
        shown = apply("windows", wide, sizes=(size(taken),), **steps)
        spread = apply("overlap_add", shown * 2, shape=(M + 4,), **steps)
        yield Case(f"windows_{name}", (shown, apply("max", shown, axes=(2,)), spread), (wide,), ulps=64)
    flat = argument("flat", F64, 2, N + 3, M + 2)
    steps = {"strides": (1, 2), "dilations": (2, 1)}
    shown = apply("windows", flat, sizes=(size(2), size(3)), **steps)
    spread = apply("overlap_add", apply("exp", shown), shape=(N + 3, M + 2), **steps)
    yield Case("windows_of_two", (apply("sum", shown, axes=(3, 4)), spread), (flat,), ulps=64)
    yield Case(
        "stack", (apply("stack", v, v * 2, apply("exp", v)), apply("stack", s, s + 1, constant(3, F32)) * 2), (v, s)
    )
    yield Case("identity", (apply("identity", a * 2, tag="x"), apply("stop_grad", a)), (a,))
    doubled = a * 2
    yield Case("same_twice", (doubled, doubled, a, apply("reshape", doubled, shape=(N * M,))), (a,))
    yield Case("nothing_reduced", (apply("sum", a * 3, axes=()),), (a,))
    shifted = apply("exp", v)
    left = apply("slice", shifted, starts=(size(1),), steps=(1,), sizes=(M - 1,))
    right = apply("slice", shifted, starts=(size(0),), steps=(1,), sizes=(M - 1,))
    yield Case("differences", (left - right,), (v,), smallest=1)


def reductions() -> Iterator[Case]:
    for op in ("sum", "prod", "max", "min"):
        for dtype in (F32, F64, I32, I64, U8):
            a = argument("a", dtype, N, M)
            roots = tuple(apply(op, a, axes=axes) for axes in ((0,), (1,), (0, 1)))
            yield Case(f"{op}_{dtype.name}", roots, (a,), smallest=op in ("max", "min"), ulps=64)
        c = argument("c", F32, N, 3, M, 2)
        roots = tuple(apply(op, c + 1, axes=axes) for axes in ((0, 2), (1, 3), (2,), (3,), (0,), (0, 1, 2, 3)))
        yield Case(f"{op}_axes", roots, (c,), smallest=op in ("max", "min"), ulps=64)
    for dtype in (F32, F64):
        a = argument("a", dtype, N, M)
        for name, size in (("zero", 0.0), ("small", 1e-30), ("one", 1.0), ("large", 1e30)):
            roots = tuple(apply("norm", a * size, axes=axes) for axes in ((), (0,), (1,), (0, 1)))
            yield Case(f"norm_{dtype.name}_{name}", roots, (a,), ulps=64)
    for op in ("any", "all"):
        a = argument("a", BOOL, N, M)
        yield Case(op, tuple(apply(op, a, axes=axes) for axes in ((0,), (1,), (0, 1))), (a,))
    for op in ("argmax", "argmin"):
        for dtype in (F32, I32, BOOL):
            a = argument("a", dtype, N, M)
            roots = tuple(apply(op, a, axis=axis, dtype=I64) for axis in (0, 1))
            yield Case(f"{op}_{dtype.name}", roots, (a,), _with_nan if dtype == F32 else None, smallest=1)
    a = argument("a", F32, N, M)
    nan = tuple(apply(op, a, axes=axes) for op in ("max", "min") for axes in ((0,), (1,)))
    yield Case("extremes_of_nan", nan, (a,), _with_nan, smallest=1)
    transposed = apply("transpose", a, axes=(1, 0))
    yield Case("sum_transposed", (apply("sum", apply("exp", transposed), axes=(0,)),), (a,), ulps=64)


def others() -> Iterator[Case]:
    for dtype in (F32, F64):
        a, b, c = (argument(name, dtype, N, M) for name in "abc")
        turned = apply("transpose", a, axes=(1, 0))
        roots = (
            apply("prod_others", a),
            apply("prod_others", a, b),
            apply("prod_others", apply("exp", a), b, c),
            apply("prod_others", turned),
            apply("prod_others", apply("reshape", b, shape=(N * M,)), apply("reshape", c, shape=(N * M,))),
        )
        yield Case(f"prod_others_{dtype.name}", roots, (a, b, c), ulps=64)
    long = argument("l", F64, 2, 9001)
    spread = apply("exp", long * 0.01)
    yield Case(
        "prod_others_long", (apply("prod_others", spread), apply("prod_others", spread, long)), (long,), ulps=4096
    )


def cumulative() -> Iterator[Case]:
    """Along each axis: lines side by side, one below the other, and long enough for segments and blocks."""
    for dtype in (F32, F64, I32, I64, U8):
        x, cube, long = argument("x", dtype, N, M), argument("cube", dtype, 2, M, 70), argument("long", dtype, 3, 9001)
        turned = apply("transpose", x, axes=(1, 0))
        roots = [apply("cumsum", x + x, axis=0, reverse=False)]
        for node, axis in [(x, 0), (x, 1), (turned, 1), (cube, 0), (cube, 1), (cube, 2), (long, 1)]:
            roots += [apply("cumprod", node, axis=axis), apply("cummax", node, axis=axis)]
            for reverse in (False, True):
                roots.append(apply("cumsum", node, axis=axis, reverse=reverse))
                roots.append(apply("recurrence", node, node * node, axis=axis, reverse=reverse))
        yield Case(f"cumulative_{dtype.name}", tuple(roots), (x, cube, long), _around_one(dtype), ulps=4096)


def _around_one(dtype: DType) -> Callable[[np.random.Generator, dict[str, int]], dict[str, Any]] | None:
    def values(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
        shapes = {"x": (dims["N"], dims["M"]), "cube": (2, dims["M"], 70), "long": (3, 9001)}
        return {name: rng.uniform(0.9, 1.09, shape) for name, shape in shapes.items()}

    return values if dtype.kind is Kind.REAL else None


def _with_nan(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    a = rng.integers(-3, 3, (dims["N"], dims["M"])).astype(np.float32)
    a[rng.random(a.shape) < 0.02] = math.nan
    return {"a": a}


def products() -> Iterator[Case]:
    for dtype in (F32, F64, I32, I64, U8):
        a, b = argument("a", dtype, N, M), argument("b", dtype, M, 5)
        v, w = argument("v", dtype, M), argument("w", dtype, N)
        roots = (a @ b, a @ v, w @ a, v @ v)
        yield Case(f"matmul_{dtype.name}", roots, (a, b, v, w), ulps=64)
    a, b = argument("a", F32, N, M), argument("b", F32, N, 6)
    turned = apply("transpose", a, axes=(1, 0))
    part = apply("slice", b, starts=(size(0), size(1)), steps=(1, 2), sizes=(N, size(3)))
    yield Case("matmul_transposed", (turned @ b, turned @ part, turned @ apply("exp", b)), (a, b), ulps=64)
    p, q = argument("p", F32, 2, 3, N, M), argument("q", F32, 2, 3, M, 4)
    swapped = apply("transpose", p, axes=(1, 0, 2, 3))
    yield Case("matmul_stacked", (p @ q, swapped @ apply("transpose", q, axes=(1, 0, 2, 3))), (p, q), ulps=64)
    spread = broadcast(argument("v", F32, M), Type(F32, (N, M)), (1,))
    ones = full(1.0, Type(F32, (M, size(2))))
    yield Case("matmul_broadcast", (spread @ ones,), (argument("v", F32, M),), ulps=64)
    a, b, v = argument("a", F32, N, 3), argument("b", F32, 3, M), argument("v", F32, 3)
    inline = (apply("tanh", a @ b), apply("tanh", a @ v), apply("tanh", v @ b), apply("tanh", v @ v))
    yield Case("matmul_inline", inline, (a, b, v), ulps=64)
    p, q = argument("p", F32, 2, N, 2), argument("q", F32, 2, 2, M)
    yield Case("matmul_stacked_inline", (apply("tanh", p @ q),), (p, q), ulps=64)


def indexing() -> Iterator[Case]:
    a, i, j = argument("a", F32, N, M), argument("i", I64, 4), argument("j", I32, 2, 3)
    gathered = apply("gather", a, i, axis=0)
    yield Case("gather", (gathered, apply("gather", a, j, axis=1) * 2), (a, i, j), _positions, smallest=1)
    turned = apply("gather", apply("transpose", a, axes=(1, 0)), i, axis=1)
    inside = apply("gather", apply("exp", a), j, axis=0)
    yield Case("gather_views", (turned, apply("sum", inside, axes=(0,))), (a, i, j), _positions, smallest=1, ulps=64)
    g = argument("g", F32, 4, M)
    h = argument("h", F32, N, 2, 3)
    first = apply("scatter", g * 2, i, axis=0, size=N)
    second = apply("scatter", h, j, axis=1, size=M)
    yield Case("scatter", (first, second), (g, h, i, j), _positions, smallest=1)
    yield from _writes(a, i, j)
    e = argument("e", F32, M)
    placed = apply(
        "place", apply("gather", e, argument("k", I64, 2), axis=0), shape=(size(5),), starts=(size(1),), steps=(1,)
    )
    yield Case("place_of_gather", (placed,), (e, argument("k", I64, 2)), _pair, smallest=1)


def _unordered(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    """Many equal ones, infinities and NaN among them."""
    shapes = {"a": (dims["N"], dims["M"]), "long": (2, 3, 3001)}
    drawn = {name: rng.normal(size=shape).astype(np.float16) for name, shape in shapes.items()}
    return {name: np.where(rng.random(a.shape) < 0.2, rng.choice(_EDGES, a.shape), a) for name, a in drawn.items()}


def _writes(a: Node, i: Node, j: Node) -> Iterator[Case]:
    """Rows, columns of a region, single places; what is read and added to; chains."""
    v, w, k = argument("v", F32, 4, M), argument("w", F32, N, 2, 3), argument("k", I64)
    rows = {"starts": (size(0), size(0)), "steps": (1, 1)}
    for op in ("write", "write_add"):
        first = apply(op, apply("exp", a), v, i, axis=0, **rows)
        second = apply(op, a, w * 2, j, axis=1, **rows)
        column = apply(op, a, argument("u", F32, 4, 1), i, axis=0, starts=(size(0), M - 1), steps=(1, -1))
        one = apply(op, a, apply("gather", a, k, axis=0) + 1, k, axis=0, **rows)
        chain = apply(op, first, apply("gather", first, i, axis=0), i + 0, axis=0, **rows)
        roots = first, second, column, one, apply("sum", chain, axes=(0,))
        given = a, v, w, argument("u", F32, 4, 1), i, j, k
        yield Case(op, roots, given, _positions, smallest=1, ulps=64)
    counted = apply("gather", apply("iota", shape=(N,), axis=0), i, axis=0)
    yield Case("gather_of_arange", (counted * 2, counted + 1), (i,), _positions, smallest=1)


def _positions(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    least = min(dims["N"], dims["M"])
    return {
        "i": rng.integers(-least, least, 4),
        "j": rng.integers(-least, least, (2, 3)),
        "k": rng.integers(-least, least),
    }


def _pair(rng: np.random.Generator, dims: dict[str, int]) -> dict[str, Any]:
    return {"k": rng.integers(-dims["M"], dims["M"], 2)}


def sources() -> Iterator[Case]:
    shape: Shape = (N, size(3), M)
    seed = argument("seed", I64)
    for dtype in (F32, F64):
        a, long = argument("a", dtype, N, M), argument("long", dtype, 2, 3, 3001)
        whole = apply("floor", apply("select", apply("isfinite", long), long * 9, full(0, long.type)))
        small = [whole.cast(I64) * (2**40), whole.cast(I32), apply("abs", whole).cast(U8)]
        roots = [
            apply(op, x, axis=axis) for op in ("sort", "argsort") for x in (a, long) for axis in range(x.type.rank)
        ]
        roots += [apply(op, x, axis=2) for op in ("sort", "argsort") for x in small]
        roots += [apply("argtopk", x, axis=x.type.rank - 1, size=size(40)) for x in (long, *small)]
        roots += [apply("argtopk", long, axis=1, size=size(2)), apply("argtopk", a, axis=1, size=M)]
        yield Case(f"order_{dtype.name}", tuple(roots), (a, long), _unordered)
        line = argument("line", dtype, M)
        places = tuple(apply("searchsorted", apply("sort", line, axis=0), a, right=right) for right in (False, True))
        yield Case(f"searched_{dtype.name}", places, (line, a))
    yield Case("iota", tuple(apply("iota", shape=shape, axis=axis) for axis in range(3)), ())
    yield Case("size", (apply("size", dim=N * 2 + M), apply("size", dim=N) + 1), ())
    bits = apply("random_bits", seed, constant(7, I64), shape=shape)
    values = [apply(name, bits) for name in ("unit_interval", "standard_normal", "standard_truncated_normal")]
    yield Case("random", (bits, *values, values[1].cast(F32)), (seed,), lambda rng, dims: {"seed": -5}, ulps=0)
    words, counts = argument("words", I64, N, M), argument("counts", I64, N, M)
    folded = apply("random_word", words, counts, words + counts)
    drawn = (folded, apply("random_below", folded, counts), apply("standard_normal", folded))
    yield Case("random_words", (*drawn, apply("random_below", words * 2**58, counts * 2**55)), (words, counts), ulps=0)
    few, share = apply("bit_and", counts, counts * 0 + 63), argument("share", F64, N, M)
    successes = apply("random_binomial", folded, few, share)
    yield Case("random_binomial", (successes,), (words, counts, share), ulps=0)
    for dtype in (F32, F64):
        square = [apply("random_orthogonal", seed, stream=1, dtype=dtype, shape=s) for s in ((N, M), (M, N))]
        yield Case(f"orthogonal_{dtype.name}", tuple(square), (seed,), lambda rng, dims: {"seed": 11}, 1, ulps=2000)
    literals = [constant(value, F32) for value in (math.nan, math.inf, -math.inf, -0.0, 1e-45, 1e39, 0.1)]
    literals += [constant(value, I64) for value in (-(2**63), 2**63 - 1, -1, 0)] + [constant(True, BOOL)]
    literals += [constant(-(2**31), I32), constant(255, U8), constant(5e-324, F64)]
    yield Case("constants", tuple(literals), ())
    a = argument("a", I64, 2)
    overflow = (full(-(2**63), a.type) - a, full(2**63 - 1, a.type) + a, a * (2**62), -full(-(2**63), a.type))
    yield Case("wraparound", overflow, (a,))


def branches() -> Iterator[Case]:
    c, a, b = argument("c", BOOL), argument("a", F32, N, M), argument("b", F32, N, M)
    chosen = apply("if", c, apply("exp", a), a @ apply("transpose", b, axes=(1, 0)) @ b)
    yield Case("if", (chosen, chosen + a), (c, a, b), ulps=64)
    rows = broadcast(apply("sum", b, axes=(1,)), b.type, (0,))
    nested = apply("if", c, apply("if", apply("not", c), a, rows * 2), b)
    yield Case("if_nested", (nested,), (c, a, b))
    shared = apply("tanh", a)
    yield Case("if_shared", (apply("if", c, shared * 2, shared + 1), apply("if", c, a, b)), (c, a, b), ulps=64)


def mixtures() -> Iterator[Case]:
    a, v = argument("a", F32, N, M), argument("v", F32, M)
    top = apply("max", a, axes=(1,))
    raised = apply("exp", a - broadcast(top, a.type, (0,)))
    soft = raised / broadcast(apply("sum", raised, axes=(1,)), a.type, (0,))
    yield Case("softmax", (soft,), (a,), smallest=1, ulps=64)
    count = broadcast(apply("size", dim=N).cast(F32), v.type, ())
    centred = a - broadcast(apply("sum", a, axes=(0,)) / count, a.type, (1,))
    yield Case("centred", (centred, apply("sum", centred * centred, axes=(0, 1))), (a,), ulps=500)
    long = a
    for step in range(450):
        long = long * 0.99 + (a if step % 3 else broadcast(v, a.type, (1,)))
    yield Case("long_chain", (long,), (a, v), ulps=500)
    total = argument("s", F32)
    scalar = total
    for _ in range(700):
        scalar = apply("tanh", scalar + total)
    yield Case("scalar_chain", (scalar,), (total,), ulps=500)


def loops() -> Iterator[Case]:
    a, v, w = argument("a", F32, N, M), argument("v", F32, M), argument("w", F32, M, M)
    i = argument("i", I64, N)

    def decayed(now: list[Node], of: list[Node]) -> list[Node]:
        new = now[0] * 0.5 + apply("tanh", of[0])
        return [new, new * of[0]]

    yield Case("loop", tuple(scan([v], [a], N, decayed)), (v, a), ulps=64)
    yield Case("loop_backwards", tuple(scan([v], [a], N, decayed, True)), (v, a), ulps=64)

    def turned(now: list[Node], of: list[Node]) -> list[Node]:
        return [now[1], apply("sin", (now[0] @ w) * 0.1) + of[0], apply("sum", now[0], axes=(0,))]

    yield Case("loop_of_products", tuple(scan([v, v * 2.0], [a], N, turned)), (v, a, w), ulps=5000)

    def taken(now: list[Node], of: list[Node]) -> list[Node]:
        return [now[0] + of[0], apply("gather", a, of[0], axis=0), now[0].cast(F32)]

    def nested(now: list[Node], of: list[Node]) -> list[Node]:
        last, every = scan([now[0]], [of[0]], M, lambda n, o: [n[0] * 0.5 + o[0], n[0]])
        return [last, apply("sum", every, axes=(0,))]

    start = apply("size", dim=M)
    found = tuple(scan([start], [i], N, taken))
    yield Case("loop_of_positions", found, (a, i), lambda rng, d: {"i": rng.integers(-d["N"], d["N"], d["N"])}, 1)
    yield Case("loop_in_loop", tuple(scan([argument("s", F32)], [a], N, nested)), (argument("s", F32), a), ulps=64)
    columns, stack, longer = argument("b", F32, M, N), argument("c", F32, M, N, M), argument("d", F32, N + 2, M)
    views = [
        backwards(apply("iota", shape=(N,), axis=0), 0),
        backwards(backwards(a, 0), 1),
        apply("transpose", columns, axes=(1, 0)),
        backwards(apply("transpose", stack, axes=(1, 2, 0)), 0),
        apply("slice", longer, starts=(size(1), size(0)), steps=(1, 1), sizes=(N, M)),
    ]

    def halved(now: list[Node], of: list[Node]) -> list[Node]:
        return [now[0] * 0.5 + of[0] * broadcast(of[1], v.type, ())]

    def viewed(now: list[Node], of: list[Node]) -> list[Node]:
        count, row, column, matrix, other = of
        inner = scan([now[0]], [matrix, backwards(other, 0)], M, halved)
        new = (
            apply("sin", now[0] @ matrix)
            + row * broadcast(count.cast(F32), v.type, ())
            + apply("cumsum", column, axis=0, reverse=False)
        )
        return [new * 0.1 + inner[0], new + other, matrix]

    for name, reverse in ("loop_of_views", False), ("loop_of_views_backwards", True):
        given = (v, a, columns, stack, longer)
        yield Case(name, tuple(scan([v], views, N, viewed, reverse)), given, ulps=5000)


def backwards(node: Node, axis: int) -> Node:
    """The elements along an axis from the last one on."""
    shape, at = node.type.shape, range(node.type.rank)
    starts = tuple(shape[axis] - 1 if number == axis else size(0) for number in at)
    return apply("slice", node, starts=starts, steps=tuple(-1 if n == axis else 1 for n in at), sizes=shape)


def matrices() -> Iterator[Case]:
    """Factors, and systems whose matrix is a transpose, or a part of an array."""
    for dtype in (F32, F64):
        a, b = argument("a", dtype, M, N, N), argument("b", dtype, M, N, 2)

        def well(rng: np.random.Generator, d: dict[str, int]) -> dict[str, Any]:
            return {"a": rng.uniform(-1, 1, (d["M"], d["N"], d["N"])) + 2 * d["N"] * np.eye(d["N"])}

        factors = [apply("item", apply("lu", a), index=index) for index in (0, 1)]
        across = apply("transpose", a, axes=(0, 2, 1))
        roots = [apply("cholesky", a), apply("cholesky", across * 2)]
        roots += [apply("lu_solve", *factors, b, turned=turned) for turned in (False, True)]
        for matrix in (a, across, apply("slice", across, starts=(ZERO,) * 3, steps=(1, 1, 1), sizes=(M, N, N))):
            roots += [apply("solve_triangular", matrix, b + 1, lower=lower) for lower in (False, True)]
        yield Case(f"factors_{dtype.name}", tuple(roots), (a, b), well, largest=33, stack=3, ulps=500)
        roots = [
            *items(apply("qr", a)),
            (eigen := items(apply("eigh", a)))[0],
            eigen[1] * broadcast(eigen[0], eigen[1].type, (0, 2)) @ apply("transpose", eigen[1], axes=(0, 2, 1)),
            apply("lu_logdet", *factors),
            apply("lu_det", *[apply("item", apply("lu", a / 40), index=i) for i in (0, 1)]),
        ]
        yield Case(f"determinants_{dtype.name}", tuple(roots), (a,), well, largest=33, stack=3, ulps=500)


def all_cases() -> list[Case]:
    groups = (
        elementwise,
        views,
        reductions,
        others,
        cumulative,
        products,
        indexing,
        sources,
        branches,
        mixtures,
        loops,
        matrices,
    )
    return [case for group in groups for case in group()]

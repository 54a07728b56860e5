"""Each rewrite: programs that it changes, and programs that it must leave alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from tdsl.ir.attributes import NONE
from tdsl.ir.grad import cotangents
from tdsl.ir.node import (
    Node,
    apply,
    broadcast,
    constant,
    full,
    topological,
)
from tdsl.ir.program import Program, Update, Variable
from tdsl.ir.verify import verify
from tdsl.ops.elementwise import over
from tdsl.ops.scan import Scan, scan
from tdsl.passes import PASSES, STABILITY, optimise, passes
from tdsl.passes.algebra import algebra
from tdsl.passes.checkpoints import checkpoints
from tdsl.passes.constants import constants
from tdsl.passes.lazy import lazy
from tdsl.passes.markers import markers
from tdsl.passes.orders import orders
from tdsl.passes.reshapes import reshapes
from tdsl.passes.scans import scans
from tdsl.passes.slopes import slopes
from tdsl.passes.tidy import tidy
from tdsl.passes.views import views
from tdsl.passes.widen import widen
from tdsl.source import CompilerBug
from tdsl.types import (
    BOOL,
    F32,
    F64,
    I64,
    U8,
    Dim,
    Type,
    element_count,
)
from tests.work import lines

from .build import N, argument, program, root

x, y, v, w = argument("x"), argument("y"), argument("v", N), argument("w", N)
i, j = argument("i", dtype=I64), argument("j", N, dtype=I64)
m = argument("m", N, 3)
three, matrix = argument("z", 3), argument("a", 3, 3)


def after(step: Callable[[Program], Program], node: Node) -> Node:
    return root(step(program([node])))


def wide(node: Node, *shape: Dim | int) -> Node:
    sizes = tuple(size if isinstance(size, Dim) else Dim.of(size) for size in shape)
    return broadcast(node, Type(node.type.dtype, sizes), ())


def total(node: Node, *axes: int) -> Node:
    return apply("sum", node, axes=axes)


def negated(node: Node) -> Node:
    return apply("neg", node)


def square(node: Node, axis: int) -> Node:
    """Stretched to a 3 × 3 matrix."""
    return broadcast(node, Type(F64, (Dim.of(3), Dim.of(3))), (axis,))


def placed(node: Node, start: int = 1) -> Node:
    return apply("place", node, shape=(N + 2,), starts=(Dim.of(start),), steps=(1,))


def broadcast_in_place(node: Node) -> Node:
    return apply("broadcast", node, shape=node.type.shape, axes=tuple(range(node.type.rank)))


def cut(node: Node, start: int, size: int) -> Node:
    return apply("slice", node, starts=(Dim.of(start),), steps=(1,), sizes=(Dim.of(size),))


def flat(node: Node) -> Node:
    return apply("reshape", node, shape=(element_count(node.type.shape),))


def ordered(node: Node) -> Node:
    return apply("sort", node, axis=0)


def places(node: Node) -> Node:
    return apply("argsort", node, axis=0).cast(F64)


def chosen(node: Node) -> Node:
    return apply("gather", node, apply("argsort", node, axis=0), axis=0)


def layer(function: str) -> Node:
    return apply(function, m @ three + v)


def slope(function: str) -> Node:
    return apply(f"{function}_slope", m @ three + v)


def either(condition: Node, a: Node, b: Node) -> Node:
    return apply("if", condition, a, b)


c, d = argument("c", dtype=BOOL), argument("d", dtype=BOOL)
picked = apply("gather", v, i, axis=0)
kept = either(apply("or", c, d), picked, constant(0.0, F64))
inner_kept = either(apply("or", either(c, d, constant(False, BOOL)), apply("not", d)), picked, constant(0.0, F64))


def loop(*made: Callable[[Node, Node], Node]) -> list[Node]:
    """The last state and the stacked results of three steps from x along z; the first that is made is the state."""
    return scan([x], [three], Dim.of(3), lambda now, of: [result(now[0], of[0]) for result in made])


def sparing(results: list[Node]) -> Node:
    """The last state of a loop that asks its derivative to keep every second state."""
    return apply("item", replace(Scan.of(results[0].operands[0]), checkpoint=2).apply(), index=0)


def decayed(state: Node, element: Node) -> Node:
    return state * apply("exp", y) + element


REWRITTEN = [
    (markers, apply("identity", x, tag="a") + apply("stop_grad", y), x + y),
    (checkpoints, sparing(loop(decayed)), loop(decayed)[0]),
    (scans, loop(decayed, lambda s, e: e * e)[0], loop(decayed)[0]),
    (
        scans,
        total(loop(decayed, lambda s, e: s * e)[1], 0) + total(loop(decayed, lambda s, e: s + e)[1], 0),
        total(loop(decayed, lambda s, e: s * e, lambda s, e: s + e)[1], 0)
        + total(loop(decayed, lambda s, e: s * e, lambda s, e: s + e)[2], 0),
    ),
    (
        scans,
        scan([x], [three, wide(y, 3)], Dim.of(3), lambda now, of: [now[0] * of[0] + of[1]])[0],
        scan([x], [three], Dim.of(3), lambda now, of: [now[0] * of[0] + y])[0],
    ),
    (orders, ordered(v) * places(v), chosen(v) * places(v)),
    (orders, ordered(ordered(v)) * places(ordered(v)) * places(v), chosen(chosen(v)) * places(chosen(v)) * places(v)),
    (slopes, layer("sigmoid") * slope("sigmoid"), layer("sigmoid") * (layer("sigmoid") * (1 - layer("sigmoid")))),
    (slopes, layer("tanh") + slope("tanh"), layer("tanh") + (1 - layer("tanh") * layer("tanh"))),
    (slopes, apply("hypot", w, v) * apply("hypot_slope", v, w), apply("hypot", w, v) * over(v, apply("hypot", w, v))),
    (constants, apply("size", dim=Dim.of(3)), constant(3, I64)),
    (constants, constant(2.0, F64) * constant(3.0, F64), constant(6.0, F64)),
    (constants, x + apply("exp", constant(0.0, F64)), x + 1.0),
    (constants, constant(0.1, F32).cast(F64), constant(0.10000000149011612, F64)),
    (constants, apply("if", constant(True, BOOL), constant(1, I64), constant(2, I64)), constant(1, I64)),
    (constants, -constant(1, U8), constant(255, U8)),
    (algebra, x * 1.0, x),
    (algebra, 1.0 * v, v),
    (algebra, v * -1.0, -v),
    (algebra, x / 1.0, x),
    (algebra, apply("or", c, c), c),
    (algebra, apply("and", d, d), d),
    (algebra, x - 0.0, x),
    (algebra, negated(-x), x),
    (algebra, x + -y, x - y),
    (algebra, -x + y, y - x),
    (algebra, x - -y, x + y),
    (algebra, apply("select", x > y, x, x), x),
    (algebra, apply("select", constant(True, BOOL), x, y), x),
    (algebra, apply("select", wide(constant(False, BOOL), N), v, w), w),
    (views, apply("transpose", apply("transpose", m, axes=(1, 0)), axes=(1, 0)), m),
    (views, apply("transpose", m, axes=(0, 1)), m),
    (views, apply("reshape", apply("reshape", m, shape=(N * 3,)), shape=(N, Dim.of(3))), m),
    (
        views,
        apply("select", placed(v > w), placed(v), full(0, placed(v).type)),
        placed(apply("select", v > w, v, full(0, v.type))),
    ),
    (views, total(x), x),
    (views, total(wide(x, 5), 0), x * apply("size", dim=Dim.of(5)).cast(F64)),
    (views, total(wide(constant(2.0, F64), N), 0), constant(2.0, F64) * apply("size", dim=N).cast(F64)),
    (views, total(square(three, 1), 0), three * wide(apply("size", dim=Dim.of(3)).cast(F64), 3)),
    (views, broadcast(wide(x, 3), m.type, (1,)), wide(x, N, 3)),
    (views, broadcast_in_place(m), m),
    (widen, apply("exp", wide(x, N)), wide(apply("exp", x), N)),
    (widen, wide(x, N) * wide(y, N), wide(x * y, N)),
    (widen, wide(x, N) * 2.0, wide(x * 2.0, N)),
    (widen, broadcast(v, m.type, (0,)) + 1.0, broadcast(v + 1.0, m.type, (0,))),
    (lazy, either(c, picked, x) + either(d, picked * 2.0, y), either(c, kept, x) + either(d, kept * 2.0, y)),
    (reshapes, flat(m * m) + flat(m - 1.0), flat(m * m + (m - 1.0))),
    (reshapes, apply("exp", flat(-m)), flat(apply("exp", -m))),
    (reshapes, apply("exp", flat(-m)) * wide(x, N * 3), flat(apply("exp", -m) * wide(x, N, 3))),
    (reshapes, flat(m) + flat(-m), flat(m + -m)),
    (
        lazy,
        either(c, either(d, picked, x), x) + either(d, y, picked),
        either(c, either(d, inner_kept, x), x) + either(d, y, inner_kept),
    ),
    (tidy, v + v, 2.0 * v),
    (tidy, v * (1.0 / wide(x, N)), v / wide(x, N)),
    (tidy, (3.0 / x) * y, 3.0 * y / x),
]  # fmt: skip

UNTOUCHED = [
    (checkpoints, loop(decayed)[0]),
    (scans, loop(decayed)[0]),
    (scans, total(loop(decayed, lambda s, e: s * e)[1], 0)),
    (orders, apply("sort", m, axis=0) * apply("argsort", m, axis=1).cast(F64)),
    (orders, ordered(v) * places(w)),
    (slopes, apply("sigmoid", v) * apply("sigmoid_slope", v)),
    (slopes, slope("tanh")),
    (slopes, apply("hypot", v, v) * apply("hypot_slope", v, w)),
    (slopes, apply("tanh", m @ three) * slope("tanh")),
    (algebra, apply("select", constant(False, BOOL), picked, x)),
    (constants, constant(1.0, F64) / constant(0.0, F64)),
    (constants, apply("floordiv", constant(1, I64), constant(0, I64))),
    (constants, constant(math.inf, F64).cast(I64)),
    (constants, constant(0.0, F64) / constant(0.0, F64)),
    (algebra, x * 0.0),
    (algebra, x + 0.0),
    (algebra, x - -0.0),
    (algebra, x - x),
    (algebra, x / x),
    (algebra, 0.0 - x),
    (algebra, -(x - y)),
    (algebra, apply("select", apply("gather", v, i, axis=0) > y, x, x)),
    (algebra, apply("select", apply("mod", i, i) > 0, x, x)),
    (views, apply("select", placed(v > w), placed(v), full(1, placed(v).type))),
    (views, apply("select", placed(v > w, 2), placed(v), full(0, placed(v).type))),
    (views, total(wide(x, N), 0)),
    (views, total(wide(constant(math.inf, F64), N), 0)),
    (views, total(wide(constant(-1.0, F64), N), 0)),
    (views, total(wide(i, 4), 0)),
    (views, total(wide(x, N, 3), 0)),
    (views, total(v, 0)),
    (views, apply("reshape", cut(three, 0, 1), shape=())),
    (widen, apply("mod", wide(i, N), wide(i, N))),
    (widen, wide(x, N) * v),
    (widen, square(three, 0) + square(three, 1)),
    (reshapes, apply("exp", flat(m))),
    (reshapes, apply("exp", flat(m @ matrix))),
    (reshapes, flat(-m) + argument("flat", N * 3)),
    (reshapes, flat(-m) + flat(-argument("turned", 3, N))),
    (reshapes, apply("exp", flat(-m)) + apply("sin", flat(-m))),
    (reshapes, apply("mod", flat(j * 2), flat(j * 3))),
    (lazy, either(c, picked, x) + either(c, picked * 2.0, y)),
    (lazy, either(c, picked, x) + picked),
    (lazy, either(c, apply("exp", x), x) + either(d, apply("exp", x) * 2.0, y)),
    (lazy, either(c, either(picked > 0, picked, x), y)),
    (tidy, v * (1.0 / wide(x, N) + 1.0)),
]  # fmt: skip


@pytest.mark.parametrize(("step", "before", "expected"), REWRITTEN)
def test_rewritten(step: Callable[[Program], Program], before: Node, expected: Node) -> None:
    assert after(step, before) is expected


@pytest.mark.parametrize(("step", "node"), UNTOUCHED)
def test_untouched(step: Callable[[Program], Program], node: Node) -> None:
    assert after(step, node) is node


def test_every_pass_is_tested() -> None:
    here = {*PASSES, tidy} - {*STABILITY}
    assert {step for step, *_ in REWRITTEN} == here == {step for step, _ in UNTOUCHED} | {markers}


def test_names_follow() -> None:
    made = program([apply("exp", x * 1.0)], {x * 1.0: "a", apply("exp", x * 1.0): "b"})
    found = optimise(made)
    assert found.names[x] == "a"
    assert found.names[apply("exp", x)] == "b"


def test_passes_are_named_in_order() -> None:
    assert [name for name, _ in passes(program([x]))] == [step.__name__ for step in PASSES]


def chain(count: int) -> Node:
    node = v
    for step in range(count):
        node = apply("tanh", node) if step % 3 else (node * -1.0) * -1.0
    return node


def long_sum(count: int) -> Node:
    node = v
    for number in range(count):
        node = node + v * float(number + 2)
    return node


def layers(count: int) -> list[Node]:
    """The gradients of a network of so many layers."""
    weights = [argument(f"W{layer}", 4, 4) for layer in range(count)]
    node = argument("a", N, 4)
    for weight in weights:
        node = apply("sigmoid", node @ weight)
    found = cotangents(total(node * node, 0, 1), weights)
    return [found[weight] for weight in weights]


GRAPHS = {"chain": lambda count: [chain(count)], "sum": lambda count: [long_sum(count)], "layers": layers}


@pytest.mark.parametrize(("graph", "size"), [("chain", 20_000), ("sum", 10_000), ("layers", 1_000)])
def test_large_programs(graph: str, size: int) -> None:
    """20,000 nodes, and a network of 1,000 layers with its gradients, without recursion."""
    assert len(topological(optimise(program(GRAPHS[graph](size))).roots())) > 3_000


@pytest.mark.parametrize(("graph", "size"), [("chain", 300), ("sum", 300), ("layers", 30)])
def test_work_grows_with_size(graph: str, size: int) -> None:
    optimise(program(GRAPHS[graph](size)))  # fills caches
    small, middle, large = (lines(partial(optimise, program(GRAPHS[graph](factor * size)))) for factor in (1, 2, 4))
    assert large - middle <= 2.3 * (middle - small)


def test_verify_names_the_guilty_pass() -> None:
    made = program([x])
    broken = replace(made, entries=(replace(made.entries[0], parameters=()),))
    with pytest.raises(CompilerBug, match="after markers: f has no argument x"):
        verify(broken, "markers")
    stray = program([apply("variable", name="W", type=Type(F64))])
    with pytest.raises(CompilerBug, match="variable W is not"):
        verify(stray, "views")
    entry = made.entries[0]
    made = replace(made, variables=(Variable("W", apply("variable", name="W", type=Type(F64)), "shared", "", None),))
    with pytest.raises(CompilerBug, match=r"f makes f64\[N\] of W"):
        verify(replace(made, entries=(replace(entry, updates=(Update("W", full(0, v.type), None),)),)), "views")
    asserting = replace(entry.results[0], role="assert")
    with pytest.raises(CompilerBug, match="asserts"):
        verify(replace(made, entries=(replace(entry, results=(asserting,)),)), "views")


def test_verify_infers_again() -> None:
    """Here a node is forged; a pass could do it by mending a type without its operands."""
    forged = Node()
    forged.op, forged.operands, forged.attributes, forged.type = (x + y).op, (x, v), NONE, Type(F64)
    with pytest.raises(CompilerBug, match="after tidy: <add: f64> is ill-typed"):
        verify(program([forged]), "tidy")
    forged.operands, forged.type = (x, y), Type(F32)
    with pytest.raises(CompilerBug, match="should be f64"):
        verify(program([forged]), "tidy")


def test_a_value_alone_is_ordered_without_positions() -> None:
    """Another entry that needs them changes nothing."""
    made = program([ordered(v) * w])
    both = replace(program([ordered(v) * places(v) * w]).entries[0], name="g")
    value, positions = orders(replace(made, entries=(*made.entries, both))).entries
    assert [value.results[0].node, positions.results[0].node] == [ordered(v) * w, chosen(v) * places(v) * w]

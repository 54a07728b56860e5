"""Functions: closed, equal if they compute the same, and calls with a derivative of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tdsl.emit.typed import emit_typed
from tdsl.ir.attributes import NONE
from tdsl.ir.function import (
    Applied,
    Function,
    closed,
    fresh,
    functions,
    inlined,
    of_parameters,
    substitute,
    with_bodies,
)
from tdsl.ir.grad import cotangents
from tdsl.ir.interp import evaluate
from tdsl.ir.node import IllTyped, Node, apply, full, topological
from tdsl.ir.program import Program
from tdsl.ir.sites import sites
from tdsl.ir.verify import verify
from tdsl.ops.functions import call
from tdsl.ops.scan import scan
from tdsl.passes import optimise
from tdsl.passes.markers import markers
from tdsl.source import CompilerBug
from tdsl.types import F64, I64, Tuple, Type
from tests.ops.differences import directional_error, gradient
from tests.passes.build import program

from .loops import T, a, b, real, s, size, total, v

REAL = Type(F64)


def test_functions_of_equal_nodes_are_equal() -> None:
    one, two, three = (fresh(REAL) for _ in range(3))
    assert of_parameters([one, two], [one * two]) == of_parameters([three, one], [three * one])
    assert of_parameters([one, two], [one * two]) != of_parameters([one, two], [two * one])
    assert len({of_parameters([one], [-one]), of_parameters([two], [-two])}) == 1


def test_captures() -> None:
    p = fresh(REAL)
    function, captured = closed([p], [p * apply("exp", a * b) + 2.0, a, apply("exp", full(1, REAL))])
    assert captured == [apply("exp", a * b), a, apply("exp", full(1, REAL))]
    assert [inlined(function, [s, *captured])[place] for place in (0, 1)] == [s * apply("exp", a * b) + 2.0, a]


def test_substitution_keeps_unreached_nodes() -> None:
    node = apply("exp", a * b) + a
    assert substitute([node], {a * b: s}) == [apply("exp", s) + a]
    assert substitute([node, a], {s: b}) == [node, a]


def one_and_two() -> tuple[Node, Node]:
    """A loop in a loop, and the inner one alone."""

    def inner(now: list[Node], of: list[Node]) -> list[Node]:
        return [now[0] * of[0]]

    return scan([a], [], size(2), lambda now, _: scan(now, [v], size(T), inner))[0], scan([a], [v], size(T), inner)[0]


def test_inner_functions_come_first_and_once() -> None:
    outer, alone = one_and_two()
    found = functions(topological([outer, alone]))
    assert len(found) == 2
    assert found[0] == alone.operands[0].get(Applied).body
    assert found[1] == outer.operands[0].get(Applied).body


def test_walks_into_bodies() -> None:
    outer, alone = one_and_two()
    for roots in ([outer], [alone, outer], [a * b, a]):
        order = list(with_bodies(roots))
        assert len(order) == len(set(order))
        assert all(order.index(part) < order.index(node) for node in order for part in node.operands)
        assert [node for node in order if node.op.name != "parameter"] != []
    assert list(with_bodies([a * b])) == topological([a * b])


def twice(x: Node, y: Node) -> list[Node]:
    return [apply("sin", x) * y, x + y]


def derivative(x: Node, y: Node, product: Node, plus: Node, g: Node, other: Node) -> list[Node]:
    """Right but for a factor of three by x, so that it is seen who is asked."""
    return [(g * apply("cos", x) * y + other) * 3.0, g * product / y + other]


def test_calls() -> None:
    product, plus = call([a, b], twice, derivative)
    values = {"a": 0.4, "b": 1.3}
    np.testing.assert_allclose(evaluate([product, plus], values, {}, {}), [np.sin(0.4) * 1.3, 1.7])
    found = evaluate(gradient(product * 2.0 + plus * 5.0, [a, b]), values, {}, {})
    np.testing.assert_allclose(found, [3 * (2 * np.cos(0.4) * 1.3 + 5), 2 * np.sin(0.4) + 5])
    alone = evaluate(gradient(plus, [a, b]), values, {}, {})
    assert alone == [3, 1]


def exact(x: Node, y: Node, product: Node, plus: Node, g: Node, other: Node) -> list[Node]:
    return [g * apply("cos", x) * y + other, g * product / y + other]


def softplus(x: Node) -> list[Node]:
    return [apply("log", apply("exp", x) + 1.0)]


CALLS = {
    "both": lambda: total_of(call([a, b], twice, exact)),
    "of a sequence": lambda: total_of(call([v], softplus, lambda x, y, g: [g * apply("sigmoid", x)])),
    "in a loop": lambda: scan([a], [v], size(T), lambda now, of: [call([now[0], of[0]], twice, exact)[0]])[0],
    "of a loop": lambda: total_of(
        call([v, a], lambda x, y: scan([y], [x], size(T), lambda now, of: [now[0] * of[0]]),
             lambda x, y, result, g: [broadcast_over(g * result, x) / x, g * result / y])
    ),
}  # fmt: skip


def broadcast_over(node: Node, like: Node) -> Node:
    return apply("broadcast", node, shape=like.type.shape, axes=())


def total_of(nodes: Sequence[Node]) -> Node:
    parts = [total(node * node) for node in nodes]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


@pytest.mark.parametrize("what", CALLS)
def test_derivatives_of_calls(what: str) -> None:
    cost = CALLS[what]()
    values = {"a": 0.7, "b": 1.2, "v": np.linspace(0.5, 1.5, T)}
    wrt = [node for node in (a, b, v) if node in topological([cost])]
    assert directional_error(cost, wrt, values, 0) < 1e-8
    (first, *_) = gradient(cost, wrt)
    assert directional_error(total(first * first), wrt, values, 1) < 1e-8
    after = optimise(program([cost, first]))
    assert "call" not in {node.op.name for node in with_bodies(after.roots())}
    for before, got in zip(
        evaluate([cost, first], values, {}, {}), evaluate(after.roots(), values, {}, {}), strict=True
    ):
        np.testing.assert_allclose(got, before, 1e-12)


def test_calls_of_integers() -> None:
    n = real("n", dtype=I64)
    scaled, more = call([a, n], lambda x, k: [x * k.cast(F64), k + 1], lambda x, k, y, m, g: [g * k.cast(F64) * 2.0])
    found = cotangents(scaled, [a, n])
    assert n not in found
    assert evaluate([scaled, more, found[a]], {"a": 1.5, "n": 4}, {}, {}) == [6, 5, 8]


REFUSED = {
    "operands of another type": lambda: apply("call", v, **attributes()),
    "too few operands": lambda: apply("call", a, **attributes()),
    "a derivative of something else": lambda: call([a], lambda x: [-x], lambda x, y, g: [g, g]),
    "a derivative of another type": lambda: call([a], lambda x: [-x], lambda x, y, g: [g > 0]),
    "a derivative that takes less": lambda: apply("call", a, b, **{**attributes(), "derivative": attributes()["body"]}),
    "several values as one": lambda: call([a], lambda x: [one_and_two()[0].operands[0]], lambda x, y: [x]),
}  # fmt: skip


def attributes() -> dict[str, Function]:
    return dict(call([a, b], twice, exact)[0].operands[0].attributes.given())


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    with pytest.raises(IllTyped):
        REFUSED[what]()


def broken(root: Node, problem: str) -> None:
    with pytest.raises(CompilerBug, match=f"after views: .*{problem}"):
        verify(program([root]), "views")


def test_verify_looks_into_functions() -> None:
    p = apply("parameter", index=0, type=REAL)
    good = scan([a], [], size(2), lambda now, _: [now[0] * 2.0])[0].operands[0]

    def body(function: Function) -> Node:
        return apply("item", apply("scan", a, **{**good.attributes.given(), "body": function}), index=0)

    verify(program([body(Function((p,), (p * 2.0,)))]), "views")
    broken(body(Function((p,), (p * b,))), "takes <argument: f64> from elsewhere")
    broken(body(Function((p,), (apply("parameter", index=1, type=REAL),))), "from elsewhere")
    broken(body(Function((apply("parameter", index=1, type=REAL),), (a,))), "no parameter 0")
    forged = Node()
    forged.op, forged.operands, forged.attributes, forged.type = (p + p).op, (p, p > p), NONE, REAL
    broken(body(Function((p,), (forged,))), "ill-typed")


def test_verify_knows_where_several_values_may_stand() -> None:
    several = scan([a], [], size(2), lambda now, _: now)[0].operands[0]
    assert isinstance(several.type, Tuple)
    assert str(several.type) == "(f64,)"
    broken(several, r"f gives \(f64,\) as one value")
    broken(apply("reshape", several, shape=()), "takes several values as one")
    broken(fresh(REAL) + a, "no function with parameters")


def test_markers_look_into_bodies() -> None:
    node = scan([a], [], size(2), lambda now, _: [apply("identity", now[0], tag="x") * 2.0])[0]
    plain = scan([a], [], size(2), lambda now, _: [now[0] * 2.0])[0]
    assert markers(program([node])).roots() == [plain]


def test_names_and_places_follow_into_bodies() -> None:
    inner = apply("parameter", index=0, type=REAL) * 1.0
    node = scan([a], [], size(2), lambda now, _: [apply("sin", now[0] * 1.0)])[0]
    after = optimise(program([node], {inner: "twice", apply("sin", inner): "wave"}))
    (body,) = functions(topological(after.roots()))
    assert after.names[body.results[0]] == "wave"


TEXT = """\
function f0(p0: real, p1: real)
    %0: real = mul(p0, p1)
    return %0

function f1(p0: real, p1: real[6])
    %0: (real,) = scan(p0, p1, body=f0, checkpoint=0, limited=False, reverse=False, \
sequences=1, states=1, trip=6, until=False)
    %1: real = item(%0, index=0)
    return %1

entry f(a: real, v: real[6])
    %0: real = argument(name='a', type=f64)
    %1: real[6] = argument(name='v', type=f64[6])
    %2: (real,) = scan(%0, %1, body=f0, checkpoint=0, limited=False, reverse=False, \
sequences=1, states=1, trip=6, until=False)
    %3: real = item(%2, index=0)
    %4: (real,) = scan(%0, %1, body=f1, checkpoint=0, limited=False, reverse=False, \
sequences=0, states=1, trip=2, until=False)
    %5: real = item(%4, index=0)
"""


def test_functions_are_printed_once() -> None:
    assert emit_typed(program(list(one_and_two()[::-1]))).startswith(TEXT)


def test_places_that_may_fault() -> None:
    i = real("i", dtype=I64)

    def step(now: list[Node], of: list[Node]) -> list[Node]:
        return [now[0] + apply("gather", v, i, axis=0), apply("mod", of[0], i)]

    made: Program = program([*scan([a], [real("k", T, dtype=I64)], size(T), step), apply("gather", v, i, axis=0)])
    (numbers, _), found = sites(made)
    assert [site.kind for site in found] == ["index", "division", "index"]
    assert sorted(numbers.values()) == [0, 1, 2]

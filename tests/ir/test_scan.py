"""Loops: their values, their first and second derivatives, and the minimal number of their nodes."""

from __future__ import annotations

import numpy as np
import pytest

from tdsl.ir.grad import cotangents, pullback
from tdsl.ir.interp import evaluate
from tdsl.ir.node import IllTyped, Node, apply, broadcast, full, topological
from tdsl.ir.verify import verify
from tdsl.loops.language import Loop, walk
from tdsl.lower import lower
from tdsl.ops.scan import Scan, scan
from tdsl.passes import PASSES, optimise
from tdsl.passes.scans import scans
from tdsl.schedule import schedule
from tests.ops.differences import directional_error, gradient
from tests.passes.build import program

from .loops import LOOPS, B, H, LoopCase, T, W, a, b, h, real, size, total, v, x
from .programs import cost_of, entry, program_of

TOLERANCE = 1e-8


@pytest.mark.parametrize("loop", LOOPS, ids=str)
def test_values(loop: LoopCase) -> None:
    for seed in range(3):
        values = loop.values(seed)
        found = evaluate(loop.roots, values, {}, {})
        for root, got, expected in zip(loop.roots, found, loop.oracle(values), strict=True):
            assert got.dtype == root.type.dtype.numpy
            np.testing.assert_allclose(got, expected, 1e-13, 1e-13)


@pytest.mark.parametrize("loop", LOOPS, ids=str)
def test_first_derivatives(loop: LoopCase) -> None:
    for seed in range(4):
        assert directional_error(cost_of(loop.roots), loop.reals, loop.values(seed), seed, order=8) < TOLERANCE


@pytest.mark.parametrize("loop", LOOPS, ids=str)
def test_second_derivatives(loop: LoopCase) -> None:
    cost = cost_of(loop.roots)
    for place, first in enumerate(gradient(cost, loop.reals)):
        weights = np.random.default_rng(place).normal(size=[int(one.constant or 0) for one in first.type.shape])
        node = real("weights", *weights.shape)
        inner = total(first * first * 0.3 + first * node)
        values = {**loop.values(place), "weights": weights}
        assert directional_error(inner, loop.reals, values, place, order=8) < TOLERANCE


@pytest.mark.parametrize("step", PASSES, ids=lambda step: step.__name__)
@pytest.mark.parametrize("loop", LOOPS, ids=str)
def test_passes_keep_values(loop: LoopCase, step: object) -> None:
    roots = [*loop.roots, *gradient(cost_of(loop.roots), loop.reals)]
    made = program(roots)
    after = optimise(made) if step is PASSES[0] else verify(step(made), "step")  # type: ignore[operator]
    values = loop.values(7)
    for expected, got in zip(evaluate(roots, values, {}, {}), evaluate(after.roots(), values, {}, {}), strict=True):
        np.testing.assert_allclose(got, expected, 1e-11, 1e-11)


def test_ten_thousand_steps() -> None:
    trip = 10_000
    (last,) = scan([a], [real("v", trip)], size(trip), lambda now, of: [now[0] * 0.999 + of[0]])
    values = {"a": np.float64(2), "v": np.random.default_rng(0).normal(size=trip)}
    powers = 0.999 ** np.arange(trip)[::-1]
    slope_a, slope_v = gradient(last * 1.0, [a, real("v", trip)])
    got = evaluate([last, slope_a, slope_v], values, {}, {})
    np.testing.assert_allclose(got[0], 2 * 0.999**trip + powers @ values["v"], 1e-11)
    np.testing.assert_allclose(got[1], 0.999**trip, 1e-11)
    np.testing.assert_allclose(got[2], powers, 1e-11)


def step_of(now: list[Node], of: list[Node]) -> list[Node]:
    return [now[0] * of[0] + apply("exp", b)]


def test_equal_loops_are_one_node() -> None:
    assert scan([a], [v], size(T), step_of) == scan([a], [v], size(T), step_of)
    one, other = ([apply("tanh", now[0])] for now in ([h], [h]))
    assert one == other


def test_values_that_no_parameter_reaches_are_computed_outside() -> None:
    loop = Scan.of(scan([a], [v], size(T), step_of)[0].operands[0])
    assert loop.captured == (apply("exp", b),)
    assert "exp" not in [node.op.name for node in topological(loop.body.results)]


def test_views_and_faulting_nodes_stay_inside() -> None:
    i = real("i", dtype=T_INT)
    wide = scan([h], [], size(T), lambda now, _: [now[0] @ apply("transpose", W, axes=(1, 0))])
    assert Scan.of(wide[0].operands[0]).captured == (W,)
    taken = scan([a], [], size(T), lambda now, _: [now[0] * apply("gather", v, i, axis=0)])
    assert Scan.of(taken[0].operands[0]).captured == (v, i)


T_INT = apply("size", dim=size(1)).type.dtype


def test_only_states_that_are_needed_are_kept() -> None:
    """The derivative of a product needs the state, that of a sum none."""
    summed = scan([a], [v], size(T), lambda now, of: [now[0] + of[0] * of[0]])[0]
    (slope,) = gradient(summed, [v])
    assert [len(node.type.items) for node in topological([slope]) if node.op.name == "scan"] == [2]  # type: ignore[attr-defined]
    product = scan([a], [v], size(T), lambda now, of: [now[0] * of[0]])[0]
    (slope,) = gradient(product, [v])
    kept, back = (node for node in topological([slope]) if node.op.name == "scan")
    assert [str(item) for item in kept.type.items] == ["f64", f"f64[{T}]"]  # type: ignore[attr-defined]
    assert Scan.of(back).sequences == 2


def loops_of(roots: list[Node]) -> list[Scan]:
    return [Scan.of(node) for node in topological(roots) if node.op.name == "scan"]


def test_a_value_and_its_derivative_share_one_loop() -> None:
    last = scan([a], [v], size(T), lambda now, of: [now[0] * of[0]])[0]
    roots = [last, *gradient(last, [v])]
    assert len(loops_of(roots)) == 3
    after = scans(program(roots))
    assert len(loops_of(after.roots())) == 2
    assert scans(after) is after


def test_an_entry_keeps_no_states_for_the_derivative_of_another() -> None:
    last = scan([a], [v], size(T), lambda now, of: [now[0] * of[0]])[0]
    slopes = gradient(last, [v])
    made = program_of([entry("test", [a, v], [last]), entry("train", [a, v], [last, *slopes])])
    test, train = ([len(loop.body.results) for loop in loops_of(one.roots())] for one in made.entries)
    assert (test, train) == ([1], [2, 2])
    assert scans(made) is made


def test_unneeded_results_and_states_are_removed() -> None:
    def step(now: list[Node], of: list[Node]) -> list[Node]:
        return [now[1], now[0] + of[0], now[2] * of[1], now[0], now[2]]

    first, second, third, *stacks = scan([a, b, a], [v, v], size(T), step)
    (loop,) = loops_of(scans(program([first])).roots())
    assert (loop.states, loop.sequences, len(loop.body.results)) == (2, 1, 2)
    (loop,) = loops_of(scans(program([stacks[1]])).roots())
    assert (loop.states, loop.sequences, len(loop.body.results)) == (1, 1, 2)
    assert len(loops_of(scans(program([first, second, third, *stacks])).roots())) == 1


def test_results_that_may_fault_stay() -> None:
    i = real("i", dtype=T_INT)
    one, _ = scan([a], [], size(T), lambda now, _: [now[0] * 2.0, apply("gather", v, i, axis=0)])
    (loop,) = loops_of(scans(program([one])).roots())
    assert len(loop.body.results) == 2


@pytest.mark.parametrize("bad", [-7, 6])
def test_faults_inside(bad: int) -> None:
    ks = real("k", T, dtype=T_INT)
    (last,) = scan([a], [ks], size(T), lambda now, of: [now[0] * apply("gather", v, of[0], axis=0)])
    values = {"a": 1.0, "v": np.ones(T), "k": np.array([0, 1, -6, 5, bad, 0])}
    with pytest.raises(IndexError):
        evaluate([last], values, {}, {})
    (last,) = scan([ks], [], size(T), lambda now, _: [apply("floordiv", now[0], now[0] - 1)])
    with pytest.raises(ZeroDivisionError):
        evaluate([last], values, {}, {})


def test_faults_wait_for_their_side() -> None:
    """A loop that two sides need is not computed if neither is taken."""
    c, d, i = real("c", dtype=B_OOL), real("d", dtype=B_OOL), real("i", dtype=T_INT)

    def step(now: list[Node], of: list[Node]) -> list[Node]:
        taken = apply("gather", v, i, axis=0)
        return [now[0] * taken, now[1] + taken]

    one, other = scan([a, b], [], size(3), step)
    node = apply("if", c, one + other, a) + apply("if", d, other * 2.0, b)
    after = optimise(program([node])).roots()
    values = {"v": np.arange(T), "a": 2.0, "b": 3.0, "i": 99, "c": False, "d": False}
    assert evaluate(after, values, {}, {}) == evaluate([node], values, {}, {}) == [5]
    for sides in ({"c": True}, {"d": True}):
        with pytest.raises(IndexError):
            evaluate(after, {**values, **sides}, {}, {})
        np.testing.assert_array_equal(
            *(evaluate(roots, {**values, **sides, "i": 2}, {}, {}) for roots in (after, [node]))
        )


B_OOL = (a > b).type.dtype


def test_faults_wait_for_their_side_in_a_step() -> None:
    c, d, i = real("c", dtype=B_OOL), real("d", dtype=B_OOL), real("i", dtype=T_INT)

    def step(now: list[Node], of: list[Node]) -> list[Node]:
        taken = apply("gather", v, i, axis=0)
        return [apply("if", c, now[0] * taken, a) + apply("if", d, taken * 2.0, now[0])]

    (last,) = scan([b], [], size(2), step)
    (after,) = optimise(program([last])).roots()
    values = {"v": np.arange(T), "a": 2.0, "b": 3.0, "i": 99, "c": False, "d": False}
    assert evaluate([after], values, {}, {}) == [7]
    with pytest.raises(IndexError):
        evaluate([after], {**values, "d": True}, {}, {})


def test_a_side_that_was_not_taken_sends_no_nan() -> None:
    """The derivative of the loop is infinite at zero, where the other side was taken."""
    (loop,) = (loop for loop in LOOPS if loop.name == "branches")
    values = {"c": False, "a": 0.0, "b": 1.0, "v": np.zeros(T)}
    found = evaluate(gradient(loop.roots[0], loop.reals), values, {}, {})
    assert [float(np.abs(part).sum()) for part in found] == [0, 1, 0]


def test_masks_apply_before_a_loop() -> None:
    m = real("m", B, H, dtype=B_OOL)
    (last,) = scan([h], [], size(3), lambda now, _: [apply("tanh", now[0] * 1.5)])
    cost = total(apply("select", m, last, full(0, last.type)))
    (slope,) = gradient(cost, [h])
    values = {"h": np.full((B, H), 0.3), "m": np.arange(B * H).reshape(B, H) % 2 == 0}
    (got,) = evaluate([slope], values, {}, {})
    assert (got[~values["m"]] == 0).all() and (got[values["m"]] > 0).all()


def test_pullbacks_of_several_roots() -> None:
    seeds = [full(2, a.type), None, full(3, a.type)]
    found = pullback([a * b, a * a, b], seeds, [a, b])
    got = evaluate([found[a], found[b]], {"a": 5.0, "b": 7.0}, {}, {})
    assert got == [14, 13]


def test_integers_pass_no_derivative() -> None:
    n = real("n", dtype=T_INT)
    last, other = scan([n, a], [], size(3), lambda now, _: [now[0] + 1, now[1] * now[0].cast(a.type.dtype)])
    assert set(cotangents(other, [n, a])) >= {a}
    assert n not in cotangents(other, [n, a])
    assert evaluate([last, gradient(other, [a])[0]], {"n": 2, "a": 1.0}, {}, {}) == [5, 24]


def forged(**changes: object) -> None:
    node = scan([a, b], [v], size(T), lambda now, of: [now[0] + of[0], now[1] * 2.0, of[0]])[0].operands[0]
    operands = changes.pop("operands", node.operands)
    apply("scan", *operands, **{**node.attributes.given(), **changes})  # type: ignore[misc]


REFUSED = {
    "too few operands": {"operands": (a, b)},
    "too many operands": {"operands": (a, b, v, a)},
    "more states than results": {"states": 4, "sequences": 0},
    "a state of another type": {"operands": (a, h, v)},
    "a sequence of another length": {"trip": size(T + 1)},
    "a sequence of another dtype": {"operands": (a, b, real("w", T, dtype=T_INT))},
    "a sequence of other elements": {"operands": (a, b, real("w", T, 2))},
    "a capture of another type": {"sequences": 0},
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    forged()
    with pytest.raises(IllTyped):
        forged(**REFUSED[what])


def test_bodies_are_refused() -> None:
    with pytest.raises(IllTyped):
        scan([a], [], size(2), lambda now, _: [now[0].cast(T_INT)])
    with pytest.raises(IllTyped):
        scan([a], [], size(2), lambda now, _: [now[0], scan([now[0]], [], size(2), lambda n, _: n)[0].operands[0]])
    with pytest.raises(IllTyped):
        scan([], [a], size(2), lambda _, of: of)
    with pytest.raises(IllTyped):
        apply("item", scan([a], [], size(2), lambda now, _: now)[0].operands[0], index=1)
    with pytest.raises(IllTyped):
        apply("item", a, index=0)


def test_a_long_body_and_many_loops() -> None:
    """No walk recurses on the depth of a body, or of successive loops."""

    def long(now: list[Node], of: list[Node]) -> list[Node]:
        node = now[0]
        for _ in range(2_000):
            node = apply("sin", node * 0.5) + of[0]
        return [node]

    node = scan([a], [v], size(T), long)[0]
    for _ in range(100):
        node = scan([node], [v], size(T), lambda now, of: [now[0] * of[0]])[0]
    roots = [node, *gradient(node, [a])]
    after = optimise(program(roots))
    assert len(topological(after.roots())) > 200
    values = {"a": 0.5, "v": np.ones(T)}
    assert evaluate(after.roots()[:1], values, {}, {}) == evaluate(roots[:1], values, {}, {})


def test_shapes_with_names() -> None:
    """A trip count that only a call knows."""
    from tdsl.types import F64, Dim, Type

    n = Dim.symbol("N")
    xs = apply("argument", name="xs", type=Type(F64, (n, size(2))))
    start = real("p", 2)
    last, every = scan([start], [xs], n, lambda now, of: [now[0] * 0.5 + of[0], now[0]])
    assert str(every.type) == "f64[N, 2]"
    got = evaluate([last, every], {"xs": np.ones((3, 2)), "p": np.zeros(2)}, {"N": 3}, {})
    np.testing.assert_array_equal(got[1], [[0, 0], [1, 1], [1.5, 1.5]])
    assert got[0].tolist() == [1.75, 1.75]
    assert evaluate([every], {"xs": np.ones((0, 2)), "p": np.zeros(2)}, {"N": 0}, {})[0].shape == (0, 2)
    (slope,) = gradient(total(last), [start])
    assert broadcast(slope, slope.type, (0,)) is slope
    assert evaluate([slope], {"xs": np.ones((3, 2)), "p": np.zeros(2)}, {"N": 3}, {})[0].tolist() == [0.125, 0.125]
    assert x.type.rank == 3


def test_loops_inside_of_many_loops() -> None:
    """Work grows with the square of how deep they are, as the derivative of each holds those of all inside of it."""
    nodes = [a, b]

    def step(now: list[Node], depth: int) -> list[Node]:
        if depth == 0:
            return [apply("sin", now[1] * a), now[0] * 0.5]
        return scan(now, [], size(1), lambda states, _: step(states, depth - 1))

    nodes = step(nodes, 24)
    made = optimise(program([*nodes, *gradient(nodes[0], [a, b])]))
    routine = schedule(lower(made)).routines[0]
    assert sum(isinstance(line, Loop) for line in walk(routine.statements)) < 2 * 24 * 24
    values = {"a": np.float64(0.3), "b": np.float64(0.2)}
    assert directional_error(nodes[0], [a, b], values, 0, order=8) < TOLERANCE

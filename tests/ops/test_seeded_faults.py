"""The oracles are good: wrong rules, put into the table one at a time, are noticed by the checks of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from tdsl.ir.attributes import Axes, Axis, Cumulative
from tdsl.ir.interp import evaluate, numbers
from tdsl.ir.node import OPS, IllTyped, Node, apply, full
from tdsl.ops.writes import _taken

from .case import NAMES, Case
from .differences import directional_error, leaves, scalar, weights_of
from .test_gradients import ELEMENTWISE, LAST, SEVERAL, STRUCTURED, TOLERANCE, drawn, worst_elementwise_error
from .test_values import CASES, tolerance_of

Rule = Callable[..., tuple[Node | None, ...]]


def negated(rule: Rule, position: int) -> Rule:
    def faulty(g: Node, y: Node, *operands: Node) -> tuple[Node | None, ...]:
        parts = list(rule(g, y, *operands))
        part = parts[position]
        parts[position] = None if part is None else -part
        return tuple(parts)

    return faulty


def dropped(rule: Rule, position: int) -> Rule:
    def faulty(g: Node, y: Node, *operands: Node) -> tuple[Node | None, ...]:
        parts = list(rule(g, y, *operands))
        parts[position] = None
        return tuple(parts)

    return faulty


def scaled(rule: Rule, position: int) -> Rule:
    """Off by one part in a million."""

    def faulty(g: Node, y: Node, *operands: Node) -> tuple[Node | None, ...]:
        parts = list(rule(g, y, *operands))
        part = parts[position]
        parts[position] = None if part is None else part * 1.000001
        return tuple(parts)

    return faulty


def given(name: str, rule: Rule) -> tuple[str, Rule]:
    return name, rule


def swapped(name: str) -> Rule:
    original = OPS[name].cotangents
    assert original is not None
    return lambda g, y, *operands: original(g, y, *operands)[::-1]


SPECIAL: dict[str, tuple[str, Rule]] = {
    "matmul without the first transpose": given("matmul", lambda g, y, a, b: (g @ b, None)),
    "matmul with its parts exchanged": given("matmul", swapped("matmul")),
    "div with its parts exchanged": given("div", swapped("div")),
    "pow without its log": given("pow", lambda g, y, a, b: (g * b * a ** (b - 1), g * y)),
    "pow with the wrong exponent": given("pow", lambda g, y, a, b: (g * b * a**b, None)),
    "maximum that gives both sides all": given("maximum", lambda g, y, a, b: (g, g)),
    "minimum taken for maximum": given("minimum", OPS["maximum"].cotangents or swapped("maximum")),
    "select with its branches exchanged": given(
        "select", lambda g, y, c, a, b: (None, *(OPS["if"].cotangents or swapped("if"))(g, y, c, b, a)[:0:-1])
    ),
    "sum that forgets to stretch": given("sum", lambda g, y, x: (full(1, x.type),)),
    "broadcast that forgets to sum": given("broadcast", lambda g, y, x: (full(1, x.type),)),
    "transpose not undone": given("transpose", lambda g, y, x: (apply("transpose", g, axes=y.get(Axes).axes),)),
    "max that gives ties to all": given("max", lambda g, y, x: (full(1, x.type),)),
    "prod_others that forgets the other directions": given(
        "prod_others", lambda g, y, x, *d: (apply("prod_others", x, g), *d)
    ),
    "cumsum that stays in its direction": given(
        "cumsum", lambda g, y, x: (apply("cumsum", g, axis=y.get(Axis).axis, reverse=y.get(Cumulative).reverse),)
    ),
    "cumprod that forgets the products before": given(
        "cumprod", lambda g, y, x: (apply("recurrence", x, g, axis=y.get(Axis).axis, reverse=True),)
    ),
    "recurrence with its parts exchanged": given("recurrence", swapped("recurrence")),
    "prod divided by the element's square": given("prod", lambda g, y, x: (full(1, x.type) / x / x,)),
    "tanh taken for sigmoid": given("tanh", OPS["sigmoid"].cotangents or swapped("mul")),
    "log1p taken for log": given("log1p", OPS["log"].cotangents or swapped("mul")),
    "asin taken for acos": given("asin", OPS["acos"].cotangents or swapped("mul")),
    "log2 without its factor": given("log2", OPS["log"].cotangents or swapped("mul")),
    "atan2 with its parts exchanged": given("atan2", swapped("atan2")),
    "stack in the wrong order": given("stack", swapped("stack")),
    "gather that gives to no one": given("gather", lambda g, y, x, i: (full(0, x.type), None)),
    "scatter that counts twice": given(
        "scatter", lambda g, y, x, i: (apply("gather", g, i, axis=y.get(Axis).axis) * 2.0, None)
    ),
    "write that gives to all elements of a place": given(
        "write", lambda g, y, x, v, i: (y.with_operands(g, full(0, v.type), i), _taken(g, y, v, i), None)
    ),
    "write_add that forgets the array": given("write_add", lambda g, y, x, v, i: (None, _taken(g, y, v, i), None)),
}  # fmt: skip


def placed_nowhere(x: np.ndarray, rank: int, axis: int, size: int) -> np.ndarray:
    return np.zeros((*x.shape[:axis], size, *x.shape[axis + rank :]))


def written_backwards(x: np.ndarray, part: np.ndarray, index: np.ndarray, **where: Any) -> Any:
    axes = tuple(range(where["axis"], where["axis"] + np.ndim(index)))
    return written_in_order(x, np.flip(part, axes), np.flip(index), **where)


written_in_order = OPS["write"].numpy

MEANINGS: dict[str, tuple[str, Callable[..., Any]]] = {
    "floordiv that truncates": ("floordiv", lambda a, b: np.trunc(a / b).astype(np.asarray(a).dtype)),
    "mod with the sign of the first": ("mod", np.fmod),
    "round half up": ("round", lambda x: np.floor(x + 0.5000001)),
    "argmax of the last": ("argmax", lambda x, axis, dtype: x.shape[axis] - 1 - np.argmax(np.flip(x, axis), axis)),
    "scatter that writes nothing": ("scatter", lambda x, i, axis, size: placed_nowhere(x, np.ndim(i), axis, size)),
    "write in the other order": ("write", written_backwards),
    "slice that forgets its step": ("slice", lambda x, starts, steps, sizes: x[tuple(slice(0, n) for n in sizes)]),
    "iota along the other axis": ("iota", lambda shape, axis: np.indices(shape)[-1 - axis]),
    "select exchanged": ("select", lambda c, a, b: np.where(c, b, a)),
    "sum in half precision": ("sum", lambda x, axes: np.sum(x, axis=axes, dtype=np.float32) if axes else x),
    "lt taken for le": ("lt", np.less_equal),
    "ge taken for gt": ("ge", np.greater),
    "sign of zero": ("sign", lambda x: np.where(x >= 0, 1, -1)),
    "erfc taken for erf": ("erfc", OPS["erf"].numpy),
    "trunc taken for floor": ("trunc", np.floor),
    "f32 widened": ("exp", lambda x: np.exp(np.asarray(x, float)).astype(np.float16)),
}  # fmt: skip


@contextmanager
def replaced(name: str, field: str, value: object) -> Iterator[None]:
    op = OPS[name]
    before = getattr(op, field)
    object.__setattr__(op, field, value)
    try:
        yield
    finally:
        object.__setattr__(op, field, before)


def gradient_is_refused(case: Case) -> bool:
    """Whether the checks of test_gradients fail."""
    node = case.node()
    try:
        if case in ELEMENTWISE:
            return not worst_elementwise_error(case) < TOLERANCE
        weights = weights_of(node, "v")
        cost = scalar(node * node, weights)
        errors = [directional_error(cost, leaves(node), drawn(case, seed, weights), seed) for seed in range(3)]
        return not max(errors) < TOLERANCE
    except (IllTyped, ValueError):
        return True


def value_is_refused(case: Case) -> bool:
    values = case.draw(np.random.default_rng(1))
    attributes = {name: numbers(value, {}) for name, value in case.attributes.items()}
    try:
        (got,) = evaluate([case.node()], dict(zip(NAMES, values, strict=False)), {}, {})
    except (ValueError, TypeError, IndexError):
        return True
    exact = [np.asarray(value, dtype=float) if value.dtype.kind == "f" else value for value in values]
    expected = np.asarray(case.oracle(*exact, **attributes))
    return got.shape != expected.shape or not np.allclose(got, expected, tolerance_of(case), tolerance_of(case))


def cases_of(name: str) -> list[Case]:
    return [case for case in ELEMENTWISE + STRUCTURED if case.op == name]


def parts() -> list[tuple[str, str, Rule]]:
    """Every cotangent of every op, with its sign wrong, missing, or off by one part in a million."""
    out = []
    for op in OPS.values():
        if op.cotangents is None or op.family == "function" or op.name in SEVERAL | LAST:
            continue
        case = cases_of(op.name)[0]
        node = case.node()
        for position, part in enumerate(op.cotangents(full(1, node.type), node, *node.operands)):
            if part is not None:
                for kind in (negated, dropped, scaled):
                    out.append(
                        (f"{op.name}: operand {position} {kind.__name__}", op.name, kind(op.cotangents, position))
                    )
    return out


PARTS = parts()


def test_there_are_enough_faults() -> None:
    assert len(PARTS) + len(SPECIAL) + len(MEANINGS) >= 200


@pytest.mark.parametrize(("name", "rule"), [part[1:] for part in PARTS], ids=[part[0] for part in PARTS])
def test_wrong_cotangents_are_noticed(name: str, rule: Rule) -> None:
    with replaced(name, "cotangents", rule):
        assert any(gradient_is_refused(case) for case in cases_of(name))


@pytest.mark.parametrize("what", SPECIAL)
def test_wrong_rules_are_noticed(what: str) -> None:
    name, rule = SPECIAL[what]
    with replaced(name, "cotangents", rule):
        assert any(gradient_is_refused(case) for case in cases_of(name))


@pytest.mark.parametrize("what", MEANINGS)
def test_wrong_meanings_are_noticed(what: str) -> None:
    name, meaning = MEANINGS[what]
    with replaced(name, "numpy", meaning):
        assert any(value_is_refused(case) for case in CASES if case.op == name)

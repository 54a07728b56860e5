"""Builtins over whole axes."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.check.arithmetic import applied
from tdsl.check.builtins.axes import axes_of, axis_of
from tdsl.check.builtins.define import BUILTINS, BuiltinCall, builtin, stretched
from tdsl.check.checker import Checker
from tdsl.check.shapes import reshape
from tdsl.check.values import Builtin, CompileTime, Value
from tdsl.ir.node import IllTyped, Node, apply
from tdsl.ir.program import Requirement
from tdsl.source import fail
from tdsl.types import BOOL, I64, ONE, Kind, element_count


def _reduce(checker: Checker, call: BuiltinCall, op: str, node: Node) -> Node:
    """Over the axes asked for, or all of them."""
    axes = axes_of(checker, call, node)
    try:
        result = apply(op, node, axes=axes)
    except IllTyped as problem:
        span = call.arguments["x"].span
        counted = {"max": "any", "min": "all"}.get(op) if node.type.dtype == BOOL else None
        hint = f"{counted}({span.text}) is that of bools" if counted else None
        raise fail("TD0202", checker.types.said(problem, op, op), span, hint=hint) from None
    if op in ("max", "min"):
        _not_empty(checker, result, node, axes, call)
    return _kept(checker, call, node, result, axes)


def _kept(checker: Checker, call: BuiltinCall, node: Node, result: Node, axes: tuple[int, ...]) -> Node:
    if call.flag(checker, "keepdims"):
        result = reshape(result, tuple(ONE if i in axes else n for i, n in enumerate(node.type.shape)))
    return checker.note(result, call.span)


def _not_empty(checker: Checker, result: Node, node: Node, axes: tuple[int, ...], call: BuiltinCall) -> None:
    """The extremum of nothing is nothing: each axis must have an element."""
    needs: list[Requirement] = []
    for axis in axes:
        size = node.type.shape[axis]
        if size.constant == 0:
            raise fail("TD0214", f"there is no {call.name} of no elements", call.span)
        if not size.at_least(1):
            needs.append(Requirement(size - 1, f"{size} >= 1", call.span))
    checker.require(result, needs)


def _total(op: str) -> Callable[[Checker, BuiltinCall], Value]:
    """Bools and small integers are added up as i64, where they do not overflow."""

    def work(checker: Checker, call: BuiltinCall) -> Value:
        node = call.node(checker, "x")
        return _reduce(checker, call, op, node if node.type.dtype.kind is Kind.REAL else node.cast(I64))

    return work


def _extremum(op: str) -> Callable[[Checker, BuiltinCall], Value]:
    return lambda checker, call: _reduce(checker, call, op, call.node(checker, "x"))


for _name in ("sum", "prod"):
    BUILTINS[_name] = Builtin(_name, ("x", "axis", "keepdims"), 1, _total(_name))
for _name in ("max", "min", "any", "all"):
    BUILTINS[_name] = Builtin(_name, ("x", "axis", "keepdims"), 1, _extremum(_name))


def _real(checker: Checker, call: BuiltinCall) -> Node:
    node = call.node(checker, "x")
    if not node.type.is_real:
        got = checker.types.describe(node)
        span = call.arguments["x"].span
        raise fail("TD0202", f"{call.name} takes a real, got {got}", span, hint=f"convert it: real({span.text})")
    return node


def _count(checker: Checker, node: Node, axes: tuple[int, ...]) -> Node:
    """How many elements are reduced, as a real."""
    return checker.types.node(CompileTime(element_count(node.type.shape[axis] for axis in axes)), node.type.dtype)


def _averaged(checker: Checker, call: BuiltinCall, node: Node) -> tuple[Node, tuple[int, ...]]:
    axes = axes_of(checker, call, node)
    total = apply("sum", node, axes=axes)
    return total / stretched(_count(checker, node, axes), total.type), axes


def _deviation(checker: Checker, call: BuiltinCall, node: Node) -> tuple[Node, tuple[int, ...]]:
    """Of each element from the mean."""
    mean, axes = _averaged(checker, call, node)
    kept = tuple(axis for axis in range(node.type.rank) if axis not in axes)
    return node - (apply("broadcast", mean, shape=node.type.shape, axes=kept) if axes else mean), axes


@builtin("mean", "x", "axis", "keepdims", needed=1)
def _mean(checker: Checker, call: BuiltinCall) -> Value:
    node = _real(checker, call)
    mean, axes = _averaged(checker, call, node)
    return _kept(checker, call, node, mean, axes)


@builtin("var", "x", "axis", "keepdims", needed=1)
def _var(checker: Checker, call: BuiltinCall) -> Value:
    """The mean of the squared deviations, divided by the count itself."""
    node = _real(checker, call)
    deviation, axes = _deviation(checker, call, node)
    variance, _ = _averaged(checker, call, deviation * deviation)
    return _kept(checker, call, node, variance, axes)


@builtin("std", "x", "axis", "keepdims", needed=1)
def _std(checker: Checker, call: BuiltinCall) -> Value:
    """The length of the deviations over the root of their count, so that its derivative is 0 where they are all 0."""
    node = _real(checker, call)
    deviation, axes = _deviation(checker, call, node)
    length = apply("norm", deviation, axes=axes)
    root = apply("sqrt", _count(checker, node, axes))
    return _kept(checker, call, node, length / stretched(root, length.type), axes)


@builtin("norm", "x", "axis", "keepdims", needed=1)
def _norm(checker: Checker, call: BuiltinCall) -> Value:
    return _reduce(checker, call, "norm", _real(checker, call))


def _position(op: str) -> Callable[[Checker, BuiltinCall], Value]:
    def work(checker: Checker, call: BuiltinCall) -> Value:
        node = call.node(checker, "x")
        if "axis" in call.arguments:
            axis = axis_of(checker, call.arguments["axis"], node)
        else:
            node, axis = reshape(node, (element_count(node.type.shape),)), 0
        result = apply(op, node, axis=axis, dtype=I64)
        _not_empty(checker, result, node, (axis,), call)
        return checker.note(result, call.span)

    return work


for _name in ("argmax", "argmin"):
    BUILTINS[_name] = Builtin(_name, ("x", "axis"), 1, _position(_name))


@builtin("prod_others", "x", *(f"d{number}" for number in range(1, 9)), needed=1)
def _prod_others(checker: Checker, call: BuiltinCall) -> Value:
    """Along the last axis, what a derivative of prod is made of; directions take the places of other elements."""
    operands = [call.operand(checker, name) for name in call.arguments]
    dtype = checker.types.common_dtype(operands, call.name)
    nodes = [checker.types.converted(operand, dtype) for operand in operands]
    return checker.note(applied(checker, "prod_others", nodes, operands, call.span, call.name), call.span)

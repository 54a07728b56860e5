"""Builtins over whole axes, and along one; those that are one op are made by its line in the table."""

from __future__ import annotations

from tdsl.check.arithmetic import applied
from tdsl.check.builtins.axes import axes_of, axis_of
from tdsl.check.builtins.define import BuiltinCall, Work, builtin, from_table, stretched, whole_of
from tdsl.check.checker import Checker
from tdsl.check.shapes import reshape
from tdsl.check.values import CompileTime, Value
from tdsl.ir.attributes import Axes, Axis, Cumulative, Position
from tdsl.ir.node import OPS, IllTyped, Node, Op, apply
from tdsl.ir.program import Requirement
from tdsl.ops.define import REAL
from tdsl.source import fail
from tdsl.types import BOOL, I64, ONE, ZERO, Dim, Kind, element_count

OF_BOOLS = {"max": "any", "min": "all"}


def _operand(checker: Checker, call: BuiltinCall, op: Op) -> Node:
    """Bools and small integers are added up and multiplied as i64, where they do not overflow."""
    if op.kinds == REAL:
        return _real(checker, call)
    node = call.node(checker, "x")
    return node.cast(I64) if op.promotes and not node.type.is_real else node


def _reduction(op: Op) -> Work:
    """Over the axes asked for, or all of them."""

    def work(checker: Checker, call: BuiltinCall) -> Value:
        node = _operand(checker, call, op)
        axes = axes_of(checker, call, node)
        # The extremum of bools is whether any or all of them are true.
        name = OF_BOOLS.get(op.name, op.name) if node.type.dtype == BOOL else op.name
        try:
            result = apply(name, node, axes=axes)
        except IllTyped as problem:
            span = call.arguments["x"].span
            raise fail("TD0202", checker.types.said(problem, op.name, op.name), span) from None
        if op.nonempty:
            _not_empty(checker, result, node, axes, call)
        return _kept(checker, call, node, result, axes)

    return work


def _position(op: Op) -> Work:
    """The position along the given axis; that in a line of the elements of several axes, by default of all."""

    def work(checker: Checker, call: BuiltinCall) -> Value:
        node = call.node(checker, "x")
        axes = axes_of(checker, call, node)
        kept = tuple(axis for axis in range(node.type.rank) if axis not in axes)
        if len(axes) != 1:
            order = (*kept, *axes)
            node = node if order == tuple(range(len(order))) else apply("transpose", node, axes=order)
            sizes = tuple(node.type.shape[: len(kept)])
            node = reshape(node, (*sizes, element_count(node.type.shape[len(kept) :])))
            axes = (len(kept),)
        (axis,) = axes
        result = apply(op.name, node, axis=axis, dtype=I64)
        _not_empty(checker, result, node, (axis,), call)
        return checker.note(result, call.span)

    return work


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


def _cumulative(op: Op) -> Work:
    """The operation along the given axis; operands are broadcast to one shape."""

    def work(checker: Checker, call: BuiltinCall) -> Value:
        operands = [call.operand(checker, name) for name in op.signature if name not in ("axis", "reverse?")]
        dtype = checker.types.common_dtype(operands, call.name)
        nodes = [checker.types.converted(operand, dtype if dtype.kind is Kind.REAL else I64) for operand in operands]
        nodes = checker.types.align(nodes, [operand.span for operand in operands], call.name, call.span)
        attributes = {"reverse": call.flag(checker, "reverse")} if "reverse?" in op.signature else {}
        axis = axis_of(checker, call.arguments["axis"], nodes[0])
        return checker.note(apply(op.name, *nodes, axis=axis, **attributes), call.span)

    return work


for _family, _rule in {Axes: _reduction, Position: _position, Axis: _cumulative, Cumulative: _cumulative}.items():
    for _op in OPS.values():
        if _op.attributes is _family and _op.family in ("reduction", "cumulative"):
            from_table(_op.name)(_rule(_op))


def _real(checker: Checker, call: BuiltinCall) -> Node:
    node = call.node(checker, "x")
    if not node.type.is_real:
        got = checker.types.describe(node)
        span = call.arguments["x"].span
        raise fail("TD0202", f"{call.name} takes a real, got {got}", span, hint=f"convert it: real({span.text})")
    return node


def _count(checker: Checker, node: Node, axes: tuple[int, ...], less: Dim = ZERO) -> Node:
    """The number of elements that are reduced, as a real."""
    count = element_count(node.type.shape[axis] for axis in axes) - less
    return checker.types.node(CompileTime(count), node.type.dtype)


def _averaged(checker: Checker, call: BuiltinCall, node: Node, less: Dim = ZERO) -> tuple[Node, tuple[int, ...]]:
    axes = axes_of(checker, call, node)
    total = apply("sum", node, axes=axes)
    return total / stretched(_count(checker, node, axes, less), total.type), axes


def _deviation(checker: Checker, call: BuiltinCall, node: Node) -> tuple[Node, tuple[int, ...]]:
    """The deviation of each element from the mean."""
    mean, axes = _averaged(checker, call, node)
    kept = tuple(axis for axis in range(node.type.rank) if axis not in axes)
    return node - (apply("broadcast", mean, shape=node.type.shape, axes=kept) if axes else mean), axes


@builtin("mean", "x", "axis", "keepdims", needed=1)
def _mean(checker: Checker, call: BuiltinCall) -> Value:
    node = _real(checker, call)
    mean, axes = _averaged(checker, call, node)
    return _kept(checker, call, node, mean, axes)


@builtin("var", "x", "axis", "keepdims", "ddof", needed=1)
def _var(checker: Checker, call: BuiltinCall) -> Value:
    """The sum of the squared deviations, divided by the count less `ddof`."""
    node = _real(checker, call)
    deviation, axes = _deviation(checker, call, node)
    variance, _ = _averaged(checker, call, deviation * deviation, whole_of(checker, call, "ddof"))
    return _kept(checker, call, node, variance, axes)


@builtin("std", "x", "axis", "keepdims", "ddof", needed=1)
def _std(checker: Checker, call: BuiltinCall) -> Value:
    """The length of the deviations over the root of their count, so that its derivative is 0 where they are all 0."""
    node = _real(checker, call)
    deviation, axes = _deviation(checker, call, node)
    length = apply("norm", deviation, axes=axes)
    root = apply("sqrt", _count(checker, node, axes, whole_of(checker, call, "ddof")))
    return _kept(checker, call, node, length / stretched(root, length.type), axes)


@from_table("prod_others")
def _prod_others(checker: Checker, call: BuiltinCall) -> Value:
    """The derivatives of prod along the last axis; directions take the places of other elements."""
    operands = [call.operand(checker, name) for name in call.arguments]
    dtype = checker.types.common_dtype(operands, call.name)
    nodes = [checker.types.converted(operand, dtype) for operand in operands]
    return checker.note(applied(checker, "prod_others", nodes, operands, call.span, call.name), call.span)

"""Builtins of order along an axis."""

from __future__ import annotations

from tdsl.check.builtins.axes import axis_of
from tdsl.check.builtins.define import BuiltinCall, builtin, existing, from_table, size_of
from tdsl.check.checker import Checker
from tdsl.check.indexing import need
from tdsl.check.shapes import size_text
from tdsl.check.values import TupleValue, Value
from tdsl.ir.node import Node, apply, full
from tdsl.ir.program import Requirement
from tdsl.ops.sorting import taken
from tdsl.source import Label, fail
from tdsl.types import BOOL, U8


def _operand(checker: Checker, call: BuiltinCall) -> tuple[Node, int]:
    """The array, and its axis: the last unless another is named."""
    node = call.node(checker, "x")
    if not node.type.rank:
        got = checker.types.describe(node)
        raise fail("TD0214", f"{call.name} orders along an axis, and {got} has none", call.arguments["x"].span)
    axis = axis_of(checker, call.arguments["axis"], node) if "axis" in call.arguments else node.type.rank - 1
    return node, axis


def _key(node: Node) -> Node:
    return node.cast(U8) if node.type.dtype == BOOL else node


@from_table("sort")
def _sort(checker: Checker, call: BuiltinCall) -> Value:
    """The elements in ascending order."""
    node, axis = _operand(checker, call)
    result = apply("sort", _key(node), axis=axis)
    if node.type.dtype == BOOL:
        result = apply("ne", result, full(0, result.type))
    return checker.note(result, call.span)


@from_table("argsort")
def _argsort(checker: Checker, call: BuiltinCall) -> Value:
    """The positions of the elements in ascending order."""
    node, axis = _operand(checker, call)
    return checker.note(apply("argsort", _key(node), axis=axis), call.span)


@from_table("argtopk")
def _argtopk(checker: Checker, call: BuiltinCall) -> Value:
    """The positions of the largest elements."""
    node, axis = _operand(checker, call)
    return _largest(checker, call, node, axis, "size")


@builtin("topk", "x", "k", "axis", needed=2)
def _topk(checker: Checker, call: BuiltinCall) -> Value:
    """The largest elements, and their positions; the derivative goes through the positions."""
    node, axis = _operand(checker, call)
    positions = _largest(checker, call, node, axis, "k")
    return TupleValue((checker.place(taken(node, positions, axis), call.span), positions))


def _largest(checker: Checker, call: BuiltinCall, node: Node, axis: int, name: str) -> Node:
    argument = call.arguments[name]
    size, all_of_them = size_of(checker, argument), node.type.shape[axis]
    needs: list[Requirement] = []
    if (size - all_of_them).at_least(1):
        what = f"{call.name} takes {size} elements of {size_text(all_of_them)}"
        raise fail("TD0216", what, argument.span, Label(call.arguments["x"].span, checker.types.describe(node)))
    need(all_of_them - size, f"{all_of_them} >= {size}", argument.span, needs, "")
    result = apply("argtopk", _key(node), axis=axis, size=size)
    checker.require(result, needs)
    return checker.note(existing(checker, result, argument), call.span)


@from_table("searchsorted")
def _searchsorted(checker: Checker, call: BuiltinCall) -> Value:
    """The number of elements of an ascending line that are less than each value."""
    line, values = call.operand(checker, "line"), call.operand(checker, "v")
    dtype = checker.types.common_dtype([line, values], call.name)
    nodes = [checker.types.converted(operand, U8 if dtype == BOOL else dtype) for operand in (line, values)]
    if nodes[0].type.rank != 1:
        got = checker.types.describe(line.value)
        hint = "a loop finds each row in its own: for row in x, value in v { yield searchsorted(row, value) }"
        raise fail("TD0214", f"searchsorted looks through one axis, got {got}", line.span, hint=hint)
    result = apply("searchsorted", *nodes, right=call.flag(checker, "right"))
    return checker.note(result, call.span)

"""Builtins of windows: padding, windows, and their transpose."""

from __future__ import annotations

from tdsl.check.annotations import storable
from tdsl.check.builtins.axes import axis_of
from tdsl.check.builtins.define import (
    BuiltinArgument,
    BuiltinCall,
    builtin,
    existing,
    from_table,
    size_of,
    sizes_of,
)
from tdsl.check.checker import Checker, described
from tdsl.check.indexing import need
from tdsl.check.shapes import reshape
from tdsl.check.values import CompileTime, TupleValue, Value
from tdsl.ir.node import IllTyped, Node, apply, constant_value, full
from tdsl.ir.program import Requirement
from tdsl.ops.windows import reach
from tdsl.source import Label, fail
from tdsl.types import BOOL, ZERO, Dim, Shape, Type, spell_tuple

_PLURAL = {"strides": "a stride", "dilations": "a dilation"}


def _steps(call: BuiltinCall, checker: Checker, name: str, count: int) -> tuple[int, ...]:
    """A number of 1 or more for each axis; one number stands for all of them."""
    argument = call.arguments.get(name)
    if argument is None:
        return (1,) * count
    given = sizes_of(checker, argument)
    if not isinstance(argument.value, TupleValue):
        given *= count
    numbers = tuple(size.constant for size in given)
    for number in numbers:
        if number is None:
            raise fail("TD0214", f"{_PLURAL[name]} is a number known at compile time", argument.span)
        if number < 1:
            raise fail("TD0216", f"{_PLURAL[name]} is at least 1, this is {number}", argument.span)
    if len(numbers) != count:
        raise fail(
            "TD0214", f"{len(numbers)} {name} are given for {count} {'axes' if count > 1 else 'axis'}", argument.span
        )
    return tuple(number for number in numbers if number is not None)


@from_table("windows")
def _windows(checker: Checker, call: BuiltinCall) -> Value:
    """The windows along the last axes, then the elements of each."""
    node, sizes = call.node(checker, "x"), storable(sizes_of(checker, call.arguments["sizes"]), call.span)
    span = call.arguments["sizes"].span
    count, got = len(sizes), checker.types.describe(node)
    if count > node.type.rank:
        what = f"windows of {count} axes do not fit {got}"
        raise fail("TD0214", what, span, Label(call.arguments["x"].span, got))
    strides, dilations = (_steps(call, checker, name, count) for name in ("strides", "dilations"))
    needs: list[Requirement] = []
    for whole, size, dilation in zip(node.type.shape[node.type.rank - count :], sizes, dilations, strict=True):
        spread = reach(size, dilation)
        wide = f"a window of {size}" + (f" elements {dilation} apart, {spread} wide," if dilation > 1 else "")
        need(size - 1, f"{size} >= 1", span, needs, f"a window has at least 1 element, this has {size}")
        need(whole - spread, f"{whole} >= {spread}", span, needs, f"{wide} does not lie inside size {whole}")
    result = apply("windows", node, sizes=sizes, strides=strides, dilations=dilations)
    checker.require(result, needs)
    return checker.note(result, call.span)


@from_table("overlap_add")
def _overlap_add(checker: Checker, call: BuiltinCall) -> Value:
    """The transpose of windows: zeros with the elements of all windows added at their places."""
    node, shape = call.node(checker, "x"), storable(sizes_of(checker, call.arguments["shape"]), call.span)
    strides, dilations = (_steps(call, checker, name, len(shape)) for name in ("strides", "dilations"))
    try:
        result = apply("overlap_add", node, shape=shape, strides=strides, dilations=dilations)
    except IllTyped:
        what = f"{checker.types.describe(node)} are no windows of an array that ends with {spell_tuple(shape)}"
        raise fail("TD0204", what, call.span) from None
    needs: list[Requirement] = []
    for whole, size, dilation in zip(shape, node.type.shape[node.type.rank - len(shape) :], dilations, strict=True):
        spread = reach(size, dilation)
        need(size - 1, f"{size} >= 1", call.span, needs, "")
        need(whole - spread, f"{whole} >= {spread}", call.span, needs, "")
    checker.require(result, needs)
    return checker.note(existing(checker, result, call.arguments["shape"]), call.span)


@builtin("per_axis", "value", "count")
def _per_axis(checker: Checker, call: BuiltinCall) -> Value:
    """A tuple with a value for each axis: a tuple of so many values itself, one value for all axes otherwise."""
    argument = call.arguments["value"]
    (count,) = (size.constant for size in sizes_of(checker, call.arguments["count"]))
    if not isinstance(argument.value, TupleValue):
        return TupleValue((argument.value,) * (count or 0))
    if len(argument.value.items) != count:
        what = f"{len(argument.value.items)} values are given for {count} {'axes' if count != 1 else 'axis'}"
        raise fail("TD0214", what, argument.span)
    return argument.value


@builtin("grouped", "x", "count", "axis")
def _grouped(checker: Checker, call: BuiltinCall) -> Value:
    """An axis as two: so many groups of neighbours, and the elements of a group."""
    node, argument = call.node(checker, "x"), call.arguments["count"]
    axis, count = axis_of(checker, call.arguments["axis"], node), size_of(checker, argument)
    whole, got = node.type.shape[axis], checker.types.describe(node)
    if not count.at_least(1):
        raise fail("TD0216", f"there is at least 1 group, these are {count}", argument.span)
    each = whole // count
    rest = whole - each * count
    if rest.constant:
        what = f"{count} groups do not divide axis {axis} of {got}, which has {whole} elements"
        raise fail("TD0204", what, argument.span, Label(call.arguments["x"].span, got))
    shape = storable((*node.type.shape[:axis], count, each, *node.type.shape[axis + 1 :]), call.span)
    if rest.terms:
        starts, sizes = (ZERO,) * node.type.rank, (*node.type.shape[:axis], each * count, *node.type.shape[axis + 1 :])
        node = apply("slice", node, starts=starts, steps=(1,) * node.type.rank, sizes=sizes)
        text = f"{whole} == {each * count}"
        checker.require(node, [Requirement(size, text, argument.span) for size in (rest, -rest)])
    return checker.note(reshape(node, shape), call.span)


def _amounts(checker: Checker, call: BuiltinCall, name: str) -> Shape:
    sizes = sizes_of(checker, call.arguments[name])
    for size in sizes:
        if (-size).at_least(1):
            raise fail("TD0216", f"padding is at least 0, this is {size}", call.arguments[name].span)
    return sizes


def _pairs(checker: Checker, argument: BuiltinArgument) -> tuple[Shape, Shape] | None:
    """The parts of a tuple of pairs and single values: what stands before each axis, and behind it."""
    value = argument.value
    if not isinstance(value, TupleValue) or not any(isinstance(item, TupleValue) for item in value.items):
        return None
    ends: tuple[list[Dim], list[Dim]] = ([], [])
    for item in value.items:
        both = item.items if isinstance(item, TupleValue) else (item, item)
        if len(both) != 2:
            raise fail("TD0214", f"an axis has 2 ends, these are {len(both)} sizes", argument.span)
        for end, part in zip(ends, both, strict=True):
            if not (isinstance(part, CompileTime) and isinstance(part.value, Dim)):
                raise fail("TD0221", f"padding is a size, this is {described(checker, part)}", argument.span)
            end.append(part.value)
    return tuple(ends[0]), tuple(ends[1])


@builtin("pad", "x", "before", "after", "value", needed=2)
def _pad(checker: Checker, call: BuiltinCall) -> Value:
    """The array with a border of a value: so many elements before and behind its last axes."""
    operand, node = call.operand(checker, "x"), call.node(checker, "x")
    pairs = None if "after" in call.arguments else _pairs(checker, call.arguments["before"])
    if pairs is None:
        before = _amounts(checker, call, "before")
        after = _amounts(checker, call, "after") if "after" in call.arguments else before
    else:
        before, after = pairs
    if len(before) != len(after) or len(before) > node.type.rank:
        what = f"padding of {len(before)} and {len(after)} axes" if len(before) != len(after) else f"{len(before)} axes"
        raise fail("TD0214", f"{what} do not fit {checker.types.describe(node)}", call.arguments["before"].span)
    needs: list[Requirement] = []
    span = call.arguments["before"].span
    for size in (*before, *after):
        need(size, f"{size} >= 0", span, needs, f"padding is at least 0, this is {size}")
    filling = full(0, Type(node.type.dtype))
    if "value" in call.arguments:
        dtype = checker.types.common_dtype([operand, call.operand(checker, "value")], call.name)
        node, filling = (checker.types.converted(call.operand(checker, name), dtype) for name in ("x", "value"))
        if filling.type.rank:
            raise fail("TD0204", "pad takes one number", call.arguments["value"].span)
    lead = node.type.rank - len(before)
    sizes = zip(node.type.shape[lead:], before, after, strict=True)
    shape = storable((*node.type.shape[:lead], *(size + a + b for size, a, b in sizes)), call.span)
    starts = (*(Dim.of(0),) * lead, *before)
    if shape == node.type.shape:
        return node
    result = _placed(node, shape, starts)
    if constant_value(filling) != 0 or node.type.dtype == BOOL:
        there = _placed(full(True, node.type.with_dtype(BOOL)), shape, starts)
        border = apply("broadcast", filling, shape=shape, axes=())
        result = apply("select", there, result, border)
    checker.require(result, needs)
    return checker.note(existing(checker, result, call.arguments["before"]), call.span)


def _placed(node: Node, shape: Shape, starts: Shape) -> Node:
    return apply("place", node, shape=shape, starts=starts, steps=(1,) * len(shape))

"""Builtins that read or write at positions."""

from __future__ import annotations

from tdsl.check.builtins.axes import axis_of
from tdsl.check.builtins.define import (
    BuiltinCall,
    axes_given,
    builtin,
    existing,
    from_table,
    numbers_of,
    shape_of,
    size_of,
    sizes_of,
)
from tdsl.check.checker import Checker
from tdsl.check.indexing import need
from tdsl.check.values import Value
from tdsl.ir.node import IllTyped, Node, apply
from tdsl.ir.program import Requirement
from tdsl.source import fail
from tdsl.types import I64, Kind


def integers(checker: Checker, call: BuiltinCall, name: str) -> Node:
    node = call.node(checker, name)
    if node.type.dtype.kind is not Kind.INTEGER:
        got = checker.types.describe(node)
        span = call.arguments[name].span
        hint = f"int({span.text}) cuts off fractions" if node.type.is_real else None
        raise fail("TD0202", f"{call.name} takes integers here, got {got}", span, hint=hint)
    return node.cast(I64)


@builtin("one_hot", "labels", "size")
def _one_hot(checker: Checker, call: BuiltinCall) -> Value:
    """A new last axis: 1 at the label, 0 elsewhere."""
    labels = integers(checker, call, "labels")
    shape = (*labels.type.shape, size_of(checker, call.arguments["size"]))
    rank = len(shape)
    wide = apply("broadcast", labels, shape=shape, axes=tuple(range(rank - 1)))
    same = apply("eq", wide, apply("iota", shape=shape, axis=rank - 1)).cast(checker.options.real)
    return checker.note(existing(checker, same, call.arguments["size"]), call.span)


@from_table("within")
def _within(checker: Checker, call: BuiltinCall) -> Value:
    """Labels that must be one of 0 … size - 1; any other is an error of the call."""
    labels, size = integers(checker, call, "labels"), size_of(checker, call.arguments["size"])
    return checker.note(apply("within", labels, size=size), call.span)


@from_table("gather")
def _gather(checker: Checker, call: BuiltinCall) -> Value:
    """The elements at positions along an axis, the first unless another is named."""
    node, positions = call.node(checker, "x"), integers(checker, call, "positions")
    if not node.type.rank:
        raise fail("TD0216", "a scalar has no positions to gather from", call.arguments["x"].span)
    axis = axis_of(checker, call.arguments["axis"], node) if "axis" in call.arguments else 0
    return checker.note(apply("gather", node, positions, axis=axis), call.span)


@from_table("scatter")
def _scatter(checker: Checker, call: BuiltinCall) -> Value:
    """Zeros with x added at positions along an axis: the transpose of gather."""
    node, positions = call.node(checker, "x"), integers(checker, call, "positions")
    axes = axes_given(checker, call.arguments["axis"], node.type.rank - positions.type.rank + 1)
    size = size_of(checker, call.arguments["size"])
    try:
        if len(axes) != 1 or axes[0] < 0:
            raise IndexError
        result = apply("scatter", node, positions, axis=axes[0], size=size)
    except (IllTyped, IndexError):
        got = f"{checker.types.describe(positions)} do not fit {checker.types.describe(node)}"
        raise fail("TD0216", f"positions of {got} at that axis", call.span) from None
    return checker.note(existing(checker, result, call.arguments["size"]), call.span)


@from_table("place")
def _place(checker: Checker, call: BuiltinCall) -> Value:
    """Zeros of a shape with x written at a slice: the transpose of slicing."""
    node, shape = call.node(checker, "x"), shape_of(checker, call.arguments["shape"])
    starts = sizes_of(checker, call.arguments["starts"])
    steps = numbers_of(checker, call.arguments["steps"], "steps are numbers")
    if not len(shape) == len(starts) == len(steps) == node.type.rank or 0 in steps:
        raise fail("TD0216", "place takes a size, a start and a step other than 0 for each axis", call.span)
    needs: list[Requirement] = []
    for start, step, count, size in zip(starts, steps, node.type.shape, shape, strict=True):
        last = start + (count - 1) * step
        low, high = (start, last) if step > 0 else (last, start)
        what = f"a slice from {low} to {high} does not lie inside size {size}"
        need(low, f"{low} >= 0", call.span, needs, what)
        need(size - high - 1, f"{size} > {high}", call.span, needs, what)
    result = apply("place", node, shape=shape, starts=starts, steps=steps)
    checker.require(result, needs)
    return checker.note(existing(checker, result, call.arguments["shape"]), call.span)

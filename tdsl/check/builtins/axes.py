"""Axes of a reduction: a number, several numbers, or the name of a dimension."""

from __future__ import annotations

from tdsl.check.builtins.define import BuiltinArgument, BuiltinCall
from tdsl.check.checker import Checker
from tdsl.check.values import CompileTime, TupleValue, Value
from tdsl.ir.node import Node
from tdsl.source import Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim


def axes_of(checker: Checker, call: BuiltinCall, node: Node) -> tuple[int, ...]:
    """The axes of a reduction in order; all of them if none are named."""
    given = call.arguments.get("axis")
    if given is None:
        return tuple(range(node.type.rank))
    if not isinstance(given.value, TupleValue):
        hint = "maximum(a, b) and minimum(a, b) take two values" if call.name in ("max", "min") else None
        if isinstance(given.syntax, syntax.Array):
            hint = "several axes are a tuple: axis=(0, 1)"
        return (_axis(checker, given.value, given.syntax, node, hint),)
    parts = given.syntax.items if isinstance(given.syntax, syntax.Tuple) else (given.syntax,) * len(given.value.items)
    axes = [_axis(checker, value, part, node) for value, part in zip(given.value.items, parts, strict=True)]
    if len(set(axes)) != len(axes):
        raise fail("TD0214", "an axis is named twice", given.span)
    return tuple(sorted(axes))


def axis_of(checker: Checker, given: BuiltinArgument, node: Node) -> int:
    """One axis."""
    several = isinstance(given.value, TupleValue) or isinstance(given.syntax, syntax.Array)
    return _axis(checker, given.value, given.syntax, node, "only one axis can stand here" if several else None)


def _axis(checker: Checker, value: Value, written: syntax.Expression, node: Node, hint: str | None = None) -> int:
    shape = node.type.shape
    if not (isinstance(value, CompileTime) and isinstance(value.value, Dim)):
        raise fail("TD0214", "an axis is a number or the name of a dimension", written.span, hint=hint)
    number = value.value.constant
    # Only a const is named; a parameter or part of a tuple that holds a number means the number.
    if number is None or ((value.value.alias or "").isidentifier() and value.value in shape):
        return _named(checker, value.value, node, written.span)
    if not -node.type.rank <= number < node.type.rank:
        raise fail("TD0214", f"{checker.types.describe(node)} has no axis {number}", written.span)
    return number % node.type.rank


def _named(checker: Checker, size: Dim, node: Node, span: Span) -> int:
    axes = [axis for axis, other in enumerate(node.type.shape) if other == size]
    got = checker.types.describe(node)
    if not axes:
        raise fail("TD0214", f"{got} has no axis of size {size}", span)
    if len(axes) > 1:
        raise fail("TD0214", f"{got} has {len(axes)} axes of size {size}", span, hint="name the axis by its number")
    return axes[0]

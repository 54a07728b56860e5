"""Builtins that join arrays, cut them, and repeat or shift their elements."""

from __future__ import annotations

from tdsl.check.annotations import storable
from tdsl.check.builtins.axes import axis_of
from tdsl.check.builtins.define import (
    BuiltinArgument,
    BuiltinCall,
    builtin,
    existing,
    size_of,
    sizes_of,
)
from tdsl.check.builtins.positions import integers
from tdsl.check.checker import Checker
from tdsl.check.shapes import Operand, reshape, size_text
from tdsl.check.values import CompileTime, TupleValue, Value
from tdsl.ir.node import Node, apply, constant
from tdsl.ir.program import Requirement
from tdsl.ops.views import joined
from tdsl.source import Label, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import I64, ONE, ZERO, Dim, spell_tuple

OPEN = Dim.of(-1)


def _axis(checker: Checker, call: BuiltinCall, node: Node) -> int:
    if not node.type.rank:
        raise fail("TD0214", f"{call.name} takes arrays with an axis, got a scalar", call.arguments["x"].span)
    return axis_of(checker, call.arguments["axis"], node) if "axis" in call.arguments else 0


def piece(node: Node, axis: int, start: Dim, size: Dim) -> Node:
    """`size` elements from `start` on along an axis."""
    shape = node.type.shape
    return apply(
        "slice",
        node,
        starts=tuple(start if other == axis else ZERO for other in range(len(shape))),
        steps=(1,) * len(shape),
        sizes=tuple(size if other == axis else whole for other, whole in enumerate(shape)),
    )


@builtin("concatenate", "parts", "axis", needed=1)
def _concatenate(checker: Checker, call: BuiltinCall) -> Value:
    """Arrays one after the other along an axis, the first unless another is named."""
    argument = call.arguments["parts"]
    operands = _parts(checker, call, argument)
    dtype = checker.types.common_dtype(operands, call.name)
    nodes = [checker.types.converted(operand, dtype) for operand in operands]
    first = nodes[0]
    axis = axis_of(checker, call.arguments["axis"], first) if "axis" in call.arguments else 0
    for node, operand in zip(nodes, operands, strict=True):
        others = [tuple(size for other, size in enumerate(one.type.shape) if other != axis) for one in (first, node)]
        if node.type.rank != first.type.rank or others[0] != others[1]:
            got = f"{checker.types.spell(first.type)} and {checker.types.spell(node.type)}"
            what = f"concatenate needs equal sizes on all axes but axis {axis}, got {got}"
            labels = [Label(o.span, checker.types.describe(n)) for o, n in ((operands[0], first), (operand, node))]
            raise fail("TD0204", what, call.span, *labels)
    return checker.note(joined(nodes, axis), call.span)


def _parts(checker: Checker, call: BuiltinCall, argument: BuiltinArgument) -> list[Operand]:
    values = argument.value.items if isinstance(argument.value, TupleValue) else ()
    written = argument.syntax.items if isinstance(argument.syntax, syntax.Tuple) else ()
    spans = [part.span for part in written] if len(written) == len(values) else [argument.span] * len(values)
    if not values:
        hint = "several arrays are a tuple: concatenate((a, b))"
        raise fail("TD0213", "concatenate takes a tuple of arrays", argument.span, hint=hint)
    operands = [checker.operand(value, span) for value, span in zip(values, spans, strict=True)]
    for operand in operands:
        if isinstance(operand.value, CompileTime) or not operand.value.type.rank:
            hint = "[a, b] makes an array of scalars"
            raise fail("TD0204", "concatenate takes arrays with an axis, this is a scalar", operand.span, hint=hint)
    return operands


@builtin("split", "x", "sizes", "axis", needed=2)
def _split(checker: Checker, call: BuiltinCall) -> Value:
    """A tuple of pieces of these sizes along an axis; one size may be -1, which is the rest."""
    node, argument = call.node(checker, "x"), call.arguments["sizes"]
    axis, sizes = _axis(checker, call, node), list(sizes_of(checker, argument))
    whole = node.type.shape[axis]
    if sizes.count(OPEN) == 1:
        sizes[sizes.index(OPEN)] = whole - sum((size for size in sizes if size != OPEN), ZERO)
    rest = whole - sum(sizes, ZERO)
    if (rest != ZERO and rest.constant is not None) or any((-size).at_least(1) for size in sizes):
        what = f"pieces of {spell_tuple(tuple(sizes))} do not make up an axis of {size_text(whole)}"
        raise fail("TD0204", what, argument.span, Label(call.arguments["x"].span, checker.types.describe(node)))
    text = f"{whole} == {sum(sizes, ZERO)}"
    needs = [Requirement(size, text, argument.span) for size in (rest, -rest)] if rest != ZERO else []
    parts: list[Value] = []
    start = ZERO
    for size in storable(tuple(sizes), argument.span):
        part = piece(node, axis, start, size)
        checker.require(part, needs)
        parts.append(checker.note(existing(checker, part, argument), call.span))
        start += size
    return TupleValue(tuple(parts))


def _repeated(node: Node, axis: int, times: Dim, inner: bool) -> Node:
    """Each element, or else the whole, so many times along an axis."""
    shape = node.type.shape
    longer = (*shape[:axis], shape[axis] * times, *shape[axis + 1 :])
    wide = (*shape[: axis + inner], times, *shape[axis + inner :])
    kept = tuple(other for other in range(len(wide)) if other != axis + inner)
    return apply("reshape", apply("broadcast", node, shape=wide, axes=kept), shape=longer)


@builtin("repeat", "x", "times", "axis", needed=2)
def _repeat(checker: Checker, call: BuiltinCall) -> Value:
    """Each element so many times along an axis, the first unless another is named."""
    node, times = call.node(checker, "x"), size_of(checker, call.arguments["times"])
    result = _repeated(node, _axis(checker, call, node), times, True)
    storable(result.type.shape, call.span)
    return checker.note(existing(checker, result, call.arguments["times"]), call.span)


@builtin("tile", "x", "times")
def _tile(checker: Checker, call: BuiltinCall) -> Value:
    """The whole array so many times along each axis; the numbers align with the last axes, as sizes do."""
    node, argument = call.node(checker, "x"), call.arguments["times"]
    times = sizes_of(checker, argument)
    if any((-size).at_least(1) for size in times):
        raise fail("TD0221", f"{spell_tuple(times)} counts no copies", argument.span)
    node = reshape(node, (ONE,) * (len(times) - node.type.rank) + node.type.shape)
    for axis, count in enumerate(times, node.type.rank - len(times)):
        node = existing(checker, _repeated(node, axis, count, False), argument) if count != ONE else node
    storable(node.type.shape, call.span)
    return checker.note(node, call.span)


@builtin("roll", "x", "shift", "axis", needed=2)
def _roll(checker: Checker, call: BuiltinCall) -> Value:
    """The elements moved on along an axis; those that leave it at the end come in at the beginning."""
    node = call.node(checker, "x")
    axis, given = _axis(checker, call, node), call.operand(checker, "shift").value
    size = node.type.shape[axis]
    if isinstance(given, CompileTime) and isinstance(given.value, Dim):
        shift, known = given.value, size.constant
        if known and shift.constant is not None:
            shift = Dim.of(shift.constant % known)
        cut = size - shift if shift.at_least(0) else -shift
        if cut.at_least(0) and (size - cut).at_least(0):
            ends = [piece(node, axis, cut, size - cut), piece(node, axis, ZERO, cut)]
            return checker.note(joined(ends, axis), call.span)
    moved = integers(checker, call, "shift")
    if moved.type.rank:
        raise fail("TD0204", "roll takes one number of places", call.arguments["shift"].span)
    count = checker.types.node(CompileTime(size), I64)
    some = apply("maximum", count, constant(1, I64))
    # First the remainder alone: the difference with a large shift could wrap around.
    start = count - checker.note(apply("mod", moved, some), call.span)
    start, some = (apply("broadcast", scalar, shape=(size,), axes=()) for scalar in (start, some))
    positions = checker.note(apply("mod", apply("iota", shape=(size,), axis=0) + start, some), call.span)
    return checker.note(apply("gather", node, positions, axis=axis), call.span)

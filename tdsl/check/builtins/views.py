"""Builtins that make arrays or place their elements elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.check.annotations import storable
from tdsl.check.builtins.define import (
    BUILTINS,
    BuiltinCall,
    axes_given,
    builtin,
    existing,
    from_table,
    shape_of,
    size_of,
    sizes_of,
    stretched,
)
from tdsl.check.checker import Checker, described
from tdsl.check.shapes import reshape
from tdsl.check.values import Builtin, CompileTime, TupleValue, Value
from tdsl.ir.node import IllTyped, Node, apply, full
from tdsl.ir.program import Requirement
from tdsl.source import fail
from tdsl.types import (
    ONE,
    ZERO,
    Dim,
    Ratio,
    Type,
    element_count,
    spell_tuple,
)

OPEN = Dim.of(-1)


@builtin("reshape", "x", "shape")
def _reshape(checker: Checker, call: BuiltinCall) -> Value:
    """One size may be -1, which is computed from the others.  The call checks that the division leaves no remainder."""
    node, sizes = call.node(checker, "x"), sizes_of(checker, call.arguments["shape"])
    whole = element_count(node.type.shape)
    if sizes.count(OPEN) == 1:
        found = _left_over(node.type.shape, [size for size in sizes if size != OPEN])
        sizes = tuple(found if size == OPEN and found is not None else size for size in sizes)
    filled, span = element_count(sizes), call.arguments["shape"].span
    divided = any(isinstance(atom, Ratio) for size in sizes for monomial, _ in size.terms for atom in monomial)
    possible = filled == whole or (divided and (filled - whole).constant is None)
    if not possible or any(size.constant is not None and size.constant < 0 for size in sizes):
        got = checker.types.describe(node)
        raise fail("TD0204", f"{got} has {whole} elements, which do not fill {spell_tuple(sizes)}", span)
    shape = storable(sizes, call.span)
    if filled != whole:
        flat = apply("slice", reshape(node, (whole,)), starts=(ZERO,), steps=(1,), sizes=(filled,))
        text = f"{whole} == {filled}"
        needs = [Requirement(size, text, span) for size in (whole - filled, filled - whole)]
        checker.require(flat, needs)
        node = flat
    return checker.note(reshape(node, shape), call.span)


def _left_over(shape: tuple[Dim, ...], others: list[Dim]) -> Dim | None:
    """The size for -1: all elements divided by the other sizes, rounded down where that is a number."""
    rest = element_count(others)
    exact = element_count(shape).exactly(rest) if rest.terms else None
    if exact is not None or not rest.terms:
        return exact
    given = list(shape)
    for size in list(others):
        if size in given:
            given.remove(size)
            others.remove(size)
    number = element_count(others).constant
    return element_count(given) // number if number else None


@builtin("flatten", "x")
def _flatten(checker: Checker, call: BuiltinCall) -> Value:
    node = call.node(checker, "x")
    return checker.note(reshape(node, (element_count(node.type.shape),)), call.span)


@from_table("transpose")
def _transpose(checker: Checker, call: BuiltinCall) -> Value:
    node = call.node(checker, "x")
    axes = tuple(reversed(range(node.type.rank)))
    if "axes" in call.arguments:
        axes = axes_given(checker, call.arguments["axes"], node.type.rank)
    if sorted(axes) != list(range(node.type.rank)):
        got = checker.types.describe(node)
        listed = ", ".join(map(str, axes))
        raise fail("TD0214", f"({listed}) does not order the axes of {got}", call.arguments["axes"].span)
    return checker.note(apply("transpose", node, axes=axes), call.span) if node.type.rank > 1 else node


@builtin("broadcast", "x", "shape", "axes", needed=2)
def _broadcast(checker: Checker, call: BuiltinCall) -> Value:
    """`axes[i]` is where the axis i of x goes; by default they are the last ones.  A literal size 1 stretches."""
    node, shape = call.node(checker, "x"), shape_of(checker, call.arguments["shape"])
    axes = tuple(range(len(shape) - node.type.rank, len(shape)))
    if "axes" in call.arguments:
        axes = axes_given(checker, call.arguments["axes"], len(shape))
    try:
        if any(axis < 0 for axis in axes) or not len(set(axes)) == len(axes) == node.type.rank:
            raise IndexError
        kept = [i for i, size in enumerate(node.type.shape) if size == shape[axes[i]] or size != ONE]
        narrow = reshape(node, tuple(node.type.shape[i] for i in kept))
        axes = tuple(axes[i] for i in kept)
        result = apply("broadcast", narrow, shape=shape, axes=axes) if shape != narrow.type.shape else narrow
    except (IllTyped, IndexError):
        got = checker.types.describe(node)
        raise fail("TD0204", f"{got} does not stretch to {spell_tuple(shape)}", call.span) from None
    return checker.note(existing(checker, result, call.arguments["shape"]), call.span)


def _filled(value: int) -> Callable[[Checker, BuiltinCall], Value]:
    def work(checker: Checker, call: BuiltinCall) -> Value:
        shape = shape_of(checker, call.arguments["shape"])
        node = full(value, Type(checker.options.real, shape))
        return checker.note(existing(checker, node, call.arguments["shape"]), call.span)

    return work


def _filled_like(value: int) -> Callable[[Checker, BuiltinCall], Value]:
    return lambda checker, call: checker.note(full(value, call.node(checker, "x").type), call.span)


for _name, _value in (("zeros", 0), ("ones", 1)):
    BUILTINS[_name] = Builtin(_name, ("shape",), 1, _filled(_value))
    BUILTINS[_name + "_like"] = Builtin(_name + "_like", ("x",), 1, _filled_like(_value))


def _one_number(scalar: Node, call: BuiltinCall) -> Node:
    if scalar.type.rank:
        raise fail("TD0204", f"{call.name} takes one number", call.arguments["value"].span)
    return scalar


@builtin("full", "shape", "value")
def _full(checker: Checker, call: BuiltinCall) -> Value:
    scalar = _one_number(call.node(checker, "value"), call)
    node = stretched(scalar, scalar.type.with_shape(shape_of(checker, call.arguments["shape"])))
    return checker.note(existing(checker, node, call.arguments["shape"]), call.span)


@builtin("full_like", "x", "value")
def _full_like(checker: Checker, call: BuiltinCall) -> Value:
    node, value = call.node(checker, "x"), call.operand(checker, "value")
    dtype = checker.types.common_dtype([value, call.operand(checker, "x")], call.name)
    scalar = _one_number(checker.types.converted(value, dtype), call)
    return checker.note(stretched(scalar, scalar.type.with_shape(node.type.shape)), call.span)


@builtin("arange", "size")
def _arange(checker: Checker, call: BuiltinCall) -> Value:
    """0, 1, … size - 1, as i64."""
    node = apply("iota", shape=(size_of(checker, call.arguments["size"]),), axis=0)
    return checker.note(existing(checker, node, call.arguments["size"]), call.span)


@from_table("iota")
def _iota(checker: Checker, call: BuiltinCall) -> Value:
    """The position along an axis, as i64."""
    shape = shape_of(checker, call.arguments["shape"])
    axes = axes_given(checker, call.arguments["axis"], len(shape))
    if len(axes) != 1 or not 0 <= axes[0] < len(shape):
        axis = call.arguments["axis"].span
        raise fail("TD0214", f"{spell_tuple(shape)} has no axis {axis.text}", axis)
    node = apply("iota", shape=shape, axis=axes[0])
    return checker.note(existing(checker, node, call.arguments["shape"]), call.span)


@builtin("size", "dim")
def _size(checker: Checker, call: BuiltinCall) -> Value:
    """A size as a number."""
    return CompileTime(size_of(checker, call.arguments["dim"]))


@builtin("len", "parts")
def _len(checker: Checker, call: BuiltinCall) -> Value:
    """The number of parts of a tuple."""
    argument = call.arguments["parts"]
    if not isinstance(argument.value, TupleValue):
        got = described(checker, argument.value)
        hint = "sizes have names: declare the argument real[N] and write N"
        raise fail("TD0213", f"len counts the parts of a tuple, this is {got}", argument.span, hint=hint)
    return CompileTime(Dim.of(len(argument.value.items)))

"""Draws.  Each has the shape of its parameters stretched together, and with `shape`; in the first value of a shared or
state that of the declaration."""

from __future__ import annotations

from tdsl.check.arithmetic import combine
from tdsl.check.builtins.define import BuiltinCall, builtin, existing, from_table, shape_of, size_of
from tdsl.check.checker import Checker
from tdsl.check.draws import random_bits
from tdsl.check.shapes import Operand
from tdsl.check.values import CompileTime, Value
from tdsl.ir.node import Node, apply
from tdsl.source import fail
from tdsl.types import F32, F64, I64, Dim, DType, Kind, Shape, Type


@from_table("random_bits")
def _bits(checker: Checker, call: BuiltinCall) -> Value:
    """The words of a key and a stream that the program chooses."""
    key, stream = (_integer(checker, call, name) for name in ("key", "stream"))
    for name, node in (("key", key), ("stream", stream)):
        if node.type.rank:
            raise fail("TD0202", f"{name} is one int, got {checker.types.describe(node)}", call.arguments[name].span)
    shape = shape_of(checker, call.arguments["shape"])
    return checker.note(apply("random_bits", key, stream, shape=shape), call.span)


@from_table("random_binomial")
def _of_trials(checker: Checker, call: BuiltinCall) -> Value:
    """In place of the function that the table makes, whose operands have one type."""
    p = _probability(checker, call)
    nodes = [*(_integer(checker, call, name) for name in ("bits", "count")), checker.types.converted(p, F64)]
    spans = [argument.span for argument in call.arguments.values()]
    return checker.note(apply("random_binomial", *checker.types.align(nodes, spans, call.name, call.span)), call.span)


@builtin("uniform", "low", "high", "shape", needed=2)
def _uniform(checker: Checker, call: BuiltinCall) -> Value:
    """From low on, below high."""
    low, high = call.operand(checker, "low"), call.operand(checker, "high")
    dtype = _real(checker, call, low, high)
    unit = apply("unit_interval", _drawn(checker, call, low, high))
    if dtype == F32:
        unit = apply("floor", unit * 2.0**24).cast(F32) * 2.0**-24
    width = Operand(combine(checker, "-", high, low, call.span), high.span)
    return _scaled(checker, call, unit, low, width)


@builtin("normal", "mean", "deviation", "shape", needed=2)
def _normal(checker: Checker, call: BuiltinCall) -> Value:
    mean, deviation = call.operand(checker, "mean"), call.operand(checker, "deviation")
    dtype = _real(checker, call, mean, deviation)
    draw = apply("standard_normal", _drawn(checker, call, mean, deviation))
    return _scaled(checker, call, draw.cast(dtype), mean, deviation)


@builtin("truncated_normal", "mean", "deviation", "shape", needed=2)
def _truncated_normal(checker: Checker, call: BuiltinCall) -> Value:
    """Normal numbers within two deviations of the mean."""
    mean, deviation = call.operand(checker, "mean"), call.operand(checker, "deviation")
    dtype = _real(checker, call, mean, deviation)
    draw = apply("standard_truncated_normal", _drawn(checker, call, mean, deviation))
    return _scaled(checker, call, draw.cast(dtype), mean, deviation)


@builtin("bernoulli", "p", "shape", needed=1)
def _bernoulli(checker: Checker, call: BuiltinCall) -> Value:
    """True with a probability."""
    p = _probability(checker, call)
    unit = Operand(apply("unit_interval", _drawn(checker, call, p)), call.span)
    limit = Operand(checker.types.converted(p, F64), p.span)
    return combine(checker, "<", unit, limit, call.span)


@builtin("binomial", "n", "p", "shape", needed=2)
def _binomial(checker: Checker, call: BuiltinCall) -> Value:
    """The number of successes in n trials."""
    n, p = call.operand(checker, "n"), _probability(checker, call)
    count, bits = _integer(checker, call, "n"), _drawn(checker, call, n, p)
    nodes, spans = [bits, count, checker.types.converted(p, F64)], [call.span, n.span, p.span]
    return checker.note(apply("random_binomial", *checker.types.align(nodes, spans, call.name, call.span)), call.span)


@builtin("randint", "low", "high", "shape", needed=2)
def _randint(checker: Checker, call: BuiltinCall) -> Value:
    """Integers from low on, below high; low where there are none."""
    low, high = call.operand(checker, "low"), call.operand(checker, "high")
    numbers = [operand.value.number if isinstance(operand.value, CompileTime) else None for operand in (low, high)]
    if None not in numbers and numbers[0] >= numbers[1]:  # type: ignore[operator]
        what = f"randint draws integers from low on and below high, and {numbers[1]} is not above {numbers[0]}"
        raise fail("TD0106", what, call.span)
    least, end = _integer(checker, call, "low"), _integer(checker, call, "high")
    bits = _drawn(checker, call, low, high)
    least, end, bits = checker.types.align([least, end, bits], [low.span, high.span, call.span], call.name, call.span)
    drawn = least + apply("random_below", bits, end - least)
    return checker.note(drawn if None not in numbers else apply("select", end > least, drawn, least), call.span)


@builtin("permutation", "n")
def _permutation(checker: Checker, call: BuiltinCall) -> Value:
    """The positions 0 … n - 1 in random order: that of random bits."""
    size = size_of(checker, call.arguments["n"])
    bits = existing(checker, random_bits(checker, (size,), call.span), call.arguments["n"])
    return checker.note(apply("argsort", bits, axis=0), call.span)


def _drawn(checker: Checker, call: BuiltinCall, *parameters: Operand) -> Node:
    """Bits of the shape of a draw."""
    nodes, spans = [checker.types.node(operand.value) for operand in parameters], [o.span for o in parameters]
    shape: Shape | None = None
    if "shape" in call.arguments:
        shape = shape_of(checker, call.arguments["shape"])
        spans.append(call.arguments["shape"].span)
    elif checker.initialising is not None:
        shape = _declared(checker, call).shape
        spans.append(call.span)
    if shape is not None:
        nodes.append(apply("variable", name="", type=Type(checker.options.real, shape)))
    shape = checker.types.align(nodes, spans, call.name, call.span)[0].type.shape
    bits = random_bits(checker, shape, call.span)
    return existing(checker, bits, call.arguments["shape"]) if "shape" in call.arguments else bits


def _declared(checker: Checker, call: BuiltinCall) -> Type:
    """The type of the shared or state whose first value this stands in."""
    declaration = checker.initialising
    assert declaration is not None
    if declaration.type is None:
        what = f"nothing says how many values {call.name} draws for '{declaration.name}'"
        raise fail("TD0215", what, call.span, hint=f"declare its type: {declaration.name}: real[10] = …")
    return declaration.type


def _real(checker: Checker, call: BuiltinCall, *parameters: Operand) -> DType:
    """The dtype of a draw: that of its parameters, or of the declaration around it."""
    dtype = checker.types.common_dtype(parameters, call.name)
    if all(isinstance(o.value, CompileTime) or checker.types.is_literal(o.value) for o in parameters):
        dtype = checker.options.real
    if dtype.kind is not Kind.REAL:
        values = [o for o in parameters if isinstance(o.value, Node)]
        wrong = next(o for o in values if checker.types.dtype(o).kind is not Kind.REAL)
        got = checker.types.describe(wrong.value)
        raise fail("TD0202", f"{call.name} takes reals, got {got}", wrong.span, hint=f"real({wrong.span.text})")
    if checker.initialising is None or call.name in ("bernoulli", "binomial"):
        return dtype
    declared = _declared(checker, call)
    if not declared.is_real:
        what = f"{call.name} gives reals, and '{checker.initialising.name}' is {checker.types.spell(declared)}"
        raise fail("TD0226", what, call.span)
    return declared.dtype


def _probability(checker: Checker, call: BuiltinCall) -> Operand:
    p = call.operand(checker, "p")
    _real(checker, call, p)
    number = p.value.number if isinstance(p.value, CompileTime) else None
    if number is not None and not 0 <= number <= 1:
        raise fail("TD0106", f"a probability is a number from 0 to 1, this is {number}", p.span)
    return p


def _integer(checker: Checker, call: BuiltinCall, name: str) -> Node:
    operand = call.operand(checker, name)
    if checker.types.dtype(operand).kind is not Kind.INTEGER:
        got = checker.types.describe(operand.value)
        raise fail("TD0202", f"{call.name} takes integers, got {got}", operand.span, hint=f"int({operand.span.text})")
    return checker.types.converted(operand, I64)


def _scaled(checker: Checker, call: BuiltinCall, draw: Node, offset: Operand, scale: Operand) -> Value:
    """draw * scale + offset, without steps that change nothing."""
    value = Operand(draw, call.span)
    if not _is(scale, 1):
        value = Operand(combine(checker, "*", value, scale, call.span), call.span)
    if not _is(offset, 0):
        value = Operand(combine(checker, "+", value, offset, call.span), call.span)
    return checker.note(value.value, call.span) if isinstance(value.value, Node) else value.value


def _is(operand: Operand, number: int) -> bool:
    value = operand.value
    return isinstance(value, CompileTime) and not value.mentions and value.value in (Dim.of(number), float(number))

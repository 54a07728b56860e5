"""Builtins element by element.  An op with a signature in the table is one by that line; casts, `switch` and the
operators that have a name as well are added."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from tdsl.check.arithmetic import applied, bounded, combine, elementwise
from tdsl.check.builtins.define import BUILTINS, BuiltinCall, Work, builtin, from_table
from tdsl.check.checker import Checker
from tdsl.check.shapes import Operand
from tdsl.check.values import Builtin, CompileTime, Value
from tdsl.ir.attributes import Attributes
from tdsl.ir.node import OPS, Op, apply
from tdsl.ops.define import REAL
from tdsl.source import fail
from tdsl.types import (
    BOOL,
    DTYPES,
    I64,
    Dim,
    DType,
    Kind,
)


def _elementwise(op: Op) -> Work:
    def work(checker: Checker, call: BuiltinCall) -> Value:
        operands = [call.operand(checker, name) for name in call.arguments]
        numbers = [operand.value.number for operand in operands if isinstance(operand.value, CompileTime)]
        if len(numbers) == len(operands) and None not in numbers:
            mentioned = tuple(node for o in operands if isinstance(o.value, CompileTime) for node in o.value.mentions)
            return replace(_fold(op, numbers, call), mentions=mentioned)
        dtype = checker.types.common_dtype(operands, call.name)
        written = all(isinstance(o.value, CompileTime) or checker.types.is_literal(o.value) for o in operands)
        if op.kinds == REAL and written:
            dtype = checker.options.real
        return elementwise(checker, op.name, operands, call.span, call.name, dtype)

    return work


def _fold(op: Op, numbers: list[Any], call: BuiltinCall) -> CompileTime:
    whole = Kind.INTEGER in op.kinds and all(isinstance(number, int) for number in numbers)
    with np.errstate(all="ignore"):
        arrays = (np.asarray(number, dtype=object if whole else np.float64) for number in numbers)
        value = np.asarray(op.numpy(*arrays)).item()
    return CompileTime(bounded(Dim.of(value), call.span) if whole and isinstance(value, int) else value)


for _op in OPS.values():
    if _op.family == "elementwise" and _op.signature and _op.attributes is Attributes:
        from_table(_op.name)(_elementwise(_op))


def _of_order(name: str) -> Work:
    """The order is an integer, or an array of them."""

    def work(checker: Checker, call: BuiltinCall) -> Value:
        order, *operands = (call.operand(checker, parameter) for parameter in OPS[name].signature)
        node = checker.types.node(order.value)
        if node.type.dtype.kind is not Kind.INTEGER:
            got = checker.types.describe(order.value)
            fixed = f"{name}({', '.join(('1', *OPS[name].signature[1:]))})"
            raise fail("TD0202", f"{name} takes an integer first, got {got}", order.span, hint=fixed)
        dtype = checker.types.common_dtype(operands, call.name)
        if all(isinstance(o.value, CompileTime) or checker.types.is_literal(o.value) for o in operands):
            dtype = checker.options.real
        values = [checker.types.converted(operand, dtype) for operand in operands]
        spans = [operand.span for operand in (order, *operands)]
        nodes = checker.types.align([node.cast(I64), *values], spans, call.name, call.span)
        return checker.note(applied(checker, name, nodes, operands, call.span, call.name), call.span)

    return work


for _name in ("polygamma", "polygamma_difference"):
    from_table(_name)(_of_order(_name))


@builtin("mod", "a", "b")
def _mod(checker: Checker, call: BuiltinCall) -> Value:
    return combine(checker, "%", call.operand(checker, "a"), call.operand(checker, "b"), call.span)


@builtin("pow", "a", "b")
def _pow(checker: Checker, call: BuiltinCall) -> Value:
    return combine(checker, "**", call.operand(checker, "a"), call.operand(checker, "b"), call.span)


@builtin("switch", "condition", "a", "b")
def _switch(checker: Checker, call: BuiltinCall) -> Value:
    condition = call.operand(checker, "condition")
    test = checker.types.node(condition.value)
    if test.type.dtype != BOOL:
        got = checker.types.describe(test)
        raise fail("TD0222", f"switch chooses by true and false, got {got}", condition.span, hint="compare it first")
    a, b = (call.operand(checker, name) for name in "ab")
    dtype = checker.types.common_dtype([a, b], "switch")
    branches = [checker.types.converted(operand, dtype) for operand in (a, b)]
    nodes = checker.types.align([test, *branches], [condition.span, a.span, b.span], "switch", call.span)
    return checker.note(apply("select", *nodes), call.span)


def _cast(name: str) -> Work:
    def work(checker: Checker, call: BuiltinCall) -> Value:
        dtype = {"real": checker.options.real, "int": I64, **DTYPES}[name]
        operand = call.operand(checker, "x")
        value = operand.value
        if isinstance(value, CompileTime) and value.number is not None:
            return _cast_number(checker, name, dtype, operand, value)
        return checker.note(checker.types.node(value).cast(dtype), call.span)

    return work


def _cast_number(checker: Checker, name: str, dtype: DType, operand: Operand, value: CompileTime) -> Value:
    """`real` and `int` of a number stay numbers that adapt; the others have their dtype."""
    number = value.number
    assert number is not None
    if name == "real":
        return replace(value, value=float(number))
    if dtype.kind is Kind.INTEGER:
        if not math.isfinite(number):
            raise fail("TD0106", f"{number} cannot be converted to an integer", operand.span)
        whole = Operand(replace(value, value=bounded(Dim.of(int(number)), operand.span)), operand.span)
        return whole.value if name == "int" else checker.types.converted(whole, dtype)
    return checker.types.node(replace(value, value=number != 0 if dtype == BOOL else float(number)), dtype)


for _name in ("real", "int", *DTYPES):
    BUILTINS[_name] = Builtin(_name, ("x",), 1, _cast(_name))

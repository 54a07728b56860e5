"""Builtins element by element.  What the op table spells as a function is one by that very line; casts, `switch` and
the operators that have a name as well are added."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tdsl.check.arithmetic import bounded, combine, elementwise
from tdsl.check.builtins.define import BUILTINS, BuiltinCall, builtin
from tdsl.check.checker import Checker
from tdsl.check.shapes import Operand
from tdsl.check.values import Builtin, CompileTime, Value
from tdsl.ir.node import OPS, IllTyped, apply
from tdsl.source import fail
from tdsl.types import (
    BOOL,
    DTYPES,
    I64,
    Dim,
    DType,
    Kind,
    Type,
)


def _elementwise(op_name: str) -> Callable[[Checker, BuiltinCall], Value]:
    op = OPS[op_name]

    def work(checker: Checker, call: BuiltinCall) -> Value:
        operands = [call.operand(checker, name) for name in call.arguments]
        numbers = [operand.value.number for operand in operands if isinstance(operand.value, CompileTime)]
        if len(numbers) == len(operands) and None not in numbers:
            mentioned = tuple(node for o in operands if isinstance(o.value, CompileTime) for node in o.value.mentions)
            return replace(_fold(op.numpy, numbers, call), mentions=mentioned)
        dtype = checker.types.common_dtype(operands, call.name)
        written = all(isinstance(o.value, CompileTime) or checker.types.is_literal(o.value) for o in operands)
        if takes_real_only(op_name) and written:
            dtype = checker.options.real
        return elementwise(checker, op_name, operands, call.span, call.name, dtype)

    return work


def _fold(function: Callable[..., Any], numbers: list[Any], call: BuiltinCall) -> CompileTime:
    whole = call.name in ("abs", "sign", "maximum", "minimum") and all(isinstance(n, int) for n in numbers)
    with np.errstate(all="ignore"):
        arrays = (np.asarray(number, dtype=object if whole else np.float64) for number in numbers)
        value = np.asarray(function(*arrays)).item()
    return CompileTime(bounded(Dim.of(value), call.span) if whole else value)


def takes_real_only(name: str) -> bool:
    """Whether an op takes reals only."""
    try:
        OPS[name].infer([Type(I64)] * 2)
    except IllTyped:
        return True
    return False


_BINARY = {"atan2", "hypot", "hypot_slope", "logaddexp", "maximum", "minimum"}
for _op in [op for op in OPS.values() if op.family == "elementwise" and op.tdsl.isidentifier() and not op.infix]:
    if _op.tdsl not in ("not", "switch", "cast"):
        _names = ("a", "b") if _op.name in _BINARY else ("x",)
        BUILTINS[_op.tdsl] = Builtin(_op.tdsl, _names, len(_names), _elementwise(_op.name))


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


def _cast(name: str) -> Callable[[Checker, BuiltinCall], Value]:
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
            raise fail("TD0106", f"{number} is no integer", operand.span)
        whole = Operand(replace(value, value=bounded(Dim.of(int(number)), operand.span)), operand.span)
        return whole.value if name == "int" else checker.types.converted(whole, dtype)
    return checker.types.node(replace(value, value=number != 0 if dtype == BOOL else float(number)), dtype)


for _name in ("real", "int", *DTYPES):
    BUILTINS[_name] = Builtin(_name, ("x",), 1, _cast(_name))

"""Arithmetic that needs more than the op table: operators, and numbers folded at compile time."""

from __future__ import annotations

import operator as python
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tdsl.check.checker import Checker
from tdsl.check.matmul import matrix_product
from tdsl.check.shapes import MOST_AXES, Operand
from tdsl.check.values import CompileTime
from tdsl.ir.node import OPS, IllTyped, Node, apply, full
from tdsl.source import Label, Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import BOOL, Dim, DType, Kind, element_count

FOLD: dict[str, Callable[[Any, Any], Any]] = {
    "+": python.add,
    "-": python.sub,
    "*": python.mul,
    "/": python.truediv,
    "//": python.floordiv,
    "%": python.mod,
    "**": python.pow,
    "==": python.eq,
    "!=": python.ne,
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
}
INFIX = {op.tdsl: op for op in OPS.values() if op.infix}
MOST_BITS = 63
MOST_FACTORS = 16
MOST_TERMS = 200
MOST_NESTED = 16
MOST_DEGREE = 64


def bounded(size: Dim, span: Span) -> Dim:
    """The size itself; raises `UserError` for one that a 64-bit integer, or a reader, cannot hold."""
    if any(not -(2**MOST_BITS) <= coefficient < 2**MOST_BITS for _, coefficient in size.terms):
        raise fail("TD0106", "this integer does not fit in 64 bits", span)
    if len(size.terms) > MOST_TERMS or size.nesting > MOST_NESTED or size.degree > MOST_DEGREE:
        raise fail("TD0221", "this formula of sizes is too large", span)
    return size


def elementwise(
    checker: Checker, name: str, operands: list[Operand], span: Span, what: str, dtype: DType | None = None
) -> Node:
    """An elementwise op over operands of one type; dtypes that do not fit are the user's error."""
    nodes = checker.types.unify(operands, what, span, dtype)
    return checker.note(applied(checker, name, nodes, operands, span, what), span)


def applied(checker: Checker, name: str, nodes: list[Node], operands: list[Operand], span: Span, what: str) -> Node:
    """An op over nodes; its complaints are worded as the program is."""
    try:
        return apply(name, *nodes)
    except IllTyped as problem:
        labels = [Label(operand.span, checker.types.describe(operand.value)) for operand in operands]
        text = span.text if len(operands) > 1 else operands[0].span.text
        real = "takes a real" in str(problem) and len(operands) == 1
        hint = f"convert it: real({text})" if real else None
        raise fail("TD0202", checker.types.said(problem, name, what), span, *labels, hint=hint) from None


def require_bools(checker: Checker, operator: str, operands: Sequence[Operand]) -> None:
    """`and`, `or` and `not` take bools; a number is not one by itself."""
    for operand in operands:
        type = checker.types.node(operand.value).type
        if type.dtype != BOOL:
            got = checker.types.describe(operand.value)
            hint = "compare it, for example with != 0"
            raise fail("TD0202", f"'{operator}' takes a bool, got {got}", operand.span, hint=hint)


def unary(checker: Checker, written: syntax.Unary, value: Node | CompileTime) -> Node | CompileTime:
    if written.operator == "not":
        if isinstance(value, CompileTime) and isinstance(value.value, bool):
            return replace(value, value=not value.value)
        operand = Operand(value, written.operand.span)
        require_bools(checker, "not", [operand])
        return elementwise(checker, "not", [operand], written.span, "not")
    if isinstance(value, CompileTime) and not isinstance(value.value, bool):
        if written.operator == "-":
            number = bounded(-value.value, written.span) if isinstance(value.value, Dim) else -value.value
            value = replace(value, value=number)
        return value
    if written.operator == "+" and checker.types.node(value).type.dtype != BOOL:
        return value
    if isinstance(value, Node) and checker.types.is_literal(value) and value.type.dtype != BOOL:
        return checker.note(checker.types.negated(value), written.span)
    return elementwise(checker, "neg", [Operand(value, written.operand.span)], written.span, written.operator)


def combine(checker: Checker, operator: str, left: Operand, right: Operand, span: Span) -> Node | CompileTime:
    """Two values by an operator of the language."""
    if operator == "@":
        return matrix_product(checker, left, right, span)
    if operator == "/":
        _refuse_integer_division(checker, left, right, span)
    if isinstance(left.value, CompileTime) and isinstance(right.value, CompileTime):
        value = fold(checker, operator, left, right, span)
        mentioned = left.value.mentions + right.value.mentions
        return replace(value, mentions=mentioned) if isinstance(value, CompileTime) and mentioned else value
    if operator == "**":
        return power(checker, left, right, span)
    op = INFIX[operator]
    if operator in ("and", "or"):
        require_bools(checker, operator, (left, right))
    return elementwise(checker, op.name, [left, right], span, operator)


def _refuse_integer_division(checker: Checker, left: Operand, right: Operand, span: Span) -> None:
    if all(checker.types.dtype(operand).kind is not Kind.REAL for operand in (left, right)):
        raise fail(
            "TD0205",
            "/ divides reals, and both sides are integers",
            span,
            Label(left.span, checker.types.describe(left.value)),
            Label(right.span, checker.types.describe(right.value)),
            hint="// rounds down; real(…) around one side divides",
        )


def fold(checker: Checker, operator: str, left: Operand, right: Operand, span: Span) -> Node | CompileTime:
    """Two numbers known at compile time; sizes stay formulas as far as they can."""
    a, b = left.value, right.value
    assert isinstance(a, CompileTime) and isinstance(b, CompileTime)
    if operator in ("and", "or"):
        require_bools(checker, operator, (left, right))
    if isinstance(a.value, Dim) and isinstance(b.value, Dim):
        size = _size(checker, operator, a.value, b.value, span)
        if size is not None:
            return CompileTime(bounded(size, span))
    first, second = a.number, b.number
    if first is None or second is None:
        if operator == "**":
            return power(checker, left, right, span)
        return elementwise(checker, INFIX[operator].name, [left, right], span, operator)
    value = _fold(checker, operator, first, second, span)
    if isinstance(value, complex):
        raise fail("TD0202", "the root of a negative number is not real", span)
    if isinstance(value, int) and not isinstance(value, bool):
        return CompileTime(bounded(Dim.of(value), span))
    return CompileTime(value)


def _size(checker: Checker, operator: str, a: Dim, b: Dim, span: Span) -> Dim | None:
    """A formula of sizes, where there is one."""
    number = b.constant
    match operator:
        case "+" | "-" | "*":
            return FOLD[operator](a, b)  # type: ignore[no-any-return]
        case "//" | "%":
            if number == 0:
                raise fail("TD0106", "division by zero", span)
            known = number is not None and (number > 0 or a.constant is not None)
            return FOLD[operator](a, b) if known else None
        case "**" if a.constant is None and number is not None and 0 <= number <= MOST_FACTORS:
            return element_count([a] * number)
    return None


def _fold(checker: Checker, operator: str, a: Any, b: Any, span: Span) -> Any:
    if operator == "**" and isinstance(a, int) and isinstance(b, int) and b > MOST_BITS and abs(a) > 1:
        raise fail("TD0106", "this integer does not fit in 64 bits", span)
    try:
        return FOLD[operator](a, b)
    except ZeroDivisionError:
        raise fail("TD0106", "division by zero", span) from None
    except OverflowError:
        raise fail("TD0106", "this number is larger than any f64", span) from None


def power(checker: Checker, base: Operand, exponent: Operand, span: Span) -> Node | CompileTime:
    """A small whole exponent is written out as products, exact and differentiable everywhere."""
    if isinstance(exponent.value, CompileTime) and isinstance(base.value, Node):
        number = exponent.value.number
        kinds = [checker.types.dtype(operand).kind for operand in (base, exponent)]
        whole = number is not None and 0 <= number <= MOST_FACTORS and float(number).is_integer()
        if number is not None and whole and Kind.BOOL not in kinds and kinds != [Kind.INTEGER, Kind.REAL]:
            return checker.note(_repeated(checker, base.value, int(number)), span)
        if number == 0.5 and base.value.type.is_real:
            return checker.note(apply("sqrt", base.value), span)
    return elementwise(checker, "pow", [base, exponent], span, "**")


def _repeated(checker: Checker, base: Node, count: int) -> Node:
    if count == 0:
        return checker.marks.mentioning(full(1, base.type), base)
    result: Node | None = None
    square = base
    while count:
        if count & 1:
            result = square if result is None else result * square
        count >>= 1
        square = square * square if count else square
    assert result is not None
    return result


def stack(checker: Checker, operands: list[Operand], span: Span) -> Node:
    """An array literal; its parts have one shape."""
    dtype = checker.types.common_dtype(operands, "[…]")
    nodes = [checker.types.converted(operand, dtype) for operand in operands]
    first = nodes[0].type
    for node, operand in zip(nodes, operands, strict=True):
        if node.type != first:
            label = Label(operands[0].span, checker.types.spell(first))
            got = checker.types.spell(node.type)
            raise fail("TD0204", "the parts of an array have one shape", operand.span, label, label=got)
    if first.rank >= MOST_AXES:
        raise fail("TD0221", f"an array has at most {MOST_AXES} axes", span)
    return checker.note(apply("stack", *nodes), span)

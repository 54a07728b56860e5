"""Arithmetic that needs more than the op table: numbers folded at compile time, matrix products, array literals."""

from __future__ import annotations

import operator as python
from collections.abc import Callable, Sequence
from typing import Any

from tdsl.check.context import Context
from tdsl.check.shapes import MOST_AXES, Operand, size_text
from tdsl.check.values import Static
from tdsl.ir.node import OPS, IllTyped, Node, apply
from tdsl.source import Label, Span, UserError, fail
from tdsl.types import BOOL, Dim, DType, element_count

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


class Arithmetic(Context):
    """The checker's part for products and numbers."""

    def elementwise(
        self, name: str, operands: list[Operand], span: Span, what: str, dtype: DType | None = None
    ) -> Node:
        """An elementwise op over operands made alike; a misfit in dtype is the user's error."""
        nodes = self.units.unify(operands, what, span, dtype)
        return self.note(self.applied(name, nodes, operands, span, what), span)

    def applied(self, name: str, nodes: list[Node], operands: list[Operand], span: Span, what: str) -> Node:
        """An op over nodes; what it cannot take is told in the words of the program."""
        try:
            return apply(name, *nodes)
        except IllTyped as problem:
            labels = [Label(operand.span, self.units.describe(operand.value)) for operand in operands]
            text = span.text if len(operands) > 1 else operands[0].span.text
            real = "takes a real" in str(problem) and len(operands) == 1
            hint = f"convert it: real({text})" if real else None
            raise fail("TD0202", self.units.said(problem, name, what), span, *labels, hint=hint) from None

    def fold(self, operator: str, left: Operand, right: Operand, span: Span) -> Node | Static:
        """Two numbers known at compile time; sizes stay formulas as far as they can."""
        a, b = left.value, right.value
        assert isinstance(a, Static) and isinstance(b, Static)
        if operator in ("and", "or"):
            self.refuse_numbers(operator, (left, right))
        if isinstance(a.value, Dim) and isinstance(b.value, Dim):
            size = self._size(operator, a.value, b.value, span)
            if size is not None:
                return Static(bounded(size, span))
        first, second = a.number, b.number
        if first is None or second is None:
            if operator == "**":
                return self.power(left, right, span)
            return self.elementwise(INFIX[operator].name, [left, right], span, operator)
        value = self._fold(operator, first, second, span)
        if isinstance(value, complex):
            raise fail("TD0202", "the root of a negative number is not real", span)
        if isinstance(value, int) and not isinstance(value, bool):
            return Static(bounded(Dim.of(value), span))
        return Static(value)

    def refuse_numbers(self, operator: str, operands: Sequence[Operand]) -> None:
        """`and`, `or` and `not` take bools; a number is not one by itself."""
        for operand in operands:
            type = self.units.node(operand.value).type
            if type.dtype != BOOL:
                got = self.units.describe(operand.value)
                hint = "compare it, for example with != 0"
                raise fail("TD0202", f"'{operator}' takes a bool, got {got}", operand.span, hint=hint)

    def _size(self, operator: str, a: Dim, b: Dim, span: Span) -> Dim | None:
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

    def _fold(self, operator: str, a: Any, b: Any, span: Span) -> Any:
        if operator == "**" and isinstance(a, int) and isinstance(b, int) and b > MOST_BITS and abs(a) > 1:
            raise fail("TD0106", "this integer does not fit in 64 bits", span)
        try:
            return FOLD[operator](a, b)
        except ZeroDivisionError:
            raise fail("TD0106", "division by zero", span) from None
        except OverflowError:
            raise fail("TD0106", "this number is larger than any f64", span) from None

    def power(self, base: Operand, exponent: Operand, span: Span) -> Node | Static:
        raise NotImplementedError

    def matrix_product(self, left: Operand, right: Operand, span: Span) -> Node:
        """`@`: one pair of equal sizes is contracted."""
        for operand in (left, right):
            if isinstance(operand.value, Static) or not operand.value.type.rank:
                raise fail("TD0203", "@ takes vectors and matrices, this is a scalar", operand.span, hint="write *")
        dtype = self.units.common_dtype([left, right], "@")
        a, b = (self.units.converted(operand, dtype) for operand in (left, right))
        if dtype == BOOL:
            raise fail("TD0202", "@ takes numbers, got bools", span, hint=f"real({left.span.text}) counts them")
        if a.type.rank > 2 and b.type.rank <= 2:
            return self._rows_product(a, b, left, right, span)
        try:
            return self.note(apply("matmul", a, b), span)
        except IllTyped:
            raise self._product_misfit(left, right, a, b, span) from None

    def _rows_product(self, a: Node, b: Node, left: Operand, right: Operand, span: Span) -> Node:
        """A stack of matrices times one matrix is one tall product."""
        if a.type.shape[-1] != b.type.shape[0]:
            raise self._product_misfit(left, right, a, b, span)
        rows = element_count(a.type.shape[:-1])
        flat = apply("matmul", apply("reshape", a, shape=(rows, a.type.shape[-1])), b)
        return self.note(apply("reshape", flat, shape=a.type.shape[:-1] + b.type.shape[1:]), span)

    def _product_misfit(self, left: Operand, right: Operand, a: Node, b: Node, span: Span) -> UserError:
        first, last = a.type.shape[-1], b.type.shape[-2 if b.type.rank > 1 else 0]
        text = f"{self.units.spell(a.type)} @ {self.units.spell(b.type)}"
        if first == last:
            return fail(
                "TD0203", f"@ cannot stack these, got {text}", span, Label(left.span, ""), Label(right.span, "")
            )
        hint = None
        if b.type.rank == 2 and b.type.shape[-1] == first:
            hint = f"{_transposed(right.span.text)} is {self.units.spell(b.type.with_shape(b.type.shape[::-1]))}"
        elif a.type.rank == 2 and a.type.shape[0] == last:
            hint = f"{_transposed(left.span.text)} is {self.units.spell(a.type.with_shape(a.type.shape[::-1]))}"
        return fail(
            "TD0203",
            f"@ needs one size in the middle, got {text}",
            left.span,
            Label(right.span, f"first size {size_text(last)}{self._origin(right)}"),
            hint=hint,
            label=f"last size {size_text(first)}{self._origin(left)}",
        )

    def _origin(self, operand: Operand) -> str:
        """Where the operand was declared, if it has a name."""
        node = operand.value
        if not isinstance(node, Node) or node not in self.spans:
            return ""
        span = self.spans[node]
        name = self.names.get(node)
        if span.source is not operand.span.source or name is None:
            return ""
        return f" (from {name}, line {span.line})"

    def stack(self, operands: list[Operand], span: Span) -> Node:
        """An array literal; its parts have one shape."""
        dtype = self.units.common_dtype(operands, "[…]")
        nodes = [self.units.converted(operand, dtype) for operand in operands]
        first = nodes[0].type
        for node, operand in zip(nodes, operands, strict=True):
            if node.type != first:
                label = Label(operands[0].span, self.units.spell(first))
                got = self.units.spell(node.type)
                raise fail("TD0204", "the parts of an array have one shape", operand.span, label, label=got)
        if first.rank >= MOST_AXES:
            raise fail("TD0221", f"an array has at most {MOST_AXES} axes", span)
        return self.note(apply("stack", *nodes), span)


def _transposed(text: str) -> str:
    return text.removesuffix(".T") if text.endswith(".T") else f"{text}.T"

"""Arithmetic that needs more than the op table: numbers folded at compile time, matrix products, array literals."""

from __future__ import annotations

import operator as python
from collections.abc import Callable
from typing import Any

from tdsl.check.context import Context
from tdsl.check.shapes import Operand, size_text
from tdsl.check.values import Static
from tdsl.ir import IllTyped, Node, apply
from tdsl.source import Label, Span, UserError, fail
from tdsl.types import Dim

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
MOST_BITS = 63


class Arithmetic(Context):
    """The checker's part for products and numbers."""

    def fold(self, operator: str, left: Operand, right: Operand, span: Span) -> Node | Static:
        """Two numbers known at compile time; sizes stay formulas as far as they can."""
        a, b = left.value, right.value
        assert isinstance(a, Static) and isinstance(b, Static)
        if operator in ("and", "or") and not (isinstance(a.value, bool) and isinstance(b.value, bool)):
            raise fail("TD0202", f"'{operator}' takes bools", span)
        if isinstance(a.value, Dim) and isinstance(b.value, Dim) and operator in ("+", "-", "*", "//", "%"):
            return Static(self._fold(operator, a.value, b.value, span))
        first, second = a.number, b.number
        if first is None or second is None:
            return self._at_run_time(operator, left, right, span)
        value = self._fold(operator, first, second, span)
        if isinstance(value, complex):
            raise fail("TD0202", "the root of a negative number is not real", span)
        if isinstance(value, int) and not isinstance(value, bool):
            if value.bit_length() > MOST_BITS:
                raise fail("TD0106", "this integer does not fit in 64 bits", span)
            return Static(Dim.of(value))
        return Static(value)

    def _fold(self, operator: str, a: Any, b: Any, span: Span) -> Any:
        if operator == "**" and isinstance(a, int) and isinstance(b, int) and b > MOST_BITS and abs(a) > 1:
            raise fail("TD0106", "this integer does not fit in 64 bits", span)
        try:
            return FOLD[operator](a, b)
        except ZeroDivisionError:
            raise fail("TD0106", "division by zero", span) from None
        except OverflowError:
            raise fail("TD0106", "this number is larger than any f64", span) from None

    def _at_run_time(self, operator: str, left: Operand, right: Operand, span: Span) -> Node:
        """A size that only a call knows, in arithmetic that formulas cannot hold."""
        operands = [Operand(self.units.node(operand.value), operand.span) for operand in (left, right)]
        real = any(isinstance(o.value, Static) and not o.value.is_integer for o in (left, right))
        if real:
            dtype = self.options.real
            operands = [Operand(self.units.node(o.value, dtype).cast(dtype), o.span) for o in (left, right)]
        from tdsl.check.expressions import INFIX

        nodes = self.units.unify(operands, operator, span)
        return self.note(apply(INFIX[operator].name, *nodes), span)

    def matrix_product(self, left: Operand, right: Operand, span: Span) -> Node:
        """`@`: one pair of equal sizes is contracted."""
        for operand in (left, right):
            if isinstance(operand.value, Static) or not operand.value.type.rank:
                raise fail("TD0203", "@ takes vectors and matrices, this is a scalar", operand.span, hint="write *")
        dtype = self.units.common_dtype([left, right], "@")
        a, b = (self.units.node(operand.value).cast(dtype) for operand in (left, right))
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
        rows = Dim.of(1)
        for size in a.type.shape[:-1]:
            rows = rows * size
        flat = apply("matmul", apply("reshape", a, shape=(rows, a.type.shape[-1])), b)
        return self.note(apply("reshape", flat, shape=a.type.shape[:-1] + b.type.shape[1:]), span)

    def _product_misfit(self, left: Operand, right: Operand, a: Node, b: Node, span: Span) -> UserError:
        first, last = a.type.shape[-1], b.type.shape[-2 if b.type.rank > 1 else 0]
        text = f"{a.type.spell(self.options.real)} @ {b.type.spell(self.options.real)}"
        if first == last:
            return fail("TD0203", f"@ cannot stack these, got {text}", span, Label(left.span, ""), Label(right.span, ""))
        hint = None
        if b.type.rank == 2 and b.type.shape[-1] == first:
            hint = f"{right.span.text}.T is {b.type.with_shape(b.type.shape[::-1]).spell(self.options.real)}"
        elif a.type.rank == 2 and a.type.shape[0] == last:
            hint = f"{left.span.text}.T is {a.type.with_shape(a.type.shape[::-1]).spell(self.options.real)}"
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
        nodes = self.units.unify(operands, "[…]", span)
        for node, operand in zip(nodes, operands, strict=True):
            given = self.units.node(operand.value).type.shape
            if node.type.shape != given:
                raise fail("TD0204", "the rows of an array have one length", operand.span)
        return self.note(apply("stack", *nodes), span)

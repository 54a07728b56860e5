"""Expressions to values.  Each method is a step of the trampoline: it yields what it needs checked first."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tdsl.check import indexing
from tdsl.check.arithmetic import INFIX, MOST_BITS, MOST_FACTORS, bounded
from tdsl.check.builtins import Builtin
from tdsl.check.calls import Calls
from tdsl.check.context import kind_of
from tdsl.check.foreign_names import attribute_advice
from tdsl.check.free_names import free_names, names_in
from tdsl.check.shapes import Operand
from tdsl.check.trampoline import Step
from tdsl.check.values import (
    Function,
    RuleDefinition,
    Scope,
    Several,
    Static,
    Text,
    Value,
)
from tdsl.ir.node import Node, apply, full
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import BOOL, Dim, Kind


class Expressions(Calls):
    """The checker's part for expressions."""

    def expression(self, expression: syntax.Expression, scope: Scope) -> Any:
        """A step, or the value itself where nothing has to be asked for."""
        return getattr(self, "_" + type(expression).__name__.lower())(expression, scope)

    def _number(self, number: syntax.Number, scope: Scope) -> Static:
        if not isinstance(number.value, int):
            return Static(number.value)
        if number.value >= 2**MOST_BITS:
            hint = "write 1e20 if you mean a real"
            raise fail("TD0106", "this integer does not fit in 64 bits", number.span, hint=hint)
        return Static(Dim.of(number.value))

    def _text(self, text: syntax.Text, scope: Scope) -> Text:
        return Text(text.value)

    def _name(self, name: syntax.Name, scope: Scope) -> Value:
        return scope.look_up(name)

    def _tuple(self, items: syntax.Tuple, scope: Scope) -> Step:
        values = []
        for item in items.items:
            values.append((yield self.expression(item, scope)))
        return Several(tuple(values))

    def _array(self, array: syntax.Array, scope: Scope) -> Step:
        operands = []
        for item in array.items:
            operands.append(self.operand((yield self.expression(item, scope)), item.span))
        return self.stack(operands, array.span)

    def _unary(self, unary: syntax.Unary, scope: Scope) -> Step:
        operators: list[syntax.Unary] = []
        inner: syntax.Expression = unary
        while isinstance(inner, syntax.Unary):
            operators.append(inner)
            inner = inner.operand
        if isinstance(inner, syntax.Number) and inner.value == 2**MOST_BITS and operators[-1].operator == "-":
            value: Node | Static = Static(Dim.of(-(2**MOST_BITS)))
            operators.pop()
        else:
            value = self.operand((yield self.expression(inner, scope)), inner.span).value
        for operator in reversed(operators):
            value = self._apply_unary(operator, value)
        return value

    def _apply_unary(self, unary: syntax.Unary, value: Node | Static) -> Node | Static:
        if unary.operator == "not":
            if isinstance(value, Static) and isinstance(value.value, bool):
                return replace(value, value=not value.value)
            operand = Operand(value, unary.operand.span)
            self.refuse_numbers("not", [operand])
            return self.elementwise("not", [operand], unary.span, "not")
        if isinstance(value, Static) and not isinstance(value.value, bool):
            if unary.operator == "-":
                number = bounded(-value.value, unary.span) if isinstance(value.value, Dim) else -value.value
                value = replace(value, value=number)
            return value
        if unary.operator == "+" and self.units.node(value).type.dtype != BOOL:
            return value
        if isinstance(value, Node) and self.units.is_literal(value) and value.type.dtype != BOOL:
            return self.note(self.units.negated(value), unary.span)
        return self.elementwise("neg", [Operand(value, unary.operand.span)], unary.span, unary.operator)

    def _binary(self, binary: syntax.Binary, scope: Scope) -> Step:
        """A chain that leans to the left is folded in a loop, however long it is."""
        chain: list[syntax.Binary] = []
        left: syntax.Expression = binary
        while isinstance(left, syntax.Binary):
            chain.append(left)
            left = left.left
        result = self.operand((yield self.expression(left, scope)), left.span)
        for part in reversed(chain):
            right = self.operand((yield self.expression(part.right, scope)), part.right.span)
            value = self.combine(part.operator, result, right, part.span)
            result = Operand(value, part.span)
        return result.value

    def combine(self, operator: str, left: Operand, right: Operand, span: Span) -> Node | Static:
        """Two values by an operator of the language."""
        if operator == "@":
            return self.matrix_product(left, right, span)
        if operator == "/":
            self._refuse_integer_division(left, right, span)
        if isinstance(left.value, Static) and isinstance(right.value, Static):
            value = self.fold(operator, left, right, span)
            mentioned = left.value.mentions + right.value.mentions
            return replace(value, mentions=mentioned) if isinstance(value, Static) and mentioned else value
        if operator == "**":
            return self.power(left, right, span)
        op = INFIX[operator]
        if operator in ("and", "or"):
            self.refuse_numbers(operator, (left, right))
        return self.elementwise(op.name, [left, right], span, operator)

    def _refuse_integer_division(self, left: Operand, right: Operand, span: Span) -> None:
        if all(self.units.dtype(operand).kind is not Kind.REAL for operand in (left, right)):
            raise fail(
                "TD0205",
                "/ divides reals, and both sides are integers",
                span,
                Label(left.span, self.units.describe(left.value)),
                Label(right.span, self.units.describe(right.value)),
                hint="// rounds down; real(…) around one side divides",
            )

    def power(self, base: Operand, exponent: Operand, span: Span) -> Node | Static:
        """A small whole exponent is written out as products, exact and differentiable everywhere."""
        if isinstance(exponent.value, Static) and isinstance(base.value, Node):
            number = exponent.value.number
            kinds = [self.units.dtype(operand).kind for operand in (base, exponent)]
            whole = number is not None and 0 <= number <= MOST_FACTORS and float(number).is_integer()
            if number is not None and whole and Kind.BOOL not in kinds and kinds != [Kind.INTEGER, Kind.REAL]:
                return self.note(self._repeated(base.value, int(number)), span)
            if number == 0.5 and base.value.type.is_real:
                return self.note(apply("sqrt", base.value), span)
        return self.elementwise("pow", [base, exponent], span, "**")

    def _repeated(self, base: Node, count: int) -> Node:
        if count == 0:
            return self.mentioning(full(1, base.type), base)
        result: Node | None = None
        square = base
        while count:
            if count & 1:
                result = square if result is None else result * square
            count >>= 1
            square = square * square if count else square
        assert result is not None
        return result

    def _conditional(self, conditional: syntax.Conditional, scope: Scope) -> Step:
        condition = self.operand((yield self.expression(conditional.condition, scope)), conditional.condition.span)
        if isinstance(condition.value, Static) and isinstance(condition.value.value, bool):
            sides = conditional.chosen, conditional.otherwise
            branch, other = sides if condition.value.value else sides[::-1]
            return self._decided((yield self.expression(branch, scope)), self._spoken_of(other, scope))
        chosen = self.operand((yield self.expression(conditional.chosen, scope)), conditional.chosen.span)
        otherwise = self.operand((yield self.expression(conditional.otherwise, scope)), conditional.otherwise.span)
        test = self.units.node(condition.value)
        if test.type.dtype != BOOL or test.type.rank:
            raise fail(
                "TD0222",
                f"if takes one true or false, got {self.units.describe(test)}",
                condition.span,
                hint="switch(condition, a, b) chooses element by element" if test.type.rank else "compare it first",
            )
        a, b = self.units.unify([chosen, otherwise], "if", conditional.span)
        return self.note(apply("if", test, a, b), conditional.span)

    def _spoken_of(self, expression: syntax.Expression, scope: Scope) -> list[Node]:
        """The values that an expression names, itself or in functions of the program: it is not computed."""
        found: dict[Node, None] = {}
        seen: set[Function] = set()
        stack: list[Value] = [value for name in names_in(expression) if (value := scope.find(name)) is not None]
        while stack:
            value = stack.pop()
            if isinstance(value, Node):
                found[value] = None
            elif isinstance(value, Several):
                stack += value.items
            elif isinstance(value, Static):
                found.update(dict.fromkeys(value.mentions))
            elif isinstance(value, Function) and value not in seen:
                seen.add(value)
                names = (value.scope.find(name.name) for name in free_names(value.item))
                stack += [other for other in names if other is not None]
        return list(found)

    def _decided(self, value: Value, others: list[Node]) -> Value:
        """The side of an `if` that a const chose.  Its text speaks of the other side too: a derivative by what is only
        there is zero, whatever the const says."""
        if not others:
            return value
        if isinstance(value, Several):
            return Several(tuple(self._decided(item, others) for item in value.items))
        if isinstance(value, Static):
            return replace(value, mentions=(*value.mentions, *others))
        if not isinstance(value, Node) or self.units.is_literal(value):
            return value
        marked = self.mentioning(value, *others)
        self.decided.add(marked)
        if value in self.names:
            self.names[marked] = self.names[value]
        return marked

    def _attribute(self, attribute: syntax.Attribute, scope: Scope) -> Step:
        value = self.operand((yield self.expression(attribute.value, scope)), attribute.value.span).value
        if attribute.name != "T":
            raise self.no_attribute(attribute, scope)
        if isinstance(value, Static) or value.type.rank < 2:
            return value
        axes = tuple(reversed(range(value.type.rank)))
        return self.note(apply("transpose", value, axes=axes), attribute.span)

    def no_attribute(self, attribute: syntax.Attribute, scope: Scope) -> UserError:
        """The error for an attribute other than T, with the function that may be meant."""
        text = attribute.value.span.text
        if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
            text = text[1:-1]
        hint = attribute_advice(attribute.name) or "the only one is T: x.T transposes"
        if isinstance(scope.find(attribute.name), Builtin | Function) and len(text) < 40:
            more = re.match(r"\s*\(\s*[^)\s]", attribute.span.source.text[attribute.span.end :])
            hint = f"write {attribute.name}({text}{', …' if more else ''})"
        return fail("TD0213", f"there is no attribute '{attribute.name}'", attribute.name_span, hint=hint)

    def _index(self, indexed: syntax.Index, scope: Scope) -> Step:
        value = yield self.expression(indexed.value, scope)
        if isinstance(value, Several):
            return (yield self._item(value, indexed, scope))
        node = self.units.node(self.operand(value, indexed.value.span).value)
        indexers: list[indexing.Indexer] = []
        for part in indexed.indices:
            if isinstance(part, syntax.NewAxis):
                indexers.append(indexing.New(part.span))
            elif isinstance(part, syntax.Ellipsis):
                indexers.append(indexing.Rest(part.span))
            elif isinstance(part, syntax.Slice):
                start = yield self._bound(part.start, scope)
                stop = yield self._bound(part.stop, scope)
                step = yield self._bound(part.step, scope)
                number = 1 if step is None else step.constant
                if not number:
                    at = part.step.span if part.step else part.span
                    raise fail("TD0216", "a step is an integer other than 0, known at compile time", at)
                indexers.append(indexing.Range(start, stop, number, part.span))
            else:
                position = self.operand((yield self.expression(part, scope)), part.span).value
                if isinstance(position, Static) and isinstance(position.value, Dim):
                    indexers.append(indexing.At(position.value, part.span))
                else:
                    indexers.append(indexing.positions(self.units.node(position), part.span, self.units))
        result, requirements = indexing.index(node, indexers, indexed.span, self.units, self.note)
        self.require(result, requirements)
        return self.note(result, indexed.span)

    def _item(self, value: Several, indexed: syntax.Index, scope: Scope) -> Step:
        part = indexed.indices[0]
        position = (yield self.expression(part, scope)) if isinstance(part, syntax.Expression) else None
        number = position.number if isinstance(position, Static) else None
        if (
            len(indexed.indices) != 1
            or not isinstance(number, int)
            or not -len(value.items) <= number < len(value.items)
        ):
            raise fail("TD0216", f"a tuple of {len(value.items)} takes one index known at compile time", part.span)
        return value.items[number]

    def _bound(self, bound: syntax.Expression | None, scope: Scope) -> Step:
        if bound is None:
            return None
        value = self.operand((yield self.expression(bound, scope)), bound.span).value
        known = isinstance(value, Static)
        if not (isinstance(value, Static) and isinstance(value.value, Dim)):
            what = "a bound is made of integers, consts and dims, known at compile time"
            hint = "x[i + arange(5)] takes 5 elements from a position that a call decides" if not known else None
            raise fail("TD0216", what, bound.span, hint=hint)
        return value.value

    def _call(self, call: syntax.Call, scope: Scope) -> Step:
        function = yield self.expression(call.function, scope)
        if isinstance(function, Builtin):
            return (yield function.call(self, call, scope))
        if isinstance(function, Function):
            return (yield self.call_function(function, call, scope))
        if isinstance(function, RuleDefinition):
            return (yield self.bind_rule(function, call, scope))
        if isinstance(function, Node | Static):
            hint = "* multiplies" if isinstance(call.function, syntax.Number) else None
            hint = "x.T takes no brackets" if isinstance(call.function, syntax.Attribute) else hint
            hint = hint or f"{call.function.span.text}[…] takes elements, * multiplies"
            raise fail("TD0213", "this is a number, not a function", call.function.span, hint=hint)
        raise fail("TD0213", f"{kind_of(function)} is not a function", call.function.span)

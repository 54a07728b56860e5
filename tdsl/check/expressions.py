"""Expressions to values.  Those made of others are steps of the trampoline: they yield the expressions that they
need."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TypeVar, assert_never

from tdsl.check import by_elements, indexing, trampoline, writes
from tdsl.check.arithmetic import MOST_BITS, combine, stack, unary
from tdsl.check.calls import bind_rule, call_builtin, call_function
from tdsl.check.checker import Checker, described
from tdsl.check.foreign_names import attribute_advice
from tdsl.check.free_names import free_names, names_in
from tdsl.check.loops import evaluate_loop
from tdsl.check.members import member_value
from tdsl.check.names import look_up
from tdsl.check.shapes import Operand
from tdsl.check.trampoline import Evaluate, Step
from tdsl.check.values import (
    BoundRule,
    Builtin,
    CompileTime,
    FunctionValue,
    Instance,
    ModelDefinition,
    Poison,
    RuleDefinition,
    Scope,
    StringValue,
    TupleValue,
    Value,
    is_model,
)
from tdsl.ir.node import Node, apply
from tdsl.source import UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import BOOL, Dim

T = TypeVar("T")


def evaluate(checker: Checker, expression: syntax.Expression, scope: Scope) -> Value:
    """The value of an expression."""

    def whole() -> Step[Value]:
        return (yield Evaluate(expression, scope))

    return run(checker, whole())


def run(checker: Checker, step: Step[T]) -> T:
    """The result of a step; the values of all expressions that it needs are kept."""
    return trampoline.run(step, partial(_value, checker), checker.values.__setitem__)


def _value(checker: Checker, expression: syntax.Expression, scope: Scope) -> Step[Value] | Value:
    """The value, or the step that finds it."""
    match expression:
        case syntax.Name():
            return look_up(scope, expression)
        case syntax.Number():
            return _number(expression)
        case syntax.String():
            return StringValue(expression.value)
        case syntax.Call():
            return _call(checker, expression, scope)
        case syntax.Binary():
            return _binary(checker, expression, scope)
        case syntax.Unary():
            return _unary(checker, expression, scope)
        case syntax.Index():
            return _index(checker, expression, scope)
        case syntax.Write():
            return _write(checker, expression, scope)
        case syntax.Attribute():
            return _attribute(checker, expression, scope)
        case syntax.Conditional():
            return _conditional(checker, expression, scope)
        case syntax.Tuple():
            return _tuple(expression, scope)
        case syntax.Array():
            return _array(checker, expression, scope)
        case syntax.For():
            return evaluate_loop(checker, expression, scope)
        case syntax.Elements():
            return by_elements.evaluate_elements(checker, expression, scope)
        case _:
            assert_never(expression)


def _number(number: syntax.Number) -> CompileTime:
    if not isinstance(number.value, int):
        return CompileTime(number.value)
    if number.value >= 2**MOST_BITS:
        hint = "write 1e20 if you mean a real"
        raise fail("TD0106", "this integer does not fit in 64 bits", number.span, hint=hint)
    return CompileTime(Dim.of(number.value))


def _tuple(items: syntax.Tuple, scope: Scope) -> Step[Value]:
    values = []
    for item in items.items:
        values.append((yield Evaluate(item, scope)))
    return TupleValue(tuple(values))


def _array(checker: Checker, array: syntax.Array, scope: Scope) -> Step[Value]:
    operands = []
    for item in array.items:
        operands.append(checker.operand((yield Evaluate(item, scope)), item.span))
    return stack(checker, operands, array.span)


def _unary(checker: Checker, outermost: syntax.Unary, scope: Scope) -> Step[Value]:
    operators: list[syntax.Unary] = []
    inner: syntax.Expression = outermost
    while isinstance(inner, syntax.Unary):
        operators.append(inner)
        inner = inner.operand
    if isinstance(inner, syntax.Number) and inner.value == 2**MOST_BITS and operators[-1].operator == "-":
        value: Node | CompileTime = CompileTime(Dim.of(-(2**MOST_BITS)))
        operators.pop()
    else:
        value = checker.operand((yield Evaluate(inner, scope)), inner.span).value
    for operator in reversed(operators):
        value = checker.values[operator] = unary(checker, operator, value)
    return value


def _binary(checker: Checker, binary: syntax.Binary, scope: Scope) -> Step[Value]:
    """A chain that leans to the left is folded in a loop, however long it is."""
    chain: list[syntax.Binary] = []
    left: syntax.Expression = binary
    while isinstance(left, syntax.Binary):
        chain.append(left)
        left = left.left
    result = checker.operand((yield Evaluate(left, scope)), left.span)
    for part in reversed(chain):
        right = checker.operand((yield Evaluate(part.right, scope)), part.right.span)
        value = checker.values[part] = combine(checker, part.operator, result, right, part.span)
        result = Operand(value, part.span)
    return result.value


def _conditional(checker: Checker, conditional: syntax.Conditional, scope: Scope) -> Step[Value]:
    condition = checker.operand((yield Evaluate(conditional.condition, scope)), conditional.condition.span)
    if isinstance(condition.value, CompileTime) and isinstance(condition.value.value, bool):
        sides = conditional.chosen, conditional.otherwise
        branch, other = sides if condition.value.value else sides[::-1]
        return _decided(checker, (yield Evaluate(branch, scope)), _spoken_of(checker, other, scope))
    checker.conditions.append(conditional.condition.span)
    try:
        chosen = checker.operand((yield Evaluate(conditional.chosen, scope)), conditional.chosen.span)
        otherwise = checker.operand((yield Evaluate(conditional.otherwise, scope)), conditional.otherwise.span)
    finally:
        checker.conditions.pop()
    test = checker.types.node(condition.value)
    by_elements.refuse_condition(checker, test, condition.span)
    if test.type.dtype != BOOL or test.type.rank:
        raise fail(
            "TD0222",
            f"if takes one true or false, got {checker.types.describe(test)}",
            condition.span,
            hint="switch(condition, a, b) chooses element by element" if test.type.rank else "compare it first",
        )
    a, b = checker.types.unify([chosen, otherwise], "if", conditional.span)
    return checker.note(apply("if", test, a, b), conditional.span)


def _spoken_of(checker: Checker, expression: syntax.Expression, scope: Scope) -> list[Node]:
    """The values that an expression names, itself or in functions of the program: it is not computed."""
    found: dict[Node, None] = {}
    seen: set[FunctionValue | Instance] = set()
    stack: list[Value] = [value for name in names_in(expression) if (value := scope.find(name)) is not None]
    while stack:
        value = stack.pop()
        if isinstance(value, Node):
            found[value] = None
        elif isinstance(value, TupleValue):
            stack += value.items
        elif isinstance(value, CompileTime):
            found.update(dict.fromkeys(value.mentions))
        elif isinstance(value, FunctionValue) and value not in seen:
            seen.add(value)
            names = (value.scope.find(name.name) for name in free_names(value.item))
            stack += [other for other in names if other is not None]
        elif isinstance(value, Instance) and value not in seen:
            seen.add(value)
            stack += value.members().values()
    return list(found)


def _decided(checker: Checker, value: Value, others: list[Node]) -> Value:
    """The side of an `if` that a const chose.  Its text mentions the other side too: a derivative by a value that is
    only there is zero for any const."""
    if not others:
        return value
    if isinstance(value, TupleValue):
        return TupleValue(tuple(_decided(checker, item, others) for item in value.items))
    if isinstance(value, CompileTime):
        return replace(value, mentions=(*value.mentions, *others))
    if not isinstance(value, Node) or checker.types.is_literal(value):
        return value
    marked = checker.marks.mentioning(value, *others)
    checker.decided.add(marked)
    if value in checker.everywhere.names:
        checker.everywhere.names[marked] = checker.everywhere.names[value]
    return marked


def _attribute(checker: Checker, attribute: syntax.Attribute, scope: Scope) -> Step[Value]:
    found = yield Evaluate(attribute.value, scope)
    if isinstance(found, Instance):
        return member_value(attribute, found)
    value = checker.operand(found, attribute.value.span).value
    if attribute.name != "T":
        raise no_attribute(attribute, scope)
    if isinstance(value, CompileTime) or value.type.rank < 2:
        return value
    axes = tuple(reversed(range(value.type.rank)))
    return checker.note(apply("transpose", value, axes=axes), attribute.span)


def no_attribute(attribute: syntax.Attribute, scope: Scope) -> UserError:
    """The error for an attribute other than T, with the function that may be meant."""
    text = attribute.value.span.text
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1]
    hint = attribute_advice(attribute.name) or "the only one is T: x.T transposes"
    if isinstance(scope.find(attribute.name), Builtin | FunctionValue) and len(text) < 40:
        more = re.match(r"\s*\(\s*[^)\s]", attribute.span.source.text[attribute.span.end :])
        hint = f"write {attribute.name}({text}{', …' if more else ''})"
    return fail("TD0213", f"there is no attribute '{attribute.name}'", attribute.name_span, hint=hint)


def _index(checker: Checker, indexed: syntax.Index, scope: Scope) -> Step[Value]:
    value = yield Evaluate(indexed.value, scope)
    if isinstance(value, TupleValue):
        return (yield from _item(checker, value, indexed, scope))
    node = checker.types.node(checker.operand(value, indexed.value.span).value)
    indexers = yield from _indexers(checker, indexed.indices, scope)
    if checker.definitions and (element := by_elements.element(checker, node, indexers, indexed)) is not None:
        return element
    return indexing.index(checker, node, indexers, indexed.span)


def _indexers(checker: Checker, parts: tuple[syntax.Indexer, ...], scope: Scope) -> Step[list[indexing.Indexer]]:
    indexers = []
    for part in parts:
        indexers.append((yield from _indexer(checker, part, scope)))
    return indexers


def _write(checker: Checker, write: syntax.Write, scope: Scope) -> Step[Value]:
    """A chain of writes leans to the left and is checked in a loop."""
    chain: list[syntax.Write] = []
    inner: syntax.Expression = write
    while isinstance(inner, syntax.Write):
        chain.append(inner)
        inner = inner.value
    result = checker.operand((yield Evaluate(inner, scope)), inner.span)
    for one in reversed(chain):
        indexers = yield from _indexers(checker, one.indices, scope)
        new = checker.operand((yield Evaluate(one.part, scope)), one.part.span)
        value = checker.values[one] = writes.write(checker, result, indexers, one.operator, new, one.place, one.span)
        result = Operand(value, one.span)
    return result.value


def _indexer(checker: Checker, part: syntax.Indexer, scope: Scope) -> Step[indexing.Indexer]:
    if isinstance(part, syntax.Expression):
        position = checker.operand((yield Evaluate(part, scope)), part.span).value
        if isinstance(position, CompileTime) and isinstance(position.value, Dim):
            return indexing.KnownPosition(position.value, part.span)
        return indexing.positions(checker, checker.types.node(position), part.span)
    match part:
        case syntax.NewAxis():
            return indexing.New(part.span)
        case syntax.Ellipsis():
            return indexing.Rest(part.span)
        case syntax.Slice():
            return (yield from _slice(checker, part, scope))
        case _:
            assert_never(part)


def _slice(checker: Checker, part: syntax.Slice, scope: Scope) -> Step[indexing.Range]:
    start = yield from _bound(checker, part.start, scope)
    stop = yield from _bound(checker, part.stop, scope)
    step = yield from _bound(checker, part.step, scope)
    number = 1 if step is None else step.constant
    if not number:
        at = part.step.span if part.step else part.span
        raise fail("TD0216", "a step is an integer other than 0, known at compile time", at)
    return indexing.Range(start, stop, number, part.span)


def _item(checker: Checker, value: TupleValue, indexed: syntax.Index, scope: Scope) -> Step[Value]:
    part, count = indexed.indices[0], len(value.items)
    if len(indexed.indices) == 1 and isinstance(part, syntax.Slice):
        cut = yield from _slice(checker, part, scope)
        return TupleValue(tuple(value.items[place] for place in indexing.known_range(cut, count)))
    position = (yield Evaluate(part, scope)) if isinstance(part, syntax.Expression) else None
    number = position.number if isinstance(position, CompileTime) else None
    if len(indexed.indices) != 1 or not isinstance(number, int) or isinstance(number, bool):
        what = "a list" if is_model(value) else "a tuple"
        raise fail("TD0216", f"{what} takes one index or slice, known at compile time", part.span)
    if not -count <= number < count:
        what = "a list" if is_model(value) else "a tuple"
        raise fail("TD0216", f"index {number} is outside {what} of {count}", part.span)
    return value.items[number]


def _bound(checker: Checker, bound: syntax.Expression | None, scope: Scope) -> Step[Dim | None]:
    if bound is None:
        return None
    value = checker.operand((yield Evaluate(bound, scope)), bound.span).value
    known = isinstance(value, CompileTime)
    if not (isinstance(value, CompileTime) and isinstance(value.value, Dim)):
        what = "a bound is made of integers, consts and dims, known at compile time"
        hint = "x[i + arange(5)] takes 5 elements from a position that a call decides; the parameter dim N gives x[:N]"
        raise fail("TD0216", what, bound.span, hint=None if known else hint)
    return value.value


def _call(checker: Checker, call: syntax.Call, scope: Scope) -> Step[Value]:
    over = call.function
    if isinstance(over, syntax.Index) and isinstance(over.value, syntax.Name):
        reduction = scope.find(over.value.name)
        if isinstance(reduction, Builtin) and reduction.name in syntax.REDUCTIONS:
            return (yield from by_elements.reduce(checker, call, over, reduction, scope))
    function = yield Evaluate(call.function, scope)
    match function:
        case Builtin():
            return (yield from call_builtin(checker, function, call, scope))
        case FunctionValue():
            return (yield from call_function(checker, function, call, scope))
        case RuleDefinition():
            return (yield from bind_rule(checker, function, call, scope))
        case Node() | CompileTime():
            hint = "* multiplies" if isinstance(call.function, syntax.Number) else None
            hint = "x.T takes no brackets" if isinstance(call.function, syntax.Attribute) else hint
            hint = hint or f"{call.function.span.text}[…] takes elements, * multiplies"
            raise fail("TD0213", "this is a number, not a function", call.function.span, hint=hint)
        case ModelDefinition():
            hint = f"model {function.item.name.name.lower()} = {call.span.text}"
            raise fail("TD0213", "a model is no function: an instance of it has a declaration", call.span, hint=hint)
        case TupleValue() | StringValue() | BoundRule() | Instance() | Poison():
            raise fail("TD0213", f"{described(checker, function)} is not a function", call.function.span)
        case _:
            assert_never(function)

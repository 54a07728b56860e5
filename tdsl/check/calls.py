"""Calls: builtins compute, functions are inlined, rules are bound."""

from __future__ import annotations

from dataclasses import replace

from tdsl.check.arguments import bind_arguments, match_arguments, typed_result
from tdsl.check.builtins.define import BuiltinArgument, BuiltinCall
from tdsl.check.call_updates import call_update, with_updates
from tdsl.check.checker import CallUpdate, Checker
from tdsl.check.free_names import free_names
from tdsl.check.own_derivatives import OwnDerivative, last_of
from tdsl.check.trampoline import Evaluate, Step
from tdsl.check.values import (
    BoundRule,
    Builtin,
    CompileTime,
    FunctionValue,
    RuleDefinition,
    Scope,
    TupleValue,
    Value,
    leaves,
    with_leaves,
)
from tdsl.ir.node import Node
from tdsl.source import MOST_LABELS, Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.syntax.habits import OF_LOOPS
from tdsl.types import Dim

MOST_CALLS = 50_000
DERIVATIVES = {"grad", "vjp", "jvp", "jacobian", "hessian"}
MOST_NESTED_CALLS = 40


def call_builtin(checker: Checker, builtin: Builtin, call: syntax.Call, scope: Scope) -> Step[Value]:
    """The value of a builtin at its arguments."""
    found = match_arguments(f"'{builtin.name}'", builtin.parameters, builtin.needed, call)
    arguments = {}
    for name, expression in found.items():
        arguments[name] = BuiltinArgument((yield Evaluate(expression, scope)), expression.span, expression)
    return builtin.work(checker, BuiltinCall(builtin.name, call.span, arguments))


def call_function(checker: Checker, function: FunctionValue, call: syntax.Call, scope: Scope) -> Step[Value]:
    """The body with the arguments in place of the parameters."""
    item = function.item
    bound = yield from bind_arguments(checker, f"'{item.name.name}'", function, call, scope)
    _refuse_recursion(checker, function, bound, call)
    checker.active.append((function, call.span))
    checker.callers.append(call.span)
    try:
        if function.derivative or _uses_gradient(item):
            bound.values = {name: _parameter(checker, item, value) for name, value in bound.values.items()}
        value = yield from _body(checker, function, item.body, bound, call.span)
        if item.result is not None:
            value = yield from typed_result(checker, item, value, last_of(item.body).span, bound)
        if function.derivative is None:
            return value
        own = OwnDerivative(checker, function, function.derivative, bound, value)
        if not own.is_needed:
            return value
        return own.result((yield from _body(checker, None, function.derivative.body, own.scope, call.span)), call.span)
    except UserError as error:
        raise called_from(error, call.span, item.name.name, "this call of") from None
    finally:
        checker.active.pop()
        checker.callers.pop()


def _refuse_recursion(checker: Checker, function: FunctionValue, bound: Scope, call: syntax.Call) -> None:
    """Refuses a function that contains itself; one that takes functions may meet itself again, but not deeply."""
    name = function.item.name.name
    before = [span for active, span in checker.active if active is function]
    higher = any(isinstance(value, FunctionValue) for value in bound.values.values())
    if len(before) > (MOST_NESTED_CALLS if higher else 0):
        through = [active.item.name.name for active, _ in checker.active]
        chain = [f"'{other}'" for other in through[through.index(name) + 1 :]]
        what = f"'{name}' calls itself" + (f" through {', '.join(chain)}" if chain and not higher else "")
        hint = "functions are unfolded where they are called, so none can contain itself"
        if function.derivative and function.derivative.span.holds(call.span):
            hint = f"its value is there as {function.derivative.output.name}"
        raise fail("TD0210", what, call.span, hint=hint)
    count_call(checker, call.span)


def count_call(checker: Checker, span: Span) -> None:
    """One more call, step of a loop or instance that is written out."""
    checker.calls += 1
    if checker.calls > MOST_CALLS:
        hint = "a function that calls another twice, which calls a third twice, grows like powers of two"
        raise fail("TD0210", f"the program unfolds to more than {MOST_CALLS} calls", span, hint=hint)


def _parameter(checker: Checker, item: syntax.Fn, value: Value) -> Value:
    """A parameter of its own, so that a derivative with respect to it sees nothing behind it."""
    if isinstance(value, TupleValue):
        return with_leaves(value, [_parameter(checker, item, part) for part in leaves(value)])
    if isinstance(value, CompileTime):
        if isinstance(value.value, Dim | bool) or not _uses_gradient(item):
            return value
        value = checker.types.node(value)
    if not isinstance(value, Node):
        return value
    cut = checker.marks.marked(value)
    if value in checker.everywhere.spans:
        checker.note(cut, checker.everywhere.spans[value], checker.everywhere.names.get(value))
    return cut


def _body(
    checker: Checker, function: FunctionValue | None, body: syntax.Expression | syntax.Block, scope: Scope, call: Span
) -> Step[Value]:
    """The value of a body; only that of a function makes updates."""
    if isinstance(body, syntax.Expression):
        return (yield Evaluate(body, scope))
    if not body.statements or not isinstance(body.statements[-1], syntax.Expression):
        last = body.statements[-1] if body.statements else body
        hint = "a space makes a comparison: x < -1" if isinstance(last, syntax.Update) else None
        raise fail("TD0223", "a function ends with the expression it returns", last.span, hint=hint)
    updates: list[CallUpdate] = []
    for statement in body.statements[:-1]:
        if isinstance(statement, syntax.Update):
            update = yield from call_update(checker, function, statement, scope)
            updates += [update] if update else []
        elif isinstance(statement, syntax.Let):
            yield from bind_let(checker, statement, scope)
        else:
            hint = OF_LOOPS if isinstance(statement, syntax.Stored | syntax.Yield | syntax.Until) else None
            raise fail("TD0223", "a function holds lets and ends with an expression", statement.span, hint=hint)
    return with_updates(checker, (yield Evaluate(body.statements[-1], scope)), updates, call)


def bind_let(checker: Checker, item: syntax.Let, scope: Scope) -> Step[None]:
    """Names for a value, or for the parts of a tuple."""
    value: Value = yield Evaluate(item.value, scope)
    if len(item.names) == 1:
        values = [value]
    elif isinstance(value, TupleValue) and len(value.items) == len(item.names):
        values = list(value.items)
    else:
        got = f"a tuple of {len(value.items)}" if isinstance(value, TupleValue) else "one value"
        count = len(item.names)
        raise fail("TD0212", f"{count} names take a tuple of {count}, this is {got}", item.value.span)
    for name, part in zip(item.names, values, strict=True):
        if isinstance(part, Node):
            checker.name(part, name.name)
        scope.later.pop(name.name, None)
        scope.declare(name, part)
        checker.values[name] = part


def bind_rule(checker: Checker, rule: RuleDefinition, call: syntax.Call, scope: Scope) -> Step[Value]:
    """A rule with its arguments."""
    bound = yield from bind_arguments(checker, f"rule '{rule.item.name.name}'", rule, call, scope)
    return BoundRule(rule, bound.values)


def called_from(error: UserError, call: Span, name: str, how: str) -> UserError:
    """Each diagnostic with the call that led to it; inside the standard library the call is the place to look."""
    out = []
    for diagnostic in error.diagnostics:
        span = diagnostic.span
        if span is not None and span.source.is_library and not call.source.is_library:
            inside = Label(span, f"inside '{name}'")
            labels = [label for label in diagnostic.labels if not label.text.startswith("in this call of")]
            out.append(replace(diagnostic, span=call, label="", labels=(inside, *labels), hints=()))
            continue
        label = Label(call, f"in {how} '{name}'")
        if len(diagnostic.labels) < MOST_LABELS and label not in diagnostic.labels and call != span:
            diagnostic = replace(diagnostic, labels=(*diagnostic.labels, label))
        out.append(diagnostic)
    return UserError(*out)


def _uses_gradient(item: syntax.Fn) -> bool:
    """Whether a function takes a derivative itself."""
    return any(name.name in DERIVATIVES for name in free_names(item))

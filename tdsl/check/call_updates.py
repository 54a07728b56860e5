"""Updates that calls make: a function of a model updates states of its instance."""

from __future__ import annotations

from collections.abc import Iterable

from tdsl.check.assignment import next_value
from tdsl.check.checker import CallUpdate, Checker
from tdsl.check.elements import unmarked
from tdsl.check.names import look_up
from tdsl.check.trampoline import Evaluate, Step
from tdsl.check.values import FunctionValue, Scope, TupleValue, Value
from tdsl.ir.node import Node
from tdsl.ir.program import Variable
from tdsl.source import Label, Span, fail
from tdsl.syntax import nodes as syntax


def call_update(
    checker: Checker, function: FunctionValue | None, statement: syntax.Update, scope: Scope
) -> Step[CallUpdate | None]:
    """An update in the body of a function, or None if the new value is the old one."""
    variable = _own_state(checker, function, statement, scope)
    value: Value = yield Evaluate(statement.value, scope)
    operand = checker.operand(value, statement.value.span)
    node = next_value(checker, operand, variable, statement.target.span)
    if unmarked(node) is variable.node:
        return None
    return CallUpdate(variable.name, node, statement.span, tuple(checker.callers))


def _own_state(checker: Checker, function: FunctionValue | None, statement: syntax.Update, scope: Scope) -> Variable:
    target, owner = statement.target, function.owner if function else None
    if owner is None:
        hint = "only a function of a model makes updates; a space makes a comparison: x < -1"
        raise fail("TD0223", "a function holds lets and ends with an expression", statement.span, hint=hint)
    if not isinstance(target, syntax.Name):
        hint = f"a function of {target.span.text.rpartition('.')[0]} can update it"
        raise fail("TD0217", "a function of a model updates the states of its own model only", target.span, hint=hint)
    value = checker.values[target] = look_up(scope, target)
    variable = checker.variables.get(f"{owner.name}.{target.name}")
    if variable is None or variable.node is not value or variable.kind != "state":
        declared = scope.declared(target.name)
        labels = [Label(declared, "declared here")] if declared else []
        what = f"'{target.name}' is no state of the model '{owner.definition.item.name.name}'"
        hint = "a function of a model updates its states; an entry can update everything"
        raise fail("TD0217", what, target.span, *labels, hint=hint)
    return variable


def with_updates(checker: Checker, value: Value, updates: list[CallUpdate], call: Span) -> Value:
    """The result of a call that makes updates: an entry that is made of it performs them."""
    if not updates:
        return value
    _refuse_condition(checker, updates, call)
    _refuse_twice(updates)
    if isinstance(value, TupleValue) and value.items:
        return TupleValue(tuple(with_updates(checker, item, updates, call) for item in value.items))
    node = checker.types.node(checker.operand(value, call).value)
    marked = checker.marks.mentioning(node)
    checker.call_updates[marked] = tuple(updates)
    if node in checker.everywhere.names:
        checker.name(marked, checker.everywhere.names[node])
    return checker.note(marked, call)


def _refuse_condition(checker: Checker, updates: list[CallUpdate], call: Span) -> None:
    name = updates[0].variable
    span = updates[0].span
    labels = [] if span.source.is_library else [Label(span, "updated here")]
    if checker.conditions:
        around = checker.conditions[-1]
        what = f"not every call would update '{name}' once"
        hint = "return the new value as well, and let the entry update the state"
        raise fail("TD0230", what, call, *labels, Label(around, "this decides whether, or how often"), hint=hint)
    if checker.initialising is not None:
        what = f"a first value is made before any call, and this updates '{name}'"
        raise fail("TD0230", what, call, *labels, hint="write a function without updates for it")


def _refuse_twice(updates: list[CallUpdate]) -> None:
    seen: dict[str, CallUpdate] = {}
    for update in updates:
        before = seen.setdefault(update.variable, update)
        if before is not update:
            hint = "all updates of an entry happen at once, so each variable can have only one"
            first = Label(before.span, "first here")
            raise fail("TD0211", f"'{update.variable}' is updated twice", update.span, first, hint=hint)


def reached(checker: Checker, roots: Iterable[Node]) -> list[CallUpdate]:
    """The updates of the calls that values are made of, and of the calls that the new values are made of."""
    if not checker.call_updates:
        return []
    found: dict[CallUpdate, None] = {}
    stack = list(roots)
    seen = set(stack)
    while stack:
        node = stack.pop()
        updates = checker.call_updates.get(node, ())
        found.update(dict.fromkeys(updates))
        # The side of an `if` that a const has not chosen is mentioned, and not computed.
        chosen = node in checker.decided or (node in checker.marks.mentions and node.operands[0].is_constant)
        mentioned = () if chosen else checker.marks.mentions.get(node, ())
        new = [n for n in (*node.operands, *mentioned, *(u.value for u in updates)) if n not in seen]
        seen.update(new)
        stack += new
    return list(found)


def difference(first: CallUpdate, second: CallUpdate) -> tuple[Span, Span]:
    """The outermost places at which the calls that lead to two updates differ."""
    for one, other in zip(first.calls, second.calls, strict=False):
        if one != other:
            return one, other
    return first.calls[-1], second.calls[-1]

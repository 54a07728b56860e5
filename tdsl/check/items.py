"""The items of a file, in their order; each leaves its name behind, poisoned if it had an error."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from tdsl.check.annotations import written_dtype, written_type
from tdsl.check.arithmetic import bounded
from tdsl.check.calls import bind_let
from tdsl.check.checker import Checker
from tdsl.check.derivatives import scalar_cost
from tdsl.check.expressions import evaluate, run
from tdsl.check.values import POISON, CompileTime, FunctionValue, Poisoned, RuleDefinition, Scope, Value
from tdsl.ir.node import Node, apply
from tdsl.source import Label, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim

# The members of every model (runtime/python/model.py).
RESERVED = {
    *("fit", "save", "load", "reset", "copy", "keys", "values", "items", "state_dict", "load_state_dict"),
    *("get_value", "set_value", "Model", "StopTraining", "build_info"),
}

Inlined = TypeVar("Inlined", syntax.Fn, syntax.Rule)


def declare(checker: Checker, name: syntax.Name, scope: Scope, work: Callable[[], Value]) -> None:
    """Gives a name its value, or poison after an error that is kept for the report."""
    if name.name in scope.values:
        checker.collect(lambda: scope.declare(name, POISON))
        scope.values[name.name] = POISON
        return
    value: Value = POISON
    try:
        value = work()
    except UserError as error:
        checker.report(*error.diagnostics)
    except Poisoned:
        pass
    scope.later.pop(name.name, None)
    if value is not POISON:
        checker.values[name] = value
    checker.collect(lambda: scope.declare(name, value))


def refuse_python(name: syntax.Name) -> None:
    """Refuses a name that Python needs."""
    if keyword.iskeyword(name.name):
        raise fail("TD0218", f"'{name.name}' is a word of Python: no one could call it", name.span)
    if name.name.startswith("_"):
        raise fail("TD0218", f"'{name.name}' begins with _", name.span, hint="choose another name")


def refuse_member(name: syntax.Name, of_model: bool) -> None:
    """Refuses a name that every model, or at least every module, has already."""
    if name.name == "build_info" or (of_model and name.name in RESERVED):
        what = "a function of every module" if name.name == "build_info" else "a method of every model"
        raise fail("TD0218", f"'{name.name}' is {what}", name.span, hint="choose another name")


def known_number(checker: Checker, expression: syntax.Expression, scope: Scope, what: str) -> CompileTime:
    """A value known at compile time."""
    value = evaluate(checker, expression, scope)
    if not isinstance(value, CompileTime) or value.number is None:
        got = "a size that calls bind" if isinstance(value, CompileTime) else "a value of a call"
        if not isinstance(value, CompileTime | Node):
            checker.operand(value, expression.span)
        raise fail("TD0221", f"{what} is a number known at compile time, this is {got}", expression.span)
    return value


def declare_dims(checker: Checker, item: syntax.Dims, scope: Scope) -> None:
    for name in item.names:
        declare(checker, name, scope, partial(CompileTime, Dim.symbol(name.name)))


def declare_const(checker: Checker, item: syntax.Const, scope: Scope, defines: dict[str, str]) -> None:
    declare(checker, item.name, scope, lambda: _const(checker, item, scope, defines))


def _const(checker: Checker, item: syntax.Const, scope: Scope, defines: dict[str, str]) -> CompileTime:
    value = known_number(checker, item.value, scope, "a const")
    text = defines.pop(item.name.name, None)
    if text is not None:
        value = _defined(checker, item, value, text)
    if isinstance(value.value, Dim):
        return CompileTime(replace(value.value, alias=item.name.name))
    return value


def _defined(checker: Checker, item: syntax.Const, value: CompileTime, text: str) -> CompileTime:
    """The value of -D, as the kind of number the file has."""
    span = item.name.span
    if isinstance(value.value, bool):
        if text in ("true", "false"):
            return CompileTime(text == "true")
        raise fail("TD0404", f"{item.name.name} is true or false, and -D {item.name.name}={text} is not", span)
    try:
        return CompileTime(bounded(Dim.of(int(text)), span)) if value.is_integer else CompileTime(float(text))
    except ValueError:
        kind = "an integer" if value.is_integer else "a real"
        raise fail("TD0404", f"{item.name.name} is {kind}, and -D {item.name.name}={text} is not", span) from None


def declare_input(checker: Checker, item: syntax.Input, scope: Scope) -> None:
    checker.docs[item.name.name] = item.doc

    def work() -> Node:
        refuse_python(item.name)
        type = run(checker, written_type(checker, item.type, scope))
        node = apply("argument", name=item.name.name, type=type)
        return checker.note(node, item.span, item.name.name)

    declare(checker, item.name, scope, work)


def declare_let(checker: Checker, item: syntax.Let, scope: Scope) -> None:
    before = len(checker.errors)
    if not checker.collect(lambda: run(checker, bind_let(checker, item, scope))) or len(checker.errors) > before:
        for name in item.names:
            if name.name not in scope.values:
                scope.values[name.name] = POISON
            scope.later.pop(name.name, None)


def declare_cost(checker: Checker, item: syntax.Cost, scope: Scope) -> None:
    def work() -> Node:
        value = checker.operand(evaluate(checker, item.value, scope), item.value.span)
        node = scalar_cost(checker, value)
        return checker.note(node, item.span, item.name.name)

    declare(checker, item.name, scope, work)


def declare_fn(checker: Checker, item: syntax.Fn, scope: Scope) -> None:
    declare(checker, item.name, scope, lambda: FunctionValue(_parameters(checker, item), scope))


def declare_rule(checker: Checker, item: syntax.Rule, scope: Scope) -> None:
    declare(checker, item.name, scope, lambda: RuleDefinition(_parameters(checker, item), scope))


def _parameters(checker: Checker, item: Inlined) -> Inlined:
    """The item, its parameters known to differ and to have their defaults last."""
    seen = Scope()
    default: syntax.Parameter | None = None
    for parameter in item.parameters:
        seen.declare(parameter.name, POISON)
        if parameter.default is None and default is not None:
            raise fail(
                "TD0212",
                "a parameter without a default follows one with a default",
                parameter.span,
                Label(default.span, "this has one"),
            )
        default = parameter if parameter.default is not None else default
        if parameter.type is not None:
            written_dtype(checker, parameter.type)
    return item

"""The items of a file, in their order; each leaves its name behind, poisoned if it had an error."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from tdsl.check.annotations import written_dtype, written_type
from tdsl.check.arguments import adapting
from tdsl.check.arithmetic import bounded
from tdsl.check.calls import bind_let
from tdsl.check.checker import Checker
from tdsl.check.derivatives import scalar_cost
from tdsl.check.draws import refuse_drawn
from tdsl.check.expressions import evaluate, run
from tdsl.check.shapes import Operand
from tdsl.check.values import (
    POISON,
    CompileTime,
    FunctionValue,
    Input,
    Instance,
    Poisoned,
    RuleDefinition,
    Scope,
    TupleValue,
    Value,
)
from tdsl.ir.node import Node, apply
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import ZERO, Dim, Kind, Type

# The members of every model (runtime/python/model.py).
RESERVED = {
    *("fit", "save", "load", "reset", "copy", "keys", "values", "items", "state_dict", "load_state_dict"),
    *("get_value", "set_allreduce", "set_value", "Model", "StopTraining", "build_info", "device"),
    *("flatten", "unflatten", "flat_objective"),
}

Inlined = TypeVar("Inlined", syntax.Fn, syntax.Rule, syntax.Model)


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
    return known(checker, evaluate(checker, expression, scope), expression.span, what)


def known(checker: Checker, value: Value, span: Span, what: str) -> CompileTime:
    """The value itself, if it is a number known at compile time."""
    if not isinstance(value, CompileTime) or value.number is None:
        got = "a size that calls bind" if isinstance(value, CompileTime) else "a value of a call"
        if not isinstance(value, CompileTime | Node):
            checker.operand(value, span)
        refuse_drawn(value, what, span)
        raise fail("TD0221", f"{what} is a number known at compile time, this is {got}", span)
    return value


def declare_dims(checker: Checker, item: syntax.Dims, scope: Scope) -> None:
    for name in item.names:
        checker.docs[name.name] = item.doc
        scope.dims.add(name.name)
        declare(checker, name, scope, partial(CompileTime, Dim.symbol(name.name)))


def declare_const(checker: Checker, item: syntax.Const, scope: Scope, defines: dict[str, str]) -> None:
    declare(checker, item.name, scope, lambda: _const(checker, item, scope, defines))


def _const(checker: Checker, item: syntax.Const, scope: Scope, defines: dict[str, str]) -> CompileTime | TupleValue:
    """A number or bool, or a tuple of them."""
    value, name = evaluate(checker, item.value, scope), item.name
    text = defines.pop(name.name, None)
    if not isinstance(value, TupleValue):
        number = known(checker, value, item.value.span, "a const")
        return _called(number if text is None else _defined(name.name, number, text, text, name.span), name.name)
    written = item.value.items if isinstance(item.value, syntax.Tuple) else (item.value,) * len(value.items)
    parts = [
        known(checker, part, expression.span, "a part of a const")
        for part, expression in zip(value.items, written, strict=True)
    ]
    if text is not None:
        kinds, texts = parts or [CompileTime(ZERO)], [part for part in text.split(",") if part]
        kinds += kinds[-1:] * (len(texts) - len(kinds))
        parts = [
            _defined(f"{name.name}[{place}]", kinds[place], part, text, name.span) for place, part in enumerate(texts)
        ]
    return TupleValue(tuple(_called(part, f"{name.name}[{place}]") for place, part in enumerate(parts)))


def _called(value: CompileTime, name: str) -> CompileTime:
    return CompileTime(replace(value.value, alias=name)) if isinstance(value.value, Dim) else value


def _defined(name: str, value: CompileTime, text: str, whole: str, span: Span) -> CompileTime:
    """A number of -D, as the kind of number the file has; `whole` is all that -D gives the const."""
    is_not = f"and -D {name.partition('[')[0]}={whole} is not"
    if isinstance(value.value, bool):
        if text in ("true", "false"):
            return CompileTime(text == "true")
        raise fail("TD0404", f"{name} is true or false, {is_not}", span)
    try:
        return CompileTime(bounded(Dim.of(int(text)), span)) if value.is_integer else CompileTime(float(text))
    except ValueError:
        kind = "an integer" if value.is_integer else "a real"
        raise fail("TD0404", f"{name} is {kind}, {is_not}", span) from None


def declare_input(checker: Checker, item: syntax.Input, scope: Scope) -> None:
    checker.docs[item.name.name] = item.doc

    def work() -> Value:
        refuse_python(item.name)
        type = run(checker, written_type(checker, item.type, scope))
        node = apply("argument", name=item.name.name, type=type)
        checker.note(node, item.span, item.name.name)
        value = None if item.value is None else default_value(checker, item.value, type, scope)
        scope.inputs[item.name.name] = Input(item.name.name, node, value, item.span)
        return node if value is None else value

    declare(checker, item.name, scope, work)


def default_value(checker: Checker, expression: syntax.Expression, type: Type, scope: Scope) -> CompileTime | Node:
    """The value of a scalar that is not given."""
    if type.rank:
        raise fail("TD0212", "only a scalar has a default", expression.span)
    static = known_number(checker, expression, scope, "a default")
    own, kind = checker.types.dtype_of(static).kind, type.dtype.kind
    if own is not kind and not (own is Kind.INTEGER and kind is Kind.REAL):
        spelled = checker.types.spell(type)
        raise fail("TD0202", f"the default of {spelled} cannot be {static}", expression.span)
    return adapting(checker, Operand(static, expression.span), static, type.dtype)


def declare_let(checker: Checker, item: syntax.Let, scope: Scope) -> None:
    before = len(checker.errors)
    if not checker.collect(lambda: run(checker, bind_let(checker, item, scope))) or len(checker.errors) > before:
        for name in item.names:
            if name.name not in scope.values:
                scope.values[name.name] = POISON
            scope.later.pop(name.name, None)


def declare_cost(checker: Checker, item: syntax.Cost, scope: Scope) -> None:
    declare(checker, item.name, scope, lambda: cost_value(checker, item, scope))


def cost_value(checker: Checker, item: syntax.Cost, scope: Scope) -> Node:
    """The number of a cost."""
    value = checker.operand(evaluate(checker, item.value, scope), item.value.span)
    return checker.note(scalar_cost(checker, value), item.span, item.name.name)


def declare_fn(
    checker: Checker,
    item: syntax.Fn,
    scope: Scope,
    derivative: syntax.Derivative | None = None,
    owner: Instance | None = None,
) -> None:
    declare(
        checker, item.name, scope, lambda: FunctionValue(checked_parameters(checker, item), scope, derivative, owner)
    )


def declare_rule(checker: Checker, item: syntax.Rule, scope: Scope) -> None:
    declare(checker, item.name, scope, lambda: RuleDefinition(checked_parameters(checker, item), scope))


def checked_parameters(checker: Checker, item: Inlined) -> Inlined:
    """The item, its parameters known to differ and to have their defaults last."""
    seen = Scope()
    default: syntax.Parameter | None = None
    for parameter in item.parameters:
        seen.declare(parameter.name, POISON)
        if parameter.is_dim:
            hint = f"a function takes a size as any number: {parameter.name.name}"
            raise fail("TD0223", "only an entry takes a dim as a parameter", parameter.span, hint=hint)
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
    if isinstance(item, syntax.Fn) and item.result is not None:
        written_dtype(checker, item.result)
    return item

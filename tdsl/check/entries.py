"""Entries, the callable functions: their parameters, statements and updates, and the conditions of the whole."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import assert_never

from tdsl.check.annotations import written_type
from tdsl.check.calls import bind_let
from tdsl.check.checker import Checker, Places
from tdsl.check.expressions import evaluate, run
from tdsl.check.items import known_number, refuse_python
from tdsl.check.shapes import Operand
from tdsl.check.updates import EntryBuilder, add_update, minimize
from tdsl.check.values import POISON, Poison, Poisoned, Scope, StringValue, TupleValue, Value
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, apply, topological
from tdsl.ir.program import Entry, Parameter, Result
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.syntax.habits import WHOLE
from tdsl.types import BOOL, Dim, Kind

MOST_NESTED_RESULTS = 32


def check_entry(checker: Checker, item: syntax.Entry, scope: Scope) -> Entry | None:
    """The entry, or None after errors that are kept for the report."""
    checker.here = Places()
    try:
        return _entry(checker, item, scope)
    finally:
        checker.here = checker.declared


def _entry(checker: Checker, item: syntax.Entry, scope: Scope) -> Entry | None:
    builder = EntryBuilder(Scope(scope))
    checker.scopes[item] = builder.scope
    whole = checker.collect(lambda: refuse_python(item.name))
    for parameter in item.parameters:
        if not checker.collect(partial(_parameter, checker, parameter, builder, scope)):
            builder.scope.values.setdefault(parameter.name.name, POISON)
            whole = False
    for statement in item.body.statements if item.body else ():
        if not checker.collect(partial(_statement, checker, statement, builder)):
            whole = False
            for name in statement.names if isinstance(statement, syntax.Let) else ():
                builder.scope.values.setdefault(name.name, POISON)
    answer: list[tuple[list[Result], str]] = []
    whole &= checker.collect(lambda: answer.append(_returned(checker, item, builder)))
    if not whole:
        return None
    returned, nesting = answer[0]
    entry = Entry(
        item.name.name,
        tuple(builder.parameters.values()),
        (*returned, *builder.effects),
        tuple(builder.updates.values()),
        (),
        item.doc,
        item.span,
        nesting,
    )
    if not entry.roots():
        nothing = f"'{entry.name}' neither returns nor updates anything"
        checker.report(*fail("TD0224", nothing, item.name.span).diagnostics)
        return None
    finished: list[Entry] = []
    checker.collect(lambda: finished.append(_finish(checker, entry, item)))
    return finished[0] if finished else None


def _parameter(checker: Checker, parameter: syntax.Parameter, builder: EntryBuilder, scope: Scope) -> None:
    name = parameter.name
    before = builder.listed.setdefault(name.name, name.span)
    if before is not name.span:
        raise fail("TD0208", f"'{name.name}' is listed twice", name.span, Label(before, "first here"))
    declared = scope.find(name.name)
    if isinstance(declared, Poison) and parameter.type is None:
        raise Poisoned
    if parameter.type is None:
        if declared is None:
            hint = f"declare it, input {name.name}: real, or give it a type here: {name.name}: real"
            raise fail("TD0201", f"there is no input called '{name.name}'", name.span, hint=hint)
        if not (isinstance(declared, Node) and declared.op.name == "argument"):
            raise _no_input(checker, name, declared, scope)
        if parameter.default is not None:
            hint = f"declare it in the entry instead: {name.name}: {checker.types.spell(declared.type)} = …"
            raise fail("TD0212", "an input declared for the file has no default", parameter.default.span, hint=hint)
        node = declared
    else:
        refuse_python(name)
        if isinstance(declared, Node) and declared.op.name == "argument":
            span = scope.declared(name.name)
            raise fail(
                "TD0208",
                f"'{name.name}' is an input already",
                parameter.span,
                *([Label(span, "declared here")] if span else []),
                hint="name it without a type, or choose another name",
            )
        type = run(checker, written_type(checker, parameter.type, scope))
        node = checker.note(apply("argument", name=name.name, type=type), parameter.span, name.name)
        builder.scope.values[name.name] = node
    checker.values[name] = node
    default = _default(checker, parameter, node, scope)
    earlier = next(reversed(builder.parameters.values()), None)
    if default is None and earlier is not None and earlier.default is not None:
        labels = [Label(earlier.span, "this has one")] if earlier.span else []
        raise fail("TD0212", "a parameter without a default follows one with a default", parameter.span, *labels)
    place = checker.everywhere.spans.get(node, parameter.span) if parameter.type is None else parameter.span
    builder.parameters[name.name] = Parameter(name.name, node, default, checker.docs.get(name.name, ""), place)


def _no_input(checker: Checker, name: syntax.Name, declared: Value, scope: Scope) -> UserError:
    span = scope.declared(name.name)
    labels = [Label(span, "declared here")] if span else []
    known = isinstance(declared, Node) and declared.op.name == "variable"
    hint = "an entry sees all that is kept between calls without listing it" if known else None
    hint = hint or f"give it a type to make it an argument: {name.name}: real"
    return fail("TD0201", f"'{name.name}' is not an input", name.span, *labels, hint=hint)


def _default(checker: Checker, parameter: syntax.Parameter, node: Node, scope: Scope) -> int | float | None:
    if parameter.default is None:
        return None
    if node.type.rank:
        raise fail("TD0212", "only a scalar has a default", parameter.default.span)
    static = known_number(checker, parameter.default, scope, "a default")
    number, kind = static.number, node.type.dtype.kind
    own = checker.types.dtype_of(static).kind
    if own is not kind and not (own is Kind.INTEGER and kind is Kind.REAL):
        type = checker.types.spell(node.type)
        raise fail("TD0202", f"the default of {type} cannot be {static}", parameter.default.span)
    checker.types.converted(Operand(static, parameter.default.span), node.type.dtype)
    return number if kind is not Kind.REAL else float(0 if number is None else number)


def _statement(checker: Checker, statement: syntax.Statement | syntax.Expression, builder: EntryBuilder) -> None:
    if isinstance(statement, syntax.Stored | syntax.Expression):
        hint = "an entry holds let, <-, minimize, maximize, assert and print; results follow its ->"
        if isinstance(statement, syntax.Stored):
            hint = "declare it outside, for all entries"
        elif "<-" in statement.span.text:
            hint = WHOLE
        raise fail("TD0223", "this does not belong in an entry", statement.span, hint=hint)
    match statement:
        case syntax.Let():
            run(checker, bind_let(checker, statement, builder.scope))
        case syntax.Update():
            add_update(checker, statement, builder)
        case syntax.Minimize():
            minimize(checker, statement, builder)
        case syntax.Assert():
            _assert(checker, statement, builder)
        case syntax.Print():
            _print(checker, statement, builder)
        case _:
            assert_never(statement)


def _assert(checker: Checker, statement: syntax.Assert, builder: EntryBuilder) -> None:
    operand = checker.operand(evaluate(checker, statement.condition, builder.scope), statement.condition.span)
    node = checker.types.node(operand.value)
    if node.type.dtype != BOOL:
        got = checker.types.describe(node)
        raise fail("TD0222", f"an assertion is true or false, got {got}", statement.condition.span)
    if node.type.rank:
        node = apply("all", node, axes=tuple(range(node.type.rank)))
    builder.statements += 1
    text = statement.message or statement.condition.span.text
    builder.effects.append(Result("assert", node, "", text, builder.statements, statement.span))


def _print(checker: Checker, statement: syntax.Print, builder: EntryBuilder) -> None:
    builder.statements += 1
    label = ""
    shown = False
    for expression in statement.values:
        value = evaluate(checker, expression, builder.scope)
        if isinstance(value, StringValue):
            label = f"{label} {value.value}".strip()
            continue
        for part in value.items if isinstance(value, TupleValue) else (value,):
            node = checker.types.node(checker.operand(part, expression.span).value)
            label = label or f"{expression.span.text} ="
            builder.effects.append(Result("print", node, "", label, builder.statements, statement.span))
            label, shown = "", True
    if label or not shown:
        raise fail("TD0223", "print ends with a value", statement.span, hint='for example: print "cost is", C')


def _returned(checker: Checker, item: syntax.Entry, builder: EntryBuilder) -> tuple[list[Result], str]:
    """The results one after the other, and the tuples they stand in."""
    if item.results is None:
        return [], ""
    value: Value = evaluate(checker, item.results, builder.scope)
    outermost = isinstance(value, TupleValue)
    results: list[Result] = []
    nesting, depth = "", 0
    # None closes a tuple.
    stack: list[tuple[Value, syntax.Expression] | None] = [(value, item.results)]
    while stack:
        top = stack.pop()
        if top is None:
            nesting += ")"
            depth -= 1
            continue
        part, expression = top
        if isinstance(part, TupleValue):
            written = expression.items if isinstance(expression, syntax.Tuple) else ()
            places = written if len(written) == len(part.items) else (expression,) * len(part.items)
            nesting += "("
            depth += 1
            if depth > MOST_NESTED_RESULTS:
                what = f"results are nested at most {MOST_NESTED_RESULTS} deep"
                raise fail("TD0213", what, expression.span)
            stack += [None, *reversed([*zip(part.items, places, strict=True)])]
            continue
        node = checker.types.node(checker.operand(part, expression.span).value)
        name = expression.name if isinstance(expression, syntax.Name) else checker.everywhere.names.get(node, "")
        results.append(Result("return", node, name, "", 0, expression.span))
        nesting += "."
    nesting = nesting[1:-1] if outermost else nesting
    return results, nesting if "(" in nesting else ""


def _finish(checker: Checker, entry: Entry, item: syntax.Entry) -> Entry:
    """The entry with its requirements and places; every input must be listed, every dim bound."""
    nodes = topological(entry.roots())
    given = dict.fromkeys(parameter.node for parameter in entry.parameters)
    for node in nodes:
        if node.op.name == "argument" and node not in given:
            name = node.get(Named).name
            span = checker.everywhere.spans.get(node)
            raise fail(
                "TD0209",
                f"'{entry.name}' uses the input '{name}' but does not list it",
                item.name.span,
                *([Label(span, "declared here")] if span else []),
                hint=f"entry {entry.name}({', '.join(_listed(item, name))})",
            )
    bound = {
        symbol
        for parameter in entry.parameters
        for size in parameter.node.type.shape
        for symbol in size.symbols()
        if size == Dim.symbol(symbol)
    }
    _check_bound(checker, [*given, *nodes], bound, entry, item)
    known = {**checker.everywhere.requirements, **checker.here.requirements}
    unique = {(need.size, need.span.start): need for node in nodes for need in known.get(node, ())}
    spans: dict[Node, Span] = {}
    steps: dict[Node, Span] = {}
    for node in nodes:
        if own := checker.here.spans.get(node):
            if node.may_fault or own != checker.everywhere.spans[node]:
                spans[node] = own
        elif step := checker.here.steps.get(node) or (
            node not in checker.everywhere.spans and checker.everywhere.steps.get(node)
        ):
            steps[node] = step
    return replace(entry, requirements=tuple(unique.values()), spans=spans, steps=steps)


def _check_bound(checker: Checker, nodes: list[Node], bound: set[str], entry: Entry, item: syntax.Entry) -> None:
    """Refuses dims whose size no argument gives."""
    unknown: dict[str, list[Node]] = {}
    for node in nodes:
        sizes = [*node.type.shape, *(value for value in node.attributes.given().values() if isinstance(value, Dim))]
        sizes += [need.size for need in checker.everywhere.requirements.get(node, ())]
        for symbol in {symbol for size in sizes for symbol in size.symbols()} - bound:
            unknown.setdefault(symbol, []).append(node)
    for symbol, needing in sorted(unknown.items()):
        span = next((checker.everywhere.spans[node] for node in needing if node in checker.everywhere.spans), None)
        labels = [Label(span, "needed here")] if span else []
        what = f"no argument of '{entry.name}' says how large {symbol} is"
        raise fail("TD0215", what, item.name.span, *labels, hint=f"an argument of shape [{symbol}] would")


def _listed(item: syntax.Entry, name: str) -> list[str]:
    """The parameters of an entry as written, and one more before those with a default."""
    before = [parameter.span.text for parameter in item.parameters if parameter.default is None]
    return [*before, name, *(parameter.span.text for parameter in item.parameters if parameter.default is not None)]

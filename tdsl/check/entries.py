"""Entries, the callable functions: their parameters, statements and updates, and the conditions of the whole."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import assert_never

from tdsl.check.annotations import written_type
from tdsl.check.assertions import asserted
from tdsl.check.averages import averaged
from tdsl.check.calls import bind_let
from tdsl.check.checker import Checker, Places
from tdsl.check.draws import counted
from tdsl.check.expressions import evaluate, run
from tdsl.check.givens import Dependencies, Rebound, Substitution, give
from tdsl.check.items import default_value, known, refuse_python
from tdsl.check.updates import EntryBuilder, add_call_updates, add_update, minimize
from tdsl.check.values import POISON, CompileTime, Poison, Poisoned, Scope, StringValue, TupleValue, Value
from tdsl.ir.attributes import Named
from tdsl.ir.function import Applied, with_bodies
from tdsl.ir.node import Node, apply, constant_value, topological
from tdsl.ir.program import Entry, Parameter, Result
from tdsl.record import record
from tdsl.source import MOST_LABELS, Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.syntax.habits import OF_LOOPS, WHOLE
from tdsl.types import I64, Dim, Type

MOST_NESTED_RESULTS = 32
MOST_ELEMENTS = 1000


@record(frozen=True)
class Element:
    """An element of a list of entries: its number, and the value of the name that numbers them."""

    number: int
    name: syntax.Name
    value: Value


def check_entries(checker: Checker, item: syntax.Entry, scope: Scope, dependencies: Dependencies) -> list[Entry]:
    """The entry, or the entries of a list; none after errors that are kept for the report."""
    elements: list[Element | None] = [None]
    if item.each is not None:
        found: list[list[Value]] = []
        each = item.each
        checker.collect(lambda: found.append(_values(checker, each, scope)))
        values = found[0] if found else []
        elements = [Element(number, each.name, value) for number, value in enumerate(values)]
    entries: list[Entry] = []
    for element in elements:
        before = len(checker.errors)
        entry = _check_entry(checker, item, scope, dependencies, element)
        if entry is None:
            _blame(checker, before, item, element)
            return []
        entries.append(entry)
    return entries


def _values(checker: Checker, each: syntax.Each, scope: Scope) -> list[Value]:
    """The values of the name that numbers the elements of a list."""
    value, span = evaluate(checker, each.values, scope), each.values.span
    if isinstance(value, TupleValue):
        values = [*value.items]
    else:
        count = known(checker, value, span, "the length of a list")
        if not isinstance(count.value, Dim):
            raise fail("TD0221", f"the length of a list is an integer, this is {checker.types.describe(count)}", span)
        values = [CompileTime(Dim.of(number)) for number in range(min(count.value.constant or 0, MOST_ELEMENTS + 1))]
    if not 0 < len(values) <= MOST_ELEMENTS:
        what = "none" if not values else f"more than {MOST_ELEMENTS}"
        raise fail("TD0221", f"a list has 1 to {MOST_ELEMENTS} entries, this one has {what}", span)
    return values


def _blame(checker: Checker, before: int, item: syntax.Entry, element: Element | None) -> None:
    """Adds to the errors of an element which one it is."""
    if element is None or item.each is None:
        return
    shown = str(element.value) if isinstance(element.value, CompileTime) else f"part {element.number}"
    label = Label(item.each.span, f"with {element.name.name} = {shown}")
    for place in range(before, len(checker.errors)):
        error = checker.errors[place]
        if len(error.labels) < MOST_LABELS:
            checker.errors[place] = replace(error, labels=(*error.labels, label))


def _check_entry(
    checker: Checker, item: syntax.Entry, scope: Scope, dependencies: Dependencies, element: Element | None
) -> Entry | None:
    """An entry, checked again for other sizes of dims where values that it gives bind them."""
    before, sizes, places = len(checker.errors), dict[str, Dim](), checker.places
    try:
        while True:
            checker.here = Places()
            substitution = Substitution(Scope(scope), dependencies, sizes)
            try:
                return _entry(checker, item, scope, substitution, element)
            except Rebound as found:
                del checker.errors[before:]
                sizes, checker.places = found.sizes, places
    finally:
        checker.here = checker.declared


def _entry(
    checker: Checker, item: syntax.Entry, scope: Scope, substitution: Substitution, element: Element | None
) -> Entry | None:
    around = Scope(substitution.scope)
    builder = EntryBuilder(Scope(around), around, substitution)
    checker.scopes[item] = builder.scope
    if element is not None:
        around.values[element.name.name] = checker.values[element.name] = element.value
        builder.listed[element.name.name] = element.name.span
    whole = checker.collect(lambda: refuse_python(item.name))
    _expect_givens(item, scope, substitution)
    for parameter in item.parameters:
        if not checker.collect(partial(_parameter, checker, parameter, builder, scope)):
            builder.scope.values.setdefault(parameter.name.name, POISON)
            whole = False
    for statement in item.body.statements if item.body else ():
        substitution.refresh(checker, statement)
        if not checker.collect(partial(_statement, checker, statement, builder)):
            whole = False
            for name in statement.names if isinstance(statement, syntax.Let) else ():
                builder.scope.values.setdefault(name.name, POISON)
            if isinstance(statement, syntax.Given):
                substitution.poison(statement)
    if item.results is not None:
        substitution.refresh(checker, item.results)
    answer: list[tuple[list[Result], str]] = []
    whole &= checker.collect(lambda: answer.append(_returned(checker, item, builder)))
    if not whole:
        return None
    returned, nesting = answer[0]
    if not checker.collect(lambda: add_call_updates(checker, builder, returned)):
        return None
    entry = Entry(
        item.name.name if element is None else f"{item.name.name}[{element.number}]",
        tuple(builder.parameters.values()),
        (*returned, *builder.effects),
        tuple(builder.updates.values()),
        (),
        item.doc,
        item.span,
        nesting,
        tuple(name.name for name in item.fields),
    )
    if not entry.roots():
        nothing = f"'{entry.name}' neither returns nor updates anything"
        checker.report(*fail("TD0224", nothing, item.name.span).diagnostics)
        return None
    finished: list[Entry] = []
    checker.collect(lambda: finished.append(_finish(checker, entry, item, substitution)))
    return finished[0] if finished else None


def _expect_givens(item: syntax.Entry, scope: Scope, substitution: Substitution) -> None:
    """An input that the entry gives has no value of the file's before, and dims are those of given values."""
    statements = item.body.statements if item.body else ()
    givens = [statement for statement in statements if isinstance(statement, syntax.Given)]
    for statement in givens:
        declaration, label = scope.inputs.get(statement.name.name), Label(statement.span, "given here")
        if statement is givens[0]:
            substitution.put_sizes(label)
        if declaration is not None and declaration.value is not None:
            substitution.put(declaration.name, declaration.node, label, declaration.span)


def _parameter(checker: Checker, parameter: syntax.Parameter, builder: EntryBuilder, scope: Scope) -> None:
    name = parameter.name
    before = builder.listed.setdefault(name.name, name.span)
    if before is not name.span:
        raise fail("TD0208", f"'{name.name}' is listed twice", name.span, Label(before, "first here"))
    declared, declaration = scope.find(name.name), scope.inputs.get(name.name)
    if isinstance(declared, Poison) and parameter.type is None:
        raise Poisoned
    size = _size(checker, name, builder.around) if parameter.is_dim else None
    if size is not None:
        node = apply("argument", name=name.name, type=Type(I64))
    elif parameter.type is None:
        if declared is None:
            hint = f"declare it, input {name.name}: real, or give it a type here: {name.name}: real"
            raise fail("TD0201", f"there is no input called '{name.name}'", name.span, hint=hint)
        if declaration is None:
            raise _no_input(checker, name, declared, scope)
        if parameter.default is not None:
            hint = f"declare it in the entry instead: {name.name}: {checker.types.spell(declaration.node.type)} = …"
            raise fail("TD0212", "an input declared for the file has no default", parameter.default.span, hint=hint)
        node = builder.substitution.node(checker, declaration)
        if declaration.value is not None:
            builder.substitution.put(name.name, node, Label(name.span, "an argument here"), declaration.span)
    else:
        refuse_python(name)
        if declaration is not None:
            raise fail(
                "TD0208",
                f"'{name.name}' is an input already",
                parameter.span,
                Label(declaration.span, "declared here"),
                hint="name it without a type, or choose another name",
            )
        type = run(checker, written_type(checker, parameter.type, builder.around))
        node = checker.note(apply("argument", name=name.name, type=type), parameter.span, name.name)
        builder.scope.values[name.name] = node
    checker.values[name] = node if size is None else CompileTime(size)
    if declaration is not None and parameter.type is None:
        default = declaration.default
    else:
        default = _default(checker, parameter, node, builder.around)
    earlier = next(reversed(builder.parameters.values()), None)
    if default is None and earlier is not None and earlier.default is not None:
        labels = [Label(earlier.span, "this has one")] if earlier.span else []
        raise fail("TD0212", "a parameter without a default follows one with a default", parameter.span, *labels)
    place = checker.everywhere.spans.get(node, parameter.span) if parameter.type is None else parameter.span
    builder.parameters[name.name] = Parameter(name.name, node, default, checker.docs.get(name.name, ""), place, size)


def _size(checker: Checker, name: syntax.Name, scope: Scope) -> Dim:
    """The size that a parameter `dim B` gives."""
    declared = scope.find(name.name)
    if isinstance(declared, CompileTime) and isinstance(declared.value, Dim) and scope.has_dim(name.name):
        return declared.value
    hint: str | None = f"declare it above: dim {name.name}"
    if declared is None:
        raise fail("TD0201", f"there is no dim called '{name.name}'", name.span, hint=hint)
    span = scope.declared(name.name)
    labels = [Label(span, "declared here")] if span else []
    hint = None if isinstance(declared, CompileTime) else f"an integer is an argument too: {name.name}: int"
    raise fail("TD0201", f"'{name.name}' is not a dim", name.span, *labels, hint=hint)


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
    value = default_value(checker, parameter.default, node.type, scope)
    return value.number if isinstance(value, CompileTime) else constant_value(value)


def _statement(checker: Checker, statement: syntax.Statement | syntax.Expression, builder: EntryBuilder) -> None:
    if isinstance(statement, syntax.Stored | syntax.Yield | syntax.Until | syntax.Expression):
        hint = "an entry holds let, <-, minimize, given, assert and print; results follow its ->"
        if isinstance(statement, syntax.Stored):
            hint = "declare it outside, for all entries"
        elif isinstance(statement, syntax.Yield | syntax.Until):
            hint = OF_LOOPS
        elif isinstance(statement, syntax.For):
            hint = "let y = for … gives what comes of it a name"
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
        case syntax.Given():
            give(checker, statement, builder.scope, builder.substitution, builder.listed)
        case _:
            assert_never(statement)


def _assert(checker: Checker, statement: syntax.Assert, builder: EntryBuilder) -> None:
    node = run(checker, asserted(checker, statement, builder.scope))
    builder.statements += 1
    builder.effects.append(Result("assert", node, "", statement.text, builder.statements, statement.span))


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
    _check_fields(item.fields)
    value: Value = evaluate(checker, item.results, builder.scope)
    outermost = isinstance(value, TupleValue)
    results: list[Result] = []
    written = item.results.items if item.fields and isinstance(item.results, syntax.Tuple) else ()
    fields = {expression: name.name for expression, name in zip(written, item.fields, strict=True)}
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
        name = fields.get(expression, name) if depth == 1 else name
        results.append(Result("return", node, name, "", 0, expression.span))
        nesting += "."
    nesting = nesting[1:-1] if outermost else nesting
    return results, nesting if "(" in nesting else ""


def _check_fields(names: tuple[syntax.Name, ...]) -> None:
    """Names of results are attributes in Python."""
    seen = Scope()
    for name in names:
        refuse_python(name)
        seen.declare(name, POISON)


def _finish(checker: Checker, entry: Entry, item: syntax.Entry, substitution: Substitution) -> Entry:
    """The entry with its requirements and places; every input must be listed, every dim bound."""
    if checker.options.data_parallel:
        entry = averaged(checker, entry)
    nodes = topological(entry.roots())
    if update := counted(checker, nodes):
        entry = replace(entry, updates=(*entry.updates, update))
        nodes = topological(entry.roots())
    if any(isinstance(node.attributes, Applied) for node in nodes):
        nodes = list(with_bodies(entry.roots()))
    given = dict.fromkeys(parameter.node for parameter in entry.parameters)
    for node in nodes:
        if node.op.name == "argument" and node not in given:
            name = node.get(Named).name
            span = checker.everywhere.spans.get(node)
            if name in substitution.given:
                label = Label(substitution.given[name], "given here")
                what = f"'{entry.name}' uses the input '{name}' before it is given"
                raise fail("TD0231", what, item.name.span, label, hint="move the given up")
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
        for size in parameter.sizes
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
    for parameter in entry.parameters:
        for symbol in {symbol for size in parameter.sizes for symbol in size.symbols()} - bound:
            unknown.setdefault(symbol, []).append(parameter.node)
    for node in nodes:
        sizes = [*node.type.shape, *(value for value in node.attributes.given().values() if isinstance(value, Dim))]
        sizes += [need.size for need in checker.everywhere.requirements.get(node, ())]
        for symbol in {symbol for size in sizes for symbol in size.symbols()} - bound:
            unknown.setdefault(symbol, []).append(node)
    for symbol, needing in sorted(unknown.items()):
        span = next((checker.everywhere.spans[node] for node in needing if node in checker.everywhere.spans), None)
        labels = [Label(span, "needed here")] if span else []
        what = f"no argument of '{entry.name}' says how large {symbol} is"
        raise fail(
            "TD0215",
            what,
            item.name.span,
            *labels,
            hint=f"an argument of shape [{symbol}] would, and so would the parameter dim {symbol}",
        )


def _listed(item: syntax.Entry, name: str) -> list[str]:
    """The parameters of an entry as written, and one more before those with a default."""
    before = [parameter.span.text for parameter in item.parameters if parameter.default is None]
    return [*before, name, *(parameter.span.text for parameter in item.parameters if parameter.default is not None)]

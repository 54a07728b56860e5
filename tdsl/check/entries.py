"""Entries: what can be called.  Their parameters, statements, updates, and what must hold of the whole."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tdsl.check.context import Places
from tdsl.check.shapes import Operand
from tdsl.check.trampoline import run
from tdsl.check.updates import Building, Updates
from tdsl.check.values import (
    POISON,
    Poison,
    Poisoned,
    Scope,
    Several,
    Text,
    Value,
)
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, apply, topological
from tdsl.ir.program import Entry, Parameter, Result
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.syntax.habits import WHOLE
from tdsl.types import BOOL, Dim, Kind

MOST_NESTED_RESULTS = 32


class Entries(Updates):
    """The checker's part for entries."""

    def entry(self, item: syntax.Entry, scope: Scope) -> Entry | None:
        """The entry, or None after errors that are kept for the report."""
        whole = True
        self.here = Places()
        building = Building(Scope(scope))
        whole &= self.collect(lambda: self.public(item.name))
        for parameter in item.parameters:
            if not self.collect(partial(self._parameter, parameter, building, scope)):
                building.scope.values.setdefault(parameter.name.name, POISON)
                whole = False
        for statement in item.body.statements if item.body else ():
            if not self.collect(partial(self._statement, statement, building)):
                whole = False
                for name in statement.names if isinstance(statement, syntax.Let) else ():
                    building.scope.values.setdefault(name.name, POISON)
        answer: list[tuple[list[Result], str]] = []
        whole &= self.collect(lambda: answer.append(self._returned(item, building)))
        if not whole:
            return None
        returned, nesting = answer[0]
        entry = Entry(
            item.name.name,
            tuple(building.parameters.values()),
            (*returned, *building.effects),
            tuple(building.updates.values()),
            (),
            item.doc,
            item.span,
            nesting,
        )
        if not entry.roots():
            nothing = f"'{entry.name}' neither returns nor updates anything"
            self.report(*fail("TD0224", nothing, item.name.span).diagnostics)
            return None
        finished: list[Entry] = []
        self.collect(lambda: finished.append(self._finish(entry, item)))
        return finished[0] if finished else None

    def _parameter(self, parameter: syntax.Parameter, building: Building, scope: Scope) -> None:
        name = parameter.name
        before = building.listed.setdefault(name.name, name.span)
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
                raise self._no_input(name, declared, scope)
            if parameter.default is not None:
                hint = f"declare it in the entry instead: {name.name}: {self.units.spell(declared.type)} = …"
                raise fail("TD0212", "an input declared for the file has no default", parameter.default.span, hint=hint)
            node = declared
        else:
            self.public(name)
            if isinstance(declared, Node) and declared.op.name == "argument":
                span = scope.declared(name.name)
                raise fail(
                    "TD0208",
                    f"'{name.name}' is an input already",
                    parameter.span,
                    *([Label(span, "declared here")] if span else []),
                    hint="name it without a type, or choose another name",
                )
            type = run(self.type(parameter.type, scope))
            node = self.note(apply("argument", name=name.name, type=type), parameter.span, name.name)
            building.scope.values[name.name] = node
        default = self._default(parameter, node, scope)
        earlier = next(reversed(building.parameters.values()), None)
        if default is None and earlier is not None and earlier.default is not None:
            labels = [Label(earlier.span, "this has one")] if earlier.span else []
            raise fail("TD0212", "a parameter without a default follows one with a default", parameter.span, *labels)
        place = self.spans.get(node, parameter.span) if parameter.type is None else parameter.span
        building.parameters[name.name] = Parameter(name.name, node, default, self.docs.get(name.name, ""), place)

    def _no_input(self, name: syntax.Name, declared: Value, scope: Scope) -> UserError:
        span = scope.declared(name.name)
        labels = [Label(span, "declared here")] if span else []
        known = isinstance(declared, Node) and declared.op.name == "variable"
        hint = "an entry sees all that is kept between calls without listing it" if known else None
        hint = hint or f"give it a type to make it an argument: {name.name}: real"
        return fail("TD0201", f"'{name.name}' is not an input", name.span, *labels, hint=hint)

    def _default(self, parameter: syntax.Parameter, node: Node, scope: Scope) -> int | float | None:
        if parameter.default is None:
            return None
        if node.type.rank:
            raise fail("TD0212", "only a scalar has a default", parameter.default.span)
        static = self.static(parameter.default, scope, "a default")
        number, kind = static.number, node.type.dtype.kind
        own = self.units.dtype_of(static).kind
        if own is not kind and not (own is Kind.INTEGER and kind is Kind.REAL):
            type = self.units.spell(node.type)
            raise fail("TD0202", f"the default of {type} cannot be {static}", parameter.default.span)
        self.units.converted(Operand(static, parameter.default.span), node.type.dtype)
        return number if kind is not Kind.REAL else float(0 if number is None else number)

    def _statement(self, statement: syntax.Syntax, building: Building) -> None:
        scope = building.scope
        match statement:
            case syntax.Let():
                run(self.let(statement, scope))
            case syntax.Update():
                self.update(statement, scope, building)
            case syntax.Minimize():
                self.minimize(statement, building)
            case syntax.Assert():
                self._assert(statement, building)
            case syntax.Print():
                self._print(statement, building)
            case _:
                hint = "an entry holds let, <-, minimize, maximize, assert and print; results follow its ->"
                if isinstance(statement, syntax.Stored):
                    hint = "declare it outside, for all entries"
                elif "<-" in statement.span.text:
                    hint = WHOLE
                raise fail("TD0223", "this does not belong in an entry", statement.span, hint=hint)

    def _assert(self, statement: syntax.Assert, building: Building) -> None:
        operand = self.operand(run(self.expression(statement.condition, building.scope)), statement.condition.span)
        node = self.units.node(operand.value)
        if node.type.dtype != BOOL:
            got = self.units.describe(node)
            raise fail("TD0222", f"an assertion is true or false, got {got}", statement.condition.span)
        if node.type.rank:
            node = apply("all", node, axes=tuple(range(node.type.rank)))
        building.statements += 1
        text = statement.message or statement.condition.span.text
        building.effects.append(Result("assert", node, "", text, building.statements, statement.span))

    def _print(self, statement: syntax.Print, building: Building) -> None:
        building.statements += 1
        label = ""
        shown = False
        for expression in statement.values:
            value = run(self.expression(expression, building.scope))
            if isinstance(value, Text):
                label = f"{label} {value.value}".strip()
                continue
            for part in value.items if isinstance(value, Several) else (value,):
                node = self.units.node(self.operand(part, expression.span).value)
                label = label or f"{expression.span.text} ="
                building.effects.append(Result("print", node, "", label, building.statements, statement.span))
                label, shown = "", True
        if label or not shown:
            raise fail("TD0223", "print ends with a value", statement.span, hint='for example: print "cost is", C')

    def _returned(self, item: syntax.Entry, building: Building) -> tuple[list[Result], str]:
        """The results one after the other, and the tuples they stand in."""
        if item.results is None:
            return [], ""
        value: Value = run(self.expression(item.results, building.scope))
        outermost = isinstance(value, Several)
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
            if isinstance(part, Several):
                written = expression.items if isinstance(expression, syntax.Tuple) else ()
                places = written if len(written) == len(part.items) else (expression,) * len(part.items)
                nesting += "("
                depth += 1
                if depth > MOST_NESTED_RESULTS:
                    what = f"results are nested at most {MOST_NESTED_RESULTS} deep"
                    raise fail("TD0213", what, expression.span)
                stack += [None, *reversed([*zip(part.items, places, strict=True)])]
                continue
            node = self.units.node(self.operand(part, expression.span).value)
            name = expression.name if isinstance(expression, syntax.Name) else self.names.get(node, "")
            results.append(Result("return", node, name, "", 0, expression.span))
            nesting += "."
        nesting = nesting[1:-1] if outermost else nesting
        return results, nesting if "(" in nesting else ""

    def _finish(self, entry: Entry, item: syntax.Entry) -> Entry:
        """What holds of the whole entry: every input is listed, every dim is bound; and what its calls must satisfy."""
        nodes = topological(entry.roots())
        given = dict.fromkeys(parameter.node for parameter in entry.parameters)
        for node in nodes:
            if node.op.name == "argument" and node not in given:
                name = node.get(Named).name
                span = self.spans.get(node)
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
        self._check_bound([*given, *nodes], bound, entry, item)
        known = {**self.requirements, **self.here.requirements}
        unique = {(need.size, need.span.start): need for node in nodes for need in known.get(node, ())}
        spans: dict[Node, Span] = {}
        steps: dict[Node, Span] = {}
        for node in nodes:
            if own := self.here.spans.get(node):
                if node.may_fault or own != self.spans[node]:
                    spans[node] = own
            elif step := self.here.steps.get(node) or (node not in self.spans and self.steps.get(node)):
                steps[node] = step
        return replace(entry, requirements=tuple(unique.values()), spans=spans, steps=steps)

    def _check_bound(self, nodes: list[Node], bound: set[str], entry: Entry, item: syntax.Entry) -> None:
        """That the arguments say how large every dim is."""
        unknown: dict[str, list[Node]] = {}
        for node in nodes:
            sizes = [*node.type.shape, *(value for value in node.attributes.given().values() if isinstance(value, Dim))]
            sizes += [need.size for need in self.requirements.get(node, ())]
            for symbol in {symbol for size in sizes for symbol in size.symbols()} - bound:
                unknown.setdefault(symbol, []).append(node)
        for symbol, needing in sorted(unknown.items()):
            span = next((self.spans[node] for node in needing if node in self.spans), None)
            labels = [Label(span, "needed here")] if span else []
            what = f"no argument of '{entry.name}' says how large {symbol} is"
            raise fail("TD0215", what, item.name.span, *labels, hint=f"an argument of shape [{symbol}] would")


def _listed(item: syntax.Entry, name: str) -> list[str]:
    """The parameters of an entry as written, and one more before those with a default."""
    before = [parameter.span.text for parameter in item.parameters if parameter.default is None]
    return [*before, name, *(parameter.span.text for parameter in item.parameters if parameter.default is not None)]

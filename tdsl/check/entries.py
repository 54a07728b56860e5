"""Entries: what can be called.  Their parameters, statements, updates, and what must hold of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tdsl import syntax
from tdsl.check.items import Items
from tdsl.check.shapes import Operand
from tdsl.check.trampoline import run
from tdsl.check.values import POISON, BoundRule, Poison, Poisoned, Scope, Several, Static, Text, Value
from tdsl.ir import Entry, Node, Parameter, Result, Update, apply, topological
from tdsl.source import Label, Span, fail
from tdsl.types import BOOL, Dim, Kind, Type


@dataclass
class Building:
    """An entry being put together."""

    scope: Scope
    parameters: dict[str, Parameter] = field(default_factory=dict)
    effects: list[Result] = field(default_factory=list)
    updates: dict[str, Update] = field(default_factory=dict)
    statements: int = 0


class Entries(Items):
    """The checker's part for entries and rules."""

    def entry(self, item: syntax.Entry, scope: Scope) -> Entry | None:
        """The entry, or None after errors that are kept for the report."""
        before = len(self.errors)
        building = Building(Scope(scope))
        self.collect(lambda: self.public(item.name))
        for parameter in item.parameters:
            if not self.collect(lambda parameter=parameter: self._parameter(parameter, building, scope)):
                building.scope.values.setdefault(parameter.name.name, POISON)
        for statement in item.body.statements if item.body else ():
            if not self.collect(lambda statement=statement: self._statement(statement, building)):
                for name in statement.names if isinstance(statement, syntax.Let) else ():
                    building.scope.values.setdefault(name.name, POISON)
        returned: list[Result] = []
        self.collect(lambda: returned.extend(self._returned(item, building)))
        if len(self.errors) > before:
            return None
        entry = Entry(
            item.name.name,
            tuple(building.parameters.values()),
            (*returned, *building.effects),
            tuple(building.updates.values()),
            (),
            item.doc,
            item.span,
        )
        if not entry.roots():
            self.errors += fail(
                "TD0224", f"'{entry.name}' neither returns nor updates anything", item.name.span
            ).diagnostics
            return None
        finished: list[Entry] = []
        self.collect(lambda: finished.append(self._finish(entry, item)))
        return finished[0] if finished else None

    def _parameter(self, parameter: syntax.Parameter, building: Building, scope: Scope) -> None:
        name = parameter.name
        self.public(name)
        declared = scope.find(name.name)
        if isinstance(declared, Poison):
            raise Poisoned
        if parameter.type is None:
            if declared is None:
                raise scope.unknown(name)
            if not (isinstance(declared, Node) and declared.op.name == "argument"):
                raise fail(
                    "TD0201", f"'{name.name}' is not an input", name.span, hint=f"give it a type: {name.name}: real"
                )
            node = declared
        else:
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
        if name.name in building.parameters:
            raise fail("TD0208", f"'{name.name}' is declared twice", name.span)
        default = self._default(parameter, node, scope)
        if default is None and any(other.default is not None for other in building.parameters.values()):
            raise fail("TD0212", "a parameter without a default follows one with a default", parameter.span)
        place = self.spans.get(node, parameter.span) if parameter.type is None else parameter.span
        building.parameters[name.name] = Parameter(name.name, node, default, self.docs.get(name.name, ""), place)

    def _default(self, parameter: syntax.Parameter, node: Node, scope: Scope) -> int | float | None:
        if parameter.default is None:
            return None
        if node.type.rank:
            raise fail("TD0221", "only a scalar has a default", parameter.default.span)
        static = self.static(parameter.default, scope, "a default")
        number, kind = static.number, node.type.dtype.kind
        own = self.units.dtype_of(static).kind
        if own is not kind and not (own is Kind.INTEGER and kind is Kind.REAL):
            raise fail("TD0202", f"the default of {node.type} cannot be {static}", parameter.default.span)
        return number if kind is not Kind.REAL else float(number or 0)

    def _statement(self, statement: syntax.Syntax, building: Building) -> None:
        scope = building.scope
        match statement:
            case syntax.Let():
                run(self.let(statement, scope))
            case syntax.Update():
                self.update(statement, scope, building)
            case syntax.Minimize():
                self._minimize(statement, building)
            case syntax.Assert():
                self._assert(statement, building)
            case syntax.Print():
                self._print(statement, building)
            case _:
                raise fail(
                    "TD0223",
                    "this does not belong in an entry",
                    statement.span,
                    hint="an entry holds let, <-, minimize, maximize, assert and print; results follow its ->",
                )

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
            raise fail("TD0223", "print ends with a value", statement.span, hint='print("cost is", C)')

    def update(
        self, statement: syntax.Update, scope: Scope, building: Building, own: Mapping[str, str] | None = None
    ) -> None:
        """`target <- value`; `own` says which variable a name of a rule stands for."""
        name = (own or {}).get(statement.target.name, statement.target.name)
        variable = self.variables.get(name)
        found = scope.find(statement.target.name)
        if isinstance(found, Poison):
            raise Poisoned
        if variable is None or found is not variable.node:
            if found is None:
                raise scope.unknown(statement.target)
            raise fail(
                "TD0217",
                f"'{statement.target.name}' is neither shared nor state",
                statement.target.span,
                hint="only what is kept between calls can be updated",
            )
        operand = self.operand(run(self.expression(statement.value, scope)), statement.value.span)
        node = self._as_update(operand, variable.node.type, statement.target.span, variable.span)
        self.put(name, node, statement.span, building)

    def _as_update(self, operand: Operand, type: Type, target: Span, declared: Span | None) -> Node:
        real = self.options.real
        labels = [Label(declared, f"declared {type.spell(real)}")] if declared else []
        node = self.units.node(operand.value, type.dtype if isinstance(operand.value, Static) else None)
        if isinstance(operand.value, Static):
            own = self.units.dtype_of(operand.value)
            if own != BOOL and type.dtype != BOOL and not (own.kind is Kind.REAL and type.dtype.kind is Kind.INTEGER):
                node = self.units.node(operand.value, type.dtype)
            else:
                node = self.units.node(operand.value)
        if node.type.dtype != type.dtype and not self.units.widens(node.type.dtype, type.dtype):
            got = node.type.spell(real)
            raise fail("TD0217", f"a {type.spell(real)} cannot become {got}", operand.span, *labels)
        node = node.cast(type.dtype)
        like = apply("variable", name="", type=type)
        aligned, back = self.units.align([node, like], [operand.span, target], "<-", operand.span)
        if back.type != type:
            raise fail("TD0217", f"a {type.spell(real)} cannot become {node.type.spell(real)}", operand.span, *labels)
        return aligned

    def put(self, name: str, value: Node, span: Span, building: Building) -> None:
        """One update; a second of the same variable is an error."""
        before = building.updates.get(name)
        if before is not None:
            labels = [Label(before.span, "first here")] if before.span else []
            raise fail(
                "TD0211",
                f"'{name}' is updated twice",
                span,
                *labels,
                hint="all updates of an entry happen at once, so each variable can have only one",
            )
        building.updates[name] = Update(name, value, span)

    def _minimize(self, statement: syntax.Minimize, building: Building) -> None:
        scope = building.scope
        cost = self.operand(run(self.expression(statement.cost, scope)), statement.cost.span)
        rule = run(self.expression(statement.rule, scope))
        if not isinstance(rule, BoundRule):
            raise fail(
                "TD0213",
                "with takes an update rule and its arguments",
                statement.rule.span,
                hint="for example: with sgd(0.01), after: use std.optim: sgd",
            )
        node = self.scalar_cost(cost)
        if statement.verb == "maximize":
            cost = Operand(-node, cost.span)
        if statement.over is None:
            inside = set(topological([node]))
            targets = [
                Operand(variable.node, statement.cost.span)
                for variable in self.variables.values()
                if variable.kind == "shared" and variable.node in inside
            ]
            if not targets:
                text = statement.cost.span.text
                raise fail("TD0207", f"{text} depends on no shared value", statement.cost.span)
        else:
            targets = [self._over(name, scope) for name in statement.over]
        gradients = self.derivatives(cost, targets, statement.span)
        for target, gradient in zip(targets, gradients, strict=True):
            assert isinstance(target.value, Node)
            self._apply_rule(rule, target.value, gradient, statement.span, building)

    def _over(self, name: syntax.Name, scope: Scope) -> Operand:
        value = scope.look_up(name)
        variable = self.variables.get(name.name)
        if variable is None or variable.node is not value:
            raise fail("TD0217", f"'{name.name}' is neither shared nor state", name.span)
        return Operand(value, name.span)

    def _apply_rule(
        self, bound: BoundRule, parameter: Node, gradient: Node, span: Span, building: Building
    ) -> None:
        """The body of a rule for one parameter and its gradient."""
        item = bound.rule.item
        scope = Scope(bound.rule.scope)
        scope.values.update(bound.arguments)
        name = parameter["name"]
        scope.values |= {item.parameter.name: parameter, item.gradient.name: gradient}
        own = {item.parameter.name: name}
        for statement in item.body.statements:
            match statement:
                case syntax.Stored(kind="state"):
                    full_name = f"{name}.{item.name.name}.{statement.name.name}"
                    if full_name not in self.variables:
                        type = None if statement.type is None else run(self.type(statement.type, scope))
                        known: dict[str, Node] = {item.parameter.name: self.initial[name]}
                        initial = self.initial_value(statement, type, full_name, scope, known)
                        self.store(statement, full_name, "rule state", initial)
                    scope.declare(statement.name, self.variables[full_name].node)
                    own[statement.name.name] = full_name
                case syntax.Let():
                    run(self.let(statement, scope))
                case syntax.Update():
                    target = own.get(statement.target.name)
                    if target is None:
                        raise fail("TD0217", "a rule updates its parameter and its own states", statement.target.span)
                    variable = self.variables[target]
                    operand = self.operand(run(self.expression(statement.value, scope)), statement.value.span)
                    node = self._as_update(operand, variable.node.type, statement.target.span, variable.span)
                    self.put(target, node, span, building)
                case _:
                    raise fail("TD0223", "a rule holds state, let and <-", statement.span)

    def _returned(self, item: syntax.Entry, building: Building) -> list[Result]:
        if item.results is None:
            return []
        value = run(self.expression(item.results, building.scope))
        written = item.results.items if isinstance(item.results, syntax.Tuple) else ()
        values: tuple[Value, ...] = value.items if isinstance(value, Several) else (value,)
        results = []
        for place, part in enumerate(values):
            expression = written[place] if place < len(written) else item.results
            operand = self.operand(part, expression.span)
            node = self.units.node(operand.value)
            name = expression.name if isinstance(expression, syntax.Name) else self.names.get(node, "")
            results.append(Result("return", node, name, "", 0, expression.span))
        return results

    def _finish(self, entry: Entry, item: syntax.Entry) -> Entry:
        """What holds of the whole entry: every input is listed, every dim is bound; and what its calls must satisfy."""
        nodes = topological(entry.roots())
        given = {parameter.node for parameter in entry.parameters}
        for node in nodes:
            if node.op.name == "argument" and node not in given:
                name = node["name"]
                span = self.spans.get(node)
                raise fail(
                    "TD0209",
                    f"'{entry.name}' uses the input '{name}' but does not list it",
                    item.name.span,
                    *([Label(span, "declared here")] if span else []),
                    hint=f"entry {entry.name}({', '.join([*(p.name for p in entry.parameters), name])})",
                )
        bound = {
            symbol
            for parameter in entry.parameters
            for size in parameter.node.type.shape
            for symbol in size.symbols()
            if size == Dim.symbol(symbol)
        }
        for node in [*(parameter.node for parameter in entry.parameters), *nodes]:
            self._check_bound(node, bound, entry, item)
        requirements = [need for node in nodes for need in self.requirements.get(node, ())]
        unique = {(need.size, need.span.start): need for need in requirements}
        return Entry(
            entry.name, entry.parameters, entry.results, entry.updates, tuple(unique.values()), entry.doc, entry.span
        )

    def _check_bound(self, node: Node, bound: set[str], entry: Entry, item: syntax.Entry) -> None:
        sizes = list(node.type.shape)
        sizes += [value for _, value in node.attributes if isinstance(value, Dim)]
        sizes += [size for need in self.requirements.get(node, ()) for size in [need.size]]
        for size in sizes:
            for symbol in sorted(size.symbols() - bound):
                span = self.spans.get(node)
                raise fail(
                    "TD0215",
                    f"no argument of '{entry.name}' says how large {symbol} is",
                    item.name.span,
                    *([Label(span, "needed here")] if span else []),
                    hint=f"an argument of shape [{symbol}] would bind it",
                )

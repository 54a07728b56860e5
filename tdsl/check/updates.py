"""Updates of what is kept between calls: written out by `<-`, or made by a rule for every trained value."""

from __future__ import annotations

from dataclasses import dataclass, field

from tdsl.check.calls import called_from
from tdsl.check.items import Items
from tdsl.check.shapes import Operand
from tdsl.check.trampoline import run
from tdsl.check.values import BoundRule, Poison, Poisoned, RuleDefinition, Scope
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Parameter, Result, Update
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Type


@dataclass
class Building:
    """An entry being put together."""

    scope: Scope
    parameters: dict[str, Parameter] = field(default_factory=dict)
    listed: dict[str, Span] = field(default_factory=dict)
    effects: list[Result] = field(default_factory=list)
    updates: dict[str, Update] = field(default_factory=dict)
    statements: int = 0


class Updates(Items):
    """The checker's part for updates and rules."""

    def update(self, statement: syntax.Update, scope: Scope, building: Building) -> None:
        """`target <- value`"""
        name = statement.target.name
        variable = self.variables.get(name)
        found = scope.find(statement.target.name)
        if isinstance(found, Poison):
            raise Poisoned
        if variable is None or found is not variable.node:
            if found is None:
                raise scope.unknown(statement.target)
            declared = scope.declared(statement.target.name)
            labels = [Label(declared, "declared here")] if declared else []
            what = f"'{statement.target.name}' is neither shared nor state"
            hint = "only what is kept between calls can be updated"
            raise fail("TD0217", what, statement.target.span, *labels, hint=hint)
        operand = self.operand(run(self.expression(statement.value, scope)), statement.value.span)
        node = self._as_update(operand, variable.node.type, statement.target.span, variable.span)
        self.put(name, node, statement.span, building)

    def _as_update(self, operand: Operand, type: Type, target: Span, declared: Span | None) -> Node:
        labels = [Label(declared, "declared here")] if declared else []
        what = f"'{target.text}' is {self.units.spell(type)} and cannot become {self.units.describe(operand.value)}"
        node = self._fitting(operand, type.dtype)
        if node is None:
            raise fail("TD0217", what, operand.span, *labels)
        like = apply("variable", name="", type=type)
        try:
            aligned, back = self.units.align([node, like], [operand.span, target], "<-", operand.span)
        except UserError:
            back = node
        if back.type != type:
            raise fail("TD0217", what, operand.span, *labels)
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

    def minimize(self, statement: syntax.Minimize, building: Building) -> None:
        scope = building.scope
        cost = self.operand(run(self.expression(statement.cost, scope)), statement.cost.span)
        rule = run(self.expression(statement.rule, scope))
        if not isinstance(rule, BoundRule):
            hint = "for example: with sgd(0.01), after: use std.optim: sgd"
            if isinstance(rule, RuleDefinition):
                hint = f"brackets give it its arguments, or none: {statement.rule.span.text}()"
            raise fail("TD0213", "with takes an update rule and its arguments", statement.rule.span, hint=hint)
        node = self.scalar_cost(cost)
        if statement.verb == "maximize":
            cost = Operand(-node, cost.span)
        if statement.over is None:
            targets = self._trained(node, statement.cost.span)
        else:
            targets = [self._over(name, scope, statement.over) for name in statement.over]
        gradients = self.derivatives(cost, targets, statement.span)
        for target, gradient in zip(targets, gradients, strict=True):
            assert isinstance(target.value, Node)
            self.callers.append(statement.span)
            try:
                self._apply_rule(rule, target.value, gradient, statement.span, building)
            except UserError as error:
                raise called_from(error, statement.span, rule.rule.item.name.name, "this use of") from None
            finally:
                self.callers.pop()

    def _trained(self, cost: Node, span: Span) -> list[Operand]:
        """All shared values that the cost is made of, but for those that only stop_grad lets through."""
        inside, kept = self.behind(cost), self.behind(cost, stopped=False)
        shared = [v.node for v in self.variables.values() if v.kind == "shared" and v.node in inside]
        if not shared:
            text = span.text if len(span.text) <= 40 else "this"
            hint = "declare what is trained: shared W: real[…] = …"
            raise fail("TD0207", f"{text} depends on no shared value", span, hint=hint)
        return [Operand(node, span) for node in shared if node in kept]

    def _over(self, name: syntax.Name, scope: Scope, listed: tuple[syntax.Name, ...]) -> Operand:
        first = next(other for other in listed if other.name == name.name)
        if first is not name:
            raise fail("TD0211", f"'{name.name}' is listed twice", name.span, Label(first.span, "first here"))
        value = scope.look_up(name)
        variable = self.variables.get(name.name)
        if variable is None or variable.node is not value:
            declared = scope.declared(name.name)
            labels = [Label(declared, "declared here")] if declared else []
            raise fail("TD0217", f"'{name.name}' is neither shared nor state", name.span, *labels)
        return Operand(value, name.span)

    def _apply_rule(self, bound: BoundRule, parameter: Node, gradient: Node, span: Span, building: Building) -> None:
        """The body of a rule for one parameter and its gradient."""
        item = bound.rule.item
        scope = Scope(bound.rule.scope)
        scope.values.update(bound.arguments)
        name = parameter.get(Named).name
        scope.values |= {item.parameter.name: parameter, item.gradient.name: gradient}
        own = {item.parameter.name: name}
        for statement in item.body.statements:
            match statement:
                case syntax.Stored(kind="state"):
                    full_name = f"{name}.{item.name.name}.{statement.name.name}"
                    if self.owners.setdefault(full_name, item) is not item:
                        what = f"'{full_name}' is kept for another rule of that name"
                        raise fail("TD0208", what, statement.name.span, hint="rename the rule")
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

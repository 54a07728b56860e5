"""Updates of variables: written out by `<-`, or made by a rule for every trained one."""

from __future__ import annotations

from dataclasses import dataclass, field

from tdsl.check.annotations import written_type
from tdsl.check.assignment import next_value
from tdsl.check.call_updates import difference, reached
from tdsl.check.calls import bind_let, called_from
from tdsl.check.checker import CallUpdate, Checker
from tdsl.check.derivatives import behind, derivatives, scalar_cost, trained
from tdsl.check.expressions import evaluate, run
from tdsl.check.givens import Substitution
from tdsl.check.shapes import Operand
from tdsl.check.sparse_updates import rows_alone
from tdsl.check.stored import initial_value, store
from tdsl.check.values import BoundRule, Instance, RuleDefinition, Scope, is_model, shared_of
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node
from tdsl.ir.program import Parameter, Result, Update, Variable
from tdsl.source import Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.syntax.habits import WHOLE


@dataclass
class EntryBuilder:
    """The parts of an entry whose statements are being checked.  `around` is the scope of its parameters' types."""

    scope: Scope
    around: Scope
    substitution: Substitution
    parameters: dict[str, Parameter] = field(default_factory=dict)
    listed: dict[str, Span] = field(default_factory=dict)
    effects: list[Result] = field(default_factory=list)
    updates: dict[str, Update] = field(default_factory=dict)
    costs: list[Node] = field(default_factory=list)
    statements: int = 0


def add_update(checker: Checker, statement: syntax.Update, builder: EntryBuilder) -> None:
    """`target <- value`"""
    hint = "only shared and state values can be updated"
    variable = _variable(checker, statement.target, builder.scope, hint)
    _put(variable.name, _new_value(checker, statement, variable, builder.scope), statement.span, builder)


def _variable(checker: Checker, target: syntax.Expression, scope: Scope, hint: str | None = None) -> Variable:
    """The variable of a name, or of an instance's member."""
    if isinstance(target, syntax.Index):
        value = evaluate(checker, target, scope)
        hint = f"its members are updated one by one: {target.span.text}.W <- …" if is_model(value) else WHOLE
        raise fail("TD0217", f"'{target.span.text}' is a part, and only a whole value is kept", target.span, hint=hint)
    value = evaluate(checker, target, scope)
    name, declared = target.span.text, None
    if isinstance(target, syntax.Name):
        name, declared = target.name, scope.declared(target.name)
    elif isinstance(target, syntax.Attribute) and isinstance(owner := checker.values[target.value], Instance):
        name, declared = f"{owner.name}.{target.name}", owner.scope.declared(target.name)
    variable = checker.variables.get(name)
    if variable is None or variable.node is not value:
        labels = [Label(declared, "declared here")] if declared else []
        if isinstance(value, Instance):
            hint = f"its members are updated one by one: {target.span.text}.{next(iter(value.members()), 'W')} <- …"
        if isinstance(target, syntax.Array | syntax.Tuple):
            hint = "the values are listed without brackets: minimize C over W, b with sgd(0.01)"
        raise fail("TD0217", f"'{target.span.text}' is neither shared nor state", target.span, *labels, hint=hint)
    return variable


def _new_value(checker: Checker, statement: syntax.Update, variable: Variable, scope: Scope) -> Node:
    """The value of an update as its variable has it."""
    operand = checker.operand(evaluate(checker, statement.value, scope), statement.value.span)
    return next_value(checker, operand, variable, statement.target.span)


def add_call_updates(checker: Checker, builder: EntryBuilder, returned: list[Result]) -> None:
    """The updates of the calls that an entry's results, updates and costs are made of."""
    roots = [result.node for result in (*returned, *builder.effects)] + builder.costs
    made: dict[str, CallUpdate] = {}
    for update in reached(checker, [*roots, *(update.value for update in builder.updates.values())]):
        before = made.setdefault(update.variable, update)
        if before is not update:
            first, second = sorted(difference(before, update), key=lambda span: span.start)
            hint = "call it once, with both batches in one array, or let the entry update the state"
            what = f"two calls in one entry update '{update.variable}'"
            labels = [] if update.span.source.is_library else [Label(update.span, "updated here")]
            raise fail("TD0211", what, second, Label(first, "the other call"), *labels, hint=hint)
        _put(update.variable, update.value, update.calls[0] if update.calls else update.span, builder)


def _put(name: str, value: Node, span: Span, builder: EntryBuilder) -> None:
    """One update; a second of the same variable is an error."""
    before = builder.updates.get(name)
    if before is not None:
        labels = [Label(before.span, "first here")] if before.span else []
        raise fail(
            "TD0211",
            f"'{name}' is updated twice",
            span,
            *labels,
            hint="all updates of an entry happen at once, so each variable can have only one",
        )
    builder.updates[name] = Update(name, value, span)


def minimize(checker: Checker, statement: syntax.Minimize, builder: EntryBuilder) -> None:
    scope = builder.scope
    cost = checker.operand(evaluate(checker, statement.cost, scope), statement.cost.span)
    rule = evaluate(checker, statement.rule, scope)
    if not isinstance(rule, BoundRule):
        hint = "for example: with sgd(0.01), after: use std.optim: sgd"
        if isinstance(rule, RuleDefinition):
            hint = f"brackets give it its arguments, or none: {statement.rule.span.text}()"
        raise fail("TD0213", "with takes an update rule and its arguments", statement.rule.span, hint=hint)
    node = scalar_cost(checker, cost)
    builder.costs.append(node)
    checker.differentiated[node] = None
    if statement.verb == "maximize":
        cost = Operand(-node, cost.span)
    if statement.over is None:
        targets = trained(checker, node, statement.cost.span)
    else:
        targets = _over(checker, statement.over, scope, node)
    gradients = derivatives(checker, cost, targets, statement.span)
    for target, gradient in zip(targets, gradients, strict=True):
        assert isinstance(target.value, Node)
        checker.callers.append(statement.span)
        try:
            _apply_rule(checker, rule, target.value, gradient, statement.span, builder)
        except UserError as error:
            raise called_from(error, statement.span, rule.rule.item.name.name, "this use of") from None
        finally:
            checker.callers.pop()


def _over(checker: Checker, listed: tuple[syntax.Expression, ...], scope: Scope, cost: Node) -> list[Operand]:
    """The values that `over` lists; of a model, or a list of them, the shared ones that the cost depends on."""
    found: dict[Node, Span] = {}
    for expression in listed:
        value = evaluate(checker, expression, scope)
        if is_model(value):
            kept = behind(checker, cost, stopped=False)
            nodes = [node for node in shared_of(value) if node in kept]
            if not nodes:
                what = f"the cost depends on no shared value of {expression.span.text}"
                raise fail("TD0207", what, expression.span)
        else:
            nodes = [_variable(checker, expression, scope).node]
        for node in nodes:
            first = found.setdefault(node, expression.span)
            if first is not expression.span:
                name = node.get(Named).name
                raise fail("TD0211", f"'{name}' is listed twice", expression.span, Label(first, "first here"))
    return [Operand(node, span) for node, span in found.items()]


def _apply_rule(
    checker: Checker, bound: BoundRule, parameter: Node, gradient: Node, span: Span, builder: EntryBuilder
) -> None:
    """The body of a rule for one parameter and its gradient."""
    item = bound.rule.item
    scope = checker.scopes[item] = Scope(bound.rule.scope)
    scope.values.update(bound.arguments)
    name = parameter.get(Named).name
    for called, value in ((item.parameter, parameter), (item.gradient, gradient)):
        scope.values[called.name] = checker.values[called] = value
    own = {item.parameter.name: name}
    for statement in item.body.statements:
        match statement:
            case syntax.Stored():
                own[statement.name.name] = _rule_state(checker, statement, item, name, scope)
            case syntax.Let():
                run(checker, bind_let(checker, statement, scope))
            case syntax.Update():
                target = own.get(statement.target.name) if isinstance(statement.target, syntax.Name) else None
                if target is None:
                    raise fail("TD0217", "a rule updates its parameter and its own states", statement.target.span)
                checker.values[statement.target] = checker.variables[target].node
                new = _new_value(checker, statement, checker.variables[target], scope)
                _put(target, rows_alone(checker, new, checker.variables[target].node, gradient, span), span, builder)
            case _:
                raise fail("TD0223", "a rule holds state, let and <-", statement.span)


def _rule_state(checker: Checker, statement: syntax.Stored, rule: syntax.Rule, parameter: str, scope: Scope) -> str:
    """Declares a state of a rule for one parameter; returns its full name."""
    name = f"{parameter}.{rule.name.name}.{statement.name.name}"
    if checker.owners.setdefault(name, rule) is not rule:
        what = f"'{name}' is kept for another rule of that name"
        raise fail("TD0208", what, statement.name.span, hint="rename the rule")
    if name not in checker.variables:
        type = None if statement.type is None else run(checker, written_type(checker, statement.type, scope))
        known = {rule.parameter.name: checker.initial[parameter]}
        store(checker, statement, name, "rule state", initial_value(checker, statement, type, name, scope, known))
    checker.values[statement.name] = checker.variables[name].node
    scope.declare(statement.name, checker.variables[name].node)
    return name

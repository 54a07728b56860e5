"""Calls: arguments meet parameters, functions are inlined, rules are bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches

from tdsl.check.arithmetic import Arithmetic
from tdsl.check.free_names import free_names
from tdsl.check.shapes import Operand, size_text
from tdsl.check.trampoline import Step
from tdsl.check.values import (
    BoundRule,
    Function,
    RuleDefinition,
    Scope,
    Static,
    Value,
)
from tdsl.ir.node import Node, apply
from tdsl.source import MOST_LABELS, Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import BOOL, I64, Dim, Kind


@dataclass(frozen=True)
class Given:
    """One argument of a call: its value, and how and where it was written."""

    value: Value
    span: Span
    syntax: syntax.Expression


MOST_CALLS = 50_000
MOST_NESTED_CALLS = 40


@dataclass(frozen=True)
class Formula:
    """A size in the type of a parameter that is more than a dim, and the size of the argument there."""

    written: syntax.Expression
    size: Dim
    parameter: syntax.Parameter
    given: Operand


class Calls(Arithmetic):
    """The checker's part for calls."""

    def match(
        self, what: str, names: tuple[str, ...], needed: int, call: syntax.Call, declared: Span | None = None
    ) -> dict[str, syntax.Expression]:
        """Which argument goes to which parameter; raises `UserError` TD0212 when they do not fit."""
        found: dict[str, syntax.Expression] = {}
        labels = [Label(declared, "declared here")] if declared else []
        known = set(names)
        named = False
        for place, argument in enumerate(call.arguments):
            named = named or argument.name is not None
            if argument.name is None:
                if named:
                    raise fail("TD0212", "an argument without a name follows one with a name", argument.span)
                if place >= len(names):
                    count = f"{len(names)} argument{'s' * (len(names) != 1)}"
                    tuples = {"shape": "sizes", "axes": "axes"}.get(names[-1] if names else "")
                    hint = f"several {tuples} are a tuple, in brackets of their own: ((2, 3))" if tuples else None
                    raise fail("TD0212", f"{what} takes {count}, this is one more", argument.span, *labels, hint=hint)
                name = names[place]
            else:
                name = argument.name
            if name in found:
                raise fail("TD0212", f"'{name}' is given twice", argument.span, Label(found[name].span, "first here"))
            if name not in known:
                close = get_close_matches(name, names, 1)
                hint = f"did you mean '{close[0]}'?" if close else f"it takes {', '.join(names) or 'nothing'}"
                raise fail("TD0212", f"{what} has no parameter '{name}'", argument.span, *labels, hint=hint)
            found[name] = argument.value
        missing = [name for name in names[:needed] if name not in found]
        if missing:
            listed = " and ".join(f"'{name}'" for name in missing)
            raise fail("TD0212", f"{what} is called without {listed}", call.span, *labels)
        return found

    def call_function(self, function: Function, call: syntax.Call, scope: Scope) -> Step:
        """The body with the arguments in place of the parameters."""
        item = function.item
        bound = yield self._bind(f"'{item.name.name}'", item.parameters, item.name.span, call, scope, function.scope)
        self._refuse_recursion(function, bound, call)
        self.active.append((function, call.span))
        self.callers.append(call.span)
        try:
            if uses_gradient(item):
                bound.values = {name: self._cut(value) for name, value in bound.values.items()}
            return (yield self._body(item.body, bound))
        except UserError as error:
            raise called_from(error, call.span, item.name.name, "this call of") from None
        finally:
            self.active.pop()
            self.callers.pop()

    def _refuse_recursion(self, function: Function, bound: Scope, call: syntax.Call) -> None:
        """A function that is given functions may meet itself again, so only depth tells."""
        name = function.item.name.name
        before = [span for active, span in self.active if active.item is function.item]
        higher = any(isinstance(value, Function) for value in bound.values.values())
        if len(before) > (MOST_NESTED_CALLS if higher else 0):
            through = [active.item.name.name for active, _ in self.active]
            chain = [f"'{other}'" for other in through[through.index(name) + 1 :]]
            what = f"'{name}' calls itself" + (f" through {', '.join(chain)}" if chain and not higher else "")
            hint = "functions are unfolded where they are called, so none can contain itself"
            raise fail("TD0210", what, call.span, hint=hint)
        self.calls += 1
        if self.calls > MOST_CALLS:
            hint = "a function that calls another twice, which calls a third twice, grows like powers of two"
            raise fail("TD0210", f"the program unfolds to more than {MOST_CALLS} calls", call.span, hint=hint)

    def _cut(self, value: Value) -> Value:
        """A parameter of its own, so that a derivative with respect to it sees nothing behind it."""
        if isinstance(value, Static):
            if isinstance(value.value, Dim | bool):
                return value
            value = self.units.node(value)
        if not isinstance(value, Node):
            return value
        self.tags += 1
        cut = apply("identity", value, tag=self.tags)
        if value in self.spans:
            self.note(cut, self.spans[value], self.names.get(value))
        return cut

    def _body(self, body: syntax.Expression | syntax.Block, scope: Scope) -> Step:
        if isinstance(body, syntax.Expression):
            return (yield self.expression(body, scope))
        if not body.statements or not isinstance(body.statements[-1], syntax.Expression):
            last = body.statements[-1] if body.statements else body
            hint = "a space makes a comparison: x < -1" if isinstance(last, syntax.Update) else None
            raise fail("TD0223", "a function ends with the expression it returns", last.span, hint=hint)
        for statement in body.statements[:-1]:
            if not isinstance(statement, syntax.Let):
                hint = None
                if isinstance(statement, syntax.Update):
                    hint = "a function changes nothing; a space makes a comparison: x < -1"
                raise fail("TD0223", "a function holds lets and ends with an expression", statement.span, hint=hint)
            yield self.let(statement, scope)
        return (yield self.expression(body.statements[-1], scope))

    def let(self, item: syntax.Let, scope: Scope) -> Step:
        """Names for a value, or for the parts of a tuple."""
        raise NotImplementedError

    def bind_rule(self, rule: RuleDefinition, call: syntax.Call, scope: Scope) -> Step:
        """A rule with its arguments."""
        item = rule.item
        bound = yield self._bind(f"rule '{item.name.name}'", item.parameters, item.name.span, call, scope, rule.scope)
        return BoundRule(rule, bound.values)

    def _bind(
        self,
        what: str,
        parameters: tuple[syntax.Parameter, ...],
        declared: Span,
        call: syntax.Call,
        scope: Scope,
        outer: Scope,
    ) -> Step:
        """A scope inside the callee's file that holds its parameters."""
        names = tuple(parameter.name.name for parameter in parameters)
        needed = sum(parameter.default is None for parameter in parameters)
        given = self.match(what, names, needed, call, declared)
        bound = Scope(outer)
        sizes: dict[str, tuple[Dim, Span]] = {}
        formulas: list[Formula] = []
        for parameter in parameters:
            name = parameter.name.name
            if name in given:
                expression = given[name]
                value = yield self.expression(expression, scope)
            else:
                assert parameter.default is not None
                expression = parameter.default
                value = yield self.expression(expression, bound)
            if parameter.type is not None:
                value = self._typed(what, parameter, value, expression.span, bound, sizes, formulas)
            bound.values[name] = value
            bound.spans[name] = parameter.name.span
        for formula in formulas:
            yield self._fits(what, formula, bound)
        return bound

    def _typed(
        self,
        what: str,
        parameter: syntax.Parameter,
        value: Value,
        span: Span,
        scope: Scope,
        sizes: dict[str, tuple[Dim, Span]],
        formulas: list[Formula],
    ) -> Value:
        """The value as the parameter's type; dims in it take the sizes of the arguments, equal names equal sizes.
        What is made of dims waits until they have their sizes."""
        assert parameter.type is not None
        written = parameter.type
        dtype = self.dtype(written)
        operand = self.operand(value, span)
        declared = Label(parameter.span, "declared here")
        if isinstance(operand.value, Static):
            return self._static_argument(what, parameter, operand.value, span)
        node = operand.value
        adapts = self.units.is_literal(node) and dtype.kind is not Kind.BOOL and node.type.dtype.kind is not Kind.REAL
        if not (node.type.dtype == dtype or self.units.widens(node.type.dtype, dtype) or adapts):
            got = self.units.describe(node)
            raise fail("TD0202", f"{what} takes {written.span.text}, got {got}", span, declared)
        node = self.units.converted(operand, dtype)
        if len(written.sizes) != node.type.rank:
            got = self.units.describe(node)
            raise fail("TD0219", f"{what} takes {written.span.text}, got {got}", span, declared)
        for expression, size in zip(written.sizes, node.type.shape, strict=True):
            if isinstance(expression, syntax.Name) and (
                expression.name in sizes or is_dim(scope.find(expression.name), expression.name)
            ):
                before = sizes.setdefault(expression.name, (size, span))
                if before[0] != size:
                    raise fail(
                        "TD0219",
                        f"{what} takes two sizes called {expression.name}, and they differ",
                        span,
                        Label(before[1], f"{expression.name} = {size_text(before[0])}"),
                        declared,
                        label=f"{expression.name} = {size_text(size)}",
                    )
                scope.values[expression.name] = Static(size)
                continue
            formulas.append(Formula(expression, size, parameter, Operand(node, span)))
        return node

    def _fits(self, what: str, formula: Formula, scope: Scope) -> Step:
        wanted = yield self.size(formula.written, scope)
        assert formula.parameter.type is not None
        if wanted != formula.size:
            got = self.units.describe(formula.given.value)
            raise fail(
                "TD0219",
                f"{what} takes {formula.parameter.type.span.text}, got {got}",
                formula.given.span,
                Label(formula.parameter.span, "declared here"),
                label=f"size {size_text(formula.size)} instead of {size_text(wanted)}",
            )

    def _static_argument(self, what: str, parameter: syntax.Parameter, value: Static, span: Span) -> Value:
        assert parameter.type is not None
        dtype = self.dtype(parameter.type)
        declared = Label(parameter.span, "declared here")
        if parameter.type.sizes:
            raise fail("TD0219", f"{what} takes {parameter.type.span.text}, got one number", span, declared)
        own = self.units.dtype_of(value)
        if (own == BOOL) != (dtype == BOOL) or (own.kind is Kind.REAL and dtype.kind is not Kind.REAL):
            got = self.units.describe(value)
            raise fail("TD0202", f"{what} takes {parameter.type.span.text}, got {got}", span, declared)
        node = self.units.converted(Operand(value, span), dtype)
        number = value.number
        if dtype in (BOOL, I64):
            return value
        return replace(value, value=float(number)) if dtype == self.options.real and number is not None else node


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


def is_dim(value: Value | None, name: str) -> bool:
    """Whether a name still stands for the dim of that name."""
    return isinstance(value, Static) and value.value == Dim.symbol(name)


def uses_gradient(item: syntax.Fn) -> bool:
    """Whether a function takes a derivative itself."""
    return any(name.name == "grad" for name in free_names(item))

"""`given x = e`: values that an entry has in the place of its file's inputs.  The file's functions and definitions that
depend on such an input are checked again for the entry, at the first use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from tdsl.check.arguments import adapting
from tdsl.check.calls import bind_let
from tdsl.check.checker import Checker
from tdsl.check.expressions import evaluate, run
from tdsl.check.free_names import free_names, names_in
from tdsl.check.items import cost_value
from tdsl.check.models import instance_again
from tdsl.check.shapes import Operand
from tdsl.check.values import (
    POISON,
    CompileTime,
    FunctionValue,
    Input,
    ModelDefinition,
    Poisoned,
    RuleDefinition,
    Scope,
    Value,
)
from tdsl.ir.node import Node, apply
from tdsl.record import record
from tdsl.source import MOST_LABELS, Label, Span, UserError, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim

Definition = syntax.Input | syntax.Let | syntax.Cost | syntax.Fn | syntax.Rule | syntax.Model | syntax.Instance


@record(frozen=True, eq=False)
class Dependencies:
    """The definitions of a file, and which names they use."""

    file: syntax.File

    @cached_property
    def definitions(self) -> list[Definition]:
        """Functions, rules and models, which may stand anywhere, and then all others in order."""
        found = [item for item in self.file.items if isinstance(item, Definition)]
        return sorted(found, key=lambda item: not isinstance(item, syntax.Fn | syntax.Rule | syntax.Model))

    @cached_property
    def uses(self) -> Mapping[str, set[str]]:
        return {
            name.name: {used.name for used in free_names(item)} for item in self.definitions for name in declared(item)
        }

    @cached_property
    def users(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name, used in self.uses.items():
            for other in used:
                found.setdefault(other, set()).add(name)
        return found

    def used_by(self, names: Iterable[str]) -> set[str]:
        """The names, and all that they are made of."""
        return _reached(names, self.uses)

    def users_of(self, names: Iterable[str]) -> set[str]:
        """The names, and all that is made of them."""
        return _reached(names, self.users)


def _reached(names: Iterable[str], steps: Mapping[str, set[str]]) -> set[str]:
    found, stack = set[str](), list(names)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack += steps.get(name, ())
    return found


def declared(item: Definition) -> tuple[syntax.Name, ...]:
    """The names of a definition."""
    return item.names if isinstance(item, syntax.Let) else (item.name,)


@dataclass
class Substitution:
    """The names that mean something else in one entry than in its file.  `scope` holds their values and those of all
    that was made of them, `places` says where the entry changes an input or dim, and `sizes` are those of dims."""

    scope: Scope
    dependencies: Dependencies
    sizes: Mapping[str, Dim]
    places: dict[str, Label] = field(default_factory=dict)
    given: dict[str, Span] = field(default_factory=dict)

    def put(self, name: str, value: Value, label: Label, declared: Span | None) -> None:
        """From now on a name has this value; whatever was made of another one is forgotten."""
        self.places[name] = label
        for user in self.dependencies.users_of([name]) - self.places.keys():
            self.scope.values.pop(user, None)
        self.scope.values[name] = value
        if declared is not None:
            self.scope.spans[name] = declared

    def poison(self, statement: syntax.Given) -> None:
        """After an error in a given value the uses of its input are silent."""
        name = statement.name.name
        known = self.scope.outer.inputs.get(name) if self.scope.outer else None
        if known is not None and self.scope.values.get(name) in (None, known.node):
            self.put(name, POISON, Label(statement.span, "given here"), known.span)

    def put_sizes(self, label: Label) -> None:
        """The dims that values of inputs bind."""
        for name, size in self.sizes.items():
            # The alias lets `axis=B` name an axis whatever B is.
            self.scope.dims.add(name)
            self.put(name, CompileTime(replace(size, alias=name)), label, None)

    def node(self, checker: Checker, known: Input) -> Node:
        """An input as an argument of the entry."""
        type = known.node.type
        shape = tuple(size.substitute(self.sizes) for size in type.shape)
        return checker.note(apply("argument", name=known.name, type=type.with_shape(shape)), known.span, known.name)

    def refresh(self, checker: Checker, used: syntax.Syntax) -> None:
        """Checks what a part of the entry uses, if it depends on changed names and was not checked since."""
        if not self.places:
            return
        wanted = self.dependencies.used_by(names_in(used)) & self.dependencies.users_of(self.places)
        wanted -= self.scope.values.keys()
        before, checker.values = checker.values, {}  # those of the file stay
        try:
            for item in self.dependencies.definitions:
                names = [name for name in declared(item) if name.name in wanted]
                if names and not checker.collect(lambda item=item: self._define(checker, item)):  # type: ignore[misc]
                    self.scope.values.update(dict.fromkeys((name.name for name in names), POISON))
        finally:
            checker.values = before

    def _define(self, checker: Checker, item: Definition) -> None:
        outer = self.scope.outer
        assert outer is not None
        if any(outer.find(name.name) is POISON for name in declared(item)):
            raise Poisoned
        try:
            self._define_anew(checker, item, outer)
        except UserError as error:
            names = self.dependencies.used_by(name.name for name in declared(item))
            blamed = dict.fromkeys(label for name, label in self.places.items() if name in names)
            labelled = (
                replace(one, labels=(*one.labels, *blamed)[: max(MOST_LABELS, len(one.labels))])
                for one in error.diagnostics
            )
            raise UserError(*labelled) from None

    def _define_anew(self, checker: Checker, item: Definition, outer: Scope) -> None:
        match item:
            case syntax.Fn():
                known = outer.find(item.name.name)
                derivative = known.derivative if isinstance(known, FunctionValue) else None
                self.scope.declare(item.name, FunctionValue(item, self.scope, derivative))
            case syntax.Rule():
                self.scope.declare(item.name, RuleDefinition(item, self.scope))
            case syntax.Model():
                self.scope.declare(item.name, ModelDefinition(item, self.scope))
            case syntax.Instance():
                self.scope.declare(item.name, instance_again(checker, item, self.scope))
            case syntax.Input():
                self.scope.declare(item.name, self.node(checker, outer.inputs[item.name.name]))
            case syntax.Cost():
                self.scope.declare(item.name, cost_value(checker, item, self.scope))
            case syntax.Let():
                for name in item.names:
                    self.scope.values.pop(name.name, None)
                run(checker, bind_let(checker, item, self.scope))


class Rebound(Exception):
    """Raised where a given value binds dims to other sizes: the entry must be checked again with these."""

    def __init__(self, sizes: dict[str, Dim]) -> None:
        self.sizes = sizes


def give(
    checker: Checker, statement: syntax.Given, scope: Scope, substitution: Substitution, listed: Mapping[str, Span]
) -> None:
    """`given x = e` in an entry whose names are in `scope`, and whose parameters stand at `listed`."""
    name, outer = statement.name, substitution.scope.outer
    assert outer is not None
    known = outer.inputs.get(name.name)
    if known is None:
        raise _no_input(name, outer)
    if name.name in listed:
        label = Label(listed[name.name], "listed here")
        hint = "an input is either an argument or given"
        raise fail("TD0231", f"'{name.name}' is listed and given", name.span, label, hint=hint)
    if name.name in substitution.given:
        label = Label(substitution.given[name.name], "first here")
        raise fail("TD0231", f"'{name.name}' is given twice", name.span, label)
    substitution.given[name.name] = name.span
    operand = checker.operand(evaluate(checker, statement.value, scope), statement.value.span)
    value = _as_input(checker, known, operand, substitution)
    if isinstance(value, Node):
        checker.name(value, name.name)
    checker.values[name] = value
    substitution.put(name.name, value, Label(statement.span, "given here"), known.span)


def _no_input(name: syntax.Name, scope: Scope) -> UserError | Poisoned:
    value, span = scope.find(name.name), scope.declared(name.name)
    if value is POISON:
        return Poisoned()
    labels = [Label(span, "declared here")] if span else []
    what = f"'{name.name}' is not an input" if value is not None else f"there is no input called '{name.name}'"
    hint = f"let {name.name} = … names a value" if value is None else "given puts a value in the place of an input"
    return fail("TD0231", what, name.span, *labels, hint=hint)


def _as_input(checker: Checker, known: Input, operand: Operand, substitution: Substitution) -> CompileTime | Node:
    """A value with the type of an input, whose dims take its sizes."""
    type, value = known.node.type, operand.value
    wanted, got = checker.types.spell(type), checker.types.describe(value)

    def misfit(hint: str | None = None) -> UserError:
        label = Label(known.span, "declared here")
        what = f"'{known.name}' is {wanted}, and this is {got}"
        return fail("TD0231", what, operand.span, label, hint=hint)

    node = checker.types.widened(operand, type.dtype)
    if node is None:
        word = checker.types.spell(type.with_shape(()))
        raise misfit(f"convert it yourself: {word}({operand.span.text})" if isinstance(value, Node) else None)
    if node.type.rank != type.rank:
        raise misfit(f"full(…, {operand.span.text}) makes an array of a number" if not node.type.rank else None)
    if isinstance(value, CompileTime):
        return adapting(checker, operand, value, type.dtype)
    sizes = dict(substitution.sizes)
    for size, found in zip(type.shape, node.type.shape, strict=True):
        symbol = next(iter(size.symbols()), "")
        if size != Dim.symbol(symbol):
            continue
        before = sizes.setdefault(symbol, found)
        if before != found:
            raise misfit(f"{symbol} is {before} in this entry")
        if found != size and symbol in found.symbols():
            raise misfit(f"{symbol} cannot be {found}: give sizes of other arguments a dim of their own")
    if any(size.substitute(sizes) != found for size, found in zip(type.shape, node.type.shape, strict=True)):
        raise misfit()
    new = {name: size for name, size in sizes.items() if size != Dim.symbol(name)}
    if new.keys() != substitution.sizes.keys():
        raise Rebound({name: size.substitute(new) for name, size in new.items()})
    return node

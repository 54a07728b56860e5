"""From the syntax of a file to its typed program: `check` is the whole of it, the other files its parts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from tdsl import resources
from tdsl.check.builtins import universe
from tdsl.check.context import Enough, Options
from tdsl.check.entries import Entries
from tdsl.check.free_names import free_names, named_sizes, unknown_attributes
from tdsl.check.modules import PRELUDE, Loader, Modules, parse_once
from tdsl.check.values import POISON, Scope
from tdsl.clock import Clock
from tdsl.ir.attributes import Named, Size
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Parameter, Program, Result, Update
from tdsl.source import (
    MOST_ERRORS,
    Diagnostic,
    Source,
    Span,
    UserError,
    fail,
)
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim


class Checker(Entries):
    """One check of one file and what it uses."""

    def __init__(self, options: Options, load: Loader, clock: Clock | None = None) -> None:
        super().__init__(options, clock or Clock())
        self.modules = Modules(load, self.library, universe(), options.outside)
        self._prelude(load)

    def _prelude(self, load: Loader) -> None:
        """What is written in tdsl and belongs to every file."""
        path = resources.STANDARD_LIBRARY / f"{PRELUDE}.tdsl"
        inner = Scope(self.modules.universe)
        self.library(parse_once(f"std/{PRELUDE}.tdsl", load(path)), inner)
        self.modules.universe.values.update(inner.values)
        self.modules.universe.elsewhere = self.modules.where

    def library(self, file: syntax.File, scope: Scope) -> None:
        """A file that is used by another: its errors are reported at once, its entries are its own business."""
        before = len(self.errors)
        self.items(file, scope, {})
        if len(self.errors) > before:
            raise UserError(*self._taken(before))

    def _taken(self, before: int) -> list[Diagnostic]:
        taken = self.errors[before:]
        del self.errors[before:]
        return taken

    def items(self, file: syntax.File, scope: Scope, defines: dict[str, str]) -> list[Entry]:
        """Every item in order; functions and rules come first, so they may stand anywhere."""
        for item in file.items:
            for name in _declares(item):
                scope.later.setdefault(name.name, name.span)
            if isinstance(item, syntax.Entry):
                scope.entries.setdefault(item.name.name, item.name.span)
        scope.sizes = named_sizes(file)
        for item in file.items:
            if isinstance(item, syntax.Fn):
                self.fn(item, scope)
            elif isinstance(item, syntax.Rule):
                self.rule(item, scope)
        entries: list[Entry] = []
        callable_names = Scope()
        for item in file.items:
            before = len(self.errors)
            match item:
                case syntax.Use():
                    self._use(item, scope)
                case syntax.Dims():
                    self.dims(item, scope)
                case syntax.Const():
                    self.const(item, scope, defines)
                case syntax.Input():
                    self.docs[item.name.name] = item.doc
                    self.input(item, scope)
                case syntax.Stored():
                    self._attribute_name(item.name, callable_names)
                    self.stored(item, scope)
                case syntax.Let():
                    self.let_item(item, scope)
                case syntax.Cost():
                    self.cost(item, scope)
                case syntax.Entry():
                    self._attribute_name(item.name, callable_names)
                    entry = self.entry(item, scope)
                    entries += [entry] if entry else []
            if len(self.errors) > before:
                self._names(item, scope, self.errors[before:])
        for item in file.items:
            if isinstance(item, syntax.Fn | syntax.Rule):
                self._names(item, scope)
        return entries

    def whole(self, file: syntax.File, entries: list[Entry], defines: dict[str, str]) -> None:
        """What holds of a file as a whole: every -D meets a const, something can be called, entries have free names."""
        for unused in defines:
            what = f"-D {unused}: {file.source.name} has no const of that name"
            self.report(Diagnostic("TD0404", what, None))
        if not self.errors and not entries and not offers(file):
            what, hints = "the file has no entry: nothing could be called", ("entry f(x: real) -> x ** 2",)
            self.report(Diagnostic("TD0224", what, Span(file.source, 0, 0), (), hints))
        for item in file.items:
            if isinstance(item, syntax.Entry):
                self.collect(partial(self.member, item.name, of_model=bool(self.variables)))

    def _names(self, item: syntax.Item, scope: Scope, told: Sequence[Diagnostic] = ()) -> None:
        """Every name that an item takes from its file, and every attribute, so that no unknown one hides another."""
        unknown = [name for name in free_names(item) if not self.collect(partial(scope.look_up, name))]
        for attribute in unknown_attributes(item, unknown, [error.span for error in told if error.span]):
            self.report(*self.no_attribute(attribute, scope).diagnostics)

    def _attribute_name(self, name: syntax.Name, names: Scope) -> None:
        """Entries and what is kept between calls are attributes of one model."""
        self.collect(lambda: names.declare(name, POISON))

    def _use(self, item: syntax.Use, scope: Scope) -> None:
        if self.collect(lambda: self.modules.use(item, scope)):
            return
        scope.incomplete = scope.incomplete or item.names is None
        for name in item.names or ():
            scope.values.setdefault(name.name, POISON)


def _declares(item: syntax.Item) -> tuple[syntax.Name, ...]:
    match item:
        case syntax.Dims() | syntax.Let():
            return item.names
        case syntax.Const() | syntax.Input() | syntax.Stored() | syntax.Cost():
            return (item.name,)
    return ()


def check(file: syntax.File, options: Options, load: Loader, name: str, clock: Clock | None = None) -> Program:
    """The typed program of a file, its gradients derived; raises one `UserError` with everything that is wrong."""
    checker = Checker(options, load, clock)
    checker.modules.begin(file)
    defines = dict(options.defines)
    scope = Scope(checker.modules.universe)
    entries: list[Entry] = []
    with suppress(Enough):
        entries = checker.items(file, scope, defines)
        checker.whole(file, entries, defines)
    if checker.errors:
        raise UserError(*_in_order(checker.errors, file.source)[:MOST_ERRORS])
    variables = tuple(checker.variables.values())
    updates = tuple(Update(v.name, checker.initial[v.name], v.span) for v in variables)
    seed = Parameter("seed", checker.seed, None, "", None)
    initialise = Entry("initialise", (seed,), (), updates, (), "", None)
    return Program(name, file.doc, options.real, variables, tuple(entries), initialise, checker.names, checker.spans)


def offers(file: syntax.File) -> bool:
    """Whether a file is there for others to use: functions, rules and consts, and nothing of its own."""
    return bool(file.items) and all(
        isinstance(item, syntax.Use | syntax.Dims | syntax.Const | syntax.Fn | syntax.Rule) for item in file.items
    )


def file_span(file: syntax.File) -> Span:
    """The beginning of a file."""
    return Span(file.source, 0, 0)


def _in_order(errors: list[Diagnostic], source: Source) -> list[Diagnostic]:
    """By place, the file's own first; the same mistake once."""
    seen: dict[tuple[object, ...], Diagnostic] = {}
    for error in errors:
        at = (error.span.source.name, error.span.start) if error.span else ("", 0)
        seen.setdefault((*at, error.code, error.message), error)
    return sorted(
        seen.values(),
        key=lambda e: (e.span is not None and e.span.source is not source, e.span.start if e.span else -1),
    )


def differentiate(
    file: syntax.File, options: Options, load: Loader, name: str, cost: str | None, wrt: tuple[str, ...]
) -> tuple[Program, str]:
    """A program whose one entry gives the derivatives of a cost (the only one if none is named) by the names
    (all shared values if none are, or else all inputs), and the cost's name."""
    program = check(file, options, load, name)
    checker = Checker(options, load)
    checker.modules.begin(file)
    scope = Scope(checker.modules.universe)
    # Without the entries, whose own derivatives would give their names to the parts that they share with this one.
    declared = tuple(item for item in file.items if not isinstance(item, syntax.Entry))
    checker.items(replace(file, items=declared), scope, dict(options.defines))
    costs = [item.name.name for item in file.items if isinstance(item, syntax.Cost)]
    if cost is None and len(costs) != 1:
        listed = f"it has {', '.join(costs)}" if costs else "it declares none"
        raise fail("TD0406", f"the file has not one cost: {listed}", None, hint="name the one to differentiate")
    chosen = cost or costs[0]
    node = checker.operand(scope.look_up(_asked(chosen)), _asked(chosen).span)
    inside = topological([checker.units.node(node.value)])
    names = wrt or tuple(v.name for v in program.variables if v.kind == "shared" and v.node in inside)
    names = names or tuple(n.get(Named).name for n in inside if n.op.name == "argument" and n.type.is_real)
    targets = [checker.operand(scope.look_up(_asked(target)), _asked(target).span) for target in names]
    gradients = checker.derivatives(node, targets, file_span(file))
    results = tuple(Result("return", gradient, "", "", 0, None) for gradient in gradients)
    arguments = [n for n in topological(gradients) if n.op.name == "argument"]
    others = [parameter.node for entry in program.entries for parameter in entry.parameters]
    arguments += _binding(gradients, arguments, [n for n in inside if n.op.name == "argument"] + others)
    parameters = tuple(Parameter(n.get(Named).name, n, None, "", None) for n in arguments)
    entry = Entry("gradient", parameters, results, (), (), "", None)
    made = replace(program, entries=(entry,), names=checker.names, spans=checker.spans)
    return made, chosen


def _binding(roots: list[Node], taken: list[Node], offered: list[Node]) -> list[Node]:
    """Further arguments, for the sizes that the roots speak of and no argument taken would bind."""
    nodes = topological(roots)
    sizes = {symbol for node in nodes for size in node.type.shape for symbol in size.symbols()}
    sizes |= {symbol for node in nodes if node.op.name == "size" for symbol in node.get(Size).dim.symbols()}
    missing = [symbol for symbol in sorted(sizes) if not any(Dim.symbol(symbol) in node.type.shape for node in taken)]
    found = (next((n for n in offered if Dim.symbol(symbol) in n.type.shape), None) for symbol in missing)
    return list(dict.fromkeys(node for node in found if node is not None))


def _asked(name: str) -> syntax.Name:
    """A name that the command line gave."""
    source = Source("command line", name)
    return syntax.Name(Span(source, 0, len(name)), name)

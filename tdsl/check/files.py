"""Whole files: their items in order, the files that they use, and the conditions on all items together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import assert_never

from tdsl.check.checker import Checker
from tdsl.check.draws import RANDOM, add_random, refuse_taken
from tdsl.check.entries import check_entries
from tdsl.check.expressions import no_attribute
from tdsl.check.free_names import free_names, may_be_models, named_sizes, root, unknown_attributes
from tdsl.check.givens import Dependencies
from tdsl.check.items import (
    declare_const,
    declare_cost,
    declare_dims,
    declare_fn,
    declare_input,
    declare_let,
    declare_rule,
    refuse_member,
)
from tdsl.check.members import member_value
from tdsl.check.models import declare_instance, declare_model
from tdsl.check.names import look_up
from tdsl.check.own_derivatives import own_derivatives, refuse_stranger
from tdsl.check.stored import declare_stored
from tdsl.check.trainings import check_training
from tdsl.check.values import POISON, Builtin, FunctionValue, Instance, ModelDefinition, Poison, Scope, is_model
from tdsl.ir.program import Entry
from tdsl.source import Diagnostic, Span, UserError
from tdsl.syntax import nodes as syntax


def check_library(checker: Checker, file: syntax.File, scope: Scope) -> None:
    """A file that is used by another: its errors are raised at once, its entries are ignored."""
    before, trainings = len(checker.errors), len(checker.trainings)
    check_items(checker, file, scope, {})
    del checker.trainings[trainings:]
    found = checker.errors[before:]
    if found:
        del checker.errors[before:]
        raise UserError(*found)


def check_items(checker: Checker, file: syntax.File, scope: Scope, defines: dict[str, str]) -> list[Entry]:
    """Every item in order; functions, rules and models come first, so they may stand anywhere."""
    _announce(file, scope)
    derivatives = own_derivatives(checker, file.items)
    for item in file.items:
        if isinstance(item, syntax.Fn):
            declare_fn(checker, item, scope, derivatives.get(item.name.name))
        elif isinstance(item, syntax.Rule):
            declare_rule(checker, item, scope)
        elif isinstance(item, syntax.Model):
            declare_model(checker, item, scope)
    entries: list[Entry] = []
    attributes = Scope()  # of the model: its entries and variables
    dependencies = Dependencies(file)
    for item in file.items:
        before = len(checker.errors)
        if isinstance(item, syntax.Stored | syntax.Instance | syntax.Entry | syntax.Training):
            checker.collect(partial(attributes.declare, item.name, POISON))
        if isinstance(item, syntax.Entry):
            entries += check_entries(checker, item, scope, dependencies)
        elif isinstance(item, syntax.Training):
            checker.collect(partial(check_training, checker, item, scope, file, entries))
            continue  # its words are none of the file
        else:
            _check_item(checker, item, scope, defines)
        if len(checker.errors) > before:
            _names(checker, item, scope, checker.errors[before:])
    for item in file.items:
        # The names in the standard library are looked up by a test, not by each program that uses it.
        if isinstance(item, syntax.Fn | syntax.Derivative | syntax.Rule | syntax.Model) and not file.source.is_library:
            _names(checker, item, scope)
        if isinstance(item, syntax.Derivative):
            checker.collect(partial(refuse_stranger, item, file.items, scope))
    return entries


def _announce(file: syntax.File, scope: Scope) -> None:
    """Notes the names that are declared further down, for the errors of earlier uses."""
    for item in file.items:
        for name in _declares(item):
            scope.later.setdefault(name.name, name.span)
        if isinstance(item, syntax.Entry | syntax.Training):
            scope.entries.setdefault(item.name.name, item.name.span)
    scope.sizes = named_sizes(file)


def _check_item(checker: Checker, item: syntax.Item, scope: Scope, defines: dict[str, str]) -> None:
    match item:
        case syntax.Use():
            _use(checker, item, scope)
        case syntax.Dims():
            declare_dims(checker, item, scope)
        case syntax.Const():
            declare_const(checker, item, scope, defines)
        case syntax.Input():
            declare_input(checker, item, scope)
        case syntax.Stored():
            declare_stored(checker, item, scope)
        case syntax.Let():
            declare_let(checker, item, scope)
        case syntax.Cost():
            declare_cost(checker, item, scope)
        case syntax.Instance():
            declare_instance(checker, item, scope)
        case syntax.Fn() | syntax.Derivative() | syntax.Rule() | syntax.Model() | syntax.Entry() | syntax.Training():
            pass  # definitions are declared before all others
        case _:
            assert_never(item)


def check_whole(checker: Checker, file: syntax.File, entries: list[Entry], defines: dict[str, str]) -> None:
    """Checks a file as a whole: every -D meets a const, something can be called, entries have free names."""
    for unused in defines:
        what = f"-D {unused}: {file.source.name} has no const of that name"
        checker.report(Diagnostic("TD0404", what, None))
    if not checker.errors and not entries and not _offers(file):
        what, hints = "the file has no entry: nothing could be called", ("entry f(x: real) -> x ** 2",)
        checker.report(Diagnostic("TD0224", what, Span(file.source, 0, 0), (), hints))
    if RANDOM not in checker.variables and any(u.variable == RANDOM for entry in entries for u in entry.updates):
        add_random(checker)
    for item in file.items:
        if isinstance(item, syntax.Entry | syntax.Training):
            checker.collect(partial(refuse_member, item.name, of_model=bool(checker.variables)))
            checker.collect(partial(refuse_taken, checker, item.name))


def _names(checker: Checker, item: syntax.Item, scope: Scope, reported: Sequence[Diagnostic] = ()) -> None:
    """Every name that an item takes from its file, and every attribute, so that no unknown one hides another."""
    unknown = [name for name in free_names(item) if not checker.collect(partial(look_up, scope, name))]
    models = may_be_models(item)
    for attribute in unknown_attributes(item, unknown, [error.span for error in reported if error.span]):
        base = root(attribute)
        value = scope.find(base.name) if isinstance(base, syntax.Name) else None
        if isinstance(base, syntax.Name) and base.name in models:
            continue
        if isinstance(value, Instance) and attribute.value is base:
            checker.collect(partial(member_value, attribute, value))
        elif not (isinstance(value, FunctionValue | Builtin | ModelDefinition | Poison) or (value and is_model(value))):
            checker.report(*no_attribute(attribute, scope).diagnostics)


def _use(checker: Checker, item: syntax.Use, scope: Scope) -> None:
    if checker.collect(lambda: checker.modules.use(item, scope, partial(check_library, checker))):
        return
    scope.incomplete = scope.incomplete or item.names is None
    for name in item.names or ():
        scope.values.setdefault(name.name, POISON)


def _declares(item: syntax.Item) -> tuple[syntax.Name, ...]:
    match item:
        case syntax.Dims() | syntax.Let():
            return item.names
        case syntax.Const() | syntax.Input() | syntax.Stored() | syntax.Cost() | syntax.Instance():
            return (item.name,)
        case syntax.Use() | syntax.Fn() | syntax.Derivative() | syntax.Rule() | syntax.Model():
            return ()
        case syntax.Entry() | syntax.Training():
            return ()
        case _:
            assert_never(item)


def _offers(file: syntax.File) -> bool:
    """Whether a file is there for others to use: definitions and consts, and nothing of its own."""
    return bool(file.items) and all(
        isinstance(
            item,
            syntax.Use | syntax.Dims | syntax.Const | syntax.Fn | syntax.Derivative | syntax.Rule | syntax.Model,
        )
        for item in file.items
    )

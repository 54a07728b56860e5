"""From the syntax of a file to its typed program, or to its errors and the types of all valid expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from functools import partial

from tdsl import resources
from tdsl.check.builtins import universe
from tdsl.check.checker import Checker, Enough, Options, described
from tdsl.check.files import check_items, check_library, check_whole
from tdsl.check.modules import PRELUDE, Loader, Modules, module_of, parse_once
from tdsl.check.values import Scope, Value
from tdsl.clock import Clock
from tdsl.ir.program import Entry, Parameter, Program, Update
from tdsl.record import record
from tdsl.source import MOST_ERRORS, Diagnostic, Source, UserError
from tdsl.stability import Rewrite
from tdsl.syntax import nodes as syntax


@record(frozen=True)
class Analysis:
    """The results of checking a file.

    `program` is None if there are errors among the `diagnostics`.  Expressions without an error, that use nothing with
    one, have `values` even then; declared names count as expressions, and the body of a function has the values of its
    last call.  `scope` has the names of the file, `scopes` those inside of entries, functions and rules.
    """

    file: syntax.File
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    scope: Scope
    checker: Checker = field(repr=False)

    @property
    def values(self) -> Mapping[syntax.Expression, Value]:
        return self.checker.values

    @property
    def rewrites(self) -> Sequence[Rewrite]:
        """The stability rewrites of costs before they were differentiated."""
        return self.checker.rewrites

    @property
    def scopes(self) -> Mapping[syntax.Item, Scope]:
        return self.checker.scopes

    def describe(self, expression: syntax.Expression) -> str | None:
        """The type of an expression, or a description of any other value; None if it was never evaluated."""
        value = self.values.get(expression)
        return None if value is None else described(self.checker, value)

    def program_or_raise(self) -> Program:
        """The typed program; raises one `UserError` with all that is wrong."""
        if self.program is None:
            raise UserError(*(found for found in self.diagnostics if found.severity == "error"))
        return self.program


def analyse(file: syntax.File, options: Options, load: Loader, name: str, clock: Clock | None = None) -> Analysis:
    """Checks a file; an error in one place does not affect the rest."""
    checker = Checker(options, Modules(load, universe(), options.outside), clock or Clock())
    _prelude(checker)
    checker.modules.begin(file)
    checker.errors += file.errors
    defines = dict(options.defines)
    scope = Scope(checker.modules.universe, incomplete=bool(file.errors))
    entries: list[Entry] = []
    with suppress(Enough):
        entries = check_items(checker, file, scope, defines)
        check_whole(checker, file, entries, defines)
    errors = tuple(_in_order(checker.errors, file.source)[:MOST_ERRORS])
    program = None if errors else _program(checker, file, options, name, entries)
    return Analysis(file, program, errors, scope, checker)


def check(file: syntax.File, options: Options, load: Loader, name: str, clock: Clock | None = None) -> Program:
    """The typed program of a file, its gradients derived; raises one `UserError` with everything that is wrong."""
    return analyse(file, options, load, name, clock).program_or_raise()


def _prelude(checker: Checker) -> None:
    """Adds the functions of every file that are written in tdsl."""
    modules = checker.modules
    inner = Scope(modules.universe)
    path = resources.STANDARD_LIBRARY / f"{PRELUDE}.tdsl"
    check_library(checker, parse_once(f"std/{PRELUDE}.tdsl", modules.load(path)), inner)
    modules.universe.values.update(inner.values)
    modules.universe.elsewhere = partial(module_of, modules.load)


def _program(checker: Checker, file: syntax.File, options: Options, name: str, entries: list[Entry]) -> Program:
    variables = tuple(checker.variables.values())
    updates = tuple(Update(v.name, checker.initial[v.name], v.span) for v in variables)
    seed = Parameter("seed", checker.seed, None, "", None)
    initialise = Entry("initialise", (seed,), (), updates, (), "", None)
    names, spans = checker.everywhere.names, checker.everywhere.spans
    trainings = tuple(checker.trainings)
    return Program(
        name,
        file.doc,
        options.real,
        variables,
        tuple(entries),
        initialise,
        names,
        spans,
        states=checker.states,
        trainings=trainings,
    )


def _in_order(errors: list[Diagnostic], source: Source) -> list[Diagnostic]:
    """The errors by place, the file's own first; the same mistake once."""
    seen: dict[tuple[object, ...], Diagnostic] = {}
    for error in errors:
        at = (error.span.source.name, error.span.start) if error.span else ("", 0)
        seen.setdefault((*at, error.code, error.message), error)
    return sorted(
        seen.values(),
        key=lambda e: (e.span is not None and e.span.source is not source, e.span.start if e.span else -1),
    )

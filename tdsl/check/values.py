"""What an expression can be while it is checked: a node, something known at compile time, or a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tdsl.check.foreign_names import advice, is_word
from tdsl.ir.node import Node
from tdsl.source import Diagnostic, Label, Span, UserError, fail
from tdsl.spelling import closest
from tdsl.syntax import nodes as syntax
from tdsl.syntax.habits import NAMED_SIZE
from tdsl.types import Dim

if TYPE_CHECKING:
    from tdsl.check.builtins import Builtin


@dataclass(frozen=True)
class Static:
    """A number known at compile time, up to the dims: it takes the dtype of whatever it meets.  `mentions` are values
    that its text speaks of."""

    value: Dim | float | bool
    mentions: tuple[Node, ...] = field(default=(), compare=False)

    @property
    def is_integer(self) -> bool:
        return isinstance(self.value, Dim)

    @property
    def number(self) -> int | float | None:
        """The number itself; None for a size that only a call knows."""
        return self.value.constant if isinstance(self.value, Dim) else self.value

    def __str__(self) -> str:
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)


@dataclass(frozen=True)
class Several:
    """A tuple of values."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True, eq=False)
class Function:
    """A `fn` and the scope it was written in."""

    item: syntax.Fn
    scope: Scope


@dataclass(frozen=True, eq=False)
class RuleDefinition:
    """A `rule` and the scope it was written in."""

    item: syntax.Rule
    scope: Scope


@dataclass(frozen=True, eq=False)
class BoundRule:
    """A rule with its arguments, as `with` takes it."""

    rule: RuleDefinition
    arguments: Mapping[str, Value]


class Poison:
    """The value of something that has an error already; using it is silent."""


class Poisoned(Exception):
    """Raised where a poisoned value is used."""


POISON = Poison()
Value: TypeAlias = "Node | Static | Several | Text | Function | RuleDefinition | BoundRule | Builtin | Poison"


MOST_LISTED = 12


@dataclass(frozen=True)
class Size:
    """The first use of a name as a size, and whether a shared or state has it: those are fixed at compile time."""

    span: Span
    fixed: bool


@dataclass
class Scope:
    """Names and their values, with where each was declared; unknown names are looked up outside.

    `later` holds names declared further down and `imported` those of other files; `incomplete` says that a file whose
    names were wanted could not be read; `elsewhere` gives the module of the standard library that has a name.
    `entries` are those of the file, and `sizes` the first use of each name in its types.
    """

    outer: Scope | None = None
    values: dict[str, Value] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    later: dict[str, Span] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    incomplete: bool = False
    elsewhere: Callable[[str], str | None] | None = None
    entries: dict[str, Span] = field(default_factory=dict)
    sizes: dict[str, Size] = field(default_factory=dict)

    def declare(self, name: syntax.Name, value: Value) -> None:
        """Raises `UserError` if this scope has the name already."""
        if name.name in self.values:
            before, span = self.spans.get(name.name), name.span
            if before is not None and before.source is span.source and before.start > span.start:
                before, span = span, before
            labels = [Label(before, "first declared here")] if before else []
            raise fail("TD0208", f"'{name.name}' is declared twice", span, *labels)
        self.values[name.name] = value
        self.spans[name.name] = name.span

    def find(self, name: str) -> Value | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.outer
        return None

    def declared(self, name: str) -> Span | None:
        """Where the name was declared, if it was by a file."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.spans.get(name)
            scope = scope.outer
        return None

    def look_up(self, name: syntax.Name) -> Value:
        """The value of a name; raises `UserError` with the closest names if there is none."""
        value = self.find(name.name)
        if value is POISON:
            raise Poisoned
        if value is None:
            raise self.unknown(name)
        return value

    def unknown(self, name: syntax.Name) -> UserError:
        """The error for a name that nothing has; silence where a file that failed may have brought it."""
        known: list[str] = []
        scope: Scope | None = self
        elsewhere: Callable[[str], str | None] = _nowhere
        while scope is not None:
            if name.name in scope.later:
                if scope.later[name.name].start < name.span.start:
                    return fail("TD0201", f"'{name.name}' is used in its own value", name.span)
                below = Label(scope.later[name.name], "declared only here")
                return fail(
                    "TD0201", f"'{name.name}' is used before it is declared", name.span, below, hint="move it up"
                )
            if scope.incomplete:
                raise Poisoned
            if name.name in scope.entries:
                return _entry_called(name, scope.entries[name.name])
            if name.name in scope.sizes and is_word(name.name):
                return fail("TD0201", f"there is no size '{name.name}'", name.span, hint=NAMED_SIZE)
            if name.name in scope.sizes and (missing := scope.missing_sizes(name.name)):
                return missing
            known += scope.values
            elsewhere = scope.elsewhere or elsewhere
            scope = scope.outer
        module = elsewhere(name.name)
        hint = f"use {module}: {name.name}" if module else _instead(name, known, elsewhere)
        return fail("TD0201", f"there is nothing called '{name.name}'", name.span, hint=hint)

    def missing_sizes(self, name: str) -> UserError | None:
        """The error for all names that types of this file have as sizes and nothing declares, told once, or the
        first of very many; None where the name is a slip of the pen."""
        declared = [other for other, value in self.values.items() if isinstance(value, Static)]
        missing = {
            other: size
            for other, size in self.sizes.items()
            if self.find(other) is None and not closest(other, declared) and not is_word(other)
        }
        if name not in missing:
            return None
        self.values |= dict.fromkeys(missing, POISON)
        missing = dict([*missing.items()][:MOST_LISTED])
        called = [other for other, size in missing.items() if not size.fixed]
        fixed = [other for other, size in missing.items() if size.fixed]
        hints = [f"declare {'it' if len(called) == 1 else 'them'} above: dim {', '.join(called)}"] * bool(called)
        hints += [f"declare it above: const {other} = 10; sizes of a shared or state are fixed" for other in fixed]
        first, *others = (Label(size.span, "") for size in missing.values())
        *names, last = (f"'{other}'" for other in missing)
        listed = f"{', '.join(names)} or {last}" if names else last
        what = f"there is nothing called {listed}"
        return UserError(Diagnostic("TD0201", what, first.span, tuple(others), tuple(hints)))


def _nowhere(name: str) -> str | None:
    return None


def _instead(name: syntax.Name, known: list[str], elsewhere: Callable[[str], str | None]) -> str | None:
    """What to write in the place of an unknown name."""
    meant = closest(name.name, known)
    if meant is not None and meant.lower() == name.name.lower():
        return f"did you mean '{meant}'?"
    after = name.span.source.text[name.span.end : name.span.end + 200].partition("\n")[0]
    found = advice(name.name, after, known, elsewhere)
    if found or meant:
        return found or f"did you mean '{meant}'?"
    if name.name.isupper() and len(name.name) == 1:
        return f"a size is declared by dim {name.name} or const {name.name} = 10, a trained value by shared"
    return None


def _entry_called(name: syntax.Name, declared: Span) -> UserError:
    return fail(
        "TD0201",
        f"'{name.name}' is an entry, which only Python calls",
        name.span,
        Label(declared, "declared here"),
        hint=f"fn {name.name}(…) = … can be called here, and the entry can call it too",
    )

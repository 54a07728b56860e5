"""What an expression can be while it is checked: a node, something known at compile time, or a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeAlias

from tdsl import syntax
from tdsl.check.foreign import FOREIGN
from tdsl.ir import Node
from tdsl.source import Label, Span, UserError, fail
from tdsl.types import Dim

if TYPE_CHECKING:
    from tdsl.check.builtins import Builtin


@dataclass(frozen=True)
class Static:
    """A number known at compile time, up to the dims: it takes the dtype of whatever it meets."""

    value: Dim | float | bool

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


@dataclass
class Scope:
    """Names and their values, with where each was declared; unknown names are looked up outside.

    `later` holds names declared further down and `imported` those of other files; `incomplete` says that a file whose
    names were wanted could not be read; `elsewhere` gives the module of the standard library that has a name.
    """

    outer: Scope | None = None
    values: dict[str, Value] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    later: dict[str, Span] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    incomplete: bool = False
    elsewhere: Callable[[str], str | None] | None = None

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
        where: str | None = None
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
            known += scope.values
            where = where or (scope.elsewhere(name.name) if scope.elsewhere else None)
            scope = scope.outer
        same = [other for other in known if other.lower() == name.name.lower()]
        close = same or get_close_matches(name.name, known, 1, 0.6 if len(name.name) > 2 else 0.8)
        meant = f"did you mean '{close[0]}'?" if close else None
        hint = f"use {where}: {name.name}" if where else None if same else FOREIGN.get(name.name)
        hint = hint or meant
        return fail("TD0201", f"there is nothing called '{name.name}'", name.span, hint=hint)

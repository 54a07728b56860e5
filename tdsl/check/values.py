"""Values of expressions while they are checked: nodes, compile-time numbers, tuples, functions; and scopes of names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tdsl.ir.node import Node, constant_value
from tdsl.record import record
from tdsl.source import Label, Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim


@record(frozen=True)
class CompileTime:
    """A number known at compile time, up to the dims: it takes the dtype of the other operand.  `mentions` are values
    in its text."""

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


@record(frozen=True)
class TupleValue:
    """A tuple of values."""

    items: tuple[Value, ...]


def leaves(value: Value) -> list[Value]:
    """The parts of a tuple and of those in it, in order; any other value alone."""
    found: list[Value] = []
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, TupleValue):
            stack += reversed(part.items)
        else:
            found.append(part)
    return found


def with_leaves(value: Value, new: Iterable[Value]) -> Value:
    """The same tuples around other parts."""
    rest = iter(new)
    levels: list[list[Value]] = [[]]
    # None closes a tuple.
    stack: list[Value | None] = [value]
    while stack:
        part = stack.pop()
        if part is None:
            inner = levels.pop()
            levels[-1].append(TupleValue(tuple(inner)))
        elif isinstance(part, TupleValue):
            levels.append([])
            stack += [None, *reversed(part.items)]
        else:
            levels[-1].append(next(rest))
    return levels[0][0]


def same_tuples(one: Value, other: Value) -> bool:
    """Whether two values are tuples of as many parts, and so are their parts, or none is a tuple."""
    stack = [(one, other)]
    while stack:
        a, b = stack.pop()
        if isinstance(a, TupleValue) and isinstance(b, TupleValue):
            if len(a.items) != len(b.items):
                return False
            stack += zip(a.items, b.items, strict=True)
        elif isinstance(a, TupleValue) or isinstance(b, TupleValue):
            return False
    return True


@record(frozen=True)
class StringValue:
    value: str


@record(frozen=True, eq=False)
class FunctionValue:
    """A `fn`, the scope it was written in, and its own derivative if it has one; that of a model has the scope of the
    instance that owns it."""

    item: syntax.Fn
    scope: Scope
    derivative: syntax.Derivative | None = None
    owner: Instance | None = None


@record(frozen=True, eq=False)
class RuleDefinition:
    """A `rule` and the scope it was written in."""

    item: syntax.Rule
    scope: Scope


@record(frozen=True, eq=False)
class BoundRule:
    """A rule with its arguments, as `with` takes it."""

    rule: RuleDefinition
    arguments: Mapping[str, Value]


@record(frozen=True, eq=False)
class Builtin:
    """A function of the language itself: `work(checker, call)` gives its value; `needed` parameters have no default."""

    name: str
    parameters: tuple[str, ...]
    needed: int
    work: Callable[..., Value]


@record(frozen=True, eq=False)
class ModelDefinition:
    """A `model` and the scope it was written in."""

    item: syntax.Model
    scope: Scope


@record(frozen=True, eq=False)
class Instance:
    """A copy of what a model keeps, under a dotted name.  The scope holds its members and the model's parameters."""

    name: str
    definition: ModelDefinition
    scope: Scope

    @property
    def spelled(self) -> str:
        """Its name as the language writes it, `layers[0]`."""
        return re.sub(r"\.(\d+)", r"[\1]", self.name)

    def members(self) -> dict[str, Value]:
        """The values of its members, in the order of the model."""
        names = [name.name for member in self.definition.item.members for name in member_names(member)]
        return {name: self.scope.values[name] for name in names if name in self.scope.values}


def member_names(member: syntax.Member) -> tuple[syntax.Name, ...]:
    """The names that a member of a model declares."""
    if isinstance(member, syntax.Derivative):
        return ()
    return member.names if isinstance(member, syntax.Let) else (member.name,)


class Poison:
    """The value of something that has an error already; using it is silent."""


class Poisoned(Exception):
    """Raised where a poisoned value is used."""


POISON = Poison()
Value: TypeAlias = (
    Node
    | CompileTime
    | TupleValue
    | StringValue
    | FunctionValue
    | RuleDefinition
    | BoundRule
    | ModelDefinition
    | Instance
    | Builtin
    | Poison
)


def is_model(value: Value) -> bool:
    """Whether this is an instance of a model, or a list of such."""
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, TupleValue) and part.items:
            stack += part.items
        elif not isinstance(part, Instance):
            return False
    return True


def shared_of(value: Value) -> list[Node]:
    """The shared values of an instance or a list, those of inner instances too, in the order of the model."""
    found: list[Node] = []
    stack = [value]
    while stack:
        match stack.pop():
            case Node() as node:
                found.append(node)
            case TupleValue(items=items):
                stack += reversed(items)
            case Instance(definition=definition, scope=scope):
                for member in reversed(definition.item.members):
                    is_shared = isinstance(member, syntax.Stored) and member.kind == "shared"
                    if isinstance(member, syntax.Instance) or is_shared:
                        stack.append(scope.values[member_names(member)[0].name])
    return found


@record(frozen=True)
class SizeUse:
    """The first use of a name as a size, and whether a shared or state has it: those are fixed at compile time."""

    span: Span
    fixed: bool


@record(frozen=True)
class Input:
    """An input of a file.  Entries that neither list nor give it have `value`, a scalar known at compile time; without
    one it must be listed or given wherever it is used."""

    name: str
    node: Node
    value: CompileTime | Node | None
    span: Span

    @property
    def default(self) -> int | float | None:
        """The value as a number."""
        if isinstance(self.value, CompileTime):
            return self.value.number
        return None if self.value is None else constant_value(self.value)


@dataclass
class Scope:
    """Names and their values, with where each was declared; unknown names are looked up outside.

    `later` holds names declared further down and `imported` those of other files; `incomplete` says that a file whose
    names were wanted could not be read; `elsewhere` gives the module of the standard library that has a name.
    `entries` are those of the file, `sizes` the first use of each name in its types, `dims` the names here that are
    declared as dims, and `inputs` the inputs of the file.
    """

    outer: Scope | None = None
    values: dict[str, Value] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    later: dict[str, Span] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    incomplete: bool = False
    elsewhere: Callable[[str], str | None] | None = None
    entries: dict[str, Span] = field(default_factory=dict)
    sizes: dict[str, SizeUse] = field(default_factory=dict)
    dims: set[str] = field(default_factory=set)
    inputs: dict[str, Input] = field(default_factory=dict)

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

    def has_dim(self, name: str) -> bool:
        """Whether a name is that of a dim."""
        scope: Scope | None = self
        while scope is not None and name not in scope.values:
            scope = scope.outer
        return scope is not None and name in scope.dims

    def declared(self, name: str) -> Span | None:
        """The place of the declaration, if a file has it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.spans.get(name)
            scope = scope.outer
        return None

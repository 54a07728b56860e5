"""The record of one check: the tables that it fills, and how values become operands."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from tdsl.check.elements import Definition, Dependence
from tdsl.check.modules import Modules
from tdsl.check.shapes import Operand, Unifier
from tdsl.check.values import (
    BoundRule,
    Builtin,
    CompileTime,
    FunctionValue,
    Instance,
    ModelDefinition,
    Poison,
    Poisoned,
    RuleDefinition,
    Scope,
    StringValue,
    TupleValue,
    Value,
)
from tdsl.clock import Clock
from tdsl.ir.attributes import Attributes
from tdsl.ir.function import Function
from tdsl.ir.node import Node, Op, apply, topological
from tdsl.ir.program import Requirement, Suggested, Training, Variable
from tdsl.record import record
from tdsl.source import MOST_ERRORS, Diagnostic, Span, UserError, fail
from tdsl.stability import Rewrite
from tdsl.syntax import nodes as syntax
from tdsl.types import F32, F64, I64, DType, Type


@record(frozen=True)
class Options:
    """The settings that change the meaning of a program: the width of `real`, the consts replaced from outside, whether
    it may use files outside its folder, and whether several processes train together."""

    float: int = 32
    defines: tuple[tuple[str, str], ...] = ()
    outside: bool = False
    data_parallel: bool = False

    @property
    def real(self) -> DType:
        return F64 if self.float == 64 else F32


@dataclass
class Initialising:
    """The declaration whose initial value is being checked: random sources take its type."""

    name: str
    type: Type | None
    draws: int = 0

    def stream(self) -> int:
        """The stream of the next draw: its name and its place among the draws of this value decide, nothing else does,
        so that another declaration changes no first value."""
        self.draws += 1
        digest = hashlib.sha256(f"{self.name} {self.draws}".encode()).digest()
        return int.from_bytes(digest[:8], "little") >> 1


@dataclass
class Places:
    """The names, places and requirements of nodes, as one entry or the declarations of a file have them."""

    names: dict[Node, str] = field(default_factory=dict)
    spans: dict[Node, Span] = field(default_factory=dict)
    steps: dict[Node, Span] = field(default_factory=dict)  # of derivatives: the place of the step that they are of
    requirements: dict[Node, list[Requirement]] = field(default_factory=dict)


@dataclass
class Marks:
    """The `identity` nodes that mark values, each with a tag of its own; `mentions` are those whose text mentions
    others that they are not made of: derivatives by these are zero, not missing."""

    mentions: dict[Node, tuple[Node, ...]] = field(default_factory=dict)
    tags: int = 0

    def marked(self, node: Node) -> Node:
        self.tags += 1
        return apply("identity", node, tag=self.tags)

    def mentioning(self, node: Node, *mentioned: Node) -> Node:
        """A value that mentions others."""
        marked = self.marked(node)
        self.mentions[marked] = mentioned
        return marked


@record(frozen=True)
class CallUpdate:
    """An update of an instance's state that a call of its function makes.  `calls` are the places of all calls that led
    to it, the outermost first."""

    variable: str
    value: Node
    span: Span
    calls: tuple[Span, ...]


Needing: TypeAlias = tuple[Op, Attributes, tuple[Type, ...]]


def needing(node: Node) -> Needing:
    """The part of a node that decides its requirements: the values of its operands do not."""
    return node.op, node.attributes, tuple(operand.type for operand in node.operands)


class Enough(Exception):
    """Raised when further errors would not help."""


@dataclass(eq=False)
class Checker:
    """One check of one file and all that it uses.  `everywhere` has the first place and name of each node, `declared`
    those from the declarations, and `here` those of the current entry or the declarations."""

    options: Options
    modules: Modules
    clock: Clock
    errors: list[Diagnostic] = field(default_factory=list)
    values: dict[syntax.Expression, Value] = field(default_factory=dict)  # the last of each expression
    scopes: dict[syntax.Item, Scope] = field(default_factory=dict)  # inside entries, and the last call of functions
    everywhere: Places = field(default_factory=Places)
    declared: Places = field(default_factory=Places)
    marks: Marks = field(default_factory=Marks)
    decided: set[Node] = field(default_factory=set)
    differentiated: dict[Node, None] = field(default_factory=dict)  # costs, and their derivatives
    derived: dict[Function, dict[Needing, list[Requirement]]] = field(default_factory=dict)  # of functions' own
    call_updates: dict[Node, tuple[CallUpdate, ...]] = field(default_factory=dict)  # of the results of calls
    instances: dict[str, Span] = field(default_factory=dict)  # of files, not of models
    making: list[tuple[ModelDefinition, Span]] = field(default_factory=list)
    conditions: list[Span] = field(default_factory=list)  # the run-time ifs and loops around
    definitions: list[Definition] = field(default_factory=list)  # by elements, those being checked
    dependence: Dependence = field(default_factory=Dependence)
    variables: dict[str, Variable] = field(default_factory=dict)
    initial: dict[str, Node] = field(default_factory=dict)
    active: list[tuple[FunctionValue, Span]] = field(default_factory=list)
    callers: list[Span] = field(default_factory=list)  # of functions and rules
    initialising: Initialising | None = None
    seed: Node = field(default_factory=lambda: apply("argument", name="seed", type=Type(I64)))
    places: int = 0  # draws that are not in first values
    steps: list[Node] = field(default_factory=list)  # the numbers of the steps of the loops around
    states: dict[Node, tuple[str, ...]] = field(default_factory=dict)  # of loops, their names
    calls: int = 0
    repeated: int = 0  # steps of derivatives of derivatives
    rewrites: list[Rewrite] = field(default_factory=list)  # of costs, before they are differentiated
    trainings: list[Training] = field(default_factory=list)  # of the file that is compiled
    docs: dict[str, str] = field(default_factory=dict)
    owners: dict[str, syntax.Rule] = field(default_factory=dict)
    here: Places = field(init=False)
    types: Unifier = field(init=False)

    def __post_init__(self) -> None:
        self.here = self.declared
        self.types = Unifier(self.options.real, self.marks.mentioning)

    def without_entries(self) -> Checker:
        """The same after the declarations alone: entries have named no part that they share with later code."""
        other = copy(self)
        known = self.declared
        other.everywhere = Places(dict(known.names), dict(known.spans), dict(known.steps), dict(known.requirements))
        other.here = other.everywhere
        other.repeated = 0
        return other

    def note(self, node: Node, span: Span, name: str | None = None) -> Node:
        """Records the place and name of a node; in each entry the first ones count.  A node of the standard library has
        the place of the call that led there, and a node of a function of a model the instance's name."""
        for call in reversed(self.callers):
            if not span.source.is_library:
                break
            span = call
        owner = next((function.owner for function, _ in reversed(self.active) if function.owner), None)
        if owner:
            span = replace(span, instance=owner.spelled)
        self.everywhere.spans.setdefault(node, span)
        self.here.spans.setdefault(node, span)
        if name:
            self.name(node, name)
        return node

    def place(self, node: Node, span: Span) -> Node:
        """Records the place of a node and of all that it was made of here."""
        for part in topological([node], known=self.everywhere.spans):
            self.note(part, span)
        return self.note(node, span)

    def name(self, node: Node, name: str) -> None:
        """The first name of a node counts, before those that are suggested."""
        for places in (self.everywhere, self.here):
            if isinstance(places.names.get(node), Suggested) and not isinstance(name, Suggested):
                places.names[node] = name
            places.names.setdefault(node, name)

    def report(self, *diagnostics: Diagnostic) -> None:
        """Keeps errors for the end; raises `Enough` when there are very many."""
        self.errors += diagnostics
        if len(self.errors) >= MOST_ERRORS:
            raise Enough

    def collect(self, work: Callable[[], object]) -> bool:
        """Runs `work` and keeps its errors for the report; returns whether there were none."""
        try:
            work()
        except UserError as error:
            self.report(*error.diagnostics)
        except Poisoned:
            pass
        else:
            return True
        return False

    def require(self, node: Node, needs: list[Requirement]) -> None:
        """Adds to the requirements of a call that computes a node."""
        for places in (self.everywhere, self.here):
            known = places.requirements.setdefault(node, []) if needs else []
            known += [need for need in needs if all(need.size != other.size for other in known)]

    def needs(self, node: Node) -> list[Requirement]:
        """What a call that computes a node must meet."""
        return self.everywhere.requirements.get(node, [])

    def require_sizes(self, node: Node, span: Span) -> Node:
        """A node with sizes that are formulas: a call must give them values of 0 or more."""
        unsure = [size for size in node.type.shape if size.constant is None and not size.at_least(0)]
        self.require(node, [Requirement(size, f"{size} >= 0", span) for size in unsure])
        return node

    def move(self, replaced: Mapping[Node, Node]) -> None:
        """Gives nodes the names, places and requirements of those that they stand for."""
        for places in (self.everywhere, self.here):
            for node, moved in replaced.items():
                if node in places.names:
                    places.names.setdefault(moved, places.names[node])
                for table in (places.spans, places.steps):
                    if node in table:
                        table.setdefault(moved, table[node])
        for node, moved in replaced.items():
            if node in self.states:
                self.states.setdefault(moved, self.states[node])
            if moved is not node:
                self.require(moved, self.needs(node))

    def operand(self, value: Value, span: Span) -> Operand:
        """A value that computes; anything else is an error."""
        if isinstance(value, Node | CompileTime):
            return Operand(value, span)
        kind = described(self, value)
        hint = "call it with its arguments" if kind == "a function" else None
        if isinstance(value, Instance):
            hint = f"its members have names: {value.spelled}.{next(iter(value.members()), '…')}"
        raise fail("TD0213", f"{kind} is not a number", span, hint=hint)


def described(checker: Checker, value: Value) -> str:
    """The type of a value, or its kind in words; silence for one that has an error already."""
    match value:
        case Node() | CompileTime():
            return checker.types.describe(value)
        case TupleValue():
            return "a tuple"
        case StringValue():
            return "a string"
        case RuleDefinition() | BoundRule():
            return "a rule"
        case FunctionValue() | Builtin():
            return "a function"
        case ModelDefinition() | Instance():
            return "a model"
        case Poison():
            raise Poisoned
        case _:
            assert_never(value)

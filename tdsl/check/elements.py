"""The tables of definitions by elements, `let C[i, k] = e`.

An element is checked as a scalar expression over parameters: they stand for indices, for elements of arrays at these,
and for reductions over indices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tdsl.check.values import Builtin, Scope
from tdsl.ir.function import fresh
from tdsl.ir.node import Node
from tdsl.record import record
from tdsl.source import Span
from tdsl.syntax import nodes as syntax
from tdsl.types import I64, Dim, Type

NOTHING: frozenset[Index | Definition] = frozenset()


@dataclass(eq=False)
class Index:
    """An index, and where its size comes from."""

    name: str
    span: Span
    node: Node
    size: Dim | None = None
    place: Span | None = None


@record(frozen=True)
class Position:
    """One index within the brackets of an array; a size or number is known at compile time."""

    value: Dim | Node
    span: Span


@record(frozen=True, eq=False)
class Element:
    """An element of an array."""

    array: Node
    positions: tuple[Position, ...]
    span: Span


@record(frozen=True, eq=False)
class Reduction:
    """`sum[j](body)`."""

    builtin: Builtin
    indices: tuple[Index, ...]
    body: Node
    written: syntax.Expression
    call: syntax.Call


@dataclass(eq=False)
class Definition:
    """One definition by elements: its indices, those of its reductions too, and the places that they have in the
    brackets of arrays, in the order of the text."""

    left: list[Index] = field(default_factory=list)
    indices: dict[Node, Index] = field(default_factory=dict)
    elements: dict[Node, Element] = field(default_factory=dict)
    reductions: dict[Node, Reduction] = field(default_factory=dict)
    sequences: list[tuple[Index, ...]] = field(default_factory=list)
    known: dict[tuple[Node, tuple[Dim | Node, ...]], Node] = field(default_factory=dict)  # elements by their positions


@dataclass
class ElementScope(Scope):
    """The names inside of a definition by elements."""

    definition: Definition = field(default_factory=Definition)


def definition_around(scope: Scope) -> Definition | None:
    """The definition that an expression in this scope is written in."""
    around: Scope | None = scope
    while around is not None and not isinstance(around, ElementScope):
        around = around.outer
    return around.definition if around is not None else None


class Dependence:
    """What values depend on: indices and, for any parameter that stands for one or for what is made of them, the
    definition that it belongs to."""

    def __init__(self) -> None:
        self._known: dict[Node, frozenset[Index | Definition]] = {}

    def index(self, definition: Definition, name: str, span: Span) -> Index:
        """A new index."""
        index = Index(name, span, fresh(Type(I64)))
        definition.indices[index.node] = index
        self._known[index.node] = frozenset((index, definition))
        return index

    def stand_in(self, definition: Definition, type: Type, indices: Iterable[Index | Definition]) -> Node:
        """A parameter that stands for a value which depends on indices."""
        node = fresh(type)
        self._known[node] = frozenset((definition, *indices))
        return node

    def of(self, root: Node) -> frozenset[Index | Definition]:
        """All that a value depends on."""
        known, stack = self._known, [root]
        while stack:
            node = stack[-1]
            if node in known:
                stack.pop()
                continue
            missing = [operand for operand in node.operands if operand not in known]
            if missing:
                stack += missing
                continue
            stack.pop()
            found = [known[operand] for operand in node.operands if known[operand]]
            known[node] = found[0].union(*found[1:]) if found else NOTHING
        return known[root]


def unmarked(node: Node) -> Node:
    """A value behind its marks."""
    while node.op.name == "identity":
        (node,) = node.operands
    return node

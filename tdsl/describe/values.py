"""The values of a program for readers in Python: what `tdsl.program` gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tdsl.ir.function import Function, functions
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Program
from tdsl.source import Span
from tdsl.types import Dim, DType, Tuple, Type

Size = int | str
"""A number, or a formula of dims as text."""


@dataclass(frozen=True, eq=False)
class Value:
    """A step of a program and its value; two values are the same if they are one object.

    `op` names the step, `attributes` are its further arguments.  `name` is that of a `let`, an input or a kept value,
    or empty; `type` is as tdsl spells it.  `place` is "file:line:column" and `text` the expression there; both are
    empty where the compiler made the step.  `operands` are the values that it takes, `body` the steps of a loop.
    """

    op: str
    name: str
    type: str
    shape: tuple[Size, ...]
    attributes: Mapping[str, object]
    place: str
    text: str
    operands: tuple[Value, ...] = field(repr=False)
    body: Body | None = field(default=None, repr=False)

    def walk(self) -> Iterator[Value]:
        """All values that it is made of, operands first, and then itself; loops count as one step."""
        yield from walk([self])

    def __repr__(self) -> str:
        return f"<{self.name or self.op}: {self.type}>"


@dataclass(frozen=True, eq=False)
class Body:
    """The steps of a loop: `parameters` are its states, elements and captured values."""

    parameters: tuple[Value, ...]
    results: tuple[Value, ...]

    def walk(self) -> Iterator[Value]:
        yield from walk(self.results)


@dataclass(frozen=True, eq=False)
class EntryValues:
    """An entry: `inputs` are its arguments, `updates` the new values by the names of kept ones."""

    name: str
    inputs: Mapping[str, Value]
    results: tuple[Value, ...]
    updates: Mapping[str, Value]

    def walk(self) -> Iterator[Value]:
        """All values that a call computes, operands first."""
        yield from walk([*self.results, *self.updates.values()])


@dataclass(frozen=True, eq=False)
class ProgramValues:
    """A program: `entries` by their names, `named` the values with a name, the first of each."""

    entries: Mapping[str, EntryValues]
    named: Mapping[str, Value]

    def walk(self) -> Iterator[Value]:
        """All values of all entries, operands first."""
        yield from walk([root for one in self.entries.values() for root in (*one.results, *one.updates.values())])

    def users(self, value: Value) -> list[Value]:
        """The values that take this one as an operand."""
        return [one for one in self.walk() if any(operand is value for operand in one.operands)]


def walk(roots: Sequence[Value]) -> Iterator[Value]:
    """Each value once, operands first."""
    seen: set[Value] = set()
    for root in roots:
        stack = [(root, iter(root.operands))] if root not in seen else []
        seen.add(root)
        while stack:
            value, rest = stack[-1]
            found = next((operand for operand in rest if operand not in seen), None)
            if found is None:
                yield value
                stack.pop()
            else:
                seen.add(found)
                stack.append((found, iter(found.operands)))


def program_values(program: Program) -> ProgramValues:
    """The values of all entries but that of first values."""
    reader = _Reader(program)
    entries = {entry.name: reader.entry(entry) for entry in program.entries}
    named: dict[str, Value] = {}
    for value in walk([root for one in entries.values() for root in (*one.results, *one.updates.values())]):
        if value.name:
            named.setdefault(value.name, value)
    return ProgramValues(MappingProxyType(entries), MappingProxyType(named))


class _Reader:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._spans: dict[Node, Span] = dict(program.spans)
        self._values: dict[Node, Value] = {}
        self._bodies: dict[Function, Body] = {}
        variables = {variable.node: variable.name for variable in program.variables}
        parameters = {one.node: one.name for entry in program.entries for one in entry.parameters}
        self._names = {**program.names, **variables, **parameters}
        for function in functions(topological(program.roots())):
            own: dict[Node, Value] = {}
            self._read([*function.parameters, *function.results], own)
            parts = ([own[node] for node in nodes] for nodes in (function.parameters, function.results))
            self._bodies[function] = Body(*map(tuple, parts))

    def entry(self, entry: Entry) -> EntryValues:
        self._spans |= {node: span for node, span in entry.spans.items() if node not in self._spans}
        given = [one.node for one in entry.parameters]
        self._read([*given, *entry.roots()], self._values)
        results = tuple(self._values[one.node] for one in entry.results if one.role == "return")
        updates = {update.variable: self._values[update.value] for update in entry.updates}
        inputs = {one.name: self._values[one.node] for one in entry.parameters}
        return EntryValues(entry.name, MappingProxyType(inputs), results, MappingProxyType(updates))

    def _read(self, roots: Sequence[Node], values: dict[Node, Value]) -> None:
        for node in topological(roots, known=values):
            given = node.attributes.given()
            span, name = self._spans.get(node), self._names.get(node, "")
            values[node] = Value(
                op=node.op.name,
                name=name,
                type=node.type.spell(self._program.real),
                shape=() if isinstance(node.type, Tuple) else tuple(map(_plain, node.type.shape)),  # type: ignore[arg-type]
                attributes=MappingProxyType({key: _plain(one) for key, one in given.items() if _is_plain(one)}),
                place=span.position if span else "",
                text=" ".join(span.text.split()) if span else "",
                operands=tuple(values[operand] for operand in node.operands),
                body=next((self._bodies[one] for one in given.values() if isinstance(one, Function)), None),
            )


def _is_plain(value: Any) -> bool:
    return not isinstance(value, Function)


def _plain(value: Any) -> object:
    """An attribute without types of the compiler."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, Dim):
        return str(value) if value.constant is None else value.constant
    if isinstance(value, str) and value.startswith(("0x", "-0x")):
        return float.fromhex(value)
    return str(value) if isinstance(value, DType | Type) else value

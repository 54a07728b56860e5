"""A whole module as typed nodes: variables, entries with their results and updates, and side tables of names and
places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace

from tdsl.ir.node import Node
from tdsl.record import record
from tdsl.source import Span
from tdsl.types import Dim, DType, Shape


class Suggested(str):
    """The name of a value that has none of its own, for texts in which it needs one."""


@record(frozen=True)
class Parameter:
    """An argument of an entry; only a scalar has a default.  `size` is that of a parameter `dim B`: the dim that the
    argument binds, or the size that it must be."""

    name: str
    node: Node
    default: int | float | None
    doc: str
    span: Span | None
    size: Dim | None = None

    @property
    def sizes(self) -> Shape:
        """The sizes that the argument has or is."""
        return self.node.type.shape if self.size is None else (self.size,)

    def spell(self, real: DType) -> str:
        """Its type."""
        return self.node.type.spell(real) if self.size is None else "dim"


@record(frozen=True)
class Variable:
    """A value kept between calls.  `kind` is "shared", "state" or "rule state"."""

    name: str
    node: Node
    kind: str
    doc: str
    span: Span | None


@record(frozen=True)
class Result:
    """A result, assertion or print of a call.  `role` is "return", "assert" or "print"; pieces of one print statement
    share its number."""

    role: str
    node: Node
    name: str
    text: str
    statement: int
    span: Span | None


@record(frozen=True)
class Update:
    variable: str
    value: Node
    span: Span | None


@record(frozen=True)
class Requirement:
    """`size >= 0` must hold for a call; `text` says it as a reader would."""

    size: Dim
    text: str
    span: Span


@record(frozen=True)
class Entry:
    """One callable: its parameters, results and simultaneous updates.  `nesting` describes the tuples among its
    results, as `.(..)`; it is empty if they are flat.  `fields` are the names of the outermost results, if they have
    names.  `spans` are the places of nodes that may fault, or that have
    another place in another entry; the program has those of all other nodes.  `steps` are the places of the steps that
    its derivatives differentiate."""

    name: str
    parameters: tuple[Parameter, ...]
    results: tuple[Result, ...]
    updates: tuple[Update, ...]
    requirements: tuple[Requirement, ...]
    doc: str
    span: Span | None
    nesting: str = ""
    fields: tuple[str, ...] = ()
    spans: Mapping[Node, Span] = field(default_factory=dict, repr=False)
    steps: Mapping[Node, Span] = field(default_factory=dict, repr=False)

    @property
    def list_name(self) -> str:
        """The name of the list that it is an element of; empty if it is none."""
        return self.name.partition("[")[0] if "[" in self.name else ""

    def roots(self) -> list[Node]:
        return [result.node for result in self.results] + [update.value for update in self.updates]

    def with_roots(self, roots: Iterable[Node]) -> Entry:
        """The same entry computing other nodes, in the order of `roots()`."""
        new: Iterator[Node] = iter(roots)
        results = tuple(replace(result, node=next(new)) for result in self.results)
        updates = tuple(replace(update, value=next(new)) for update in self.updates)
        return replace(self, results=results, updates=updates)


@record(frozen=True)
class Training:
    """A callable that runs an entry for each minibatch of its arguments, epoch by epoch: `entry` is its name, `rows`
    the dim of the axis that is cut, `cost` the index of the result whose mean an epoch has.  A `batch` of 0 is all
    rows; without a number of `epochs` each call gives one."""

    name: str
    entry: str
    rows: str
    cost: int
    batch: int
    epochs: int | None
    shuffle: bool
    doc: str
    span: Span | None


@record(frozen=True)
class Program:
    """A whole module.  `initialise` is the entry that gives every variable its first value from a seed.  `written` are
    the nodes of the program as written that nodes stand for, where calls compare both.  `states` are the names of the
    states of loops, of the program as checked."""

    name: str
    doc: str
    real: DType
    variables: tuple[Variable, ...]
    entries: tuple[Entry, ...]
    initialise: Entry
    names: Mapping[Node, str] = field(repr=False)
    spans: Mapping[Node, Span] = field(repr=False)
    written: Mapping[Node, Node] = field(default_factory=dict, repr=False)
    states: Mapping[Node, tuple[str, ...]] = field(default_factory=dict, repr=False)
    trainings: tuple[Training, ...] = ()

    def all_entries(self) -> tuple[Entry, ...]:
        return (*self.entries, self.initialise)

    def routines(self) -> tuple[Entry, ...]:
        """The entries that a module runs; the one that computes first values only if there are any."""
        return self.all_entries() if self.variables else self.entries

    def roots(self) -> list[Node]:
        return [root for entry in self.all_entries() for root in entry.roots()]

    def dims(self) -> tuple[str, ...]:
        """Every dim, in the order in which parameters, then requirements and results name them."""
        entries = self.all_entries()
        sizes = [size for entry in entries for parameter in entry.parameters for size in parameter.sizes]
        for entry in entries:
            sizes += [requirement.size for requirement in entry.requirements]
            sizes += [size for root in entry.roots() for size in root.type.shape]
        return tuple(dict.fromkeys(name for size in sizes for name in sorted(size.symbols())))

"""The memory and work of a call of each entry as formulas in the dims: for `build_info()`, for `tdsl info`, and for the
refusal of calls that cannot fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tdsl.ir.attributes import Item
from tdsl.ir.function import Function, functions, own_functions, with_bodies
from tdsl.ir.node import Node, topological
from tdsl.ir.pieces import all_sums
from tdsl.ir.program import Entry, Program
from tdsl.ir.sites import applying
from tdsl.loops.cost import Cost, cost, sum_of
from tdsl.loops.language import Module, Routine, lap_count
from tdsl.loops.largest import largest
from tdsl.ops.scan import LoopAttributes, Scan
from tdsl.record import record
from tdsl.source import Span
from tdsl.targets import Target
from tdsl.types import ZERO, Dim, Tuple, Type, element_count


@record(frozen=True)
class Memory:
    """Bytes of one call beside its arguments and the old values: intermediate values, results, new values."""

    workspace: Dim
    results: Dim
    updates: Dim

    @property
    def total(self) -> Dim:
        return self.workspace + self.results + self.updates


@record(frozen=True)
class EntryFacts:
    """`largest` bounds every number that a call computes from its dims; `kept` are the bytes of the values of loops
    that their derivatives read, by the lines of the loops; `lap_count` is the number of timed statements."""

    memory: Memory
    cost: Cost
    largest: Dim
    kept: tuple[tuple[int, Dim], ...] = ()
    lap_count: int = 0

    def formulas(self) -> dict[str, Dim]:
        """The facts that users are shown, by name."""
        return {
            "workspace": self.memory.workspace,
            "results": self.memory.results,
            "updates": self.memory.updates,
            "memory": self.memory.total,
            "flop": self.cost.flop,
            "functions": self.cost.functions,
            "bytes": self.cost.bytes,
            **{f"kept by for, line {line}": size for line, size in self.kept},
        }


def entry_facts(program: Program, module: Module, target: Target) -> tuple[EntryFacts, ...]:
    """The facts in the order of the program's routines."""
    return tuple(
        EntryFacts(
            planned_memory(entry, routine) if target.is_native else kept_memory(entry),
            cost(routine),
            largest(entry, routine),
            kept_states(entry, program),
            lap_count(routine),
        )
        for entry, routine in zip(program.routines(), module.routines, strict=True)
    )


def kept_states(entry: Entry, program: Program) -> tuple[tuple[int, Dim], ...]:
    """The bytes of the states and other values of loops that are stored for a derivative, by the lines where the loops
    begin."""
    found: dict[int, Dim] = {}
    order = list(with_bodies(entry.roots()))
    around = applying(order)
    backwards = {(loop, index) for node in order for loop, index in _read_backwards(node)}
    for node in order:
        if not isinstance(node.attributes, LoopAttributes):
            continue
        loop = Scan.of(node)
        states = set(loop.body.parameters[: loop.states])
        size = _bytes(
            value.type.with_shape((loop.trip, *value.type.shape))
            for place, value in enumerate(loop.stacked, loop.states)
            if value in states or (node, place) in backwards
        )
        span: Span | None = None
        stands: Node | None = node
        while span is None and stands is not None and size.terms:
            span = entry.spans.get(stands) or program.spans.get(stands) or entry.steps.get(stands)
            stands = around.get(stands)
        if span:
            line, _ = span.source.position(span.start)
            found[line] = found.get(line, ZERO) + size
    return tuple(sorted(found.items()))


def _read_backwards(node: Node) -> Iterator[tuple[Node, int]]:
    """The loops, and the numbers of their results, whose elements a loop of the other direction reads."""
    if isinstance(node.attributes, LoopAttributes):
        for stack in Scan.of(node).read:
            loop = stack.operands[0] if stack.op.name == "item" else stack
            if isinstance(loop.attributes, LoopAttributes) and loop.attributes.reverse != node.attributes.reverse:
                yield loop, stack.get(Item).index


def planned_memory(entry: Entry, routine: Routine) -> Memory:
    """The facts of a native module, with its slots."""
    return _memory(entry, sum_of(_counted((slot.count, slot.dtype.bits) for slot in routine.slots)))


def kept_memory(entry: Entry) -> Memory:
    """The memory of a NumPy module, in which every intermediate value lives until the kernel returns."""
    order = topological(entry.roots())
    inside: dict[Function, list[Type]] = {}
    for function in functions(order):
        inside[function] = _kept(topological(function.results), function.results, inside)
    return _memory(entry, _bytes(_kept(order, entry.roots(), inside)))


def _kept(order: list[Node], roots: Sequence[Node], inside: Mapping[Function, list[Type]]) -> list[Type]:
    """The arrays that the nodes of a scope have names for; in a loop those of one step, and its results."""
    inner = {node for total in all_sums(order, roots).values() for node in total.inner}
    found: list[Type] = []
    for node in order:
        if isinstance(node.type, Tuple):
            found += node.type.items
            found += [type for function in own_functions(node) for type in inside[function]]
        elif node.op.family not in ("view", "source", "item") and node not in inner:
            found.append(node.type)
    return [type for type in found if type.rank]


def _memory(entry: Entry, workspace: Dim) -> Memory:
    results = (result.node.type for result in entry.results)
    updates = (update.value.type for update in entry.updates)
    return Memory(workspace, _bytes(type for type in results if type.rank), _bytes(updates))


def _bytes(types: Iterable[Type]) -> Dim:
    return sum_of(_counted((element_count(type.shape), type.dtype.bits) for type in types))


def _counted(sizes: Iterable[tuple[Dim, int]]) -> Counter[Dim]:
    found: Counter[Dim] = Counter()
    for size, bits in sizes:
        found[size] += bits // 8
    return found

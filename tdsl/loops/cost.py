"""The cost of a routine as formulas in the dims: operations, and bytes that its kernels read and write.

Work counts once for each distinct element: an invariant of a nest counts once, however long the nest is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields

from tdsl.ir.node import OPS, Work
from tdsl.loops.body import Body, Compute, ContractionValue, Indexed, Load, draws, needed, operands
from tdsl.loops.language import (
    AffineMatrix,
    Branch,
    Buffer,
    Call,
    Contraction,
    Lap,
    Leaf,
    Loop,
    Map,
    Probe,
    Reduce,
    Routine,
    RowGroup,
    Scatter,
    Statement,
    Store,
)
from tdsl.loops.origin import Origin
from tdsl.loops.routines import ROUTINES
from tdsl.record import record
from tdsl.types import (
    ZERO,
    Dim,
    DType,
    Kind,
    Shape,
    element_count,
    summed,
)


@record(frozen=True)
class Cost:
    """`flop` counts arithmetic on reals, `functions` elementary functions and random numbers, `bytes` the elements
    that kernels read or write, each once a kernel."""

    flop: Dim = ZERO
    functions: Dim = ZERO
    bytes: Dim = ZERO

    def upper_bound(self, other: Cost) -> Cost:
        """An upper bound of both: the larger coefficient of each term."""
        return Cost(*(_larger(getattr(self, item.name), getattr(other, item.name)) for item in fields(Cost)))

    def times(self, count: Dim) -> Cost:
        """The cost of `count` steps."""
        return Cost(*(getattr(self, item.name) * count for item in fields(Cost)))


@record(frozen=True)
class _Steps:
    """The end of a loop's body."""

    trip: Dim


def _larger(left: Dim, right: Dim) -> Dim:
    terms, others = dict(left.terms), dict(right.terms)
    wanted = {term: max(terms.get(term, 0), others.get(term, 0)) for term in {**terms, **others}}
    return sum_of({Dim(((term, 1),)): times for term, times in wanted.items()})


def sum_of(sizes: Mapping[Dim, int]) -> Dim:
    """The sum of sizes, each multiplied by its number."""
    return summed(size * times for size, times in sizes.items())


def cost(routine: Routine) -> Cost:
    """The cost of one call; a branch counts as the upper bound of its sides."""
    tallies = [_Tally(routine.buffers)]
    stack: list[Statement | _Steps | str] = list(reversed(routine.statements))
    while stack:
        item = stack.pop()
        if isinstance(item, Loop):
            stack += [*reversed(item.end), _Steps(item.trip), *reversed(item.body), "body", *reversed(item.start)]
        elif item == "body":
            tallies.append(_Tally(routine.buffers))
        elif isinstance(item, _Steps):
            once = tallies.pop().cost()
            tallies[-1].include(once.times(item.trip))
        elif isinstance(item, Branch):
            tallies[-1].whole(item.condition)
            stack += ["end", *reversed(item.otherwise), "otherwise", *reversed(item.then)]
            tallies.append(_Tally(routine.buffers))
        elif isinstance(item, RowGroup):
            stack += reversed(item.statements)
        elif item == "otherwise":
            tallies.append(_Tally(routine.buffers))
        elif isinstance(item, str):
            otherwise, then = tallies.pop(), tallies.pop()
            tallies[-1].include(then.cost().upper_bound(otherwise.cost()))
        elif not isinstance(item, Lap):
            tallies[-1].leaf(item)
    return tallies[0].cost()


def cost_of_statement(statement: Leaf | RowGroup, buffers: tuple[Buffer, ...]) -> Cost:
    """The cost of a statement each time it runs."""
    tally = _Tally(buffers)
    for leaf in statement.statements if isinstance(statement, RowGroup) else (statement,):
        tally.leaf(leaf)
    return tally.cost()


def cost_of_origins(statement: Leaf | RowGroup, buffers: tuple[Buffer, ...]) -> list[tuple[Origin, Cost]]:
    """The part of the cost of a statement that computes each of its values, without bytes if there are several; an
    instruction counts for the first value that needs it."""
    found: list[tuple[Origin, Cost]] = []
    for leaf in statement.statements if isinstance(statement, RowGroup) else (statement,):
        if isinstance(leaf, Map | Contraction) and len(leaf.origins) > 1:
            parts = _Tally(buffers).own_instructions(leaf, [origin.name for origin in leaf.origins])
            found += zip(leaf.origins, parts, strict=True)
        else:
            found += [(origin, cost_of_statement(leaf, buffers)) for origin in leaf.origins[:1]]
    return found


class _Tally:
    """Counts by size, so that adding up costs little however many kernels there are."""

    def __init__(self, buffers: tuple[Buffer, ...]) -> None:
        self.buffers = buffers
        self.flop: Counter[Dim] = Counter()
        self.functions: Counter[Dim] = Counter()
        self.bytes: Counter[Dim] = Counter()

    def cost(self) -> Cost:
        return Cost(sum_of(self.flop), sum_of(self.functions), sum_of(self.bytes))

    def include(self, other: Cost) -> None:
        self.flop[other.flop] += 1
        self.functions[other.functions] += 1
        self.bytes[other.bytes] += 1

    def leaf(self, statement: Leaf) -> None:
        match statement:
            case Map(stores=()) | Map(order="nothing"):
                pass  # it only checks for faults, mostly in empty nests
            case Map():
                self.body(statement.body, statement.axes, statement.stores)
            case Reduce():
                axes = statement.kept + statement.reduced
                self.body(statement.body, axes, ())
                self._arithmetic(statement.dtype, element_count(axes))
                self.whole(statement.buffer)
            case Contraction():
                self._contract(statement)
            case Scatter():
                target = Store(statement.buffer, statement.position, statement.value)
                self.body(statement.body, statement.axes, (target,) * (1 + statement.adds))  # read and written
                if statement.adds:
                    self._arithmetic(statement.dtype, element_count(statement.axes))
            case Call():
                self._call(statement)
            case Probe():
                pass

    def body(self, body: Body, axes: Shape, stores: Iterable[Store]) -> None:
        """Counts the instructions and the stores of a nest."""
        walked = self.instructions(body, axes)
        loads = dict.fromkeys((line.buffer, line.index) for line in body if isinstance(line, Load))
        for buffer, index in [*loads, *((store.buffer, store.index) for store in stores)]:
            used = frozenset().union(*(walked[register] for register, _ in index.registers))
            used |= {axis for axis, _ in index.axes}
            self._bytes(buffer, element_count(axes[axis] for axis in sorted(used)))

    def instructions(self, body: Body, axes: Shape, counted: Collection[int] | None = None) -> list[frozenset[int]]:
        """Counts instructions, or some of them.  Returns the axes that each one walks."""
        sizes: dict[frozenset[int], Dim] = {}

        def elements(walked: frozenset[int]) -> Dim:
            if walked not in sizes:
                sizes[walked] = element_count(axes[axis] for axis in sorted(walked))
            return sizes[walked]

        walked: list[frozenset[int]] = []
        for instruction in body:
            used = frozenset().union(*(walked[register] for register in operands(instruction)))
            if isinstance(instruction, Indexed):
                used |= {axis for axis, _ in instruction.index.axes}
            elif isinstance(instruction, ContractionValue):
                used = frozenset(range(len(axes)))
            walked.append(used)
            if counted is not None and len(walked) - 1 not in counted:
                continue
            if isinstance(instruction, Compute) and instruction.dtype.kind is Kind.REAL:
                match OPS[instruction.op].cost:
                    case Work.LIGHT | Work.OPERATION:
                        self.flop[elements(used)] += 1
                    case Work.FUNCTION:
                        self.functions[elements(used)] += 1
            elif draws(instruction):
                self.functions[elements(used)] += 1
        return walked

    def own_instructions(self, statement: Map | Contraction, names: Sequence[str]) -> Iterator[Cost]:
        """The cost of the buffers of these names, each without the instructions that those before it need too."""
        counted: set[int] = set()
        for name in names:
            stored = {store.register for store in statement.stores if self.buffers[store.buffer].origin.name == name}
            tally = _Tally(self.buffers)
            if isinstance(statement, Contraction):
                summed = statement.column_sum
                if summed and self.buffers[summed.buffer].origin.name == name:
                    stored.add(summed.register)
                    tally._arithmetic(statement.dtype, statement.m * statement.n)
            wanted = set(needed(statement.body, stored)) - counted
            if isinstance(statement, Contraction) and 0 in wanted:
                tally._arithmetic(statement.dtype, element_count(statement.axes) * statement.k * 2)
            tally.instructions(statement.body, statement.axes, wanted)
            counted |= wanted
            yield tally.cost()

    def _contract(self, statement: Contraction) -> None:
        depth = statement.depth
        self._arithmetic(statement.dtype, element_count(statement.axes) * statement.k * 2)
        batch = sum(statement.batch, ())
        self._operand(statement.left, (*batch, *statement.rows, *depth))
        self._operand(statement.right, (*batch, *depth, *statement.columns))
        self.body(statement.body, statement.axes, statement.stores)
        if statement.column_sum:
            self._arithmetic(statement.dtype, statement.m * statement.n)
            self.whole(statement.column_sum.buffer)

    def _operand(self, operand: AffineMatrix, axes: Shape) -> None:
        """The elements of its matrices; along an axis of stride 0 they are the same ones, and those that overlap are no
        more than the buffer has."""
        walked = element_count(size for step, size in zip(operand.steps, axes, strict=True) if step.terms)
        held = element_count(self.buffers[operand.buffer].shape)
        self._bytes(operand.buffer, held if (walked - held).at_least(0) else walked)

    def _call(self, statement: Call) -> None:
        routine = ROUTINES[statement.routine]
        self._arithmetic(statement.dtype, routine.flop(statement.sizes, len(statement.inputs)))
        if (functions := routine.functions(statement.sizes)).terms:
            self.functions[functions] += 1
        for buffer in (*statement.inputs, *statement.outputs):
            self.whole(buffer)

    def _arithmetic(self, dtype: DType, operations: Dim) -> None:
        if dtype.kind is Kind.REAL:
            self.flop[operations] += 1

    def whole(self, buffer: int) -> None:
        self._bytes(buffer, element_count(self.buffers[buffer].shape))

    def _bytes(self, buffer: int, elements: Dim) -> None:
        self.bytes[elements] += self.buffers[buffer].dtype.bits // 8

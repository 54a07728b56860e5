"""The loop language: buffers, and statements that fill them, in order.

It is independent of CPUs, GPUs and threads: the elements of a Map are independent, a Reduce names its combiner and
axes, and the runtime of a target decides the rest.  Passes write on a statement how a target best runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import Literal, Self

from tdsl.ir.sites import Site
from tdsl.loops.body import Body, BoundsCheck, Divide, Index, Instruction, Load, loaded
from tdsl.loops.origin import Origin, Origins
from tdsl.record import record
from tdsl.types import ONE, ZERO, Dim, DType, Shape, element_count


@record(frozen=True, slots=True)
class Store:
    buffer: int
    index: Index
    register: int


class _Leaf:
    """A statement that holds no others."""

    @property
    def children(self) -> tuple[tuple[Statement, ...], ...]:
        return ()

    def with_children(self, blocks: Sequence[tuple[Statement, ...]]) -> Self:
        return self


@record(frozen=True)
class Map(_Leaf):
    """The body for all indices of the axes, in any order; an element's values are known before the first is stored.

    `order` is the best order for a target: in rows along the last axis, in tiles of the last two, in rows of strided
    elements, or in rows of a body too large to be unrolled; or nothing runs, as what it stores is there already.
    """

    axes: Shape
    body: Body
    stores: tuple[Store, ...]
    origins: Origins = field(default=(), compare=False, repr=False)
    order: Literal["rows", "tiles", "strided", "large_body", "nothing"] = "rows"


@record(frozen=True)
class Reduce(_Leaf):
    """The value of the body combined over the reduced axes; the target is row-major over the kept ones.

    Axes are numbered kept first.  `combiner` is sum, prod, max, min, any, all, argmax or argmin.  `along` is the axis
    of vectors: the last reduced one, or the last kept one.
    """

    kept: Shape
    reduced: Shape
    combiner: str
    body: Body
    value: int
    buffer: int
    dtype: DType
    origins: Origins = field(default=(), compare=False, repr=False)
    along: Literal["reduced", "kept"] = "reduced"


@record(frozen=True, slots=True)
class Kept:
    """The loop, by its counter, through whose steps an operand stays packed, and a number of its own in the routine."""

    counter: str
    number: int


@record(frozen=True, slots=True)
class AffineMatrix:
    """Matrices inside a buffer: the offset of the first, and one stride for each axis that an axis of the batch, the
    rows and the columns are walked along.  The elements of a matrix may overlap.

    `layout` are the strides of rows and columns that decide the order of sums: the matrix's own, or those of a copy if
    it has more than one axis of rows or columns.
    """

    buffer: int
    offset: Dim
    batch: tuple[Shape, ...]
    rows: Shape
    columns: Shape
    layout: tuple[Dim, Dim]
    kept: Kept | None = None

    @property
    def steps(self) -> Shape:
        return (*sum(self.batch, ()), *self.rows, *self.columns)


@record(frozen=True)
class ColumnSum:
    """A register of a body summed over m, for every n."""

    register: int
    buffer: int


@record(frozen=True)
class Contraction(_Leaf):
    """left[m, k] @ right[k, n] for every batch index; the body is the epilogue of an element, its axes are batch …,
    m, n.  Without a batch, one value of the body may also be summed by columns.

    An operand walks an axis of the batch, the m rows, n columns or k elements of depth along one axis or several, the
    last one fastest.
    """

    batch: tuple[Shape, ...]
    rows: Shape
    columns: Shape
    depth: Shape
    left: AffineMatrix
    right: AffineMatrix
    body: Body
    stores: tuple[Store, ...]
    column_sum: ColumnSum | None = None
    origins: Origins = field(default=(), compare=False, repr=False)

    @cached_property
    def m(self) -> Dim:
        return element_count(self.rows)

    @cached_property
    def n(self) -> Dim:
        return element_count(self.columns)

    @cached_property
    def k(self) -> Dim:
        return element_count(self.depth)

    @property
    def is_strided(self) -> bool:
        """Whether both operands are matrices of one stride for all rows and one for all columns."""
        own = all((*each.rows, *each.columns) == each.layout for each in (self.left, self.right))
        return own and len(self.rows) == len(self.columns) == len(self.depth) == 1

    @property
    def axes(self) -> Shape:
        return (*map(element_count, self.batch), self.m, self.n)

    @property
    def is_plain(self) -> bool:
        """Whether the only epilogue is storing the elements row by row into one buffer."""
        if len(self.body) > 1 or len(self.stores) != 1 or self.column_sum:
            return False
        return self.n == ONE or self.stores[0].index.coefficient(len(self.batch) + 1) == ONE

    @property
    def row_step(self) -> Dim:
        """The stride of the stored rows of a plain one."""
        step = self.stores[0].index.coefficient(len(self.batch))
        return step if step.terms else self.n

    @property
    def dtype(self) -> DType:
        return self.body[0].dtype


@record(frozen=True)
class Scatter(_Leaf):
    """The value of each index of the axes, in order, is added or stored at its position in the target, or dropped where
    the guard is false.  Elements whose indices are the same along all axes of `conflicts` never meet.

    `order` is the freest order for a target that keeps the results: that of single elements; that of rows, whose
    elements meet in their own column only; that of rows whose elements may meet in any column; or any at all.
    """

    axes: Shape
    body: Body
    position: Index
    value: int
    buffer: int
    dtype: DType
    conflicts: tuple[int, ...]
    guard: int | None = None
    origins: Origins = field(default=(), compare=False, repr=False)
    adds: bool = True
    order: Literal["elements", "columns", "rows", "any"] = "elements"


@record(frozen=True)
class Call(_Leaf):
    """A routine of the runtime, listed in `loops/routines.py`, that fills whole buffers from whole buffers; `numbers`
    are constants that it takes, and `scratch` are buffers that are not read afterwards.  One that may fault has a
    `site`."""

    routine: str
    numbers: tuple[int, ...]
    sizes: Shape
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    dtype: DType
    scratch: tuple[int, ...] = ()
    origins: Origins = field(default=(), compare=False, repr=False)
    site: int | None = None


@record(frozen=True)
class Branch:
    """One side or the other, by a bool scalar."""

    condition: int
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    origins: Origins = field(default=(), compare=False, repr=False)

    @property
    def children(self) -> tuple[tuple[Statement, ...], ...]:
        return self.then, self.otherwise

    def with_children(self, blocks: Sequence[tuple[Statement, ...]]) -> Branch:
        then, otherwise = blocks
        return replace(self, then=then, otherwise=otherwise)


@record(frozen=True)
class RowGroup:
    """Maps and reductions with the same first axis, its rows, that run together, some rows at a time: no row of a
    statement touches an element that another row writes."""

    statements: tuple[Map | Reduce, ...]
    origins: Origins = field(default=(), compare=False, repr=False)

    @property
    def children(self) -> tuple[tuple[Statement, ...], ...]:
        return (self.statements,)

    def with_children(self, blocks: Sequence[tuple[Statement, ...]]) -> RowGroup:
        (statements,) = blocks
        return replace(self, statements=tuple(line for line in statements if isinstance(line, Map | Reduce)))


@record(frozen=True)
class Loop:
    """The body for each value of a counter from 0 to trip - 1, or from there down to 0.

    Each pair of `carried` is filled first at the start, second by each step, and swapped after it; the buffer filled
    last is read at the end.  No other statement of the routine uses these.  The `windows` are the parts of other
    buffers that a step reads or fills, `inputs` and `outputs` the buffers around the loop that its steps read and fill.

    `limit`, an input, holds the number of steps if there may be fewer than `trip`.  The loop ends after a step that
    makes `until` true, and puts the number of steps into `done`, an output.
    """

    counter: str
    trip: Dim
    reverse: bool
    carried: tuple[tuple[int, int], ...]
    windows: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    start: tuple[Statement, ...]
    body: tuple[Statement, ...]
    end: tuple[Statement, ...]
    limit: int | None = None
    until: int | None = None
    done: int | None = None
    origins: Origins = field(default=(), compare=False, repr=False)

    @property
    def children(self) -> tuple[tuple[Statement, ...], ...]:
        return self.start, self.body, self.end

    def with_children(self, blocks: Sequence[tuple[Statement, ...]]) -> Loop:
        start, body, end = blocks
        return replace(self, start=start, body=body, end=end)

    @property
    def states(self) -> tuple[int, ...]:
        return tuple(buffer for pair in self.carried for buffer in pair)


@record(frozen=True)
class Probe(_Leaf):
    """A place where the call notes the elements of a buffer, under a number of its own in the routine, with the numbers
    of the steps of the loops around it, the outermost first."""

    number: int
    buffer: int
    counters: tuple[str, ...]
    origins: Origins = field(default=(), compare=False, repr=False)


Leaf = Map | Reduce | Contraction | Scatter | Call | Probe


@record(frozen=True)
class Lap(_Leaf):
    """In a profile: the time since the lap before, or since the start of the routine, is that of the statement before.
    The `number` is its own in the routine."""

    number: int
    statement: Leaf | RowGroup = field(compare=False, repr=False)
    origins: Origins = field(default=(), compare=False, repr=False)


Statement = Leaf | Lap | Branch | RowGroup | Loop


Place = tuple[str, int]
"""A role and a number; of the workspace the number of a slot."""


@record(frozen=True, slots=True)
class Buffer:
    """Row-major memory.  `role` is argument, variable, result, update, workspace or window; `number` counts within the
    role, for a window it is the buffer that it is a part of, from `offset` on.

    `place` is its memory: the call's memory for its role, a slot of the workspace, or the memory of a buffer that is
    filled when this one is read for the last time.  A window is a place of its own for as long as a step takes.
    """

    role: str
    number: int
    dtype: DType
    shape: Shape
    place: Place
    origin: Origin = field(compare=False, repr=False)
    offset: Dim = ZERO

    @property
    def is_given(self) -> bool:
        """Whether the caller provides its elements."""
        return self.role in ("argument", "variable")


@record(frozen=True, slots=True)
class Slot:
    """A part of the workspace that buffers with disjoint lifetimes share."""

    dtype: DType
    count: Dim


Sizes = Mapping[str, int]


@record(frozen=True)
class Routine:
    """One entry as loops.  `updates` are the numbers of the variables that its updates replace.

    The last `commit` statements cannot fail.  `in_place` lists (update, variable) pairs whose new value may overwrite
    the old one.  `fixed_sizes` are sizes of the dims for which the whole routine is compiled once more.
    """

    name: str
    buffers: tuple[Buffer, ...]
    statements: tuple[Statement, ...]
    slots: tuple[Slot, ...]
    updates: tuple[int, ...]
    commit: int = 0
    in_place: tuple[tuple[int, int], ...] = ()
    fixed_sizes: tuple[Sizes, ...] = ()

    @property
    def parts(self) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        """The statements that may fail or be followed by one that fails, and those of the commit."""
        cut = len(self.statements) - self.commit
        return self.statements[:cut], self.statements[cut:]


@record(frozen=True)
class Module:
    name: str
    dims: tuple[str, ...]
    routines: tuple[Routine, ...]
    sites: tuple[Site, ...]

    def each(self, change: Callable[[Routine], Routine]) -> Module:
        """The module with every routine changed."""
        return replace(self, routines=tuple(map(change, self.routines)))


def walk(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """Every statement in execution order, a compound one before its parts."""
    stack = list(reversed(statements))
    while stack:
        statement = stack.pop()
        yield statement
        for block in reversed(statement.children):
            stack.extend(reversed(block))


def laps(routine: Routine) -> list[Lap]:
    """The laps of a profile, in order."""
    return [statement for statement in walk(routine.statements) if isinstance(statement, Lap)]


def lap_count(routine: Routine) -> int:
    """The number of laps; one more is that of a routine that may run as one function."""
    count = len(laps(routine))
    return count + 1 if count and routine.fixed_sizes else count


def kept_operands(statements: tuple[Statement, ...]) -> Iterator[Kept]:
    """The operands of products in some statements that loops keep packed."""
    for statement in walk(statements):
        if isinstance(statement, Contraction):
            yield from (operand.kept for operand in (statement.left, statement.right) if operand.kept)


def instructions(statements: tuple[Statement, ...]) -> Iterator[Instruction]:
    """The instructions of all bodies in some statements."""
    for statement in walk(statements):
        if isinstance(statement, Map | Reduce | Contraction | Scatter):
            yield from statement.body


def may_fault(statements: tuple[Statement, ...]) -> bool:
    """Whether some statements check data of the call."""
    calls = any(isinstance(statement, Call) and statement.site is not None for statement in walk(statements))
    return calls or any(isinstance(line, Divide | BoundsCheck) for line in instructions(statements))


def storage(buffers: Sequence[Buffer], number: int) -> int:
    """The buffer that a window, or a window of a window, is a part of; any other is its own."""
    while buffers[number].role == "window":
        number = buffers[number].number
    return number


def written(statement: Statement) -> list[int]:
    """The buffers a statement itself fills; a loop as a whole."""
    match statement:
        case Map():
            return [store.buffer for store in statement.stores]
        case Contraction():
            summed = [statement.column_sum.buffer] if statement.column_sum else []
            return [store.buffer for store in statement.stores] + summed
        case Call():
            return [*statement.outputs, *statement.scratch]
        case Branch() | RowGroup() | Lap() | Probe():
            return []
        case Loop():
            return [*statement.states, *statement.outputs]
        case _:
            return [statement.buffer]


def checked_positions(statements: Iterable[Statement]) -> set[tuple[int, Dim]]:
    """The buffers that maps fill with checked positions, each with the bound."""
    found = set()
    for statement in statements:
        if not isinstance(statement, Map):
            continue
        for store in statement.stores:
            value = statement.body[store.register]
            if isinstance(value, BoundsCheck):
                found.add((store.buffer, value.bound))
    return found


def may_be_committed(
    statement: Map | Scatter, buffers: Sequence[Buffer], checked: Collection[tuple[int, Dim]] = ()
) -> bool:
    """Whether it only fills updates and cannot fault: it may use positions that were checked before."""
    for line in statement.body:
        if isinstance(line, Divide):
            return False
        if isinstance(line, BoundsCheck):
            value = statement.body[line.operand]
            if not isinstance(value, Load) or value.guard is not None or (value.buffer, line.bound) not in checked:
                return False
    return all(buffers[buffer].place[0] == "update" for buffer in written(statement))


def read(statement: Statement) -> list[int]:
    """The buffers a statement itself reads; a loop as a whole."""
    match statement:
        case Branch():
            return [statement.condition]
        case RowGroup() | Lap():
            return []
        case Loop():
            return [*statement.states, *statement.inputs, *([] if statement.until is None else [statement.until])]
        case Call():
            return list(statement.inputs)
        case Contraction():
            return [statement.left.buffer, statement.right.buffer, *loaded(statement.body)]
        case Scatter():
            return [statement.buffer, *loaded(statement.body)]
        case Probe():
            return [statement.buffer]
        case _:
            return loaded(statement.body)

"""The kernel of each node that has memory, in the block that needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import accumulate
from operator import itemgetter

from tdsl.ir.blocks import Block
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Program
from tdsl.loops.language import (
    Branch,
    Buffer,
    Call,
    Compute,
    Contraction,
    ContractionValue,
    Index,
    Literal,
    Load,
    Map,
    Reduce,
    Scatter,
    Statement,
    Store,
    Strided,
    linear,
    read,
    walk,
    written,
)
from tdsl.lower.access import Access, identity_access
from tdsl.lower.bodies import BodyBuilder
from tdsl.lower.elements.indexing import index_access, not_empty
from tdsl.lower.elements.reductions import plus_zero
from tdsl.lower.elements.table import is_always_stored
from tdsl.lower.elements.views import storage_of
from tdsl.lower.fusion import plan, reduced_axes, reduction_operand
from tdsl.lower.instructions import address_of
from tdsl.lower.pieces import Piece, Sum
from tdsl.lower.seen import check, looked_at, may_fault, times
from tdsl.types import (
    ONE,
    U8,
    ZERO,
    Dim,
    Shape,
    element_count,
)


class EntryBuilder:
    """Lowers one entry.  After `statements()`, `buffers` are all its buffers; each workspace buffer has its own
    number, to be shared later."""

    def __init__(self, entry: Entry, program: Program, site: Callable[[Node], int]) -> None:
        self.entry = entry
        self.site = site
        self.roots = entry.roots()
        # What is declared last is mostly nearest to the cost: its gradient is ready first and then no longer needed.
        order = topological([*self.roots[: len(entry.results)], *reversed(self.roots[len(entry.results) :])])
        self.plan = plan(order, self.roots)
        self.buffers: list[Buffer] = []
        self._of: dict[Node, int] = {}
        self._of_root: list[int] = []
        self._blocks: dict[Block, _Lines] = {}
        self._top = self._here = self.plan.block_of[self.roots[0]] if self.roots else Block()
        # The nodes of a block that may fault, until what its kernels leave unseen of them is looked at.
        self._faulty: dict[Block, dict[Node, None]] = {}
        self._seen: dict[Node, list[Dim]] = {}
        for node in filter(may_fault, order):
            self._faulty.setdefault(self.plan.block_of[node], {})[node] = None
        self._declare(program)

    def _declare(self, program: Program) -> None:
        used = set(self.plan.order)
        for number, parameter in enumerate(self.entry.parameters):
            if parameter.node in used:
                self._of[parameter.node] = self._buffer("argument", number, parameter.node)
        for number, variable in enumerate(program.variables):
            if variable.node in used:
                self._of[variable.node] = self._buffer("variable", number, variable.node)
        for number, root in enumerate(self.roots):
            update = number - len(self.entry.results)
            role, place = ("result", number) if update < 0 else ("update", update)
            self._of_root.append(self._buffer(role, place, root))
        for node in reversed(self.plan.order):
            if node in self.plan.stored:
                target = self.plan.target.get(node)
                if isinstance(target, int):
                    self._of[node] = self._of_root[target]
                elif target is not None:
                    self._of[node] = self._of[target]
                else:
                    self._of[node] = self._buffer("workspace", len(self.buffers), node)

    def _buffer(self, role: str, number: int, node: Node) -> int:
        self.buffers.append(Buffer(role, number, node.type.dtype, node.type.shape))
        return len(self.buffers) - 1

    def statements(self) -> tuple[Statement, ...]:
        hurried = {storage_of(piece.value) for made in self.plan.sums.values() for piece in made.pieces}
        for node in self.plan.order:
            if node in self.plan.stored:
                self._here = self.plan.block_of[node]
                lines = self._blocks.setdefault(self._here, _Lines())
                early = node in hurried or node in self.plan.sums or node in self.plan.pieced
                (lines.add_early if early else lines.add)(self._kernels(node))
        top = self._blocks.setdefault(self._top, _Lines())
        top.add(self._copy(storage_of(node), self._of_root[number]) for number, node in self.plan.copies.items())
        return self._all(self._top)

    def _all(self, block: Block) -> tuple[Statement, ...]:
        """The lines of a block since it was last asked for, with what looks at all that they leave unseen."""
        lines = self._blocks.pop(block, _Lines())
        faulty = self._faulty.get(block, {})
        for node in [node for node in faulty if node in self._seen]:
            del faulty[node]
            seen = self._seen.pop(node)
            if not any(size.at_least(1) for size in seen):
                body = BodyBuilder(self._of, lambda node, _: self.site(node))
                lines.add_check(check(node, next((size for size in seen if size.terms), ZERO), body))
        return lines.all()

    def _kernels(self, node: Node) -> list[Statement]:
        if node in self.plan.sums:
            return self._add_up(node, self.plan.sums[node])
        if node in self.plan.pieced:
            return self._by_pieces(node, self.plan.pieced[node])
        return self._stack(node) if node.op.name == "stack" else [self._kernel(node)]

    def _kernel(self, node: Node) -> Statement:
        match node.op.name:
            case "matmul" if node.type.dtype != U8:
                return self._contract(node)
            case "matmul":
                return self._products(node)
            case "random_orthogonal":
                return self._call(node, (node["stream"],), node.type.shape)
            case "prod_others":
                return self._call(node, (), (element_count(node.type.shape[:-1]), node.type.shape[-1]))
            case "if":
                return self._branch(node)
            case _ if node.op.family == "reduction" and is_always_stored(node):
                return self._reduce(node)
            case _:
                return self._map(node, self._of[node], fills=True)

    def _body(self, axes: Shape, of: Mapping[Node, Piece] | None = None) -> BodyBuilder:
        """For a nest over some axes, or for one piece of it after the other."""
        return BodyBuilder(self._of, partial(self._look, axes, next(iter((of or {}).values()), None)), of)

    def _look(self, axes: Shape, piece: Piece | None, node: Node, at: Access) -> int:
        """The site of a node that a nest looks at."""
        seen = self._seen.setdefault(node, [])
        if self.plan.block_of[node] is self._here:
            at = piece.in_whole(at) if piece else at
            seen.append(times(at, looked_at(node), axes))
        else:
            seen.append(ZERO)
        return self.site(node)

    def _call(self, node: Node, numbers: tuple[int, ...], sizes: Shape) -> Call:
        inputs = tuple(self._of[operand if operand in self._of else storage_of(operand)] for operand in node.operands)
        return Call(node.op.name, numbers, sizes, self._of[node], inputs, node.type.dtype)

    def _map(self, node: Node, buffer: int, fills: bool) -> Map:
        body = self._body(node.type.shape)
        at = identity_access(node.type.rank)
        register = body.compute(node, at) if fills else body.value(node, at)
        store = Store(buffer, linear(at.indices, node.type.shape), register)
        return Map(node.type.shape, body.body, (store,))

    def _by_pieces(self, node: Node, made: list[Node]) -> list[Statement]:
        """An elementwise node, over the pieces of sums one by one."""
        shared = [self.plan.sums[total].pieces for total in made]
        lines: list[Statement] = []
        for number, piece in enumerate(shared[0]):
            pieces = {total: pieces[number] for total, pieces in zip(made, shared, strict=True)}
            body = self._body(node.type.shape, pieces)
            lines.append(self._piece(node, piece, body, body.compute(node, piece.place())))
        return lines

    def _add_up(self, node: Node, made: Sum) -> list[Statement]:
        """The pieces of a sum to their places, or added to what is there."""
        lines: list[Statement] = []
        first = made.pieces[0]
        if not (made.whole or first.is_whole):
            zero = self._body(node.type.shape)
            register = zero.emit(Literal(0, node.type.dtype))
            place = linear(identity_access(node.type.rank).indices, node.type.shape)
            lines.append(Map(node.type.shape, zero.body, (Store(self._of[node], place, register),)))
        for piece in made.pieces:
            if piece.scatter is not None:
                lines.append(self._scatter(piece.scatter, self._of[node]))
                continue
            body = self._body(piece.axes)
            value = body.value(piece.value, piece.element())
            if made.apart or (first.is_whole and piece is first):
                register = plus_zero(body, value, piece.value) if len(made.pieces) > 1 else value
            else:
                register = body.emit(Compute("add", (body.load(node, piece.place()), value), node.type.dtype))
            lines.append(self._piece(node, piece, body, register))
        return lines

    def _piece(self, node: Node, piece: Piece, body: BodyBuilder, register: int) -> Map:
        store = Store(self._of[node], linear(piece.place().indices, node.type.shape), register)
        return Map(piece.axes, body.body, (store,))

    def _stack(self, node: Node) -> list[Statement]:
        """Each part to its place behind the one before."""
        count = element_count(node.type.shape[1:])
        lines: list[Statement] = []
        for position, part in enumerate(node.operands):
            copied = self._map(part, self._of[node], fills=False)
            (store,) = copied.stores
            lines.append(replace(copied, stores=(replace(store, index=store.index.plus(count * position)),)))
        return lines

    def _copy(self, node: Node, buffer: int) -> Map:
        """The whole of a buffer, whatever its shape is called."""
        index = Index.axis(0)
        load = Load(self._of[node], index, node.type.dtype)
        return Map((element_count(node.type.shape),), (load,), (Store(buffer, index, 0),))

    def _reduce(self, node: Node) -> Reduce:
        shape = node.operands[0].type.shape
        reduced = tuple(shape[axis] for axis in reduced_axes(node))
        body = self._body(node.type.shape + reduced)
        value = body.value(node.operands[0], reduction_operand(node))
        return Reduce(
            node.type.shape, reduced, node.op.name, body.body, value, self._of[node], node.operands[0].type.dtype
        )

    def _contract(self, node: Node) -> Contraction:
        left, right = node.operands
        batch, m, n, k, at_left, at_right = _nest(node)
        row, column = len(batch), len(batch) + 1
        axes = [*range(row), *([row] if left.type.rank > 1 else []), *([column] if right.type.rank > 1 else [])]
        place = linear(tuple(map(Index.axis, axes)), node.type.shape)
        return Contraction(
            batch,
            m,
            n,
            k,
            self._strided(left, at_left, row, row, column + 1),
            self._strided(right, at_right, row, column + 1, column),
            (ContractionValue(node.type.dtype),),
            (Store(self._of[node], place, 0),),
        )

    def _strided(self, node: Node, at: Access, batch: int, row: int, column: int) -> Strided:
        buffer, position = address_of(self._of, node, at)
        steps = tuple(position.coefficient(axis) for axis in range(batch))
        return Strided(buffer, position.offset, steps, position.coefficient(row), position.coefficient(column))

    def _products(self, node: Node) -> Reduce:
        """A product without a routine of the runtime, as a plain sum."""
        batch, m, n, k, at_left, at_right = _nest(node)
        body = self._body((*batch, m, n, k))
        dtype = node.type.dtype
        factors = body.load(node.operands[0], at_left), body.load(node.operands[1], at_right)
        value = body.emit(Compute("mul", factors, dtype))
        return Reduce((*batch, m, n), (k,), "sum", body.body, value, self._of[node], dtype)

    def _scatter(self, node: Node, buffer: int) -> Scatter:
        value, index = node.operands
        axis, rank = node["axis"], index.type.rank
        at = identity_access(value.type.rank)
        body = self._body(value.type.shape)
        register = body.value(value, at)
        position = body.position(node, index_access(node, at))
        guard = body.guard(Access((), not_empty(node["size"])))
        target = linear((*at.indices[:axis], position, *at.indices[axis + rank :]), node.type.shape)
        return Scatter(value.type.shape, body.body, target, register, buffer, node.type.dtype, guard)

    def _branch(self, node: Node) -> Branch:
        sides = []
        for side in (1, 2):
            self._here = self.plan.sides[node, side]
            if self.plan.target.get(storage_of(node.operands[side])) is not node:
                lines = self._blocks.setdefault(self._here, _Lines())
                lines.add([self._map(node.operands[side], self._of[node], fills=False)])
            sides.append(self._all(self._here))
        return Branch(self._of[storage_of(node.operands[0])], sides[0], sides[1])


class _Lines:
    """Statements in order; some stand as early as what they read is there."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, int, Statement]] = []
        self._filled: dict[int, int] = {}  # where each buffer is, by the first lines, of which it knows
        self._known_lines = 0

    def add(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            self._put(len(self._lines), statement)

    def add_early(self, statements: list[Statement]) -> None:
        """Statements that fill one buffer, each as soon as what it reads is there.  Zeros come before what is written
        over them, and what is added to the buffer keeps its order."""
        now = len(self._lines)
        places = [max((self._filled[buffer] for buffer in self._known(line)), default=now) for line in statements]
        if not read(statements[0]):
            places[0] = min(places)
        if any(not set(read(line)).isdisjoint(written(line)) for line in statements):
            places = list(accumulate(places, max))
        for place, statement in zip(places, statements, strict=True):
            self._put(place, statement)

    def add_check(self, statement: Statement) -> None:
        """A statement that fills nothing, as soon as what it reads is there."""
        self._put(max((self._filled[buffer] for buffer in self._known(statement)), default=-1), statement)

    def _known(self, statement: Statement) -> list[int]:
        for place, _, line in self._lines[self._known_lines :]:
            for part in walk((line,)):
                for buffer in written(part):
                    self._filled[buffer] = max(place, self._filled.get(buffer, place))
        self._known_lines = len(self._lines)
        return [buffer for buffer in read(statement) if buffer in self._filled]

    def _put(self, place: int, statement: Statement) -> None:
        self._lines.append((place, len(self._lines), statement))

    def all(self) -> tuple[Statement, ...]:
        return tuple(statement for _, _, statement in sorted(self._lines, key=itemgetter(0, 1)))


def _nest(node: Node) -> tuple[Shape, Dim, Dim, Dim, Access, Access]:
    """A product over the axes batch …, m, n, k: sizes, and the element of each operand; a vector is a matrix with one
    row or column."""
    left, right = (operand.type for operand in node.operands)
    batch = left.shape[:-2] if left.rank > 2 else ()
    axes = [Index.axis(axis) for axis in range(len(batch) + 3)]
    m, n, k = axes[len(batch) :]
    stack = tuple(axes[: len(batch)])
    at_left = Access((*stack, m, k) if left.rank > 1 else (k,))
    at_right = Access((*stack, k, n) if right.rank > 1 else (k,))
    rows = left.shape[-2] if left.rank > 1 else ONE
    columns = right.shape[-1] if right.rank > 1 else ONE
    return batch, rows, columns, left.shape[-1], at_left, at_right

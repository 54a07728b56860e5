"""The kernel of each node that has memory, in the block that needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tdsl.blocks import Block
from tdsl.ir import Entry, Node, Program, topological
from tdsl.loops import (
    Branch,
    Buffer,
    Call,
    Compute,
    Contract,
    Index,
    Load,
    Map,
    Product,
    Reduce,
    Scatter,
    Statement,
    Store,
    Strided,
    linear,
)
from tdsl.lower.bodies import BodyBuilder, located
from tdsl.lower.fusion import plan, reduced_axes, reduction_operand
from tdsl.lower.maps import At, base, everywhere, some
from tdsl.types import ONE, U8, Dim, Shape, product


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
        self._blocks: dict[Block, list[Statement]] = {}
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
        top: list[Statement] = []
        for node in self.plan.order:
            if node in self.plan.stored:
                block = self.plan.home[node]
                lines = top if block.parent is None else self._blocks.setdefault(block, [])
                lines += self._stack(node) if node.op.name == "stack" else [self._kernel(node)]
        top += [self._copy(base(node), self._of_root[number]) for number, node in self.plan.copies.items()]
        return tuple(top)

    def _kernel(self, node: Node) -> Statement:
        match node.op.name:
            case "matmul" if node.type.dtype != U8:
                return self._contract(node)
            case "matmul":
                return self._products(node)
            case "scatter":
                return self._scatter(node)
            case "random_orthogonal":
                return self._call(node, (node["stream"],), node.type.shape)
            case "prod_others":
                return self._call(node, (), (product(node.type.shape[:-1]), node.type.shape[-1]))
            case "if":
                return self._branch(node)
            case _ if node.op.family == "reduction" and reduced_axes(node):
                return self._reduce(node)
            case _:
                return self._map(node, self._of[node], fills=True)

    def _body(self) -> BodyBuilder:
        return BodyBuilder(self._of, self.site)

    def _call(self, node: Node, numbers: tuple[int, ...], sizes: Shape) -> Call:
        inputs = tuple(self._of[operand if operand in self._of else base(operand)] for operand in node.operands)
        return Call(node.op.name, numbers, sizes, self._of[node], inputs, node.type.dtype)

    def _map(self, node: Node, buffer: int, fills: bool) -> Map:
        body = self._body()
        at = everywhere(node.type.rank)
        register = body.compute(node, at) if fills else body.value(node, at)
        store = Store(buffer, linear(at.indices, node.type.shape), register)
        return Map(node.type.shape, body.body, (store,))

    def _stack(self, node: Node) -> list[Statement]:
        """Each part to its place behind the one before."""
        count = product(node.type.shape[1:])
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
        return Map((product(node.type.shape),), (load,), (Store(buffer, index, 0),))

    def _reduce(self, node: Node) -> Reduce:
        body = self._body()
        value = body.value(node.operands[0], reduction_operand(node))
        shape = node.operands[0].type.shape
        reduced = tuple(shape[axis] for axis in reduced_axes(node))
        return Reduce(
            node.type.shape, reduced, node.op.name, body.body, value, self._of[node], node.operands[0].type.dtype
        )

    def _contract(self, node: Node) -> Contract:
        left, right = node.operands
        batch, m, n, k, at_left, at_right = _nest(node)
        row, column = len(batch), len(batch) + 1
        axes = [*range(row), *([row] if left.type.rank > 1 else []), *([column] if right.type.rank > 1 else [])]
        place = linear(tuple(map(Index.axis, axes)), node.type.shape)
        return Contract(
            batch,
            m,
            n,
            k,
            self._strided(left, at_left, row, row, column + 1),
            self._strided(right, at_right, row, column + 1, column),
            (Product(node.type.dtype),),
            (Store(self._of[node], place, 0),),
        )

    def _strided(self, node: Node, at: At, batch: int, row: int, column: int) -> Strided:
        buffer, position = located(self._of, node, at)
        steps = tuple(position.coefficient(axis) for axis in range(batch))
        return Strided(buffer, position.offset, steps, position.coefficient(row), position.coefficient(column))

    def _products(self, node: Node) -> Reduce:
        """A product without a routine of the runtime, as a plain sum."""
        batch, m, n, k, at_left, at_right = _nest(node)
        body = self._body()
        dtype = node.type.dtype
        factors = body.load(node.operands[0], at_left), body.load(node.operands[1], at_right)
        value = body.emit(Compute("mul", factors, dtype))
        return Reduce((*batch, m, n), (k,), "sum", body.body, value, self._of[node], dtype)

    def _scatter(self, node: Node) -> Scatter:
        value, index = node.operands
        axis, rank = node["axis"], index.type.rank
        at = everywhere(value.type.rank)
        body = self._body()
        register = body.value(value, at)
        position = body.position(node, index, At(at.indices[axis : axis + rank]), node["size"])
        guard = body.guard(At((), some(node["size"])))
        target = linear((*at.indices[:axis], position, *at.indices[axis + rank :]), node.type.shape)
        return Scatter(value.type.shape, body.body, target, register, self._of[node], node.type.dtype, guard)

    def _branch(self, node: Node) -> Branch:
        sides = []
        for side in (1, 2):
            statements = self._blocks.pop(self.plan.sides[node, side], [])
            if self.plan.target.get(base(node.operands[side])) is not node:
                statements.append(self._map(node.operands[side], self._of[node], fills=False))
            sides.append(tuple(statements))
        return Branch(self._of[base(node.operands[0])], sides[0], sides[1])


def _nest(node: Node) -> tuple[Shape, Dim, Dim, Dim, At, At]:
    """A product over the axes batch …, m, n, k: sizes, and the element of each operand; a vector is a matrix with one
    row or column."""
    left, right = (operand.type for operand in node.operands)
    batch = left.shape[:-2] if left.rank > 2 else ()
    axes = [Index.axis(axis) for axis in range(len(batch) + 3)]
    m, n, k = axes[len(batch) :]
    stack = tuple(axes[: len(batch)])
    at_left = At((*stack, m, k) if left.rank > 1 else (k,))
    at_right = At((*stack, k, n) if right.rank > 1 else (k,))
    rows = left.shape[-2] if left.rank > 1 else ONE
    columns = right.shape[-1] if right.rank > 1 else ONE
    return batch, rows, columns, left.shape[-1], at_left, at_right

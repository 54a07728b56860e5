"""From nodes to statements: the kernels of all nodes that have memory, in the block that needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tdsl.ir.blocks import Block
from tdsl.ir.node import Node, constant_value, topological
from tdsl.ir.pieces import Piece
from tdsl.loops.body import Index, Literal, Load
from tdsl.loops.language import Map, Statement, Store
from tdsl.lower.access import Access, access_in_whole
from tdsl.lower.bodies import BodyBuilder
from tdsl.lower.buffers import Buffers
from tdsl.lower.elements.indexing import index_of
from tdsl.lower.elements.views import storage_of
from tdsl.lower.fault_checks import FaultChecks
from tdsl.lower.fusion import plan
from tdsl.lower.kernels import copy, fill, kernel
from tdsl.lower.ordering import StatementList
from tdsl.lower.piece_kernels import add_up, fill_by_pieces
from tdsl.lower.scans import lower_scan
from tdsl.types import Dim, Shape, Tuple, element_count


class StatementBuilder:
    """Lowers the nodes of a topological order, whose inputs have buffers, so that the roots fill `targets`.  Nodes that
    are `new` have the sites of others."""

    def __init__(
        self,
        order: Sequence[Node],
        roots: Sequence[Node],
        targets: Sequence[int],
        buffers: Buffers,
        site: Callable[[Node], int],
        new: Mapping[Node, Node] | None = None,
        fused: bool = True,
    ) -> None:
        updates = [number for number, target in enumerate(targets) if buffers.all[target].role == "update"]
        self.plan = plan(order, roots, updates, fused)
        self._fused = fused
        self.all_buffers = buffers
        self._program_site, old = site, {after: before for before, after in (new or {}).items()}
        self._site: Callable[[Node], int] = lambda node: site(old.get(node, node))
        self.buffers: Mapping[Node, int] = buffers.of
        self.origins = buffers.origins
        self._targets = targets
        self._blocks: dict[Block, StatementList] = {}
        self._top = self._block = self.plan.block_of[roots[0]] if roots else Block()
        self._checks = FaultChecks(order, self.plan.block_of, self._site)
        stored = [node for node in order if node in self.plan.stored and not isinstance(node.type, Tuple)]
        self.origins.reserve(node for node in stored if node not in self.plan.target)
        for node in reversed(stored):
            target = self.plan.target.get(node)
            if isinstance(target, int):
                buffers.of[node] = targets[target]
            elif target is not None:
                buffers.of[node] = buffers.of[target]
            else:
                buffers.of[node] = buffers.add_workspace(node)

    def statements(self) -> tuple[Statement, ...]:
        sums = self.plan.sums
        early = {storage_of(piece.value) for made in sums.values() for piece in made.pieces}
        early.update(sums, self.plan.pieced)
        last: list[Statement] = []
        for node in self.plan.order:
            if node in self.plan.stored:
                self._block = self.plan.block_of[node]
                block, made = self._statements_of(self._block), self._fill(node)
                if node in self.plan.committed:
                    # The copy of the old value and the new elements come when nothing can fail any more.
                    made, last = made[:-2], last + made[-2:]
                (block.add_early if node in early else block.add)(made)
        copies = (self._copy(node, self._targets[number]) for number, node in self.plan.copies.items())
        self._statements_of(self._top).add(copies)
        self._statements_of(self._top).add(last)
        return self._finish(self._top)

    def body(self, axes: Shape, pieces: Mapping[Node, Piece] | None = None) -> BodyBuilder:
        """The builder of a body for a nest over axes, or for one piece of it after the other."""
        block, piece = self._block, next(iter(pieces.values())) if pieces else None

        def site(node: Node, at: Access) -> int:
            return self._checks.cover(node, access_in_whole(piece, at) if piece else at, axes, block)

        return BodyBuilder(self.buffers, site, pieces)

    def branch(self, node: Node, number: int) -> tuple[Statement, ...]:
        """The block of an operand that shares the memory of the node."""
        operand = node.operands[number]
        self._block = self.plan.sides[node, number]
        if self.plan.target.get(storage_of(operand)) is not node:
            origin = self.origins.of_copy(operand, self.buffers[node])
            copied = replace(copy(self, operand, self.buffers[node]), origins=(origin,))
            self._statements_of(self._block).add([copied])
        return self._finish(self._block)

    def loop(self, node: Node) -> list[Statement]:
        """The statements that fill the results of a scan."""
        return lower_scan(self, node)

    def function(
        self, results: Sequence[Node], given: dict[Node, int], targets: Sequence[int], new: Mapping[Node, Node]
    ) -> tuple[Statement, ...]:
        """Computes the results of a function, whose parameters have buffers, into other buffers; some of its nodes are
        replaced by `new` ones, which have their names, places and sites."""
        roots = [new[result] for result in results]
        buffers = self.all_buffers.inside(given, new)
        order, site = topological(roots), self._program_site
        return StatementBuilder(order, roots, targets, buffers, site, new, self._fused).statements()

    def checked_positions(self, node: Node) -> int | None:
        """A buffer for the positions of a write that is committed."""
        index = index_of(node)
        return self.all_buffers.add_workspace(index, "positions") if node in self.plan.committed else None

    def scratch(self, node: Node, count: Dim) -> int:
        """A buffer of `count` f64 that only the kernel of the node uses."""
        return self.all_buffers.add_scratch(node, count)

    def result(self, item: Node) -> int:
        """The buffer of a result of a node with several; one of its own if nothing reads it."""
        return self.buffers[item] if item in self.buffers else self.all_buffers.add_workspace(item)

    def site(self, node: Node) -> int:
        """The number of the fault of a node."""
        return self._site(node)

    def _fill(self, node: Node) -> list[Statement]:
        buffer, sums = self.buffers.get(node, -1), self.plan.sums
        if node in sums:
            return add_up(self, node, buffer, sums[node])
        if node in self.plan.pieced:
            return fill_by_pieces(self, node, buffer, {total: sums[total] for total in self.plan.pieced[node]})
        rule = kernel(node)
        made = rule.emit(self, node, buffer) if rule else fill(self, node, buffer)
        return [line if line.origins else replace(line, origins=(self.origins.of_value(node),)) for line in made]

    def _copy(self, node: Node, buffer: int) -> Map:
        """A copy of a whole buffer, of any shape; a constant is written once more instead of being read."""
        index, number, dtype = Index.axis(0), constant_value(node), node.type.dtype
        value = Load(self.buffers[storage_of(node)], index, dtype) if number is None else Literal(number, dtype)
        store, origin = Store(buffer, index, 0), self.origins.of_copy(node, buffer)
        return Map((element_count(node.type.shape),), (value,), (store,), (origin,))

    def _statements_of(self, block: Block) -> StatementList:
        return self._blocks.setdefault(block, StatementList())

    def _finish(self, block: Block) -> tuple[Statement, ...]:
        """The statements of a block since it was last finished, with checks of elements that they do not compute."""
        statements = self._blocks.pop(block, StatementList())
        for node, check in self._checks.of_block(block, self.buffers):
            statements.add_check(replace(check, origins=(self.origins.of_check(node),)))
        return statements.in_order()

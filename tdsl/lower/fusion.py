"""Fusion: the choice of nodes that get memory of their own; all others are computed inside the kernels that need them.

A node is computed in place if one kernel needs it through one index map, or if computing it again costs no more than
reading it.  Products, reductions, scatters and branches always have memory, and so do nodes that are read at positions
known only at run time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from tdsl.ir.blocks import Block, blocks
from tdsl.ir.node import Node, Work, count_uses
from tdsl.ir.pieces import Sum, sums
from tdsl.lower.access import Access, identity_access, piece_element
from tdsl.lower.contractions import sources
from tdsl.lower.elements.indexing import index_of
from tdsl.lower.elements.table import element, is_always_stored, is_free, is_input, is_memory_alias
from tdsl.lower.elements.views import is_affine_view, is_alias, storage_of
from tdsl.lower.kernels import Placement, kernel, scattered_elements
from tdsl.types import I64

LARGEST_BODY = 200
CHEAP = 3
MOST_USES = 8

# A loop nest is named by the node that it fills and the number of the operand, or the piece, that it walks.
Nest = tuple[Node, int]


@dataclass
class Plan:
    """`stored` nodes have memory; `target[node]` is the root or the `if` whose memory it is; `copies` are the roots
    that are already elsewhere.  `sums` are those written piece by piece, `pieced[node]` the sums whose pieces are those
    that a node is computed in.  `committed` are the writes into updates, which may
    happen where the old values are.  Everything else is computed in place."""

    order: Sequence[Node]
    block_of: dict[Node, Block]
    sides: dict[tuple[Node, int], Block]
    stored: set[Node] = field(default_factory=set)
    target: dict[Node, int | Node] = field(default_factory=dict)
    copies: dict[int, Node] = field(default_factory=dict)
    sums: dict[Node, Sum] = field(default_factory=dict)
    pieced: dict[Node, list[Node]] = field(default_factory=dict)
    committed: set[Node] = field(default_factory=set)


def plan(order: Sequence[Node], roots: Sequence[Node], updates: Collection[int] = (), fused: bool = True) -> Plan:
    """Decides for the nodes of a topological order, given the roots whose values are wanted and the numbers of those
    that are updates.  Unless `fused`, all nodes but views have memory."""
    made = Plan(order, *blocks(order, roots), sums=sums(order, roots))
    for number, root in enumerate(roots):
        stored = storage_of(root)
        if is_input(stored) or stored in made.target:
            made.copies[number] = stored
        else:
            made.target[stored] = number
            made.stored.add(stored)
    uses = count_uses(order, roots)
    for number in updates if fused else ():
        node = roots[number]
        if made.target.get(node) == number and made.block_of[node].parent is None:
            while node.op.family == "write" and uses[node] == 1 and index_of(node).type.dtype == I64:
                made.committed.add(node)
                node = node.operands[0]
    _FusionPlanner(made, _costs(order, made.sums), uses, fused).decide()
    return made


def _costs(order: Sequence[Node], sums: Mapping[Node, Sum]) -> dict[Node, int]:
    """A bound on the work of computing an element again; expensive shared nodes add nothing to it, since they are
    stored."""
    fanout: dict[Node, int] = {}
    for node in order:
        for operand in node.operands:
            fanout[operand] = fanout.get(operand, 0) + 1
    costs: dict[Node, int] = {}
    for node in order:
        if is_free(node) or is_always_stored(node) or node in sums:
            cost = 0
        else:
            own = 0 if is_affine_view(node) else 1 if node.op.cost <= Work.LIGHT else CHEAP + 1
            kept = (costs[operand] for operand in node.operands if costs[operand] <= CHEAP or fanout[operand] == 1)
            cost = own + sum(kept)
        costs[node] = cost
    return costs


class _FusionPlanner:
    """Walks from the roots to the sources; all uses of a node are known when it is reached."""

    def __init__(self, made: Plan, costs: dict[Node, int], counts: Mapping[Node, int], fused: bool) -> None:
        self.plan = made
        self.fused = fused
        self.costs = costs
        self.counts = counts
        self.uses: dict[Node, dict[tuple[Nest, Access], None]] = {}
        self.size: dict[Nest, int] = {}

    def decide(self) -> None:
        for node in reversed(self.plan.order):
            if is_input(node) or (is_free(node) and node not in self.plan.stored):
                continue
            uses = self.uses.pop(node, {})
            if not uses and node not in self.plan.stored:
                continue  # a piece belongs to its sum
            if node in self.plan.sums and self._is_pieced(node, uses):
                continue
            if is_memory_alias(node):
                self._require_materialized(node)
            elif self._needs_memory(node, uses):
                self.plan.stored.add(node)
                self._fill(node)
            else:
                for nest, at in uses:
                    self.size[nest] = self.size.get(nest, 0) + 1
                    self._inside(node, nest, at)

    def _is_pieced(self, node: Node, uses: dict[tuple[Nest, Access], None]) -> bool:
        """Whether every user of a sum without gaps can be computed piece by piece, and now will be."""
        made, pieced = self.plan.sums[node], self.plan.pieced
        users = [user for (user, _), _ in uses]
        if (
            not self.fused
            or node in self.plan.stored
            or not made.whole
            or any(at != identity_access(node.type.rank) for _, at in uses)
        ):
            return False
        for user in users:
            others = [self.plan.sums[other].regions for other in pieced.get(user, [])]
            plain = user.op.family in ("elementwise", "view") and user not in self.plan.sums
            if not plain or user.type.shape != node.type.shape or any(other != made.regions for other in others):
                return False
        for user in users:
            pieced.setdefault(user, []).append(node)
            for number, piece in enumerate(made.pieces):
                self._use(piece.value, (user, number), piece_element(piece))
        return True

    def _needs_memory(self, node: Node, uses: dict[tuple[Nest, Access], None]) -> bool:
        if node in self.plan.stored or node in self.plan.sums or is_always_stored(node):
            return True
        if is_affine_view(node):
            return False
        if not self.fused:
            return True
        if any(self.size.get(nest, 0) >= LARGEST_BODY for nest, _ in uses):
            return True
        if len(uses) > 1 and self._replaces_product(node):
            return True
        return len(uses) > MOST_USES or (len(uses) > 1 and self.costs[node] > CHEAP)

    def _replaces_product(self, node: Node) -> bool:
        """Whether a product is computed for this node alone: the node can have its memory, and be its epilogue."""
        for operand in node.operands:
            while self.counts[operand] == 1 and is_alias(operand):
                operand = operand.operands[0]
            if self.counts[operand] == 1 and operand.op.family == "contraction":
                return True
        return False

    def _fill(self, node: Node) -> None:
        """The accesses that the loop nests of a node with memory need."""
        if node in self.plan.sums:
            for number, piece in enumerate(self.plan.sums[node].pieces):
                if piece.scatter is None:
                    self._use(piece.value, (node, number), piece_element(piece))
                else:
                    self._scattered(piece.scatter, (node, number))
            return
        rule = kernel(node)
        if rule is None:
            self._inside(node, (node, 0), identity_access(node.type.rank))
            return
        if node in self.plan.committed:
            self._store_part(node.operands[1])
        for number, (operand, where) in enumerate(zip(node.operands, rule.operands(node), strict=True)):
            match where:
                case Access():
                    self._use(operand, (node, number), where)
                case Placement.STRIDED:
                    self._require_strided(operand)
                case Placement.AFFINE:
                    self._require_materialized(sources(node, self._is_in_memory)[number])
                case Placement.MATERIALIZED:
                    self._require_materialized(operand)
                case Placement.BRANCH:
                    self._branch(node, number)
                case Placement.NONE:
                    pass
                case _:
                    assert_never(where)

    def _store_part(self, part: Node) -> None:
        """The new part of a committed write must not be read from an old value that the write replaces."""
        base = part
        while is_affine_view(base):
            base = base.operands[0]
        if base.op.name == "variable" and base is not part:
            self.plan.stored.add(part)
        else:
            self._require_strided(part)

    def _scattered(self, node: Node, nest: Nest) -> None:
        """A scatter walks its value and its index in one nest."""
        for operand, at in zip(node.operands, scattered_elements(node), strict=True):
            self._use(operand, nest, at)

    def _branch(self, node: Node, number: int) -> None:
        operand = node.operands[number]
        stored = storage_of(operand)
        block = self.plan.sides[node, number]
        # One statement fills all results of a loop, wherever they are needed.
        alone = not is_input(stored) and stored.op.name != "item"
        if alone and stored not in self.plan.target and self.plan.block_of[stored] is block:
            self.plan.target[stored] = node
            self.plan.stored.add(stored)
        else:
            self._use(operand, (node, number), identity_access(node.type.rank))

    def _inside(self, node: Node, nest: Nest, at: Access) -> None:
        """The accesses that an element of a node needs when a kernel computes it."""
        rule = element(node)
        assert rule is not None, node
        for number in rule.strided:
            self._require_strided(node.operands[number])
        for operand, where in rule.needs(node, at):
            if operand.type.rank < node.type.rank + rule.depth:
                self._materialize_if_costly(operand)
            self._use(operand, nest, where)

    def _use(self, node: Node, nest: Nest, at: Access) -> None:
        self.uses.setdefault(node, {})[nest, at] = None

    def _materialize_if_costly(self, node: Node) -> None:
        """Stores a node that is stretched over new axes, so that it is computed once and not for each element, unless
        cheap."""
        if self.costs[node] > CHEAP:
            self._require_strided(node)

    def _require_strided(self, node: Node) -> None:
        """The node must have memory, but a view of it may be strided."""
        while is_affine_view(node) and node not in self.plan.stored:
            node = node.operands[0]
        self._require_materialized(node)

    def _is_in_memory(self, node: Node) -> bool:
        return node in self.plan.stored or is_input(node)

    def _require_materialized(self, node: Node) -> None:
        """The node itself must have memory."""
        node = node if node in self.plan.stored else storage_of(node)
        if not is_input(node):
            self.plan.stored.add(node)

"""(if c then x[i] else 0) + (if d then x[i] else 0)  →  with y = (if c or d then x[i] else 0) in place of each x[i]:
a node that may fault, and that only sides of different conditions need, is computed if one of these is taken.  Where
one of the conditions is made of the node itself, each side computes the node for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import field, replace
from functools import reduce
from itertools import chain
from typing import Any

from tdsl.ir.blocks import Block, common
from tdsl.ir.faults import Faults
from tdsl.ir.function import Function, functions, rebuilt
from tdsl.ir.node import Node, apply, constant, full, topological
from tdsl.ir.program import Entry, Program
from tdsl.record import record
from tdsl.types import BOOL, Tuple

# The side of the block that computes a guarded node; the node is its condition.
_NEEDED = 0


@record(frozen=True)
class _Plan:
    """`places` are the blocks that compute a node: one, or several that do so for themselves.  `guards` are the places
    of guarded nodes, with the outermost blocks that need the node."""

    places: dict[Node, list[Block]] = field(default_factory=dict)
    guards: dict[Block, list[Block]] = field(default_factory=dict)

    def guard(self, node: Node) -> Block | None:
        """The guard of a node; results of a node with several share its guard."""
        for guarded in (node.operands[0], node) if node.op.name == "item" else (node,):
            place = self.places[guarded][0]
            if place.condition is guarded and place.side == _NEEDED:
                return place
        return None

    def place(self, node: Node, block: Block) -> Block:
        """The place that computes a node for a block."""
        places = self.places[node]
        return places[0] if len(places) == 1 else next(outer for outer in block.outwards() if outer in places)


def lazy(program: Program) -> Program:
    faults = Faults()
    names, spans, written = dict(program.names), dict(program.spans), dict(program.written)
    own = [(dict(entry.spans), dict(entry.steps)) for entry in program.all_entries()]
    changed: dict[Function, Function] = {}
    for function in functions(topological(program.roots())):
        results = _lazy(function.results, faults, [names, spans, written, *chain.from_iterable(own)], changed)
        if results != [*function.results]:
            changed[function] = Function(function.parameters, tuple(results))
    entries: list[Entry] = []
    for entry, (places, steps) in zip(program.all_entries(), own, strict=True):
        roots = _lazy(entry.roots(), faults, [names, spans, written, places, steps], changed)
        same = roots == entry.roots()
        entries.append(entry if same else replace(entry.with_roots(roots), spans=places, steps=steps))
    if all(new is old for new, old in zip(entries, program.all_entries(), strict=True)):
        return program
    last = entries.pop()
    return replace(program, entries=tuple(entries), initialise=last, names=names, spans=spans, written=written)


def _lazy(
    roots: Sequence[Node], faults: Faults, tables: Sequence[dict[Node, Any]], changed: Mapping[Function, Function]
) -> list[Node]:
    """The roots of a scope; entries of tables move to the rewritten nodes."""
    order = topological(roots)
    if not (changed or any(node.op.family == "branch" for node in order)):
        return list(roots)
    plan, steps = _planned(order, roots, faults)
    new: dict[tuple[Node, Block], Node] = {}
    needed: dict[Block, Node] = {}

    def test(block: Block) -> Node:
        """The condition on which a block is entered, or its contrary."""
        if block.side == _NEEDED:
            return needed[block]
        assert isinstance(block.condition, Node) and block.parent is not None
        return new[block.condition, plan.place(block.condition, block.parent)]

    for step in steps:
        if isinstance(step, Block):
            ways = [_taken(_between(step, block), test) for block in plan.guards[step]]
            needed[step] = reduce(lambda a, b: apply("or", a, b), dict.fromkeys(ways))
            continue
        guard = plan.guard(step)
        for number, place in enumerate(plan.places[step]):
            operands = [new[o, plan.place(o, block)] for o, block in _operands(step, place)]
            made = rebuilt(step, tuple(_marked(operands, number) if number else operands), changed)
            for table in tables:
                if step in table:
                    table.setdefault(made, table[step])
            if guard and not isinstance(made.type, Tuple):
                made = apply("if", needed[guard], made, full(0, made.type))
            new[step, place] = made
    return [new[root, plan.places[root][0]] for root in roots]


def _planned(order: Sequence[Node], roots: Sequence[Node], faults: Faults) -> tuple[_Plan, list[Node | Block]]:
    """A plan and the order in which to follow it; guards that cannot be computed before their nodes are given up."""
    repeated: set[Node] = set()
    while True:
        plan = _plan(order, roots, faults, repeated)
        steps, circular = _order(roots, plan)
        if not circular:
            return plan, steps
        repeated |= circular


def _plan(order: Sequence[Node], roots: Sequence[Node], faults: Faults, repeated: Set[Node]) -> _Plan:
    """Guards are needed by nodes that may fault and would be computed even if none of the sides that need them is
    taken, unless each of these repeats them."""
    plan = _Plan()
    top = Block()
    uses: dict[Node, dict[Block, None]] = {root: {top: None} for root in roots}
    for node in reversed(order):
        used = uses.pop(node)
        home = reduce(common, used)
        if home in used or not faults.below(node):
            plan.places[node] = [home]
        else:
            outermost = [b for b in reversed(used) if not any(o in used for o in b.outwards() if o is not b)]
            if node in repeated:
                plan.places[node] = outermost
            else:
                plan.places[node] = [home.inside(node, _NEEDED)]
                plan.guards[plan.places[node][0]] = outermost
        for place in plan.places[node]:
            for operand, block in _operands(node, place):
                uses.setdefault(operand, {})[block] = None
    return plan


def _operands(node: Node, place: Block) -> Iterator[tuple[Node, Block]]:
    """Those of a node in a place, each with the block that needs it."""
    for position, operand in enumerate(node.operands):
        is_side = node.op.family == "branch" and position > 0
        yield operand, place.inside(node.operands[0], position) if is_side else place


def _marked(operands: Sequence[Node], number: int) -> list[Node]:
    """Operands that make a node different from others of the same ones: equal nodes would be one."""
    arrays = [index for index, operand in enumerate(operands) if not isinstance(operand.type, Tuple)]
    least = min(arrays, key=lambda index: (operands[index].is_constant, operands[index].type.rank), default=None)
    return [apply("identity", o, tag=number) if index == least else o for index, o in enumerate(operands)]


def _between(guard: Block, block: Block) -> list[Block]:
    """The blocks that are entered on the way from the home of a guarded node to a block that needs it."""
    assert guard.parent is not None
    return [inner for inner in block.outwards() if inner.depth > guard.parent.depth][::-1]


def _order(roots: Sequence[Node], plan: _Plan) -> tuple[list[Node | Block], set[Node]]:
    """Every node after its operands and its guard, and each guard after all that decides about it; and nodes whose
    guards depend on them."""
    order: list[Node | Block] = []
    done: set[Node | Block] = set()
    path: dict[Node | Block, None] = {}
    circular: set[Node] = set()
    stack: list[Node | Block] = [*reversed(roots)]
    while stack:
        step = stack[-1]
        pending = [other for other in _before(step, plan) if other not in done] if step not in done else []
        if not path.keys().isdisjoint(pending):
            node = next(other for other in chain((step,), reversed(path)) if isinstance(other, Block)).condition
            assert isinstance(node, Node)
            circular |= {node, *node.operands} if node.op.name == "item" else {node}
            pending = [other for other in pending if other not in path]
        if pending:
            path[step] = None
            stack += pending[::-1]
        elif stack.pop() not in done:
            path.pop(step, None)
            done.add(step)
            order.append(step)
    return order, circular


def _before(step: Node | Block, plan: _Plan) -> Iterator[Node | Block]:
    if isinstance(step, Block):
        for block in dict.fromkeys(inner for needing in plan.guards[step] for inner in _between(step, needing)):
            before = block if block.side == _NEEDED else block.condition
            assert isinstance(before, Node | Block)
            yield before
    else:
        yield from step.operands
        guard = plan.guard(step)
        if guard:
            yield guard


def _taken(path: Sequence[Block], test: Callable[[Block], Node]) -> Node:
    """Whether the sides of a path are taken; each condition is computed only if those before it hold."""
    result: Node | None = None
    for block in reversed(path):
        if result is None:
            result = apply("not", test(block)) if block.side == 2 else test(block)
        else:
            result = apply("if", test(block), *(result, constant(False, BOOL))[:: -1 if block.side == 2 else 1])
    assert result is not None
    return result

"""(if c then x[i] else 0) + (if d then x[i] else 0)  →  with y = (if c or d then x[i] else 0) in place of each x[i]:
a node that may fault, and that only sides of different conditions need, is computed if one of these is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain
from typing import Any

from tdsl.ir.blocks import Block, common
from tdsl.ir.faults import Faults
from tdsl.ir.function import Function, functions, rebuilt
from tdsl.ir.node import Node, apply, constant, full, topological
from tdsl.ir.program import Entry, Program
from tdsl.types import BOOL, Tuple

# A path: conditions and sides from outside to inside; and all paths to a node.
Way = tuple[tuple[Node, int], ...]
Ways = Mapping[Node, tuple[Way, ...]]
# Replaces the number of a side: a use of the node that represents a condition.
_NEEDED = 0


def lazy(program: Program) -> Program:
    faults = Faults()
    names, spans = dict(program.names), dict(program.spans)
    own = [(dict(entry.spans), dict(entry.steps)) for entry in program.all_entries()]
    changed: dict[Function, Function] = {}
    for function in functions(topological(program.roots())):
        results = _lazy(function.results, faults, [names, spans, *chain.from_iterable(own)], changed)
        if results != [*function.results]:
            changed[function] = Function(function.parameters, tuple(results))
    entries: list[Entry] = []
    for entry, (places, steps) in zip(program.all_entries(), own, strict=True):
        roots = _lazy(entry.roots(), faults, [names, spans, places, steps], changed)
        same = roots == entry.roots()
        entries.append(entry if same else replace(entry.with_roots(roots), spans=places, steps=steps))
    if all(new is old for new, old in zip(entries, program.all_entries(), strict=True)):
        return program
    return replace(program, entries=tuple(entries[:-1]), initialise=entries[-1], names=names, spans=spans)


def _lazy(
    roots: Sequence[Node], faults: Faults, tables: Sequence[dict[Node, Any]], changed: Mapping[Function, Function]
) -> list[Node]:
    """The roots of a scope; entries of tables move to the rewritten nodes."""
    ways = _ways(topological(roots), roots, faults)
    if not (ways or changed):
        return list(roots)
    new: dict[Node, Node] = {}
    for node in _order(roots, ways):
        made = new[node] = rebuilt(node, tuple(new[operand] for operand in node.operands), changed)
        for table in tables:
            if node in table:
                table.setdefault(made, table[node])
        if node in ways:
            needed = reduce(lambda a, b: apply("or", a, b), [_taken(way, new) for way in ways[node]])
            new[node] = apply("if", needed, made, full(0, node.type))
    return [new[root] for root in roots]


def _ways(order: Sequence[Node], roots: Sequence[Node], faults: Faults) -> dict[Node, tuple[Way, ...]]:
    """The nodes that may fault and would be computed even if none of the sides that need them is taken."""
    if not any(node.op.family == "branch" for node in order):
        return {}
    found: dict[Node, tuple[Way, ...]] = {}
    top = Block()
    uses: dict[Node, dict[Block, None]] = {root: {top: None} for root in roots}
    for node in reversed(order):
        used = uses.pop(node)
        home = reduce(common, used)
        if home not in used and faults.below(node):
            needed = dict.fromkeys(way for block in reversed(used) for way in _ways_to(block, home, found))
            found[node] = tuple(w for w in needed if not any(w[:length] in needed for length in range(1, len(w))))
            home = home.inside(node, _NEEDED)
        for position, operand in enumerate(node.operands):
            is_side = node.op.family == "branch" and position > 0
            block = home.inside(node.operands[0], position) if is_side else home
            uses.setdefault(operand, {})[block] = None
    # The choice applies to each result of a node with several.
    found |= {node: found[node.operands[0]] for node in order if node.op.name == "item" and node.operands[0] in found}
    return {node: ways for node, ways in found.items() if not isinstance(node.type, Tuple)}


def _ways_to(block: Block, home: Block, found: Ways) -> list[Way]:
    """The path from one block to another inside it.  The operands of a node are needed on every path on which the node
    is needed."""
    ways: list[Way] = [()]
    while block is not home:
        assert block.parent is not None and isinstance(block.condition, Node)
        steps = found[block.condition] if block.side == _NEEDED else (((block.condition, block.side),),)
        ways = [step + way for step in steps for way in ways]
        block = block.parent
    return ways


def _order(roots: Sequence[Node], ways: Ways) -> list[Node]:
    """Every node after its operands and after the conditions on which it is needed: no condition depends on the node,
    as the node would be needed without that condition."""
    order: list[Node] = []
    done: set[Node] = set()
    begun: set[Node] = set()
    stack = list(roots)[::-1]
    while stack:
        node = stack[-1]
        conditions = [condition for way in ways.get(node, ()) for condition, _ in way]
        pending = [other for other in (*node.operands, *conditions) if other not in done] if node not in done else []
        if pending:
            assert begun.isdisjoint(pending)
            begun.add(node)
            stack += pending[::-1]
        elif stack.pop() not in done:
            done.add(node)
            order.append(node)
    return order


def _taken(way: Way, new: Mapping[Node, Node]) -> Node:
    """Whether a path is taken; each condition is computed only if those before it hold."""
    result: Node | None = None
    for condition, side in reversed(way):
        test = new[condition]
        if result is None:
            result = test if side == 1 else apply("not", test)
        else:
            result = apply("if", test, *(result, constant(False, BOOL))[:: 1 if side == 1 else -1])
    assert result is not None
    return result

"""Reverse-mode differentiation, one node at a time; every rule it uses stands in the op table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tdsl.ir.guards import Cotangent, Guard, Guards, add
from tdsl.ir.node import Node, full, topological


def cotangents(
    cost: Node, wrt: Sequence[Node], made: Callable[[Node, Node], None] = lambda part, step: None
) -> dict[Node, Node]:
    """The derivative of a real scalar with respect to each of `wrt`, and to nodes on the way to them, of the node's own
    type; a node that no path of reals leads to has none.  Hears of each node `made` of a step."""
    order = topological([cost])
    depends, wanted = dependents(order, wrt), set(wrt)
    guards = Guards(made)
    arrived: dict[Node, dict[Guard | None, Cotangent]] = {cost: {None: Cotangent(full(1, cost.type))}}
    found: dict[Node, Node] = {}
    for node in reversed(order):
        if node not in arrived:
            continue
        cotangent = guards.total(arrived.pop(node))
        if node in wanted or cotangent.guard is None:
            found[node] = cotangent.applied()
        if node.op.cotangents is None or depends.isdisjoint(node.operands):
            continue
        for operand, part in zip(node.operands, guards.backwards(node, cotangent), strict=True):
            if part is not None and operand in depends and operand.type.is_real:
                add(arrived.setdefault(operand, {}), part)
    return found


def dependents(order: Sequence[Node], nodes: Iterable[Node]) -> set[Node]:
    """Those of a topological order that are made of some nodes, and these themselves."""
    found = set(nodes)
    for node in order:
        if not found.isdisjoint(node.operands):
            found.add(node)
    return found

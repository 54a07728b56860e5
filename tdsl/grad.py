"""Reverse-mode differentiation, one node at a time; every rule it uses stands in the op table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tdsl.ir import Node, full, topological


def cotangents(cost: Node, wrt: Sequence[Node]) -> dict[Node, Node]:
    """The derivative of a real scalar with respect to each node on the way to `wrt`, of the node's own type; a node
    the cost does not depend on through reals has none."""
    order = topological([cost])
    depends = dependents(order, wrt)
    found: dict[Node, Node] = {cost: full(1, cost.type)}
    for node in reversed(order):
        cotangent = found.get(node)
        if cotangent is None or node.op.cotangents is None or depends.isdisjoint(node.operands):
            continue
        for operand, part in zip(node.operands, node.op.cotangents(cotangent, node, *node.operands), strict=True):
            if part is not None and operand in depends and operand.type.is_real:
                found[operand] = found[operand] + part if operand in found else part
    return found


def dependents(order: Sequence[Node], nodes: Iterable[Node]) -> set[Node]:
    """Those of a topological order that are made of some nodes, and these themselves."""
    found = set(nodes)
    for node in order:
        if not found.isdisjoint(node.operands):
            found.add(node)
    return found

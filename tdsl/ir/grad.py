"""Reverse-mode differentiation, one node at a time; the op table has all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tdsl.ir.attributes import Item
from tdsl.ir.guards import Cotangent, Guard, Guards, add
from tdsl.ir.node import Node, dependents, full, topological

Made = Callable[[Node, Node], None]


def _unheard(part: Node, step: Node) -> None:
    """Ignores the steps."""


def cotangents(cost: Node, wrt: Sequence[Node], made: Made = _unheard) -> dict[Node, Node]:
    """The derivative of a real scalar with respect to each of `wrt`, and to nodes on the way to them, of the node's own
    type; a node that no path of reals leads to has none.  Calls `made` with each new node of a step."""
    return pullback([cost], [full(1, cost.type)], wrt, made)


def pullback(
    roots: Sequence[Node], seeds: Sequence[Node | None], wrt: Sequence[Node], made: Made = _unheard
) -> dict[Node, Node]:
    """The same of several roots whose own cotangents are the seeds; None where that is zero."""
    order = topological(roots)
    depends, wanted = dependents(order, wrt), set(wrt)
    guards = Guards(made)
    arrived: dict[Node, dict[Guard | None, Cotangent]] = {}
    # The cotangents of those results of a node with several that have one.
    several: dict[Node, dict[int, Cotangent]] = {}
    for root, seed in zip(roots, seeds, strict=True):
        if seed is not None:
            add(arrived.setdefault(root, {}), Cotangent(seed))
    found: dict[Node, Node] = {}
    for node in reversed(order):
        parts: Iterator[Cotangent | None]
        if node in several:
            parts = guards.backwards_of_several(node, several.pop(node))
        elif node in arrived:
            cotangent = guards.total(arrived.pop(node))
            if node in wanted or cotangent.guard is None:
                found[node] = cotangent.applied()
            if node.op.name == "item":
                several.setdefault(node.operands[0], {})[node.get(Item).index] = cotangent
            if node.op.cotangents is None or depends.isdisjoint(node.operands):
                continue
            parts = guards.backwards(node, cotangent)
        else:
            continue
        for operand, part in zip(node.operands, parts, strict=True):
            if part is not None and operand in depends and operand.type.is_real:
                add(arrived.setdefault(operand, {}), part)
    return found

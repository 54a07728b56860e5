"""f(reshape(x), reshape(y)) → reshape(f(x, y)) where nothing else needs those reshapes: arrays that are computed only
to be reshaped then need no memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tdsl.ir.attributes import Broadcast
from tdsl.ir.node import Node, apply, broadcast, count_uses
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite_scopes


def reshapes(program: Program) -> Program:
    return rewrite_scopes(program, _rule_of)


def _rule_of(order: Sequence[Node], roots: Sequence[Node]) -> Callable[[Node], Node]:
    uses = count_uses(order, roots)
    originals = iter(order)

    def rule(node: Node) -> Node:
        """A rewritten node of the order has as many uses as the original."""
        count = uses[next(originals)]
        result = _rule(node, uses)
        if result is not node:
            uses[result] += count
        return result

    return rule


def _rule(node: Node, uses: Counter[Node]) -> Node:
    if node.op.family != "elementwise" or node.op.fault:
        return node
    seen = [operand.operands[0] for operand in node.operands if operand.op.name == "reshape"]
    if not any(map(_is_computed, seen)) or any(inner.type.shape != seen[0].type.shape for inner in seen):
        return node
    operands: list[Node] = []
    for operand in node.operands:
        if operand.op.name == "reshape" and uses[operand] == 1:
            operands.append(operand.operands[0])
        elif operand.op.name == "broadcast" and not operand.get(Broadcast).axes:
            operands.append(broadcast(operand.operands[0], operand.type.with_shape(seen[0].type.shape), ()))
        else:
            return node
    return apply("reshape", node.with_operands(*operands), shape=node.type.shape)


def _is_computed(node: Node) -> bool:
    """Whether elements are computed in place, unless a reshape intervenes."""
    return node.op.family in ("elementwise", "view", "index")

"""sort(x) … argsort(x) → x[argsort(x)] … argsort(x): a value and its derivative order the elements once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tdsl.ir.attributes import Axis
from tdsl.ir.function import with_bodies
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite_entries
from tdsl.ops.sorting import taken


def orders(program: Program) -> Program:
    """One entry after another: a value alone is ordered faster without its positions."""
    if not any(node.op.name == "argsort" for node in with_bodies(program.roots())):
        return program
    return rewrite_entries(program, _rule_of)


def _rule_of(moved: dict[Node, Node], order: Sequence[Node], roots: Sequence[Node]) -> Callable[[Node], Node]:
    known = {(*node.operands, node.get(Axis)) for node in order if node.op.name == "argsort"}
    originals = iter(order)

    def rule(node: Node) -> Node:
        before = next(originals)
        if before.op.name != "sort" or (*before.operands, before.get(Axis)) not in known:
            return node
        (x,), axis = node.operands, node.get(Axis).axis
        made = taken(x, apply("argsort", x, axis=axis), axis)
        if made.op.name == "reshape":
            moved[made] = made.operands[0]  # the place belongs to the elements, the shape has no fault
        return made

    return rule

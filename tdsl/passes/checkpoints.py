"""for … checkpoint k, beside its own derivative → the loop of loops whose states the derivative keeps, so that steps
are done once less; checkpoint k, where no derivative is → nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tdsl.ir.attributes import Item
from tdsl.ir.function import with_bodies
from tdsl.ir.node import Node
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite_entries
from tdsl.ops.scan import Scan
from tdsl.ops.scan_gradient import segmented
from tdsl.passes.scans import same_steps


def checkpoints(program: Program) -> Program:
    if not any(node.op.name == "scan" and Scan.of(node).checkpoint for node in with_bodies(program.roots())):
        return program
    return rewrite_entries(program, _rule_of)


def _rule_of(moved: dict[Node, Node], order: Sequence[Node], roots: Sequence[Node]) -> Callable[[Node], Node]:
    loops = {node: Scan.of(node) for node in order if node.op.name == "scan"}
    known = {same_steps(loop) for loop in loops.values()}
    split = {
        node
        for node, loop in loops.items()
        if loop.checkpoint and not loop.until and same_steps(_outer(segmented(loop))) in known
    }
    originals = iter(order)

    def rule(node: Node) -> Node:
        before = next(originals)
        if node.op.name == "item" and before.operands[0] in split:
            return segmented(Scan.of(node.operands[0]))[node.get(Item).index]
        if before in loops and before not in split and loops[before].checkpoint:
            return replace(Scan.of(node), checkpoint=0).apply()
        return node

    return rule


def _outer(results: Sequence[Node]) -> Scan:
    """The loop that results are of, directly or as views."""
    node = results[0]
    while node.op.name != "scan":
        node = node.operands[0]
    return Scan.of(node)

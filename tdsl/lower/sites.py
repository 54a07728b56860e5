"""The places of a program that may fault when it runs, numbered as they stand in the program."""

from __future__ import annotations

from tdsl.ir import Node, Program, topological
from tdsl.loops import Site


def sites(program: Program) -> tuple[dict[Node, int], tuple[Site, ...]]:
    """The number of every node that may fault, and what to say of each.

    The order is that of evaluation, so the lowest number is the first to have gone wrong.
    """
    numbers: dict[Node, int] = {}
    found: list[Site] = []
    for node in topological(program.roots()):
        if node.may_fault:
            numbers[node] = len(found)
            span = program.spans.get(node)
            found.append(Site(str(node.op.fault), span.position if span else "", span.text if span else node.op.tdsl))
    return numbers, tuple(found)

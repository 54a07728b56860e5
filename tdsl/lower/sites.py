"""The places of a program that may fault when it runs, numbered as they stand in the program."""

from __future__ import annotations

from tdsl.ir.node import Node, topological
from tdsl.ir.program import Program
from tdsl.loops.language import Site


def sites(program: Program) -> tuple[list[dict[Node, int]], tuple[Site, ...]]:
    """For each entry the number of every node that may fault, and what to say of each number.

    The order is that of evaluation, so the lowest number is the first to have gone wrong.  A node that several entries
    compute has one number for each place where it is written.
    """
    numbers: dict[tuple[Node, str], int] = {}
    found: list[Site] = []
    entries: list[dict[Node, int]] = []
    for entry in program.all_entries():
        mine: dict[Node, int] = {}
        entries.append(mine)
        for node in topological(entry.roots()):
            if not node.may_fault:
                continue
            span = entry.spans.get(node) or program.spans.get(node)
            place = span.position if span else ""
            if (node, place) not in numbers:
                numbers[node, place] = len(found)
                found.append(Site(str(node.op.fault), place, span.text if span else node.op.tdsl))
            mine[node] = numbers[node, place]
    return entries, tuple(found)

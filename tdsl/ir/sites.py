"""The places of a program that may fault at run time, numbered in their order in the text."""

from __future__ import annotations

from collections.abc import Iterable

from tdsl.ir.attributes import Message
from tdsl.ir.function import own_functions, with_bodies
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Program
from tdsl.record import record
from tdsl.source import Span


@record(frozen=True)
class Site:
    """A place that may fault: `kind` is index, division, definite, singular or assertion; `loops` are the headers of
    the loops around it, the outermost first."""

    kind: str
    place: str
    text: str
    loops: tuple[str, ...] = ()


def sites(program: Program) -> tuple[list[dict[Node, int]], tuple[Site, ...]]:
    """For each entry the number of every node that may fault, and the site of each number.

    The order is that of evaluation, so the lowest number is the first fault.  A node that several entries
    compute has one number for each place where it is written; one of a function, without a place of its own, has that
    of the function.
    """
    numbers: dict[tuple[Node, str], int] = {}
    found: list[Site] = []
    entries: list[dict[Node, int]] = []
    for entry in program.all_entries():
        mine: dict[Node, int] = {}
        entries.append(mine)
        order = list(with_bodies(entry.roots()))
        around = applying(order)
        for node in order:
            if not node.may_fault or own_functions(node):
                continue
            span: Span | None = None
            stands: Node | None = node
            loops: list[str] = []
            while stands is not None:
                own = entry.spans.get(stands) or program.spans.get(stands)
                if stands is not node:
                    loops.append(own.text if own else "a loop")
                span, stands = span or own, around.get(stands)
            place = span.position if span else ""
            if (node, place) not in numbers:
                numbers[node, place] = len(found)
                text = node.op.tdsl if span is None else "" if span.text in loops else span.text
                if node.op.name == "assertion":
                    text = node.get(Message).text
                headers = tuple(" ".join(loop.split()) for loop in reversed(loops))
                found.append(Site(str(node.op.fault), place, text, headers))
            mine[node] = numbers[node, place]
    return entries, tuple(found)


def applying(order: Iterable[Node]) -> dict[Node, Node]:
    """For each node of a function one that applies the function."""
    found: dict[Node, Node] = {}
    for node in order:
        for function in own_functions(node):
            for inner in topological(function.results):
                found.setdefault(inner, node)
    return found

"""A rule applied to every node of a program, operands first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tdsl.ir.node import Node, topological
from tdsl.ir.program import Program
from tdsl.source import Span


def rewrite(program: Program, rule: Callable[[Node], Node]) -> Program:
    """Every node replaced by `rule(node with its operands replaced already)`; names and spans follow.  The program
    itself if nothing was."""
    names, spans = dict(program.names), dict(program.spans)
    new: dict[Node, Node] = {}
    roots = program.roots()
    for node in topological(roots):
        operands = tuple(new[operand] for operand in node.operands)
        rebuilt = node.with_operands(*operands)
        result = new[node] = rule(rebuilt)
        if node in names:
            names.setdefault(result, names[node])
        if node in spans:
            spans.setdefault(result, spans[node])
    if all(new[root] is root for root in roots):
        return program
    entries = []
    for entry in program.all_entries():
        places: dict[Node, Span] = {}
        for node, span in entry.spans.items():
            if node in new:
                places.setdefault(new[node], span)
        steps: dict[Node, Span] = {}
        for node, span in entry.steps.items():
            # What the program computes for itself is no derivative.
            if node in new and (new[node] is node or new[node] not in spans):
                steps.setdefault(new[node], span)
        entries.append(replace(entry.with_roots(new[root] for root in entry.roots()), spans=places, steps=steps))
    return replace(program, entries=tuple(entries[:-1]), initialise=entries[-1], names=names, spans=spans)

"""One entry as statements: its arguments, variables, results and updates have the first buffers."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Program
from tdsl.loops.language import Buffer, Statement
from tdsl.lower.buffers import Buffers
from tdsl.lower.statements import StatementBuilder


def lower_entry(
    entry: Entry, program: Program, site: Callable[[Node], int]
) -> tuple[list[Buffer], tuple[Statement, ...]]:
    """Its buffers, and the statements that fill them."""
    roots = entry.roots()
    results, updates = roots[: len(entry.results)], roots[len(entry.results) :]
    # Updates in reverse declaration order: gradients of the last layers become available, and dead, first.
    order = topological([*results, *reversed(updates)])
    used = set(order)
    buffers = Buffers()
    for number, parameter in enumerate(entry.parameters):
        if parameter.node in used:
            buffers.of[parameter.node] = buffers.add("argument", number, parameter.node)
    for number, variable in enumerate(program.variables):
        if variable.node in used:
            buffers.of[variable.node] = buffers.add("variable", number, variable.node)
    targets = [buffers.add("result", number, root) for number, root in enumerate(results)]
    targets += [buffers.add("update", number, root) for number, root in enumerate(updates)]
    statements = StatementBuilder(order, roots, targets, buffers, site).statements()
    return buffers.all, statements

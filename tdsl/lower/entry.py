"""One entry as statements: its arguments, variables, results and updates have the first buffers."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Parameter, Program, Variable
from tdsl.loops.language import Routine
from tdsl.lower.buffers import Buffers
from tdsl.lower.statements import StatementBuilder

_UNNAMED = {"return": "result", "assert": "condition", "print": "printed"}


def lower_entry(entry: Entry, program: Program, site: Callable[[Node], int], fused: bool = True) -> Routine:
    """Its buffers, and the statements that fill them."""
    roots = entry.roots()
    results, updates = roots[: len(entry.results)], roots[len(entry.results) :]
    # Updates in reverse declaration order: gradients of the last layers become available, and dead, first.
    order = topological([*results, *reversed(updates)])
    used = set(order)
    buffers = Buffers(program, entry)
    given: dict[str, tuple[Parameter | Variable, ...]]
    given = {"argument": entry.parameters, "variable": program.variables}
    for role, declared in given.items():
        for number, one in enumerate(declared):
            if one.node in used:
                buffers.of[one.node] = buffers.add(role, number, one.node, one.name, one.span)
    targets = [
        buffers.add("result", number, result.node, result.name or _UNNAMED[result.role])
        for number, result in enumerate(entry.results)
    ]
    targets += [
        buffers.add("update", number, update.value, f"{update.variable}_new")
        for number, update in enumerate(entry.updates)
    ]
    statements = StatementBuilder(order, roots, targets, buffers, site, fused=fused).statements()
    places = {variable.name: number for number, variable in enumerate(program.variables)}
    replaced = tuple(places[update.variable] for update in entry.updates)
    return Routine(entry.name, tuple(buffers.all), statements, tuple(buffers.slots), replaced)

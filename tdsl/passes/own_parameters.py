"""for s … f(s) and for t … f(t) → the same loops, with parameters of their own each: a node of a body then stands for
one value of each step, and keeps standing for it in tables while other passes rewrite the program.

Loops of the same steps share theirs, as these have the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tdsl.ir.attributes import FunctionParameter
from tdsl.ir.function import Function, new_owner, owner, replacements
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Entry, Program
from tdsl.ir.rewrite import rewrite_scopes
from tdsl.ops.scan import Scan
from tdsl.passes.scans import same_steps


def own_parameters(program: Program) -> Program:
    """Outer loops first: inner ones of equal steps then differ by the values that they take."""
    owners: dict[object, int] = {}
    while True:
        entries = tuple(map(_with_own_tables, program.all_entries()))
        tables: list[dict[Node, Any]] = [dict(program.names), dict(program.spans)]
        names, spans = tables
        before = replace(program, names=names, spans=spans, entries=entries[:-1], initialise=entries[-1])
        tables += [table for entry in entries for table in (entry.spans, entry.steps) if isinstance(table, dict)]
        moved: dict[Node, Node] = {}
        after = rewrite_scopes(before, _rule_of(owners, tables, moved), moved)
        if after is before:
            return program
        program = after


def _with_own_tables(entry: Entry) -> Entry:
    return replace(entry, spans=dict(entry.spans), steps=dict(entry.steps))


def _rule_of(
    owners: dict[object, int], tables: Sequence[dict[Node, Any]], moved: dict[Node, Node]
) -> Callable[[Sequence[Node], Sequence[Node]], Callable[[Node], Node]]:
    def rule_of(order: Sequence[Node], roots: Sequence[Node]) -> Callable[[Node], Node]:
        inside = any(node.op.name == "parameter" and not node.get(FunctionParameter).owner for node in order)
        return (lambda node: node) if inside else rule

    def rule(node: Node) -> Node:
        if node.op.name != "scan" or owner(body := (loop := Scan.of(node)).body):
            return node
        own = owners.setdefault(same_steps(loop), new_owner())
        parameters = tuple(
            apply("parameter", index=place, type=parameter.type, owner=own)
            for place, parameter in enumerate(body.parameters)
        )
        new = replacements(body.results, dict(zip(body.parameters, parameters, strict=True)))
        for table in tables:
            table.update({after: table[before] for before, after in new.items() if before in table})
        moved.update({after: after for before, after in new.items() if before is not after})
        return replace(loop, body=Function(parameters, tuple(new[result] for result in body.results))).apply()

    return rule_of

"""for s … f(s) and for t … f(t) → the same loops, with parameters of their own each: a node of a body then stands for
one value of each step, and keeps standing for it in tables while other passes rewrite the program.

Loops of the same steps share theirs, as these have the same values.  Those of states have the names of the states.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from tdsl.ir.attributes import FunctionParameter
from tdsl.ir.function import Function, new_owner, owner, replacements
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite_scopes
from tdsl.ops.scan import LoopAttributes, Scan
from tdsl.passes.scans import same_steps


def own_parameters(program: Program) -> Program:
    """Outer loops first: inner ones of equal steps then differ by the values that they take."""
    owners: dict[object, int] = {}
    while True:
        tables = _Tables(program, owners)
        after = rewrite_scopes(tables.program, tables.rule_of, tables.moved)
        if after is tables.program:
            return program
        program = after


class _Tables:
    """The tables of a program, which also get the nodes of new bodies."""

    def __init__(self, program: Program, owners: dict[object, int]) -> None:
        names, spans, states = dict(program.names), dict(program.spans), dict(program.states)
        own = [(dict(entry.spans), dict(entry.steps)) for entry in program.all_entries()]
        *entries, last = (
            replace(entry, spans=places, steps=steps)
            for entry, (places, steps) in zip(program.all_entries(), own, strict=True)
        )
        self.program = replace(
            program, names=names, spans=spans, states=states, entries=tuple(entries), initialise=last
        )
        self.owners = owners
        self.names = names
        self.states = {same_steps(Scan.of(loop)): own for loop, own in states.items()}
        self.tables: list[dict[Node, Any]] = [names, spans, states, *chain.from_iterable(own)]
        self.moved: dict[Node, Node] = {}

    def rule_of(self, order: Sequence[Node], roots: Sequence[Node]) -> Callable[[Node], Node]:
        originals = iter(order)

        def rule(node: Node) -> Node:
            before = next(originals)
            if node.op.name != "scan" or owner(node.get(LoopAttributes).body):
                return node
            return self._with_own(Scan.of(node), self.states.get(same_steps(Scan.of(before)), ()))

        inside = any(node.op.name == "parameter" and not node.get(FunctionParameter).owner for node in order)
        return (lambda node: node) if inside else rule

    def _with_own(self, loop: Scan, states: Sequence[str]) -> Node:
        """The loop with parameters of its own."""
        own = self.owners.setdefault(same_steps(loop), new_owner())
        parameters = tuple(
            apply("parameter", index=place, type=parameter.type, owner=own)
            for place, parameter in enumerate(loop.body.parameters)
        )
        new = replacements(loop.body.results, dict(zip(loop.body.parameters, parameters, strict=True)))
        for table in self.tables:
            table.update({after: table[before] for before, after in new.items() if before in table})
        for parameter in parameters[: loop.states]:
            self.names.pop(parameter, None)  # that of any state
        self.names.update(zip(parameters, states, strict=False))
        self.moved.update({after: after for before, after in new.items() if before is not after})
        return replace(loop, body=Function(parameters, tuple(new[result] for result in loop.body.results))).apply()

"""Applies a group of rules to a program, or to a cost before it is differentiated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tdsl.ir.function import fresh, rebuilt, with_bodies
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Program
from tdsl.ir.rewrite import carried, rewrite_roots

Rule = Callable[[Node], Node | None]
"""The better form of a node whose operands are rewritten already, or None."""

Moved = dict[Node, Node]
"""Views at a new place: the view each one was before."""


@dataclass(frozen=True)
class Group:
    """Rules for one walk; `rule` makes them.  They apply only to programs with an op of `triggers`."""

    name: str
    rule: Callable[[Moved], Rule]
    triggers: frozenset[str]


@dataclass(frozen=True)
class Rewritten:
    """Roots after a group.  `new` has the new node of each old one, `inner` the node around each node that a rule made
    inside of its result, or the view that it was before."""

    roots: list[Node]
    new: dict[Node, Node]
    inner: dict[Node, Node]


def _applied(group: Group, roots: Sequence[Node]) -> Rewritten:
    moved: Moved = {}
    inner: dict[Node, Node] = {}

    def rule_of(order: Sequence[Node], roots: Sequence[Node]) -> Callable[[Node], Node]:
        rule, seen = group.rule(moved), set(order)

        def rewritten(node: Node) -> Node:
            result = rule(node)
            seen.add(node)
            if result is None:
                return node
            stack = [*result.operands]
            while stack:
                part = stack.pop()
                if part not in seen:
                    seen.add(part)
                    inner[part] = moved.get(part, result)
                    stack += part.operands
            seen.add(result)
            if result in moved:
                inner[result] = moved[result]
            return result

        return rewritten

    made, new = rewrite_roots(roots, rule_of)
    return Rewritten(made, new, inner)


def as_pass(group: Group) -> Callable[[Program], Program]:
    """The group as a pass, under its name."""

    def step(program: Program) -> Program:
        roots = program.roots()
        if not _occurs(group, {node.op.name for node in with_bodies(roots)}):
            return program
        found = _applied(group, roots)
        if found.roots == roots:
            return program
        made = carried(program, found.roots, found.new)
        entries = []
        for entry in made.all_entries():
            places = _follow(found.inner, entry.spans)
            entries.append(replace(entry, spans=places, steps=_follow(found.inner, entry.steps)))
        spans = _follow(found.inner, made.spans)
        return replace(made, entries=tuple(entries[:-1]), initialise=entries[-1], spans=spans)

    step.__name__ = group.name
    return step


def _occurs(group: Group, ops: set[str]) -> bool:
    return not group.triggers.isdisjoint(ops)


def _follow(inner: Mapping[Node, Node], table: Mapping[Node, Any]) -> dict[Node, Any]:
    """The table with the inner nodes of its nodes."""
    found = dict(table)
    for node, outer in inner.items():
        if outer in found:
            found.setdefault(node, found[outer])
    return found


def stabilised(groups: Sequence[Group], cost: Node, wrt: Sequence[Node], carry: Callable[[Node, Node], None]) -> Node:
    """The cost after all groups, still made of the nodes `wrt`, in whose place no rule looks; itself if no rule
    applies.  Calls `carry` with a node and one that takes its place or a part of it."""
    ops = {node.op.name for node in with_bodies([cost])}
    if not any(_occurs(group, ops) for group in groups):
        return cost
    leaves = {node: fresh(node.type) for node in wrt if node.operands}
    now: dict[Node, Node] = {**leaves, **{node: node for node in wrt if not node.operands}}
    for node in topological([cost], known=wrt):
        # A marker that no derivative is taken by is no variable of its own.
        inside = rebuilt(node, tuple(now[operand] for operand in node.operands), {})
        now[node] = inside.operands[0] if node.op.name == "identity" else inside
    roots, changed, inner = [now[cost]], False, dict[Node, Node]()
    for group in groups:
        if not _occurs(group, {node.op.name for node in with_bodies(roots)}):
            continue
        found = _applied(group, roots)
        if found.roots != roots:
            changed = True
            roots, now = found.roots, {node: found.new.get(after, after) for node, after in now.items()}
            inner = {found.new.get(part, part): found.new.get(outer, outer) for part, outer in inner.items()}
            inner.update(found.inner)
    if not changed:
        return cost
    back = {leaf: node for node, leaf in leaves.items()}
    for node in topological([*now.values(), *inner, *inner.values()], known=back):
        back[node] = rebuilt(node, tuple(back[operand] for operand in node.operands), {})
    for node, after in now.items():
        if back[after] is not node:
            carry(node, back[after])
    for part, outer in inner.items():
        carry(back[outer], back[part])
    return back[roots[0]]

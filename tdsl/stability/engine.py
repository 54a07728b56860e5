"""Applies a group of rules to a program, or to a cost before it is differentiated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tdsl.ir.function import fresh, rebuilt, with_bodies
from tdsl.ir.node import Node, Op, topological
from tdsl.ir.program import Program
from tdsl.ir.rewrite import carried, rewrite_roots
from tdsl.record import record
from tdsl.stability.reasons import Better, Reason

Rule = Callable[[Node], Better | None]
"""The better form of a node whose operands are rewritten already, or None."""

Moved = dict[Node, Node]
"""Views at a new place: the view each one was before."""


@record(frozen=True)
class Rewrite:
    """One rewrite of a value of a program."""

    before: Node
    after: Node
    reason: Reason


@dataclass(frozen=True)
class Group:
    """Rules for one walk; `rule` makes them.  They apply only to programs with an op of `triggers`."""

    name: str
    rule: Callable[[Moved], Rule]
    triggers: frozenset[str]


@dataclass(frozen=True)
class Rewritten:
    """Roots after a group.  `new` has the new node of each old one, `inner` the node around each node that a rule made
    inside of its result, or the view that it was before, `reasons` those of results, with the op that each replaces."""

    roots: list[Node]
    new: dict[Node, Node]
    inner: dict[Node, Node]
    reasons: dict[tuple[Op, Node], Reason]

    def rewrites(self) -> list[Rewrite]:
        found = ((old, made, self.reasons.get((old.op, made))) for old, made in self.new.items() if made is not old)
        return [Rewrite(old, made, reason) for old, made, reason in found if reason]


def _applied(group: Group, roots: Sequence[Node]) -> Rewritten:
    moved: Moved = {}
    inner: dict[Node, Node] = {}
    reasons: dict[tuple[Op, Node], Reason] = {}

    def rule_of(order: Sequence[Node], roots: Sequence[Node]) -> Callable[[Node], Node]:
        rule, seen = group.rule(moved), set(order)

        def rewritten(node: Node) -> Node:
            found = rule(node)
            seen.add(node)
            if found is None:
                return node
            result, reasons[node.op, found.form] = found
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
    return Rewritten(made, new, inner, reasons)


class Step:
    """A group as a pass, under its name."""

    def __init__(self, group: Group) -> None:
        self._group, self.__name__ = group, group.name

    def __call__(self, program: Program) -> Program:
        return self.noted(program)[0]

    def noted(self, program: Program) -> tuple[Program, list[Rewrite], Mapping[Node, Node]]:
        """The program after the pass, its rewrites, and the new node of each old one."""
        roots = program.roots()
        if not _occurs(self._group, {node.op.name for node in with_bodies(roots)}):
            return program, [], {}
        found = _applied(self._group, roots)
        if found.roots == roots:
            return program, [], {}
        made = carried(program, found.roots, found.new)
        entries = []
        for entry in made.all_entries():
            places = _follow(found.inner, entry.spans)
            entries.append(replace(entry, spans=places, steps=_follow(found.inner, entry.steps)))
        spans = _follow(found.inner, made.spans)
        after = replace(made, entries=tuple(entries[:-1]), initialise=entries[-1], spans=spans)
        return after, found.rewrites(), found.new


def _occurs(group: Group, ops: set[str]) -> bool:
    return not group.triggers.isdisjoint(ops)


def _follow(inner: Mapping[Node, Node], table: Mapping[Node, Any]) -> dict[Node, Any]:
    """The table with the inner nodes of its nodes."""
    found = dict(table)
    for node, outer in inner.items():
        if outer in found:
            found.setdefault(node, found[outer])
    return found


def stabilised(
    groups: Sequence[Group],
    cost: Node,
    wrt: Sequence[Node],
    carry: Callable[[Node, Node, bool], None],
    note: Callable[[Rewrite], None],
) -> Node:
    """The cost after all groups, still made of the nodes `wrt`, in whose place no rule looks; itself if no rule
    applies.  Calls `carry` with a node, one that takes its place or a part of that, and whether it is the whole; and
    `note` with each rewrite."""
    ops = {node.op.name for node in with_bodies([cost])}
    if not any(_occurs(group, ops) for group in groups):
        return cost
    leaves = {node: fresh(node.type) for node in wrt if node.operands}
    now: dict[Node, Node] = {**leaves, **{node: node for node in wrt if not node.operands}}
    for node in topological([cost], known=wrt):
        # A marker that no derivative is taken by is no variable of its own.
        inside = rebuilt(node, tuple(now[operand] for operand in node.operands), {})
        now[node] = inside.operands[0] if node.op.name == "identity" else inside
    roots, changed, inner, rewrites = [now[cost]], False, dict[Node, Node](), list[Rewrite]()
    for group in groups:
        if not _occurs(group, {node.op.name for node in with_bodies(roots)}):
            continue
        found = _applied(group, roots)
        if found.roots != roots:
            changed = True
            origins = {after: node for node, after in reversed(now.items())}
            rewrites = [replace(rewrite, after=found.new.get(rewrite.after, rewrite.after)) for rewrite in rewrites]
            rewrites += [replace(made, before=origins.get(made.before, made.before)) for made in found.rewrites()]
            roots, now = found.roots, {node: found.new.get(after, after) for node, after in now.items()}
            inner = {found.new.get(part, part): found.new.get(outer, outer) for part, outer in inner.items()}
            inner.update(found.inner)
    if not changed:
        return cost
    back = {leaf: node for node, leaf in leaves.items()}
    made = [rewrite.after for rewrite in rewrites]
    for node in topological([*now.values(), *inner, *inner.values(), *made], known=back):
        back[node] = rebuilt(node, tuple(back[operand] for operand in node.operands), {})
    for node, after in now.items():
        if back[after] is not node:
            carry(node, back[after], True)
    for part, outer in inner.items():
        carry(back[outer], back[part], False)
    for rewrite in rewrites:
        note(replace(rewrite, after=back[rewrite.after]))
    return back[roots[0]]

"""A rule applied to every node of a program and of its functions, operands first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from tdsl.ir.function import Function, functions, rebuilt
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Program, Suggested
from tdsl.source import Span

Rule = Callable[[Node], Node]
NOWHERE: Mapping[Node, Node] = {}


def rewrite(program: Program, rule: Rule) -> Program:
    """Every node replaced by `rule(node with its operands replaced already)`; names and spans follow.  The program
    itself if nothing was."""
    return rewrite_scopes(program, lambda order, roots: rule)


def rewrite_scopes(
    program: Program, rule_of: Callable[[Sequence[Node], Sequence[Node]], Rule], moved: Mapping[Node, Node] = NOWHERE
) -> Program:
    """The same by a rule that depends on all nodes of a scope, in their order, and on its roots: the program is one,
    and each function, inner ones first.  The rule is called for one node of the order after the other; in `moved` it
    may put nodes of functions that it makes anew, and those that stand for them."""
    roots = program.roots()
    made, new = rewrite_roots(roots, rule_of)
    if made == roots:
        return program
    new = {node: moved.get(node) or moved.get(result, result) for node, result in new.items()}
    return carried(program, made, {**new, **moved})


def rewrite_roots(
    roots: Sequence[Node], rule_of: Callable[[Sequence[Node], Sequence[Node]], Rule]
) -> tuple[list[Node], dict[Node, Node]]:
    """The same for some nodes and the functions that they apply; also the new node of each old one."""
    order = topological(roots)
    every: dict[Node, Node] = {}
    changed: dict[Function, Function] = {}
    for function in functions(order):
        new = _rewritten(topological(function.results), function.results, rule_of, changed)
        every |= new
        results = tuple(new[result] for result in function.results)
        if results != function.results:
            changed[function] = Function(function.parameters, results)
    every |= _rewritten(order, roots, rule_of, changed)
    return [every[root] for root in roots], every


def rewrite_entries(
    program: Program, rule_of: Callable[[dict[Node, Node], Sequence[Node], Sequence[Node]], Rule]
) -> Program:
    """The same, one entry after the other, as if each was alone."""
    entries, names, spans, written = list(program.all_entries()), program.names, program.spans, program.written
    for number, entry in enumerate(entries):
        moved: dict[Node, Node] = {}
        before = replace(program, entries=(), initialise=entry, names=names, spans=spans, written=written)
        alone = rewrite_scopes(before, partial(rule_of, moved), moved)
        entries[number], names, spans, written = alone.initialise, alone.names, alone.spans, alone.written
    if all(new is old for new, old in zip(entries, program.all_entries(), strict=True)):
        return program
    tables = {"names": names, "spans": spans, "written": written}
    return replace(program, entries=tuple(entries[:-1]), initialise=entries[-1], **tables)  # type: ignore[arg-type]


def _rewritten(
    order: Sequence[Node],
    roots: Sequence[Node],
    rule_of: Callable[[Sequence[Node], Sequence[Node]], Rule],
    changed: Mapping[Function, Function],
) -> dict[Node, Node]:
    if changed:
        before = _replaced(order, lambda node: node, changed)
        roots = [before[root] for root in roots]
        after = _replaced(topological(roots), rule_of(topological(roots), roots), {})
        return {node: after[before[node]] for node in order}
    return _replaced(order, rule_of(order, roots), {})


def _replaced(order: Sequence[Node], rule: Rule, changed: Mapping[Function, Function]) -> dict[Node, Node]:
    new: dict[Node, Node] = {}
    for node in order:
        operands = tuple([new[operand] for operand in node.operands])
        same = operands == node.operands and not changed
        new[node] = rule(node if same else rebuilt(node, operands, changed))
    return new


def carried(program: Program, roots: Sequence[Node], new: Mapping[Node, Node]) -> Program:
    """The program with other roots; names and spans of nodes are those of the new ones too."""
    names, spans, written = dict(program.names), dict(program.spans), dict(program.written)
    for node, result in new.items():
        if node in written:
            written.setdefault(result, written[node])
        if node in names:
            if isinstance(names.get(result), Suggested) and not isinstance(names[node], Suggested):
                names[result] = names[node]
            names.setdefault(result, names[node])
        if node in spans:
            spans.setdefault(result, spans[node])
    remaining = iter(roots)
    entries = []
    for entry in program.all_entries():
        places: dict[Node, Span] = {}
        for node, span in entry.spans.items():
            if node in new:
                places.setdefault(new[node], span)
        steps: dict[Node, Span] = {}
        for node, span in entry.steps.items():
            # A value that the program computes itself is no derivative.
            if node in new and (new[node] is node or new[node] not in spans):
                steps.setdefault(new[node], span)
        entries.append(replace(entry.with_roots([next(remaining) for _ in entry.roots()]), spans=places, steps=steps))
    last = entries.pop()
    return replace(program, entries=tuple(entries), initialise=last, names=names, spans=spans, written=written)

"""scan(f, s, x)[i] + scan(g, s, x)[j], where f and g make the same states → one loop of both; unused results
and states are left out; a sequence of equal elements → one captured value; subexpressions that no state and no other
element reaches → computed once, before the loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tdsl.ir.attributes import Broadcast, Item
from tdsl.ir.faults import Faults
from tdsl.ir.function import Applied, closed, fresh, new_owner, owner, replacements, substitute
from tdsl.ir.node import Node, apply, broadcast, topological
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite_entries
from tdsl.ops.scan import Scan, element


def scans(program: Program) -> Program:
    """One entry after another: none makes the results that only another needs."""
    if not any(isinstance(node.attributes, Applied) for node in topological(program.roots())):
        return program
    return rewrite_entries(program, _rule_of)


@dataclass
class _Loops:
    """Loops with the same states and operands: their needed results, as nodes of the body, and the replacements of the
    loops."""

    states: set[int] = field(default_factory=set)
    stacked: dict[Node, None] = field(default_factory=dict)
    new: Node | None = None


def _rule_of(moved: dict[Node, Node], order: Sequence[Node], roots: Sequence[Node]) -> Callable[[Node], Node]:
    """`moved` gets the nodes that new functions have in the place of old ones."""
    faults = Faults()
    groups: dict[object, _Loops] = {}
    group_of: dict[Node, _Loops] = {}
    for node in order:
        if node.op.name == "scan":
            loop = Scan.of(node)
            group = group_of[node] = groups.setdefault(same_steps(loop), _Loops())
            results = loop.body.results
            group.states |= {state for state in range(loop.states) if faults.below(results[state])}
            group.stacked |= dict.fromkeys(result for result in loop.stacked if faults.below(result))
        elif node.op.name == "item" and (taken := group_of.get(node.operands[0])):
            loop, index = Scan.of(node.operands[0]), node.get(Item).index
            if index < loop.states:
                taken.states.add(index)
            elif index < loop.states + len(loop.stacked):
                taken.stacked[loop.body.results[index]] = None
    originals = iter(order)

    def rule(node: Node) -> Node:
        before = next(originals)
        if node.op.name != "item" or before.operands[0] not in group_of:
            return node
        group, loop, index = group_of[before.operands[0]], Scan.of(before.operands[0]), before.get(Item).index
        if group.new is None:
            _add_needed_states(group, loop)
            group.new = _together(group, replace(loop, operands=node.operands[0].operands), moved, faults)
        moved[before.operands[0]] = moved[node.operands[0]] = group.new
        if index < loop.states:
            place = sorted(group.states).index(index)
        elif index == loop.states + len(loop.stacked):
            place = len(group.states) + len(group.stacked)
        else:
            place = len(group.states) + list(group.stacked).index(loop.body.results[index])
        return apply("item", group.new, index=place)

    return rule


def same_steps(loop: Scan) -> object:
    """Equal for loops that have the same states and end after the same step."""
    return replace(loop, body=replace(loop.body, results=(*loop.body.results[: loop.states], *_end(loop))))


def _end(loop: Scan) -> tuple[Node, ...]:
    """The condition after which the loop ends."""
    return loop.body.results[loop.states + len(loop.stacked) :]


def _add_needed_states(group: _Loops, loop: Scan) -> None:
    """Adds the states that needed states and results depend on."""
    parameters, results = loop.body.parameters, loop.body.results
    done: set[Node] = set()
    wanted = [*group.stacked, *(results[state] for state in group.states), *_end(loop)]
    while wanted:
        done.update(topological(wanted, known=done))
        new = {state for state in range(loop.states) if parameters[state] in done} - group.states
        wanted = [results[state] for state in new]
        group.states |= new


def _below_views(nodes: Sequence[Node]) -> dict[Node, None]:
    """The nodes that others are views of, without constants."""
    found: dict[Node, None] = {}
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.op.family == "view":
            stack += node.operands
        elif not node.is_constant:
            found[node] = None
    return found


def _equal_element(sequence: Node) -> Node | None:
    """Each element of a sequence that is a stretched value."""
    if sequence.op.name != "broadcast" or 0 in (axes := sequence.get(Broadcast).axes):
        return None
    return broadcast(sequence.operands[0], element(sequence.type), tuple(axis - 1 for axis in axes))


def _together(group: _Loops, loop: Scan, moved: dict[Node, Node], faults: Faults) -> Node:
    """One loop for the needed results of all.  An operand that could fault stays, as a capture that nothing reads."""
    states, first = sorted(group.states), loop.captures
    results = [*(loop.body.results[state] for state in states), *group.stacked, *_end(loop)]
    used = set(topological(results))
    read = [place for place in range(loop.states, first) if loop.body.parameters[place] in used]
    parameters = loop.body.parameters
    unread = {place for place, parameter in enumerate(parameters) if parameter not in used} - {*states}
    checked = [operand for place, operand in enumerate(loop.operands) if place in unread and faults.below(operand)]
    same = {place: equal for place in read if (equal := _equal_element(loop.operands[place]))}
    read = [place for place in read if place not in same]
    # Captures that are the same are one; constants and views are as good inside.
    shared = (*same.values(), *loop.captured)
    aliases = {node: fresh(node.type) for node in _below_views(shared)}
    inner = substitute(shared, aliases)
    values = [*(fresh(node.type) for node in loop.body.parameters[:first]), *inner[len(same) :]]
    for place, value in zip(same, inner, strict=False):
        values[place] = value
    varying = [*(values[place] for place in (*states, *read)), *(fresh(operand.type) for operand in checked)]
    bare = replacements(results, dict(zip(loop.body.parameters, values, strict=True)))
    made = [bare[result] for result in results]
    body, captured = closed(varying, made, owner=new_owner() if owner(loop.body) else 0)
    inside = replacements(made, dict(zip((*varying, *captured), body.parameters, strict=True)))
    moved |= {node: inside[stand_in] for node, stand_in in bare.items() if stand_in in inside}
    outside = substitute(captured, {alias: node for node, alias in aliases.items()})
    operands = (*(loop.operands[place] for place in (*states, *read)), *checked, *outside, *loop.limit)
    return replace(loop, body=body, states=len(states), sequences=len(read), operands=operands).apply()

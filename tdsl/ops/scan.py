"""Loops: a function applied to states again and again, with an element of each sequence.

    s, y = scan(f, s, x, c):    for t in 0 … trip - 1:  s, y[t] = f(s, x[t], c)

`f` takes the states, an element of each sequence and the captured values; it gives the new states and an element of
each stacked result.  The results are the last states and the stacked results.  In reverse, t runs from trip - 1 down to
0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tdsl.ir.function import Applied, Function, closed, fresh, inlined, substitute
from tdsl.ir.grad import pullback
from tdsl.ir.node import IllTyped, Node, apply, full, topological
from tdsl.ops.define import define
from tdsl.ops.functions import items
from tdsl.record import record
from tdsl.types import Dim, Tuple, Type

Step = Callable[[list[Node], list[Node]], Sequence[Node]]


@record(frozen=True)
class LoopAttributes(Applied):
    states: int
    sequences: int
    trip: Dim
    reverse: bool


@record(frozen=True)
class Scan:
    """A loop taken apart; `apply` is the node again."""

    body: Function
    states: int
    sequences: int
    trip: Dim
    reverse: bool
    operands: tuple[Node, ...]

    @staticmethod
    def of(node: Node) -> Scan:
        return Scan(operands=node.operands, **node.attributes.given())

    @property
    def initial(self) -> tuple[Node, ...]:
        return self.operands[: self.states]

    @property
    def read(self) -> tuple[Node, ...]:
        """The sequences."""
        return self.operands[self.states : self.captures]

    @property
    def captured(self) -> tuple[Node, ...]:
        return self.operands[self.captures :]

    @property
    def captures(self) -> int:
        """The position of the first capture."""
        return self.states + self.sequences

    def apply(self) -> Node:
        attributes = {"body": self.body, "states": self.states, "sequences": self.sequences}
        return apply("scan", *self.operands, **attributes, trip=self.trip, reverse=self.reverse)


def scan(initial: Sequence[Node], read: Sequence[Node], trip: Dim, step: Step, reverse: bool = False) -> list[Node]:
    """The results of a loop whose `step` makes the new states and the stacked elements of states and elements."""
    states, elements = [fresh(node.type) for node in initial], [fresh(element(node.type)) for node in read]
    body, captured = closed([*states, *elements], step(states, elements))
    return items(Scan(body, len(initial), len(read), trip, reverse, (*initial, *read, *captured)).apply())


def element(type: Type) -> Type:
    """The type of an element of a sequence."""
    if not type.rank:
        raise IllTyped(f"a loop reads along the first axis, and {type} has none")
    return type.with_shape(type.shape[1:])


def scan_type(types: list[Type], body: Function, states: int, sequences: int, trip: Dim, reverse: bool) -> Tuple:
    """States keep their type; sequences and stacked results have the trip count before the type of an element."""
    parameters, results = [p.type for p in body.parameters], [r.type for r in body.results]
    if not (len(types) == len(parameters) >= states + sequences and len(results) >= states):
        raise IllTyped(
            f"a loop of {states} states and {sequences} sequences takes {len(parameters)} values and makes "
            f"{len(results)}, got {len(types)}"
        )
    for before, after in zip(parameters[:states], results[:states], strict=True):
        if before != after:
            raise IllTyped(f"a state of a loop is {before} and becomes {after}")
    for place, (given, wanted) in enumerate(zip(types, parameters, strict=True)):
        if states <= place < states + sequences:
            wanted = stacked(wanted, trip)
        if given != wanted:
            raise IllTyped(f"a loop takes {wanted}, got {given}")
    if any(isinstance(result, Tuple) for result in results):
        raise IllTyped("a loop makes single values")
    return Tuple((*types[:states], *(stacked(result, trip) for result in results[states:])))


def stacked(type: Type, trip: Dim) -> Type:
    return type.with_shape((trip, *type.shape))


def scan_values(*operands: Any, body: Any, states: int, sequences: int, trip: int, reverse: bool) -> list[Any]:
    now, rest = list(operands[:states]), operands[states + sequences :]
    made = body.empty(trip)[states:]
    for t in reversed(range(trip)) if reverse else range(trip):
        results = body(*now, *(x[t] for x in operands[states : states + sequences]), *rest)
        now = results[:states]
        for whole, part in zip(made, results[states:], strict=True):
            whole[t] = part
    return [*now, *made]


def backwards(g: Sequence[Node | None], y: Node, *operands: Node) -> list[Node | None]:
    """The reversed loop.  It carries the cotangents of the states and the sums of those of the captured values; it
    stacks those of the sequences.  It reads the states that it needs before each step, which the forward loop
    stores."""
    loop = Scan.of(y)
    body, first = loop.body, loop.captures
    values = [fresh(parameter.type) for parameter in body.parameters]
    results = inlined(body, values)
    seeds, found = _reached(g, results, values[: loop.states], values)
    carried = [state for state in range(loop.states) if seeds[state]]
    read = [place for place in range(loop.states, first) if values[place] in found]
    summed = [place for place in range(first, len(values)) if values[place] in found]
    totals = [fresh(values[place].type) for place in summed]
    made = [found.get(values[state]) or full(0, values[state].type) for state in carried]
    made += [total + found[values[place]] for total, place in zip(totals, summed, strict=True)]
    made += [found[values[place]] for place in read]
    used = set(topological(made))
    kept = [state for state in range(loop.states) if values[state] in used]
    again = [place for place in range(loop.states, first) if values[place] in used]
    longer = Function(body.parameters, (*body.results, *(body.parameters[state] for state in kept)))
    before = items(replace(loop, body=longer).apply())[len(results) :]

    step = [node for node in (*seeds[: loop.states], *totals) if node]
    step += [*(values[place] for place in (*kept, *again)), *(node for node in seeds[loop.states :] if node)]
    inverse, captured = closed(step, made)
    starts = [g[state] or full(0, values[state].type) for state in carried]
    starts += [full(0, total.type) for total in totals]
    sequences = [*before, *(operands[place] for place in again), *(node for node in g[loop.states :] if node)]
    others = substitute(captured, dict(zip(values[first:], loop.captured, strict=True)))
    back = Scan(inverse, len(starts), len(sequences), loop.trip, not loop.reverse, (*starts, *sequences, *others))
    parts = dict(zip((*carried, *summed, *read), items(back.apply()), strict=True))
    return [parts.get(place) for place in range(len(operands))]


def _reached(
    g: Sequence[Node | None], results: Sequence[Node], states: Sequence[Node], values: Sequence[Node]
) -> tuple[list[Node | None], dict[Node, Node]]:
    """A parameter for the cotangent of each result that has one after some steps, and the cotangents of the values."""
    seeds = [fresh(result.type) if part else None for result, part in zip(results, g, strict=True)]
    while True:
        found = pullback(results, seeds, values)
        new = [place for place, state in enumerate(states) if state in found and not seeds[place]]
        if not new:
            return seeds, found
        for place in new:
            seeds[place] = fresh(results[place].type)


scan_ = define("scan", "function", scan_type, scan_values, LoopAttributes, cotangents=backwards)

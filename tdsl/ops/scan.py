"""Loops: a function applied to states again and again, with an element of each sequence.

    s, y = scan(f, s, x, c):    for t in 0 … trip - 1:  s, y[t] = f(s, x[t], c)

`f` takes the states, an element of each sequence and the captured values; it gives the new states and an element of
each stacked result.  The results are the last states and the stacked results.  In reverse, t runs from trip - 1 down to
0.  With `until` the last result of `f` is a bool, after which the loop ends if it is true, and the last result of the
loop is the number of steps that were done.  A loop that is `limited` takes a number of steps as its last operand, and
does the first so many, in reverse from the last of these.  Stacked results are zero where no step was done.  The
derivative of a loop with a `checkpoint` keeps the states of each so many steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tdsl.ir.function import Applied, Function, closed, fresh
from tdsl.ir.node import IllTyped, Node, apply
from tdsl.ops.functions import items
from tdsl.record import record
from tdsl.types import BOOL, I64, Dim, Tuple, Type

Step = Callable[[list[Node], list[Node]], Sequence[Node]]


@record(frozen=True)
class LoopAttributes(Applied):
    states: int
    sequences: int
    trip: Dim
    reverse: bool
    until: bool = False
    limited: bool = False
    checkpoint: int = 0


@record(frozen=True)
class Scan:
    """A loop taken apart; `apply` is the node again."""

    body: Function
    states: int
    sequences: int
    trip: Dim
    reverse: bool
    operands: tuple[Node, ...]
    until: bool = False
    limited: bool = False
    checkpoint: int = 0

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
        return self.operands[self.captures : len(self.body.parameters)]

    @property
    def limit(self) -> tuple[Node, ...]:
        """The number of steps, if it is limited."""
        return self.operands[len(self.body.parameters) :]

    @property
    def outside(self) -> tuple[Node, ...]:
        """The values from outside that are the same in all steps."""
        return self.operands[self.captures :]

    @property
    def stacked(self) -> tuple[Node, ...]:
        """The elements of the stacked results."""
        return self.body.results[self.states : len(self.body.results) - self.until]

    @property
    def captures(self) -> int:
        """The position of the first capture."""
        return self.states + self.sequences

    def apply(self) -> Node:
        given = dict(self.__dict__)
        return apply("scan", *given.pop("operands"), **given)


def scan(initial: Sequence[Node], read: Sequence[Node], trip: Dim, step: Step, reverse: bool = False) -> list[Node]:
    """The results of a loop whose `step` makes the new states and the stacked elements of states and elements."""
    states, elements = [fresh(node.type) for node in initial], [fresh(element(node.type)) for node in read]
    body, captured = closed([*states, *elements], step(states, elements))
    return items(Scan(body, len(initial), len(read), trip, reverse, (*initial, *read, *captured)).apply())


def counts_steps(sequence: Node) -> bool:
    """Whether a sequence is the number of each step."""
    return sequence.op.name == "iota" and sequence.type.rank == 1


def element(type: Type) -> Type:
    """The type of an element of a sequence."""
    if not type.rank:
        raise IllTyped(f"a loop reads along the first axis, and {type} has none")
    return type.with_shape(type.shape[1:])


def scan_type(
    types: list[Type],
    body: Function,
    states: int,
    sequences: int,
    trip: Dim,
    reverse: bool,
    until: bool,
    limited: bool,
    checkpoint: int,
) -> Tuple:
    """States keep their type; sequences and stacked results have the trip count before the type of an element."""
    parameters, results = [p.type for p in body.parameters], [r.type for r in body.results]
    if limited:
        *types, limit = types
        if limit != Type(I64):
            raise IllTyped(f"a loop takes no {limit} as its number of steps")
    if not (len(types) == len(parameters) >= states + sequences and len(results) >= states + until):
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
    steps: list[Type] = []
    if until:
        *results, condition = results
        if condition != Type(BOOL):
            raise IllTyped(f"a loop cannot end by {condition}")
        steps.append(Type(I64))
    return Tuple((*types[:states], *(stacked(result, trip) for result in results[states:]), *steps))


def stacked(type: Type, trip: Dim) -> Type:
    return type.with_shape((trip, *type.shape))


def scan_values(
    *operands: Any,
    body: Any,
    states: int,
    sequences: int,
    trip: int,
    reverse: bool,
    until: bool,
    limited: bool,
    checkpoint: int,
) -> list[Any]:
    if limited:
        *operands, limit = operands  # type: ignore[assignment]
    now, rest = list(operands[:states]), operands[states + sequences :]
    made = body.zeros(trip)[states:]
    count = done = min(trip, max(int(limit), 0)) if limited else trip
    for t in reversed(range(count)) if reverse else range(count):
        results = body(*now, *(x[t] for x in operands[states : states + sequences]), *rest)
        now = results[:states]
        for whole, part in zip(made, results[states:], strict=True):
            whole[t] = part
        if until and results[-1]:
            done = t + 1
            break
    return [*now, *made[: len(made) - until], *([done] * until)]

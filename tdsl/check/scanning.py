"""The steps of a loop as the function of a scan: names, places and conditions of the body move into the function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tdsl.check.checker import Checker
from tdsl.check.derivatives import behind
from tdsl.check.values import CompileTime, Scope, TupleValue, Value
from tdsl.ir.function import closed, fresh, replacements, with_bodies
from tdsl.ir.node import Node, dependents, full, topological
from tdsl.ops.functions import items
from tdsl.ops.scan import Scan
from tdsl.source import Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import Dim, Type

MOST_NESTED_YIELDS = 32


@dataclass
class State:
    """A value that a loop carries: in this step and, once there was a `<-`, in the next one.  `type` is None where
    steps are written out and the type may change."""

    item: syntax.Stored
    type: Type | None
    first: Node | CompileTime
    now: Node | CompileTime
    next: Node | CompileTime | None = None
    update: syntax.Update | None = None

    @property
    def after(self) -> Node | CompileTime:
        """The value after the step."""
        return self.now if self.next is None else self.next


@dataclass
class Body:
    """One pass over the statements of a loop; `used` are the names that statements so far speak of."""

    loop: syntax.For
    scope: Scope
    states: dict[str, State] = field(default_factory=dict)
    yields: list[tuple[Value, Span]] = field(default_factory=list)
    end: Node | None = None  # the condition after which the loop ends
    checkpoint: int = 0
    assertions: list[Node] = field(default_factory=list)
    used: dict[str, Span] = field(default_factory=dict)


def scanned(
    checker: Checker, body: Body, sequences: Sequence[Node], elements: Sequence[Node], trip: Dim
) -> list[Value]:
    """The values of a loop, its body checked over the parameters `elements`, of which the last is the number of the
    step, and those of the states."""
    states = list(body.states.values())
    now = [checker.types.node(state.now) for state in states]
    results = [checker.types.node(state.after) for state in states]
    # An assertion is done as long as it is the next value of a state, even if nothing reads that.
    held = [fresh(node.type) for node in body.assertions]
    now += held
    results += body.assertions
    for value, span in body.yields:
        results += [checker.types.node(checker.operand(leaf, span).value) for leaf in leaves(value, span)]
    if body.end is not None:
        results.append(body.end)
    if elements[-1] not in topological(results):
        sequences, elements = sequences[:-1], elements[:-1]
    parameters = [*now, *elements]
    function, captured = closed(parameters, results, views=False)
    inside = dict(zip((*parameters, *captured), function.parameters, strict=True))
    checker.move(replacements(results, inside))
    first = [*(checker.types.node(state.first) for state in states), *(full(0, node.type) for node in held)]
    operands = (*first, *sequences, *captured)
    until = body.end is not None
    loop = Scan(function, len(now), len(sequences), trip, False, operands, until, False, body.checkpoint).apply()
    checker.note(loop, body.loop.header)
    checker.states.setdefault(loop, tuple(body.states))
    _mention(checker, loop, results, parameters)
    checker.require(loop, [need for node in with_bodies(function.results) for need in checker.needs(node)])
    last = items(loop)
    found: list[Value] = [
        checker.note(*each) for each in zip(last, (state.item.span for state in states), strict=False)
    ]
    values = iter(last[len(now) :])
    found += [_like(checker, value, values, span) for value, span in body.yields]
    return found


def leaves(value: Value, span: Span, depth: int = 0) -> Iterator[Value]:
    """The parts of a tuple and of those in it, in order; any other value itself."""
    if not isinstance(value, TupleValue):
        yield value
        return
    if depth >= MOST_NESTED_YIELDS:
        raise fail("TD0213", f"what a loop yields is nested at most {MOST_NESTED_YIELDS} deep", span)
    for item in value.items:
        yield from leaves(item, span, depth + 1)


def _like(checker: Checker, value: Value, parts: Iterator[Node], span: Span) -> Value:
    """The next parts in the tuples that a value is made of."""
    if isinstance(value, TupleValue):
        return TupleValue(tuple(_like(checker, item, parts, span) for item in value.items))
    return checker.note(next(parts), span)


def _mention(checker: Checker, loop: Node, results: Sequence[Node], parameters: Sequence[Node]) -> None:
    """A loop speaks of everything outside of it that a value in its body speaks of."""
    spoken = [other for node in topological(results) for other in checker.marks.mentions.get(node, ())]
    if not spoken:
        return
    found = behind(checker, *spoken)
    inside = dependents(topological(found), parameters)
    outside = (node for node in topological(found) if node not in inside)
    checker.marks.mentions[loop] = tuple(dict.fromkeys((*checker.marks.mentions.get(loop, ()), *outside)))

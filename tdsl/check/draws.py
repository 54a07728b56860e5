"""The state `random` of a model, and the keys that draws make of it.

A key is two ints: words of the generator are made of them and an index.  Indices from -2^63 on give further keys, so
that no key shares bits with a draw.
"""

from __future__ import annotations

from collections.abc import Collection

from tdsl.check.checker import Checker
from tdsl.check.values import Value
from tdsl.ir.node import Node, apply, constant, full, topological
from tdsl.ir.program import Update, Variable
from tdsl.source import Label, Span, fail
from tdsl.syntax import nodes as syntax
from tdsl.types import I64, ONE, Dim, Shape, Type

RANDOM = "random"
_DOC = "The seed, and the number of calls that have drawn random values."
_STATE = Type(I64, (Dim.of(2),))
_FIRST_KEY = -(2**63)
_TAKEN = f"a model that draws random values keeps its state as '{RANDOM}'"

Key = tuple[Node, Node]


def next_key(checker: Checker, span: Span) -> Key:
    """The key of a place where a draw is written; in a loop that of its step."""
    if checker.definitions:
        what = "a definition by elements does not draw"
        raise fail("TD0226", what, span, hint="draw an array before, and index it: let r = normal(0, 1, (N,))")
    if checker.initialising is not None:
        key = (checker.seed, constant(checker.initialising.stream(), I64))
    else:
        own = checker.variables.get(RANDOM)
        declared = own.span if own else checker.instances.get(RANDOM)
        if own is not None or declared is not None:
            labels = [Label(declared, "declared here")] if declared else []
            raise fail("TD0218", _TAKEN, span, *labels, hint=f"rename '{RANDOM}'")
        checker.places += 1
        state = apply("variable", name=RANDOM, type=_STATE)
        word, stream = _folded((_part(state, 0), constant(0, I64)), _part(state, 1))
        key = (word, stream + checker.places)
    for step in checker.steps:
        key = _folded(key, step)
    return key


def random_bits(checker: Checker, shape: Shape, span: Span) -> Node:
    """64 bits for each element, of a place of its own."""
    return checker.note(apply("random_bits", *next_key(checker, span), shape=shape), span)


def _folded(key: Key, number: Node) -> Key:
    """The key for one of many numbers."""
    index = number * 2 + _FIRST_KEY
    return apply("random_word", *key, index), apply("random_word", *key, index + 1)


def _part(state: Node, place: int) -> Node:
    part = apply("slice", state, starts=(Dim.of(place),), steps=(1,), sizes=(ONE,))
    return apply("reshape", part, shape=())


def refuse_drawn(value: Value, what: str, span: Span) -> None:
    """Raises `UserError` TD0226 for a value that is drawn, where a number known at compile time is needed."""
    if isinstance(value, Node) and any(node.op.name == "random_bits" for node in topological([value])):
        message = f"{what} is known when the program is compiled, and this is drawn by each call"
        raise fail("TD0226", message, span, hint="a let, or the first value of a state, can be drawn")


def counted(checker: Checker, nodes: Collection[Node]) -> Update | None:
    """The update of an entry that draws."""
    state = apply("variable", name=RANDOM, type=_STATE)
    if state not in nodes or RANDOM in checker.variables:
        return None
    return Update(RANDOM, state + apply("iota", shape=_STATE.shape, axis=0), None)


def refuse_taken(checker: Checker, name: syntax.Name) -> None:
    """Refuses another member of a model that draws under the name of its state."""
    if name.name == RANDOM and checker.places:
        raise fail("TD0218", _TAKEN, name.span, hint="choose another name")


def add_random(checker: Checker) -> None:
    """Adds the state to the variables."""
    first = apply("iota", shape=_STATE.shape, axis=0).equals(0)
    seed = apply("broadcast", checker.seed, shape=_STATE.shape, axes=())
    checker.variables[RANDOM] = Variable(RANDOM, apply("variable", name=RANDOM, type=_STATE), "state", _DOC, None)
    checker.initial[RANDOM] = apply("select", first, seed, full(0, _STATE))

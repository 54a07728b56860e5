"""Loops to try: a few nodes each, with the sizes of their inputs and an oracle in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import tdsl.ops  # noqa: F401  fills the table
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, apply, broadcast
from tdsl.ops.scan import scan
from tdsl.types import BOOL, F64, I64, Dim, DType, Type

Arrays = dict[str, Any]


def size(number: int) -> Dim:
    return Dim.of(number)


def real(name: str, *shape: int, dtype: DType = F64) -> Node:
    return apply("argument", name=name, type=Type(dtype, tuple(map(Dim.of, shape))))


def total(node: Node) -> Node:
    return apply("sum", node, axes=tuple(range(node.type.rank)))


def tanh(node: Node) -> Node:
    return apply("tanh", node)


@dataclass(frozen=True)
class LoopCase:
    """`roots` of some arguments; `oracle` computes them.  `draw` makes values that are not normal reals."""

    name: str
    roots: Sequence[Node]
    given: Sequence[Node]
    oracle: Callable[[Arrays], Sequence[Any]]
    draw: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name

    def values(self, seed: int) -> Arrays:
        rng = np.random.default_rng(seed)
        found: Arrays = {}
        for node in self.given:
            shape = tuple(int(one.constant or 0) for one in node.type.shape)
            drawn = self.draw.get(node.get(Named).name, lambda rng, shape: rng.normal(size=shape) * 0.6)(rng, shape)
            found[node.get(Named).name] = np.asarray(drawn, node.type.dtype.numpy)
        return found

    @property
    def reals(self) -> list[Node]:
        return [node for node in self.given if node.type.is_real]


T, B, H, K = 6, 3, 4, 2
x, h, W, U, s = real("x", T, B, K), real("h", B, H), real("W", H, H), real("U", K, H), real("s")
v, a, b = real("v", T), real("a"), real("b")


def rnn(trip: int = T, reverse: bool = False) -> LoopCase:
    given = real("x", trip, B, K)

    def step(states: list[Node], elements: list[Node]) -> list[Node]:
        (state,), (element,) = states, elements
        scale = broadcast(apply("exp", s), state.type, ())
        new = tanh(state @ W + element @ U) * scale
        return [new, apply("sum", new * new, axes=(1,))]

    def oracle(of: Arrays) -> list[Any]:
        now, norms = of["h"], np.zeros((trip, B))
        for t in reversed(range(trip)) if reverse else range(trip):
            now = np.tanh(now @ of["W"] + of["x"][t] @ of["U"]) * np.exp(of["s"])
            norms[t] = (now * now).sum(1)
        return [now, norms]

    results = scan([h], [given], size(trip), step, reverse)
    return LoopCase(f"rnn {trip}{' reverse' * reverse}", results, [given, h, W, U, s], oracle)


def nested() -> LoopCase:
    """Each of three steps runs a whole loop over the sequence, which begins where the one before ended."""

    def inner(states: list[Node], elements: list[Node]) -> list[Node]:
        (state,), (element,) = states, elements
        new = apply("sin", state * a + element)
        return [new, new * element]

    def outer(states: list[Node], elements: list[Node]) -> list[Node]:
        last, products = scan(states, [v], size(T), inner)
        return [last * elements[0], total(products)]

    def oracle(of: Arrays) -> list[Any]:
        state, sums = of["b"], np.zeros(3)
        for t in range(3):
            total = 0.0
            for element in of["v"]:
                state = np.sin(state * of["a"] + element)
                total += state * element
            state, sums[t] = state * of["w"][t], total
        return [state, sums]

    w = real("w", 3)
    return LoopCase("nested", scan([b], [w], size(3), outer), [a, b, v, w], oracle)


def swapped(trip: int) -> LoopCase:
    def oracle(of: Arrays) -> list[Any]:
        one, other = of["a"], of["b"]
        for _ in range(trip):
            one, other = other, one * 1.5
        return [one, other]

    made = scan([a, b], [], size(trip), lambda states, _: [states[1], states[0] * 1.5])
    return LoopCase(f"swapped {trip}", made, [a, b], oracle)


def mixed() -> LoopCase:
    """A counter and a flag choose the next value of a real state."""
    n, f, ks = real("n", dtype=I64), real("f", dtype=BOOL), real("k", T, dtype=I64)

    def step(states: list[Node], elements: list[Node]) -> list[Node]:
        count, flag, state = states
        key, element = elements
        up = apply("gather", table, key, axis=0)
        new = apply("if", flag, state * up, state + element * element)
        return [count + 1, (count + key) > 1, new, count * key, flag]

    def oracle(of: Arrays) -> list[Any]:
        count, flag, state = of["n"], of["f"], of["a"]
        counts, flags = np.zeros(T, np.int64), np.zeros(T, bool)
        for t in range(T):
            key, element = of["k"][t], of["v"][t]
            counts[t], flags[t] = count * key, flag
            state = state * of["t"][key] if flag else state + element**2
            count, flag = count + 1, count + key > 1
        return [count, flag, state, counts, flags]

    table = real("t", 5)
    draw = {"n": lambda rng, _: -2, "f": lambda rng, _: True, "k": lambda rng, shape: rng.integers(-3, 3, shape)}
    made = scan([n, f, a], [ks, v], size(T), step)
    return LoopCase("mixed", made, [n, f, a, ks, v, table], oracle, draw)


def unread() -> LoopCase:
    """A step that reads only captured values, and a state that never changes."""

    def oracle(of: Arrays) -> list[Any]:
        state = of["b"]
        for _ in range(4):
            state = state * of["a"] + of["s"]
        return [state, of["s"], np.full(4, of["a"] * 2)]

    made = scan([b, s], [], size(4), lambda states, _: [states[0] * a + states[1], states[1], a * 2])
    return LoopCase("unread", made, [a, b, s], oracle)


def matrices() -> LoopCase:
    """A matrix as the state, multiplied by elements of a sequence from the end; some results are sequences too."""
    xs = real("xs", T, H, H)

    def oracle(of: Arrays) -> list[Any]:
        state, traces = of["W"], np.zeros((T, H))
        for t in reversed(range(T)):
            state = of["xs"][t] @ state * 0.5
            traces[t] = state[:, 0]
        return [state, traces]

    def step(states: list[Node], elements: list[Node]) -> list[Node]:
        new = (elements[0] @ states[0]) * 0.5
        first = apply("slice", new, starts=(size(0), size(0)), steps=(1, 1), sizes=(size(H), size(1)))
        return [new, apply("reshape", first, shape=(size(H),))]

    return LoopCase("matrices", scan([W], [xs], size(T), step, True), [W, xs], oracle)


def branches() -> LoopCase:
    """A loop on one side of an `if`, whose derivative is infinite on the other."""

    def oracle(of: Arrays) -> list[Any]:
        if not of["c"]:
            return [of["b"]]
        state = of["a"]
        for element in of["v"]:
            state = np.sqrt(state * state + element**2)
        return [state]

    c = real("c", dtype=BOOL)
    made = scan([a], [v], size(T), lambda now, of: [apply("sqrt", now[0] * now[0] + of[0] * of[0])])
    return LoopCase("branches", [apply("if", c, made[0], b)], [c, a, b, v], oracle, {"c": lambda rng, _: True})


LOOPS = [
    rnn(), rnn(reverse=True), rnn(0), rnn(1), nested(), swapped(0), swapped(1), swapped(5), swapped(6), mixed(),
    unread(), matrices(), branches(),
]  # fmt: skip

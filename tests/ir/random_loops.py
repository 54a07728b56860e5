"""Random programs of loops: smooth bodies of scalars, vectors and matrices with counters and flags, loops inside of
loops and of sides of an `if`, and calls with a derivative of their own.

`python -m tests.ir.random_loops 1000` tries the interpreter, the passes and the NumPy target on so many of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tdsl.ir.attributes import Named
from tdsl.ir.grad import pullback
from tdsl.ir.interp import evaluate
from tdsl.ir.node import Node, apply, broadcast, constant
from tdsl.ir.program import Program
from tdsl.ops.functions import call
from tdsl.ops.scan import scan
from tdsl.types import F64, I64, ZERO, Dim, Type
from tests.ops.differences import directional_error, gradient
from tests.stages import stages

from .loops import Arrays, LoopCase, total
from .programs import cost_of, entry, program_of

SIZE = Dim.of(3)
SCALAR, VECTOR, MATRIX, COUNT = Type(F64), Type(F64, (SIZE,)), Type(F64, (SIZE, SIZE)), Type(I64)
REALS = (SCALAR, VECTOR, MATRIX)
_DEEPEST = 2


class Maker:
    """Makes nodes of those that it has, by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.given: list[Node] = []
        self.loops = 0

    def one(self, choices: Sequence[Any]) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def argument(self, type: Type, first: Dim | None = None) -> Node:
        type = type if first is None else type.with_shape((first, *type.shape))
        node = apply("argument", name=f"a{len(self.given)}", type=type)
        self.given.append(node)
        return node

    def program(self) -> LoopCase:
        pool = [self.argument(type) for type in (*REALS, SCALAR, VECTOR, COUNT)]
        roots: list[Node] = []
        while not self.loops or len(roots) < 2:
            made = self.loop(pool, 0) if self.random.random() < 0.7 else [self.node(pool, 0)]
            pool += made
            roots += made
        return LoopCase("random", roots, self.given, lambda values: evaluate(roots, values, {}, {}), {
            node.get(Named).name: lambda rng, shape: rng.integers(-4, 5, shape)
            for node in self.given if node.type.dtype == I64
        })  # fmt: skip

    def loop(self, pool: list[Node], depth: int) -> list[Node]:
        """States, sequences and results of any types; the nodes of the pool that the body uses are captured."""
        self.loops += 1
        trip = Dim.of(int(self.one([0, 1, 2, 3, 5])))
        initial = [self.of_type(self.one([*REALS, COUNT]), pool) for _ in range(self.random.integers(1, 4))]
        long = [node for node in pool if node.type.rank and node.type.shape[0] == trip]
        read = [self.one(long) for _ in range(self.random.integers(3)) if long]
        read += [self.argument(self.one([*REALS, COUNT]), trip) for _ in range(self.random.integers(2)) if depth == 0]

        def step(states: list[Node], elements: list[Node]) -> list[Node]:
            inner = [*pool, *states, *elements]
            for _ in range(self.random.integers(2, 6)):
                inner.append(self.node(inner, depth))
            if depth + 1 < _DEEPEST and self.random.random() < 0.4:
                inner += self.loop(inner, depth + 1)
            made = inner[len(pool) :]
            results = [self.of_type(state.type, made) for state in states]
            return results + [self.one(made) for _ in range(self.random.integers(3))]

        return scan(initial, read, trip, step, bool(self.random.random() < 0.3))

    def of_type(self, type: Type, pool: list[Node]) -> Node:
        """A node of the pool of that type, or one derived from a node of the pool."""
        found = [node for node in pool[::-1] if node.type == type]
        if found and self.random.random() < 0.8:
            return found[min(int(self.random.geometric(0.5)) - 1, len(found) - 1)]
        if type == COUNT:
            return constant(int(self.random.integers(-2, 3)), I64)
        reals = [node for node in pool if node.type in REALS]
        if not reals:
            return broadcast(constant(0.5, F64), type, ())
        node = self.one(reals)
        if node.type.rank > type.rank:
            node = apply("sum", node, axes=tuple(range(node.type.rank - type.rank))) * 0.3
        axes = tuple(range(type.rank - node.type.rank, type.rank))
        return broadcast(node, type, axes)

    def node(self, pool: list[Node], depth: int) -> Node:
        rules: list[Callable[[list[Node]], Node]] = [
            self._function, self._function, self._sum, self._product, self._matrix_product, self._element, self._piece,
            self._choice, self._branch, self._count, self._call,
        ]  # fmt: skip
        return self.one(rules)(pool)  # type: ignore[no-any-return]

    def _real(self, pool: list[Node]) -> Node:
        return self.of_type(self.one(REALS), pool)

    def _function(self, pool: list[Node]) -> Node:
        return apply(self.one(["tanh", "sin", "sigmoid", "cos", "softplus"]), self._real(pool))

    def _sum(self, pool: list[Node]) -> Node:
        a = self._real(pool)
        b = self.of_type(a.type, pool)
        return (a - b) * 0.7 if self.random.random() < 0.5 else (a + b) * 0.6

    def _product(self, pool: list[Node]) -> Node:
        a = self._real(pool)
        return apply("tanh", a * self.of_type(a.type, pool))

    def _matrix_product(self, pool: list[Node]) -> Node:
        a, b = self.of_type(MATRIX, pool), self.of_type(self.one([MATRIX, VECTOR]), pool)
        turned = apply("transpose", a, axes=(1, 0)) if self.random.random() < 0.3 else a
        return (turned @ b) * 0.3

    def _element(self, pool: list[Node]) -> Node:
        """An element at a position that is inside, or counted from the end."""
        at = apply("mod", self.of_type(COUNT, pool), constant(3, I64))
        return apply("gather", self.of_type(self.one([VECTOR, MATRIX]), pool), at, axis=0)

    def _piece(self, pool: list[Node]) -> Node:
        """All but the first, behind which a zero comes."""
        a = self.of_type(VECTOR, pool)
        part = apply("slice", a, starts=(Dim.of(1),), steps=(1,), sizes=(Dim.of(2),))
        return apply("place", part, shape=(SIZE,), starts=(ZERO,), steps=(1,))

    def _condition(self, pool: list[Node]) -> Node:
        return self.of_type(COUNT, pool) > constant(int(self.random.integers(-2, 3)), I64)

    def _choice(self, pool: list[Node]) -> Node:
        a = self._real(pool)
        condition = broadcast(self._condition(pool), a.type, ())
        return apply("select", condition, a, self.of_type(a.type, pool) * 0.5)

    def _branch(self, pool: list[Node]) -> Node:
        a = self._real(pool)
        return apply("if", self._condition(pool), apply("sin", a), self.of_type(a.type, pool))

    def _count(self, pool: list[Node]) -> Node:
        return self.of_type(COUNT, pool) + self.one([1, -1, 2])

    def _call(self, pool: list[Node]) -> Node:
        """A call whose own derivative is that of the table's rules."""
        a = self._real(pool)
        b = self.of_type(a.type, pool)

        def function(x: Node, y: Node) -> list[Node]:
            return [apply("sin", x) * apply("sigmoid", y), x * 0.4 + y]

        def derivative(x: Node, y: Node, *rest: Node) -> list[Node]:
            found = pullback(function(x, y), rest[2:], [x, y])
            return [found[x], found[y]]

        return call([a, b], function, derivative)[int(self.random.integers(2))]


def made(seed: int) -> LoopCase:
    return Maker(seed).program()


def with_gradient(loop: LoopCase) -> list[Node]:
    """The results, and the derivatives of the real ones, where there are any."""
    reals = [root for root in loop.roots if root.type.is_real]
    return [*loop.roots, *(gradient(cost_of(reals), loop.reals) if reals else [])]


def program_of_seeds(seeds: Sequence[int]) -> Program:
    loops = [made(seed) for seed in seeds]
    return program_of(
        [entry(f"f{seed}", loop.given, with_gradient(loop)) for seed, loop in zip(seeds, loops, strict=True)]
    )


def kernels_of(program: Program) -> dict[str, Any]:
    """The entries as NumPy text runs them."""
    namespace: dict[str, Any] = {"__name__": "loops"}
    exec(compile(stages(program, "numpy").unit.text, "loops.py", "exec"), namespace)
    return {one.name: namespace[one.name]._kernel for one in program.entries}


def in_numpy(program: Program, kernel: Any, name: str, values: Arrays) -> list[Any]:
    parameters = next(one.parameters for one in program.entries if one.name == name)
    given = [np.asarray(values[p.name], p.node.type.dtype.numpy) for p in parameters]
    with np.errstate(all="ignore"):
        results, _, fault = kernel(given, [], [])
    assert fault is None
    return list(results)


def assert_like(found: Sequence[Any], expected: Sequence[Any]) -> None:
    for got, other in zip(found, expected, strict=True):
        assert np.asarray(got).dtype == np.asarray(other).dtype
        scale = float(np.abs(other).max()) if np.size(other) else 0.0
        np.testing.assert_allclose(got, other, 1e-11, 1e-11 * max(scale, 1))


def derivative_error(loop: LoopCase, seed: int) -> float:
    """The error of the first derivative and of a second one."""
    reals = [root for root in loop.roots if root.type.is_real]
    if not reals:
        return 0.0
    cost, values = cost_of(reals), loop.values(seed)
    error = directional_error(cost, loop.reals, values, seed, order=8, step=3e-4)
    first = next((part for part in gradient(cost, loop.reals) if not part.is_constant), None)
    if first is None:
        return error
    second = total(first * first * 0.3 + apply("sin", first))
    return max(error, directional_error(second, loop.reals, values, seed, order=8, step=3e-4))


def try_one(seed: int) -> None:
    """The interpreter and its derivatives, before and after the passes, and the NumPy target."""
    loop, program = made(seed), program_of_seeds([seed])
    values = loop.values(seed)
    expected = evaluate(with_gradient(loop), values, {}, {})
    assert_like(evaluate(program.entries[0].roots(), values, {}, {}), expected)
    assert_like(in_numpy(program, kernels_of(program)[f"f{seed}"], f"f{seed}", values), expected)
    assert derivative_error(loop, seed) < 1e-8


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        try:
            try_one(number)
        except Exception as problem:
            print(number, type(problem).__name__, str(problem).strip().splitlines()[:4])

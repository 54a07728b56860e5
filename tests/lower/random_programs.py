"""Random programs, well typed by construction: matrices of a few related shapes and everything that relates them."""

from __future__ import annotations

import random

from tdsl.ir import Node, apply, broadcast, constant
from tdsl.types import F64, I64, Dim, Type

from .cases import Case, M, N, argument

ROWS, COLUMNS, WHOLE, SCALAR = (N,), (M,), (N, M), ()
TURNED = (M, N)
UNARY = ("neg", "tanh", "sigmoid", "abs", "sin", "exp", "floor", "sign", "stop_grad")
BINARY = ("add", "sub", "mul", "maximum", "minimum")


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.inputs = tuple(
            argument(name, F64, *shape)
            for name, shape in (("a", WHOLE), ("b", WHOLE), ("r", ROWS), ("c", COLUMNS), ("t", TURNED), ("s", SCALAR))
        )
        self.nodes: list[Node] = list(self.inputs)

    def case(self, size: int) -> Case:
        for _ in range(size):
            node = self.node()
            # Values stay small, so that errors do.
            self.nodes.append(apply("tanh", node) if self.random.random() < 0.3 else node)
        roots = [self.pick(self.random.choice((WHOLE, ROWS, COLUMNS, SCALAR, TURNED))) for _ in range(3)]
        return Case("random", (self.nodes[-1], *roots), self.inputs, ulps=1e5, smallest=1)

    def pick(self, shape: tuple[Dim, ...]) -> Node:
        found = [node for node in self.nodes if node.type.shape == shape]
        return self.random.choice(found[-6:]) if found else self.spread(shape)

    def spread(self, shape: tuple[Dim, ...]) -> Node:
        return broadcast(constant(self.random.uniform(-1, 1), F64), Type(F64, shape), ())

    def condition(self, shape: tuple[Dim, ...]) -> Node:
        one, other = self.pick(shape), self.pick(shape)
        return apply(self.random.choice(("lt", "ge", "ne")), one, other)

    def node(self) -> Node:
        shape = self.random.choice((WHOLE, WHOLE, ROWS, COLUMNS, SCALAR, TURNED))
        match self.random.randrange(15):
            case 0 | 1:
                return apply(self.random.choice(UNARY[:-1]), self.pick(shape))
            case 2 | 3 | 4:
                return apply(self.random.choice(BINARY), self.pick(shape), self.pick(shape))
            case 5:
                return apply("select", self.condition(shape), self.pick(shape), self.pick(shape))
            case 6:
                return apply("transpose", self.pick(self.random.choice((WHOLE, TURNED))), axes=(1, 0))
            case 7:
                return broadcast(self.pick(ROWS), Type(F64, WHOLE), (0,))
            case 8:
                return broadcast(self.pick(COLUMNS), Type(F64, WHOLE), (1,))
            case 9:
                axes = self.random.choice(((0,), (1,), (0, 1)))
                return apply(self.random.choice(("sum", "max", "min")), self.pick(WHOLE), axes=axes) * 0.1
            case 10:
                whole, turned = self.pick(WHOLE), self.pick(TURNED)
                product = self.random.choice((lambda: whole @ (turned @ whole), lambda: whole @ self.pick(COLUMNS)))
                return apply("tanh", product())
            case 11:
                return apply("if", self.condition(SCALAR), self.pick(shape), self.pick(shape))
            case 12:
                flat = apply("reshape", self.pick(WHOLE), shape=(N * M,))
                return apply("reshape", flat, shape=self.random.choice((WHOLE, TURNED)))
            case 13:
                flipped = apply("slice", self.pick(ROWS), starts=(N - 1,), steps=(-1,), sizes=(N,))
                part = apply("slice", self.pick(COLUMNS), starts=(Dim.of(0),), steps=(1,), sizes=(M - 1,))
                padded = apply("place", part, shape=COLUMNS, starts=(Dim.of(1),), steps=(1,))
                return self.random.choice((flipped, padded))
            case _:
                index = apply("argmax", self.pick(WHOLE), axis=1, dtype=I64)
                return apply("gather", self.pick(COLUMNS), index, axis=0)


def random_case(seed: int, size: int = 14) -> Case:
    case = Maker(seed).case(size)
    return Case(f"random_{seed}", case.roots, case.inputs, smallest=1, ulps=case.ulps)

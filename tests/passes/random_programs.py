"""Random programs, valid by construction: the shape of a result is chosen first, then an op that can make it."""

from __future__ import annotations

import numpy as np

from tdsl.ir import Node, apply, broadcast, constant, full
from tdsl.types import F64, I64, Dim, Shape, Type

from .build import argument

SIZES = (0, 1, 2, 3, 7, 17)
UNARY = (
    "neg",
    "abs",
    "exp",
    "tanh",
    "sigmoid",
    "softplus",
    "sin",
    "cos",
    "floor",
    "sqrt",
    "log",
    "erf",
    "sign",
    "atan",
)
SMOOTH = ("neg", "tanh", "sigmoid", "softplus", "sin", "cos", "erf", "atan")
BINARY = ("add", "sub", "mul", "div", "maximum", "minimum", "add", "sub", "mul", "mod", "pow")
COMPARE = ("lt", "le", "gt", "ge", "eq", "ne")
LITERALS = (1.0, -1.0, 0.0, -0.0, 2.0, 0.5, float("inf"), float("nan"), -3.0)


class Generator:
    """Grows a pool of nodes; `smooth` keeps to what has a derivative everywhere, `symbolic` makes sizes dims."""

    def __init__(self, seed: int, smooth: bool = False) -> None:
        self.rng = np.random.default_rng(seed)
        self.smooth = smooth
        self.dims: dict[str, int] = {}
        self.arguments: dict[str, Node] = {}
        self.pool: list[Node] = []

    def pick(self, items: object) -> object:
        return items[int(self.rng.integers(len(items)))]  # type: ignore[index,arg-type]

    def size(self) -> Dim:
        number = int(self.rng.choice(SIZES))
        if self.rng.random() < 0.4:
            name = f"N{number}"
            self.dims[name] = number
            return Dim.symbol(name)
        return Dim.of(number)

    def number(self, size: Dim) -> int:
        return size.evaluate(self.dims)

    def shape(self) -> Shape:
        return tuple(self.size() for _ in range(int(self.rng.integers(0, 4))))

    def leaf(self, shape: Shape) -> Node:
        if not self.smooth and self.rng.random() < 0.2:
            return broadcast(constant(float(self.rng.choice(LITERALS)), F64), Type(F64, shape), ())
        if self.rng.random() < 0.1:
            return full(float(np.round(self.rng.normal(), 1)), Type(F64, shape))
        name = f"x{len(self.arguments)}"
        self.arguments[name] = node = argument(name, *shape)
        return node

    def known(self, shape: Shape) -> Node:
        """A node of the pool with that shape, else a leaf: what makes subexpressions shared."""
        found = [node for node in self.pool if node.type == Type(F64, shape)]
        if found and self.rng.random() < 0.8:
            return found[int(self.rng.integers(len(found)))]
        return self.leaf(shape)

    def grow(self) -> Node:
        shape = (
            self.pool[int(self.rng.integers(len(self.pool)))].type.shape
            if self.pool and self.rng.random() < 0.6
            else self.shape()
        )
        ways = [self.unary, self.binary, self.binary, self.choice, self.stretch, self.reduce, self.sliced, self.placed]
        ways += [self.marker, self.reshaped, self.stacked, self.transposed, self.gathered]
        ways += [self.product] * (2 if len(shape) == 2 else 0)
        if not self.smooth:
            ways += [self.integer, self.integer, self.conditional]
        node: Node = ways[int(self.rng.integers(len(ways)))](shape)
        assert node.type == Type(F64, shape), node
        self.pool.append(node)
        return node

    def unary(self, shape: Shape) -> Node:
        return apply(str(self.pick(SMOOTH if self.smooth else UNARY)), self.known(shape))

    def binary(self, shape: Shape) -> Node:
        name = str(self.pick(("add", "sub", "mul") if self.smooth else BINARY))
        return apply(name, self.operand(shape), self.operand(shape))

    def operand(self, shape: Shape) -> Node:
        """Often something stretched: a scalar, or a part of the axes; sometimes a literal."""
        if not self.smooth and self.rng.random() < 0.1:
            return full(float(self.rng.choice(LITERALS)), Type(F64, shape))
        if not shape or self.rng.random() < 0.5:
            return self.known(shape)
        return self.stretch(shape)

    def stretch(self, shape: Shape) -> Node:
        axes = tuple(axis for axis in range(len(shape)) if self.rng.random() < 0.5)
        return broadcast(self.known(tuple(shape[axis] for axis in axes)), Type(F64, shape), axes)

    def reduce(self, shape: Shape) -> Node:
        extra = int(self.rng.integers(0, 3))
        rank = len(shape) + extra
        axes = tuple(sorted(self.rng.permutation(rank)[:extra].tolist()))
        inner, rest = [], list(shape)
        for axis in range(rank):
            inner.append(self.size() if axis in axes else rest.pop(0))
        name = "sum" if self.smooth or self.rng.random() < 0.6 else str(self.pick(("prod", "max", "min")))
        return apply(name, self.operand(tuple(inner)), axes=axes)

    def transposed(self, shape: Shape) -> Node:
        axes = tuple(self.rng.permutation(len(shape)).tolist())
        return apply("transpose", self.known(tuple(shape[axes.index(axis)] for axis in range(len(shape)))), axes=axes)

    def reshaped(self, shape: Shape) -> Node:
        order = self.rng.permutation(len(shape)).tolist()
        inner = [shape[axis] for axis in order]
        inner.insert(int(self.rng.integers(len(inner) + 1)), Dim.of(1))
        return apply("reshape", self.known(tuple(inner)), shape=shape)

    def product(self, shape: Shape) -> Node:
        (rows, columns), middle = shape, self.size()
        a = self.flipped((rows, middle))
        return a @ self.flipped((middle, columns))

    def flipped(self, shape: Shape) -> Node:
        if self.rng.random() < 0.5:
            return self.known(shape)
        return apply("transpose", self.known(shape[::-1]), axes=(1, 0))

    def sliced(self, shape: Shape) -> Node:
        whole, starts, steps = [], [], []
        for size in shape:
            step = int(self.rng.choice((1, 1, 2, 3, -1, -2)))
            before, after = int(self.rng.integers(0, 3)), int(self.rng.integers(0, 3))
            reach = size * abs(step)
            whole.append(reach + before + after)
            starts.append(Dim.of(before) if step > 0 else reach + (before - 1))
            steps.append(step)
        parts = {"starts": tuple(starts), "steps": tuple(steps), "sizes": shape}
        return apply("slice", self.known(tuple(whole)), **parts)

    def placed(self, shape: Shape) -> Node:
        return apply("place", self.known(shape), shape=shape, starts=(Dim.of(0),) * len(shape), steps=(1,) * len(shape))

    def stacked(self, shape: Shape) -> Node:
        if not shape or shape[0].constant is None or not 1 <= shape[0].constant <= 3:
            return self.binary(shape)
        return apply("stack", *(self.operand(shape[1:]) for _ in range(shape[0].constant)))

    def gathered(self, shape: Shape) -> Node:
        """Sometimes at a position that is not there."""
        if not shape:
            return self.unary(shape)
        size = self.size()
        number = self.number(size)
        if number == 0:
            return self.unary(shape)
        index = apply("iota", shape=shape[:1], axis=0)
        if self.smooth or self.rng.random() < 0.5:
            index = apply("mod", index, full(number, index.type))
        return apply("gather", self.known((size, *shape[1:])), index, axis=0)

    def integer(self, shape: Shape) -> Node:
        """Sometimes a division by zero."""
        top = apply("floor", apply("tanh", self.known(shape)) * 5).cast(I64)
        bottom = full(int(self.rng.integers(0, 4)), top.type)
        if self.rng.random() < 0.4:
            bottom = bottom + full(1, top.type)
        return apply(str(self.pick(("floordiv", "mod"))), top, bottom).cast(F64)

    def condition(self, shape: Shape) -> Node:
        test = apply(str(self.pick(COMPARE)), self.operand(shape), self.operand(shape))
        if self.rng.random() < 0.2:
            test = apply("not", test)
        return test

    def choice(self, shape: Shape) -> Node:
        if self.smooth:
            return apply("mul", self.operand(shape), self.operand(shape))
        a = self.operand(shape)
        b = a if self.rng.random() < 0.4 else self.operand(shape)
        return apply("select", self.condition(shape), a, b)

    def conditional(self, shape: Shape) -> Node:
        return apply("if", self.condition(()), self.known(shape), self.known(shape))

    def marker(self, shape: Shape) -> Node:
        inner = self.known(shape)
        return (
            apply("identity", inner, tag="here")
            if self.smooth or self.rng.random() < 0.5
            else apply("stop_grad", inner)
        )

    def values(self) -> dict[str, np.ndarray]:
        special = [np.inf, -np.inf, np.nan, 0.0, -0.0, -0.0, 1.0]
        out = {}
        for name, node in self.arguments.items():
            value = self.rng.normal(size=tuple(self.number(size) for size in node.type.shape))
            if not self.smooth:
                value = np.where(self.rng.random(value.shape) < 0.2, self.rng.choice(special, value.shape), value)
            out[name] = value
        return out

"""A case: one way to apply an op, its operands and its expected result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import tdsl.ops  # noqa: F401  fills the table
from tdsl.ir.node import Node, apply
from tdsl.types import F64, Dim, DType, Type

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
NAMES = "abcdef"


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.normal(size=shape)


def between(low: float, high: float) -> Draw:
    return lambda rng, shape: rng.uniform(low, high, shape)


def whole(low: int, high: int) -> Draw:
    return lambda rng, shape: rng.integers(low, high, shape)


def far(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Away from zero, of both signs."""
    return rng.uniform(0.3, 2, shape) * rng.choice([-1, 1], shape)


def apart(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values that are far from each other."""
    count = int(np.prod(shape))
    return ((rng.permutation(count) - count / 2) * 0.37 + rng.uniform(0, 0.1, count)).reshape(shape)


def coin(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.random(shape) < 0.5


def sizes(*numbers: int) -> tuple[Dim, ...]:
    return tuple(Dim.of(number) for number in numbers)


@dataclass(frozen=True)
class Case:
    """`oracle` takes float64, int64 or bool arrays and the attributes with plain numbers; `near_kink` says at which
    operands a derivative must not be tried.  `fixed` operands keep their dtype, the others take `dtype`.
    `build` applies the op to what it makes of the operands."""

    op: str
    shapes: tuple[tuple[int, ...], ...]
    draws: tuple[Draw, ...]
    oracle: Callable[..., Any]
    attributes: dict[str, Any] = field(default_factory=dict)
    dtype: DType = F64
    fixed: dict[int, DType] = field(default_factory=dict)
    near_kink: Callable[..., Any] | None = None
    build: Callable[..., Node] | None = None
    label: str = ""

    def __str__(self) -> str:
        return f"{self.op}-{self.label or 'x'.join(map(str, self.shapes))}-{self.dtype}"

    def dtype_of(self, position: int) -> DType:
        return self.fixed.get(position, self.dtype)

    def operands(self) -> list[Node]:
        return [
            apply("argument", name=NAMES[i], type=Type(self.dtype_of(i), sizes(*shape)))
            for i, shape in enumerate(self.shapes)
        ]

    def node(self) -> Node:
        return self.applied(self.operands())

    def applied(self, operands: list[Node]) -> Node:
        if self.build is not None:
            return self.build(*operands, **self.attributes)
        return apply(self.op, *operands, **self.attributes)

    def draw(self, rng: np.random.Generator) -> list[np.ndarray]:
        values = [draw(rng, shape) for draw, shape in zip(self.draws, self.shapes, strict=True)]
        while self.near_kink is not None and np.any(near := np.asarray(self.near_kink(*values))):
            again = [draw(rng, shape) for draw, shape in zip(self.draws, self.shapes, strict=True)]
            values = [np.where(near, new, old) for old, new in zip(values, again, strict=True)]
        return [value.astype(self.dtype_of(i).numpy) for i, value in enumerate(values)]

"""Cases of linear algebra.  The oracles compute with exact fractions, element by element."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from tdsl.ir.node import Node, apply, full
from tdsl.ops.contraction import swap
from tdsl.ops.functions import items
from tdsl.ops.linear_algebra import identity
from tdsl.types import F32, F64

from .case import Case, between

Exact = list[list[Fraction]]
SHAPES: tuple[tuple[tuple[int, ...], int], ...] = (((), 0), ((), 1), ((), 4), ((2,), 3), ((2, 1), 2), ((0,), 3))


def symmetric(a: Node) -> Node:
    """A positive definite matrix of which both triangles change together."""
    return a + swap(a) + identity(a.type) * full(2 * (a.type.shape[-1].constant or 0) + 1, a.type)


def regular(a: Node) -> Node:
    """A matrix whose rows are exchanged by a factorization, far from a singular one."""
    size = a.type.shape[-1].constant or 0
    return a + apply("slice", identity(a.type), **reversed_rows(a.type.shape)) * full(2 * size, a.type)


def reversed_rows(shape: tuple[Any, ...]) -> dict[str, Any]:
    zero = shape[-1] - shape[-1]
    starts = tuple(size - 1 if axis == len(shape) - 2 else zero for axis, size in enumerate(shape))
    steps = tuple(-1 if axis == len(shape) - 2 else 1 for axis in range(len(shape)))
    return {"starts": starts, "steps": steps, "sizes": shape}


def triangular(t: Node) -> Node:
    return t + identity(t.type) * full(4, t.type)


def each(*stacks: np.ndarray, by: Callable[..., Any]) -> np.ndarray:
    """Matrix by matrix, as fractions."""
    shape = stacks[0].shape[:-2]
    found = [by(*(exact(stack[index]) for stack in stacks)) for index in np.ndindex(shape)]
    return np.array(found, dtype=float).reshape(shape + np.shape(found[0])) if found else np.zeros(shape)


def exact(matrix: np.ndarray) -> Exact:
    return [[Fraction(value) for value in row] for row in matrix.tolist()]


def eliminated(a: Exact, b: Exact) -> tuple[Exact, Fraction]:
    """The solution and the determinant, by Gauss and Jordan; any pivot other than zero does."""
    size, rows = len(a), [[*left, *right] for left, right in zip(a, b, strict=True)]
    det = Fraction(1)
    for k in range(size):
        pivot = next(i for i in range(k, size) if rows[i][k])
        if pivot != k:
            rows[k], rows[pivot], det = rows[pivot], rows[k], -det
        det *= rows[k][k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(size):
            if i != k:
                rows[i] = [value - rows[i][k] * other for value, other in zip(rows[i], rows[k], strict=True)]
    return [row[size:] for row in rows], det


def turned(a: Exact) -> Exact:
    return [list(row) for row in zip(*a, strict=True)]


def factor(a: Exact) -> list[list[float]]:
    """From the factors L D Lᵀ, which are exact."""
    size, below = len(a), [[Fraction(int(i == j)) for j in range(len(a))] for i in range(len(a))]
    diagonal: list[Fraction] = []
    for j in range(size):
        diagonal.append(a[j][j] - sum(below[j][k] ** 2 * diagonal[k] for k in range(j)))
        for i in range(j + 1, size):
            rest = sum(below[i][k] * below[j][k] * diagonal[k] for k in range(j))
            below[i][j] = (a[i][j] - rest) / diagonal[j]
    return [[float(below[i][j]) * math.sqrt(diagonal[j]) if j <= i else 0.0 for j in range(size)] for i in range(size)]


def cholesky(a: np.ndarray) -> np.ndarray:
    """Only the lower triangle of the sum is right here, and only that is read."""
    size = a.shape[-1]
    whole = np.tril(a + np.swapaxes(a, -1, -2) + np.eye(size) * (2 * size + 1))
    return each(whole, by=factor) if a.size else np.zeros(a.shape)


def solve_triangular(t: np.ndarray, b: np.ndarray, lower: bool) -> np.ndarray:
    t = (np.tril if lower else np.triu)(t + 4 * np.eye(t.shape[-1]))
    return each(t, b, by=lambda t, b: eliminated(t, b)[0]) if b.size else np.zeros(b.shape)


def shifted(a: np.ndarray) -> np.ndarray:
    return a + 2 * a.shape[-1] * np.eye(a.shape[-1])[::-1]


def solve(a: np.ndarray, b: np.ndarray, turned_: bool) -> np.ndarray:
    matrix = np.swapaxes(shifted(a), -1, -2) if turned_ else shifted(a)
    return each(matrix, b, by=lambda a, b: eliminated(a, b)[0]) if b.size else np.zeros(b.shape)


def det(a: np.ndarray) -> np.ndarray:
    return each(shifted(a), by=lambda a: eliminated(a, [[] for _ in a])[1])


def matrices() -> list[Case]:
    uniform, cases = between(-1, 1), []
    for (stack, size), dtype in itertools.product(SHAPES, (F64, F32)):
        square, right = (*stack, size, size), (*stack, size, 2)
        common: dict[str, Any] = {"dtype": dtype}
        one, two = ((square,), (uniform,)), ((square, right), (uniform, uniform))
        cases.append(Case("cholesky", *one, cholesky, build=lambda a: apply("cholesky", symmetric(a)), **common))
        for flag in (False, True):
            cases.append(
                Case(
                    "solve_triangular",
                    *two,
                    solve_triangular,
                    {"lower": flag},
                    label=f"{square}{flag}",
                    build=lambda t, b, lower: apply("solve_triangular", triangular(t), b, lower=lower),
                    **common,
                )
            )
            cases.append(
                Case(
                    "lu_solve",
                    *two,
                    lambda a, b, turned: solve(a, b, turned),
                    {"turned": flag},
                    label=f"{square}{flag}",
                    build=lambda a, b, turned: apply("lu_solve", *items(apply("lu", regular(a))), b, turned=turned),
                    **common,
                )
            )
        for op, oracle in (("lu_det", det), ("lu_logdet", lambda a: np.log(np.abs(det(a))))):
            cases.append(
                Case(op, *one, oracle, build=lambda a, op=op: apply(op, *items(apply("lu", regular(a)))), **common)
            )
    return cases

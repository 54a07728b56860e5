"""Linear algebra on small matrices far from singular ones: the maker, and the meanings by elimination."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .builtins import BUILTINS, builtin
from .pieces import Piece, Shape, literal
from .values import Value, exact, stacked, structural

if TYPE_CHECKING:
    from .generator import Generator
    from .interpreter import Interpreter

LARGEST = 3
Matrix = list[list[Value]]


def system(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Of a matrix whose eigenvalues are 1 and more, so that nothing faults, whatever its elements are."""
    sides = {1: shape[-1:], 2: shape[-2:-1]}.get(len(shape), shape[-2:-1])
    (size,) = sides or (literal(g.random.randrange(1, LARGEST + 1)),)
    if not size.text.isdigit() or not 1 <= size.number <= LARGEST or not g.fits((size, size)):
        return None
    x = g.make((size, size), "real", depth)
    if not x.depends:
        return None
    x = g.named(x)
    factor = f"switch(isfinite({x.text}), sin({x.text}), 0)"
    limit = 1.0 + size.number
    lower = f"(tril({factor}) + 2 * eye({size.text}))"
    regular = f"({factor} @ transpose({factor}) + eye({size.text}))"
    if not shape:
        name, matrix = g.random.choice(("det", "logdet")), g.random.choice((lower, regular))
        return Piece(f"{name}({matrix})", shape, dtype, x.depends, limit**size.number)
    if len(shape) == 2 and shape[-1] == size and g.chance(0.4):
        name = g.random.choice(("cholesky", "inverse"))
        return Piece(f"{name}({regular})", shape, dtype, x.depends, limit)
    b = g.make(shape, dtype, depth)
    ways = (f"solve({regular}, ", f"solve({lower}.T, ", f"solve_lower({lower}, ", f"solve_upper({lower}.T, ")
    text = f"{g.random.choice(ways)}{b.text})"
    return Piece(text, shape, dtype, x.depends | b.depends, 2 * limit * b.limit)


def elements(matrix: Value) -> Matrix:
    """The elements of the last two axes, each a value of all matrices of a stack."""

    def at(i: int, j: int) -> Value:
        return structural(lambda a: a[..., i, j], matrix)

    return [[at(i, j) for j in range(matrix.shape[-1])] for i in range(matrix.shape[-2])]


def whole(rows: Matrix) -> Value:
    """The matrix of elements."""
    rank = rows[0][0].rank
    parts = stacked([stacked(row) for row in rows])
    return structural(lambda a: np.moveaxis(a, (-rank - 2, -rank - 1), (-2, -1)), parts)


def eliminated(interpreter: Interpreter, a: Matrix, b: Matrix) -> tuple[Matrix, list[Value]]:
    """The solution, and the pivots, by Gauss and Jordan without exchanges."""
    rows, pivots = [[*left, *right] for left, right in zip(a, b, strict=True)], []
    for k in range(len(a)):
        pivots.append(rows[k][k])
        rows[k] = [interpreter.operator("/", value, pivots[k]) for value in rows[k]]
        for i in range(len(a)):
            if i != k:
                factor = rows[i][k]
                taken = [interpreter.operator("*", factor, value) for value in rows[k]]
                rows[i] = [interpreter.operator("-", *pair) for pair in zip(rows[i], taken, strict=True)]
    return [row[len(a) :] for row in rows], pivots


def triangle(interpreter: Interpreter, matrix: Value, lower: bool) -> Value:
    return structural(np.tril if lower else np.triu, interpreter.node(matrix))


def solution(interpreter: Interpreter, matrix: Value, b: Value) -> Value:
    """A vector is one right side; a stack of right sides stands side by side."""
    matrix, b = interpreter.alike([matrix, b])
    if not b.array.size:
        return b
    rank = b.rank
    columns = structural(lambda a: a[..., np.newaxis], b) if rank == 1 else b
    if rank > 2:
        columns = structural(lambda a: np.moveaxis(a, -2, -rank), b)
        stack = columns.shape
        columns = structural(lambda a: a.reshape(*a.shape[: a.ndim - rank], stack[0], -1), columns)
    found = whole(eliminated(interpreter, elements(matrix), elements(columns))[0])
    if rank == 1:
        return structural(lambda a: a[..., 0], found)
    if rank == 2:
        return found
    back = structural(lambda a: a.reshape(*a.shape[:-2], *stack), found)
    return structural(lambda a: np.moveaxis(a, -rank, -2), back)


@builtin("solve", "A", "b")
def _solve(interpreter: Interpreter, A: Value, b: Value) -> Value:
    return solution(interpreter, A, b)


@builtin("solve_lower", "L", "b")
def _solve_lower(interpreter: Interpreter, L: Value, b: Value) -> Value:
    return solution(interpreter, triangle(interpreter, L, True), b)


@builtin("solve_upper", "U", "b")
def _solve_upper(interpreter: Interpreter, U: Value, b: Value) -> Value:
    return solution(interpreter, triangle(interpreter, U, False), b)


@builtin("inverse", "A")
def _inverse(interpreter: Interpreter, A: Value) -> Value:
    return solution(interpreter, A, exact(np.eye(A.shape[-1]), A.dtype))


def pivots(interpreter: Interpreter, matrix: Value) -> list[Value]:
    return eliminated(interpreter, elements(matrix), [[] for _ in range(matrix.shape[-1])])[1]


@builtin("det", "A")
def _det(interpreter: Interpreter, A: Value) -> Value:
    first, *others = pivots(interpreter, interpreter.node(A))
    for pivot in others:
        first = interpreter.operator("*", first, pivot)
    return first


@builtin("logdet", "A")
def _logdet(interpreter: Interpreter, A: Value) -> Value:
    def size(pivot: Value) -> Value:
        found: Value = BUILTINS["log"].work(interpreter, x=BUILTINS["abs"].work(interpreter, x=pivot))
        return found

    first, *others = map(size, pivots(interpreter, interpreter.node(A)))
    for other in others:
        first = interpreter.operator("+", first, other)
    return first


@builtin("cholesky", "A")
def _cholesky(interpreter: Interpreter, A: Value) -> Value:
    """Column by column, each from those before it."""
    a = elements(interpreter.node(A))
    zero = structural(np.zeros_like, a[0][0])
    found = [[zero for _ in row] for row in a]
    for j in range(len(a)):
        for i in range(j, len(a)):
            rest = a[i][j]
            for k in range(j):
                rest = interpreter.operator("-", rest, interpreter.operator("*", found[i][k], found[j][k]))
            if i == j:
                found[i][j] = BUILTINS["sqrt"].work(interpreter, x=rest)
            else:
                found[i][j] = interpreter.operator("/", rest, found[j][j])
    return whole(found)

"""Linear algebra on small matrices far from singular ones: the maker, and the meanings by elimination."""

from __future__ import annotations

from itertools import combinations
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
    # Of eigenvalues that are far apart, and of vectors whose first large element is that on the diagonal.
    apart = f"({regular} + 40 * diag(real(arange({size.text}))))"
    if not shape:
        name, matrix = g.random.choice(("det", "logdet", "log(det")), g.random.choice((lower, regular))
        return Piece(f"{name}({matrix}){')' * name.count('(')}", shape, dtype, x.depends, limit**size.number)
    if len(shape) == 2 and shape[-1] == size and g.chance(0.5):
        texts = [f"cholesky({regular})", f"inverse({regular})", f"eigh({apart})[1]"]
        texts += [f"qr({matrix})[{part}]" for matrix in (regular, lower) for part in range(2)]
        return Piece(g.random.choice(texts), shape, dtype, x.depends, limit**2)
    if len(shape) == 1 and g.chance(0.2):
        return Piece(f"(eigh({apart})[0] * 0.02)", shape, dtype, x.depends, 2)
    b = g.make(shape, dtype, depth)
    ways = [f"solve({regular}, {b.text})", f"solve({lower}.T, {b.text})"]
    ways += [f"solve_lower({lower}, {b.text})", f"solve_upper({lower}.T, {b.text})"]
    if len(shape) <= 2:
        ways += [f"inverse({regular}) @ {b.inner}", f"inverse({lower}).T @ {b.inner}"]
    text = g.random.choice(ways)
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


def eliminated(interpreter: Interpreter, a: Matrix, b: Matrix, lower: bool | None = None) -> tuple[Matrix, list[Value]]:
    """The solution, and the pivots, by Gauss and Jordan without exchanges; what a triangle has on its other side is not
    multiplied with."""
    rows, pivots = [[*left, *right] for left, right in zip(a, b, strict=True)], []
    for k in range(len(a)):
        pivots.append(rows[k][k])
        rows[k] = [interpreter.operator("/", value, pivots[k]) for value in rows[k]]
        for i in range(len(a)):
            if i != k and lower in (None, i > k):
                factor = rows[i][k]
                taken = [interpreter.operator("*", factor, value) for value in rows[k]]
                rows[i] = [interpreter.operator("-", *pair) for pair in zip(rows[i], taken, strict=True)]
    return [row[len(a) :] for row in rows], pivots


def triangle(interpreter: Interpreter, matrix: Value, lower: bool) -> Value:
    return structural(np.tril if lower else np.triu, interpreter.node(matrix))


def solution(interpreter: Interpreter, matrix: Value, b: Value, lower: bool | None = None) -> Value:
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
    found = whole(eliminated(interpreter, elements(matrix), elements(columns), lower)[0])
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
    return solution(interpreter, triangle(interpreter, L, True), b, True)


@builtin("solve_upper", "U", "b")
def _solve_upper(interpreter: Interpreter, U: Value, b: Value) -> Value:
    return solution(interpreter, triangle(interpreter, U, False), b, False)


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


@builtin("qr", "A")
def _qr(interpreter: Interpreter, A: Value) -> tuple[Value, Value]:
    """By Gram and Schmidt, of a square matrix, column by column."""
    a = elements(interpreter.node(A))
    zero = structural(np.zeros_like, a[0][0])
    columns, upper = [[row[j] for row in a] for j in range(len(a))], [[zero for _ in a] for _ in a]
    for j, column in enumerate(columns):
        for i in range(j):
            upper[i][j] = _product(interpreter, columns[i], column)
            for k, value in enumerate(column):
                part = interpreter.operator("*", upper[i][j], columns[i][k])
                column[k] = interpreter.operator("-", value, part)
        upper[j][j] = BUILTINS["sqrt"].work(interpreter, x=_product(interpreter, column, column))
        column[:] = [interpreter.operator("/", value, upper[j][j]) for value in column]
    return whole(_transposed(columns)), whole(upper)


def _product(interpreter: Interpreter, a: list[Value], b: list[Value]) -> Value:
    first, *others = (interpreter.operator("*", *pair) for pair in zip(a, b, strict=True))
    for other in others:
        first = interpreter.operator("+", first, other)
    return first


@builtin("eigh", "A")
def _eigh(interpreter: Interpreter, A: Value) -> tuple[Value, Value]:
    """By Jacobi's rotations, of a matrix with an ascending diagonal that is large beside all other elements."""
    matrix = interpreter.node(A)
    a, size, one = elements(matrix), matrix.shape[-1], exact(1.0, matrix.dtype)
    vectors = elements(exact(np.eye(size), matrix.dtype))
    work = interpreter.operator
    for p, q in list(combinations(range(size), 2)) * 4:
        apart, twice = work("-", a[q][q], a[p][p]), work("+", a[q][p], a[q][p])
        tangent = work("/", twice, work("+", apart, _root(interpreter, apart, twice)))
        scale = _root(interpreter, one, tangent)
        for rows in (a, vectors):
            _turn(interpreter, rows, p, q, tangent, scale)
        a = _transposed(a)
        _turn(interpreter, a, p, q, tangent, scale)
    return stacked([a[k][k] for k in range(size)]), whole(vectors)


def _root(interpreter: Interpreter, a: Value, b: Value) -> Value:
    found: Value = BUILTINS["sqrt"].work(interpreter, x=_product(interpreter, [a, b], [a, b]))
    return found


def _turn(interpreter: Interpreter, rows: Matrix, p: int, q: int, tangent: Value, scale: Value) -> None:
    """Two columns."""
    work = interpreter.operator
    for row in rows:
        one, other = row[p], row[q]
        row[p] = work("/", work("-", one, work("*", tangent, other)), scale)
        row[q] = work("/", work("+", work("*", tangent, one), other), scale)


def _transposed(rows: Matrix) -> Matrix:
    return [list(column) for column in zip(*rows, strict=True)]


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

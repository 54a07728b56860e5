"""The meanings of the operations of linear algebra on arrays.  NumPy's own routines do the work; where a matrix has no
result, elimination in plain steps finds the pivot at which it ends, and sums of the elements that a result depends on
stand in its place, so that nan can be followed through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

# The number of the pivot in the stack; the size of a matrix, or 0 if there is one matrix only.
Pivot = tuple[int, int]


def first_pivot(stack: Any, find: Callable[[Any], int | None]) -> Pivot | None:
    """The first that `find` finds in a matrix of the stack."""
    size = stack.shape[-1]
    matrices = stack.reshape(-1, size, size) if stack.size else ()
    for number, matrix in enumerate(matrices):
        pivot = find(matrix)
        if pivot is not None:
            return number * size + pivot, 0 if len(matrices) == 1 else size
    return None


def pivot_not_positive(matrix: Any) -> int | None:
    """The first pivot of a Cholesky factor that is not positive."""
    rest = np.array(matrix)
    for k in range(len(rest)):
        if not rest[k, k] > 0:
            return k
        column = rest[k + 1 :, k] / np.sqrt(rest[k, k])
        rest[k + 1 :, k + 1 :] -= np.multiply.outer(column, column)
    return None


def zero_pivot(matrix: Any) -> int | None:
    """The first pivot of an elimination with row exchanges that is zero; a nan is none, and the largest of a column."""
    rest = np.array(matrix)
    for k in range(len(rest)):
        largest = k + int(np.argmax(np.abs(rest[k:, k])))
        rest[[k, largest]] = rest[[largest, k]]
        if rest[k, k] == 0:
            return k
        rest[k + 1 :, k:] -= np.multiply.outer(rest[k + 1 :, k] / rest[k, k], rest[k, k:])
    return None


def zero_on_diagonal(matrix: Any) -> int | None:
    zeros = np.flatnonzero(np.diagonal(matrix) == 0)
    return int(zeros[0]) if len(zeros) else None


def cholesky_factor(x: Any) -> tuple[Any, Pivot | None]:
    """The lower factor, and a pivot that is not positive; nan is not positive."""
    try:
        factor = np.linalg.cholesky(x)
        if (np.diagonal(factor, axis1=-2, axis2=-1) > 0).all():
            return factor, None
    except np.linalg.LinAlgError:
        pass
    instead = np.tril(x).sum(axis=(-2, -1), keepdims=True)
    return np.broadcast_to(instead, x.shape), first_pivot(x, pivot_not_positive) or (0, 0)


def triangular_solution(t: Any, b: Any, lower: bool) -> tuple[Any, Pivot | None]:
    """By substitution, in blocks of rows; zeros on the diagonal divide."""
    size, rows = t.shape[-1], 32
    out = np.array(b, order="C")
    with np.errstate(all="ignore"):
        for first in range(0, size, rows) if lower else reversed(range(0, size, rows)):
            last = min(size, first + rows)
            known = slice(0, first) if lower else slice(last, size)
            out[..., first:last, :] -= t[..., first:last, known] @ out[..., known, :]
            for i in range(first, last) if lower else reversed(range(first, last)):
                inside = slice(first, i) if lower else slice(i + 1, last)
                out[..., i : i + 1, :] -= t[..., i : i + 1, inside] @ out[..., inside, :]
                out[..., i, :] /= t[..., i, i, np.newaxis]
    return out, first_pivot(t, zero_on_diagonal)


def lu(x: Any) -> tuple[Any, Any]:
    """The matrix itself: the routines below factorize it."""
    return x, np.zeros(x.shape[:-1], np.int64)


def lu_solution(factors: Any, b: Any, turned: bool) -> tuple[Any, Pivot | None]:
    matrix, unknown = np.swapaxes(factors, -1, -2) if turned else factors, with_nan(factors)
    try:
        solution = np.linalg.solve(np.where(unknown, np.eye(matrix.shape[-1], dtype=matrix.dtype), matrix), b)
        pivot = first_pivot(factors, lambda m: zero_pivot(m) if np.isnan(m).any() else None) if unknown.any() else None
        return np.where(unknown, solution.dtype.type(np.nan), solution), pivot
    except np.linalg.LinAlgError:
        instead = matrix.sum(axis=(-2, -1), keepdims=True) + b.sum(axis=-2, keepdims=True)
        return np.broadcast_to(instead, b.shape), first_pivot(factors, zero_pivot) or (0, 0)


def with_nan(matrix: Any) -> Any:
    """Which matrices have a nan: LAPACK does not always hand it on."""
    return np.isnan(matrix).any(axis=(-2, -1), keepdims=True)


def lu_det(factors: Any, exchanges: Any) -> Any:
    return np.where(with_nan(factors)[..., 0, 0], factors.dtype.type(np.nan), np.linalg.det(factors))


def lu_logdet(factors: Any, exchanges: Any) -> Any:
    return np.where(with_nan(factors)[..., 0, 0], factors.dtype.type(np.nan), np.linalg.slogdet(factors)[1])


def regular(found: tuple[Any, Pivot | None]) -> Any:
    """The result, if there is one."""
    result, pivot = found
    if pivot is not None:
        raise ArithmeticError(f"pivot {pivot[0]} of a matrix")
    return result


def cholesky(x: Any) -> Any:
    return regular(cholesky_factor(x))


def solve_triangular(t: Any, b: Any, lower: bool) -> Any:
    return regular(triangular_solution(t, b, lower))


def lu_solve(factors: Any, exchanges: Any, b: Any, turned: bool) -> Any:
    return regular(lu_solution(factors, b, turned))


def _with_nan(x: Any, function: Callable[[Any], Any]) -> Any:
    """The results of matrices, all nan for those that are not finite; in double, as singles lose digits."""
    wide = np.asarray(x, np.float64)
    finite = np.asarray(np.isfinite(wide).all(axis=(-2, -1), keepdims=True))
    results = function(np.where(finite, wide, 0.0))
    known = (finite if result.ndim == wide.ndim else finite[..., 0] for result in results)
    return tuple(np.where(k, result, np.nan).astype(x.dtype) for k, result in zip(known, results, strict=True))


def _orthogonal(x: Any) -> Any:
    q, r = np.linalg.qr(x)
    signs = np.where(np.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0)
    return q * signs[..., np.newaxis, :], np.triu(r * signs[..., np.newaxis])


def qr(x: Any) -> Any:
    """Orthonormal columns, and an upper triangle with a diagonal that is not negative."""
    return _with_nan(x, _orthogonal)


def _eigen(x: Any) -> Any:
    values, vectors = np.linalg.eigh(x)
    if not vectors.size:
        return values, vectors
    size = np.abs(vectors)
    first = np.argmax(size >= 0.55 * np.max(size, axis=-2, keepdims=True), axis=-2)[..., np.newaxis, :]
    return values, np.where(np.take_along_axis(vectors, first, -2) < 0, -vectors, vectors)


def eigh(x: Any) -> Any:
    """Eigenvalues in ascending order, and vectors as columns, of which the first element that is not much smaller than
    the largest is positive; of the lower triangle."""
    lower = np.tril(x)
    return _with_nan(lower + np.swapaxes(np.tril(lower, -1), -1, -2), _eigen)

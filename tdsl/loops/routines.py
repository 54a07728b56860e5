"""The routines of the runtime that loops call, one line each: `tdsl::NAME<T>` takes numbers, sizes, outputs, inputs and
scratch memory, in this order."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.record import record
from tdsl.types import ZERO, Dim, DType, Shape, element_count


def _nothing(sizes: Shape) -> Dim:
    return ZERO


@record(frozen=True)
class RuntimeRoutine:
    """`parts` are the parts of the runtime that have its code, for the type of the elements unless they name one.  One
    that `exchanges` numbers with other processes takes the call.

    By the sizes of a call: `flop` counts arithmetic on reals, given the number of inputs too, `functions` elementary
    functions, and `scratch`, given the type of the elements too, the f64 that it works on, if any.
    """

    parts: tuple[str, ...]
    flop: Callable[[Shape, int], Dim]
    functions: Callable[[Shape], Dim] = _nothing
    scratch: Callable[[Shape, DType], Dim] | None = None
    exchanges: bool = False


def _orthogonalised(sizes: Shape, inputs: int) -> Dim:
    """Twice: each vector against all before it, with one product and one subtraction each."""
    rows, columns = sizes
    fewer = rows if (columns - rows).at_least(0) else columns
    return rows * columns * fewer * 4


def _products_of_others(sizes: Shape, inputs: int) -> Dim:
    """A sum of products for each set of directions, from both sides of every element."""
    directions = inputs - 1
    sets = 1 << directions
    return element_count(sizes) * (2 * (sets + directions * sets) + 2 * sets - 1)


def _each_input(sizes: Shape, inputs: int) -> Dim:
    """A sum or a product of each element."""
    return element_count(sizes) * inputs


def _cholesky(sizes: Shape, inputs: int) -> Dim:
    count, n = sizes
    return count * (n * n * n // 3)


def _lu(sizes: Shape, inputs: int) -> Dim:
    count, n = sizes
    return count * (n * n * n * 2 // 3)


def _triangles(number: int) -> Callable[[Shape, int], Dim]:
    """The operations of so many triangular solves."""

    def flop(sizes: Shape, inputs: int) -> Dim:
        count, n, m = sizes
        return count * n * n * m * number

    return flop


def _diagonal(sizes: Shape, inputs: int) -> Dim:
    count, n = sizes
    return count * n


def _orthogonal(sizes: Shape, inputs: int) -> Dim:
    """The factors, each with two operations a reflection and element."""
    count, rows, columns = sizes
    return count * columns * columns * rows * 4


def _reflections(sizes: Shape, dtype: DType) -> Dim:
    count, rows, columns = sizes
    return count * (rows * columns * 2 + rows + columns * 2) + (rows + columns * 2) * REFLECTIONS


def _eigenvalues(sizes: Shape, inputs: int) -> Dim:
    """About: the number of sweeps depends on the values."""
    count, n = sizes
    return count * n * n * n * 9


def _tridiagonal(sizes: Shape, dtype: DType) -> Dim:
    count, n = sizes
    return count * (n * n * 2 + n * 6) + n * (3 * REFLECTIONS)


def _weighted(sizes: Shape, inputs: int) -> Dim:
    """Each number is multiplied by a weight, and its sum divided by that of all weights."""
    return sizes[0] * 2


REFLECTIONS = 32
"""`reflections` of the runtime's decompositions.hpp."""

LU_WIDTH = 16
"""`lu_width` of the runtime's linear_algebra.hpp."""


def _no_arithmetic(sizes: Shape, inputs: int) -> Dim:
    return ZERO


def _keys(sizes: Shape, dtype: DType, each: int) -> Dim:
    """Keys of 32 or 64 bits, so many for each element, and the counts of the parts of long lines."""
    outer, length, inner = sizes[:3]
    return outer * inner * (length * (each if dtype.bits == 64 else each // 2) + length // 65536 * 2048)


ROUTINES: dict[str, RuntimeRoutine] = {
    "random_orthogonal": RuntimeRoutine(
        ("random", "draws"),
        _orthogonalised,
        functions=element_count,
        scratch=lambda sizes, dtype: element_count(sizes) + sizes[0],
    ),
    "prod_others": RuntimeRoutine(("products",), _products_of_others),
    "cumsum": RuntimeRoutine(
        ("cumulative",), _each_input, scratch=lambda sizes, dtype: sizes[0] * ((sizes[1] + 4095) // 4096)
    ),
    "sort": RuntimeRoutine(("sorting",), _no_arithmetic, scratch=lambda sizes, dtype: _keys(sizes, dtype, 2)),
    **dict.fromkeys(
        ("argsort", "argtopk"),
        RuntimeRoutine(("sorting",), _no_arithmetic, scratch=lambda sizes, dtype: _keys(sizes, dtype, 4)),
    ),
    "searchsorted": RuntimeRoutine(("sorting",), _no_arithmetic),
    "cumprod": RuntimeRoutine(("cumulative",), _each_input),
    "cummax": RuntimeRoutine(("cumulative",), _each_input),
    "cholesky": RuntimeRoutine(("linear_algebra", "gemm"), _cholesky),
    "solve_triangular": RuntimeRoutine(("linear_algebra", "gemm"), _triangles(1)),
    "lu": RuntimeRoutine(
        ("linear_algebra", "gemm"), _lu, scratch=lambda sizes, dtype: (sizes[1] + LU_WIDTH) * LU_WIDTH
    ),
    "lu_solve": RuntimeRoutine(("linear_algebra", "gemm"), _triangles(2)),
    "lu_det": RuntimeRoutine(("linear_algebra", "gemm"), _diagonal),
    "lu_logdet": RuntimeRoutine(("linear_algebra", "gemm"), _diagonal, functions=lambda sizes: sizes[0] * sizes[1]),
    "qr": RuntimeRoutine(("decompositions", "gemm-f64"), _orthogonal, scratch=_reflections),
    "eigh": RuntimeRoutine(("decompositions", "gemm-f64"), _eigenvalues, scratch=_tridiagonal),
    "recurrence": RuntimeRoutine(("cumulative",), _each_input),
    "all_reduce": RuntimeRoutine(("all_reduce",), _weighted, exchanges=True),
}

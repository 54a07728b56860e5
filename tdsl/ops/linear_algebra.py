"""Factors of square matrices and systems of equations, over stacks of matrices.

Derivatives are those of M. Giles (2008), Collected matrix derivative results for forward and reverse mode algorithmic
differentiation, and I. Murray (2016), Differentiation of the Cholesky decomposition, made of the same operations.

`lu` brings matrices into the form that several ops take, so that one factorization serves all of them: its meaning is
the matrix itself.  The derivative by its first result is therefore that by the matrix.
"""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.ir.attributes import Triangle, Turned
from tdsl.ir.node import IllTyped, Node, apply, broadcast, full
from tdsl.ops import matrix_meanings as meanings
from tdsl.ops.contraction import swap
from tdsl.ops.cumulative import reaching
from tdsl.ops.define import REAL, accept, define
from tdsl.ops.masks import any_over, stretched
from tdsl.types import I64, Tuple, Type


def _accept_square(name: str, matrix: Type) -> None:
    accept(name, matrix.dtype, REAL)
    if matrix.rank < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise IllTyped(f"{name} takes square matrices, got {matrix}")


def _accept_right_side(name: str, matrix: Type, right: Type) -> None:
    if right.dtype != matrix.dtype or right.rank != matrix.rank or right.shape[:-1] != matrix.shape[:-1]:
        raise IllTyped(f"{name} of {matrix} cannot take {right}")


def _factor(types: list[Type]) -> Type:
    _accept_square("cholesky", types[0])
    return types[0]


def _triangular(types: list[Type], lower: bool) -> Type:
    matrix, right = types
    _accept_square("solve_triangular", matrix)
    _accept_right_side("solve_triangular", matrix, right)
    return right


def _exchanges(matrix: Type) -> Type:
    return Type(I64, matrix.shape[:-1])


def _lu(types: list[Type]) -> Tuple:
    (matrix,) = types
    _accept_square("lu", matrix)
    return Tuple((matrix, _exchanges(matrix)))


def _accept_factors(name: str, factors: Type, exchanges: Type) -> None:
    _accept_square(name, factors)
    if exchanges != _exchanges(factors):
        raise IllTyped(f"{name} of {factors} cannot take {exchanges}")


def _solution(types: list[Type], turned: bool) -> Type:
    factors, exchanges, right = types
    _accept_factors("lu_solve", factors, exchanges)
    _accept_right_side("lu_solve", factors, right)
    return right


def _number(types: list[Type]) -> Type:
    factors, exchanges = types
    _accept_factors("lu_det", factors, exchanges)
    return factors.with_shape(factors.shape[:-2])


def places(type: Type) -> tuple[Node, Node]:
    """The row and the column of each element."""
    return tuple(apply("iota", shape=type.shape, axis=type.rank - 2 + axis) for axis in (0, 1))  # type: ignore[return-value]


def triangle(x: Node, lower: bool = True) -> Node:
    """The lower or upper triangle, 0 elsewhere."""
    row, column = places(x.type)
    return apply("select", column <= row if lower else column >= row, x, full(0, x.type))


def identity(type: Type) -> Node:
    """Identity matrices."""
    row, column = places(type)
    return column.equals(row).cast(type.dtype)


def cholesky_back(g: Node, y: Node, a: Node) -> tuple[Node]:
    """That of the symmetric matrix of which both triangles change together."""
    row, column = places(y.type)
    inner = triangle(swap(y) @ triangle(g))
    inner = apply("select", column.equals(row), inner * 0.5, inner)
    half = apply("solve_triangular", swap(y), inner, lower=False)
    whole = apply("solve_triangular", swap(y), swap(half), lower=False)
    return ((whole + swap(whole)) * 0.5,)


def triangular_back(g: Node, y: Node, t: Node, b: Node) -> tuple[Node, Node]:
    lower = y.get(Triangle).lower
    right = apply("solve_triangular", swap(t), g, lower=not lower)
    return triangle(-(right @ swap(y)), lower), right


def lu_back(g: Sequence[Node | None], y: Node, a: Node) -> tuple[Node | None]:
    return (g[0],)


def solution_back(g: Node, y: Node, factors: Node, exchanges: Node, b: Node) -> tuple[Node, None, Node]:
    turned = y.get(Turned).turned
    right = apply("lu_solve", factors, exchanges, g, turned=not turned)
    return -(y @ swap(right) if turned else right @ swap(y)), None, right


def _times_inverse(factor: Node, factors: Node, exchanges: Node) -> Node:
    """Numbers times the transposed inverse of their matrices."""
    inverse = apply("lu_solve", factors, exchanges, identity(factors.type), turned=True)
    return broadcast(factor, factors.type, tuple(range(factor.type.rank))) * inverse


def det_back(g: Node, y: Node, factors: Node, exchanges: Node) -> tuple[Node, None]:
    return _times_inverse(g * y, factors, exchanges), None


def logdet_back(g: Node, y: Node, factors: Node, exchanges: Node) -> tuple[Node, None]:
    return _times_inverse(g, factors, exchanges), None


def _whole(m: Node, type: Type) -> Node:
    """The mask of all elements of a matrix, given that of a matrix or number that depends on them."""
    stack = tuple(range(type.rank - 2))
    return stretched(any_over(m, tuple(range(len(stack), m.type.rank))) if m.type.rank > len(stack) else m, type, stack)


def _substituted(m: Node, y: Node, t: Node, b: Node) -> tuple[Node, Node]:
    """A row of the solution depends on the rows of both operands that come before it in the substitution."""
    row = m.type.rank - 2
    reached = reaching(m, row, reverse=not y.get(Triangle).lower)
    return stretched(any_over(reached, (row + 1,)), t.type, tuple(range(row + 1))), reached


def _columns(m: Node, type: Type) -> Node:
    row = type.rank - 2
    return stretched(any_over(m, (row,)), type, (*range(row), row + 1))


cholesky = define(
    "cholesky",
    "factorization",
    _factor,
    meanings.cholesky,
    cotangents=cholesky_back,
    masks=lambda m, y, a: (_whole(m, a.type),),
    tdsl="cholesky",
    python="cholesky_at(faults, {site}, {0})",
    fault="definite",
)
solve_triangular = define(
    "solve_triangular",
    "factorization",
    _triangular,
    meanings.solve_triangular,
    Triangle,
    cotangents=triangular_back,
    masks=_substituted,
    leaves_out=True,
    tdsl="solve_lower",
    python="solve_triangular_at(faults, {site}, {0}, {1}, {lower})",
    fault="singular",
)
lu = define("lu", "factorization", _lu, meanings.lu, cotangents=lu_back, tdsl="lu")
lu_solve = define(
    "lu_solve",
    "factorization",
    _solution,
    meanings.lu_solve,
    Turned,
    cotangents=solution_back,
    masks=lambda m, y, factors, _, b: (_whole(m, factors.type), None, _columns(m, b.type)),
    tdsl="solve",
    python="lu_solve_at(faults, {site}, {0}, {1}, {2}, {turned})",
    fault="singular",
)
lu_det = define(
    "lu_det",
    "factorization",
    _number,
    meanings.lu_det,
    cotangents=det_back,
    masks=lambda m, y, factors, _: (_whole(m, factors.type), None),
    tdsl="det",
)
lu_logdet = define(
    "lu_logdet",
    "factorization",
    _number,
    meanings.lu_logdet,
    cotangents=logdet_back,
    masks=lambda m, y, factors, _: (_whole(m, factors.type), None),
    tdsl="logdet",
)

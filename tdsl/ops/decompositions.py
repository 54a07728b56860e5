"""Orthogonal factors, and eigenvalues of symmetric matrices, over stacks of matrices.

Derivatives are those of S. F. Walter and L. Lehmann (2010), Algorithmic differentiation of linear algebra functions
with application in optimum experimental design, and M. Giles (2008), Collected matrix derivative results for forward
and reverse mode algorithmic differentiation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tdsl.ir.node import IllTyped, Node, apply, broadcast, full
from tdsl.ops import matrix_meanings as meanings
from tdsl.ops.contraction import swap
from tdsl.ops.define import REAL, accept, define
from tdsl.ops.functions import items
from tdsl.ops.linear_algebra import identity, places, triangle
from tdsl.types import Tuple, Type


def _factors(types: list[Type]) -> Tuple:
    (matrix,) = types
    accept("qr", matrix.dtype, REAL)
    if matrix.rank < 2 or (matrix.shape[-1] - matrix.shape[-2]).at_least(1):
        raise IllTyped(f"qr takes matrices with as many rows as columns at least, got {matrix}")
    return Tuple((matrix, matrix.with_shape((*matrix.shape[:-2], matrix.shape[-1], matrix.shape[-1]))))


def _eigen(types: list[Type]) -> Tuple:
    (matrix,) = types
    accept("eigh", matrix.dtype, REAL)
    if matrix.rank < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise IllTyped(f"eigh takes square matrices, got {matrix}")
    return Tuple((matrix.with_shape(matrix.shape[:-1]), matrix))


def _strictly(x: Node, lower: bool) -> Node:
    row, column = places(x.type)
    return apply("select", column < row if lower else column > row, x, full(0, x.type))


def qr_back(g: Sequence[Node | None], y: Node, a: Node) -> tuple[Node | None]:
    """Of a matrix of full rank: (g_Q + Q S) R^-T, where S is symmetric, with the lower triangle of R g_Rᵀ - g_Qᵀ Q."""
    q, r = items(y)
    by_q, by_r = g
    inner = None if by_r is None else r @ swap(by_r)
    if by_q is not None:
        inner = -(swap(by_q) @ q) if inner is None else inner - swap(by_q) @ q
    if inner is None:
        return (None,)
    right = q @ (triangle(inner) + swap(_strictly(inner, True)))
    right = right if by_q is None else by_q + right
    return (swap(apply("solve_triangular", r, swap(right), lower=False)),)


def eigh_back(g: Sequence[Node | None], y: Node, a: Node) -> tuple[Node | None]:
    """That of the symmetric matrix of which both triangles change together; by vectors of equal eigenvalues nan."""
    values, vectors = items(y)
    by_values, by_vectors = g
    inner = None
    stack = tuple(range(a.type.rank - 2))
    if by_values is not None:
        inner = broadcast(by_values, a.type, (*stack, a.type.rank - 1)) * identity(a.type)
    if by_vectors is not None:
        row, column = places(a.type)
        apart = broadcast(values, a.type, (*stack, a.type.rank - 1)) - broadcast(
            values, a.type, (*stack, a.type.rank - 2)
        )
        apart = apply("select", apart.equals(0), full(math.nan, a.type), apart)
        turned = apply("select", row.equals(column), full(0, a.type), swap(vectors) @ by_vectors / apart)
        inner = turned if inner is None else inner + turned
    if inner is None:
        return (None,)
    whole = vectors @ inner @ swap(vectors)
    return ((whole + swap(whole)) * 0.5,)


qr = define("qr", "factorization", _factors, meanings.qr, cotangents=qr_back, tdsl="qr", signature=("A",))
eigh = define("eigh", "factorization", _eigen, meanings.eigh, cotangents=eigh_back, tdsl="eigh", signature=("A",))

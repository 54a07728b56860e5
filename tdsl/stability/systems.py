"""inverse(A) @ b → solve(A, b), b @ inverse(A) → solve(A.T, b.T).T: the product loses digits that the solution has.  So
do inverses of transposes and transposes of inverses."""

from __future__ import annotations

from tdsl.ir.attributes import Axes, Turned
from tdsl.ir.node import Node, apply
from tdsl.ops.contraction import swap
from tdsl.ops.linear_algebra import identity
from tdsl.stability.forms import is_op
from tdsl.stability.reasons import Better, Reason, better
from tdsl.types import ONE

SYSTEM = Reason("product with an inverse", "solve(A, b) keeps digits of x in A @ x = b that inverse(A) @ b has lost")


def systems(node: Node) -> Better | None:
    return better(_solved(node), SYSTEM) if is_op(node, "matmul") else None


def _solved(node: Node) -> Node | None:
    left, right = node.operands
    if inverse := _inverse(left):
        return _solution(*inverse, right)
    if inverse := _inverse(right):
        factors, turned = inverse
        if left.type.rank == 1:
            return _solution(factors, not turned, left)
        return swap(_solution(factors, not turned, swap(left)))
    return None


def _solution(inverse: Node, turned: bool, b: Node) -> Node:
    """That of the matrix of an inverse, or of its transpose."""
    factors, exchanges, _ = inverse.operands
    column = apply("reshape", b, shape=(*b.type.shape, ONE)) if b.type.rank == 1 else b
    solution = apply("lu_solve", factors, exchanges, column, turned=turned)
    return apply("reshape", solution, shape=b.type.shape) if b.type.rank == 1 else solution


def _inverse(node: Node) -> tuple[Node, bool] | None:
    """The inverse that a node is or is the transpose of, and whether it is that of the transpose of its factors."""
    rank, turned = node.type.rank, False
    if is_op(node, "transpose") and node.get(Axes).axes == (*range(rank - 2), rank - 1, rank - 2):
        (node,), turned = node.operands, True
    if is_op(node, "lu_solve") and node.operands[2] is identity(node.type):
        return node, turned != node.get(Turned).turned
    return None

"""The matrix product of vectors, matrices and equal stacks of matrices."""

from __future__ import annotations

import numpy as np

from tdsl.ir.node import IllTyped, Node, apply, broadcast
from tdsl.ops.define import NUMBER, accept, define
from tdsl.ops.masks import any_over, stretched
from tdsl.types import Type


def matmul_type(types: list[Type]) -> Type:
    """[K]·[K], [M, K]·[K], [K]·[K, N], [..., M, K]·[..., K, N] with the same leading sizes."""
    a, b = types
    accept("@", a.dtype, NUMBER)
    if a.dtype != b.dtype or not a.rank or not b.rank or (a.rank != b.rank and max(a.rank, b.rank) > 2):
        raise IllTyped(f"@ cannot take {a} and {b}")
    stack = a.shape[:-2]
    if a.shape[-1] != b.shape[-2 if b.rank > 1 else 0] or (b.rank > 2 and stack != b.shape[:-2]):
        raise IllTyped(f"@ needs one size in the middle, got {a} @ {b}")
    return a.with_shape(stack + a.shape[len(stack) : -1] + (b.shape[-1:] if b.rank > 1 else ()))


def swap(node: Node) -> Node:
    """The last two axes exchanged."""
    rank = node.type.rank
    return apply("transpose", node, axes=(*range(rank - 2), rank - 1, rank - 2))


def outer(a: Node, b: Node) -> Node:
    like = a.type.with_shape(a.type.shape + b.type.shape)
    return broadcast(a, like, (0,)) * broadcast(b, like, (1,))


def products(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    match a.type.rank, b.type.rank:
        case 1, 1:
            return broadcast(g, b.type, ()) * b, broadcast(g, a.type, ()) * a
        case 2, 1:
            return outer(g, b), g @ a
        case 1, 2:
            return b @ g, outer(a, g)
        case _:
            return g @ swap(b), swap(a) @ g


def lines(m: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    """The masks of rows of a, and of columns of b, that any element of the result depends on."""
    rank = y.type.rank
    stack = tuple(range(a.type.rank - 2))
    rows, columns = (*stack, a.type.rank - 2) * (a.type.rank > 1), (*stack, b.type.rank - 1) * (b.type.rank > 1)
    left = any_over(m, (rank - 1,)) if b.type.rank > 1 else m
    right = any_over(m, (len(stack),)) if a.type.rank > 1 else m
    return stretched(left, a.type, rows), stretched(right, b.type, columns)


matmul = define(
    "matmul",
    "contraction",
    matmul_type,
    np.matmul,
    cotangents=products,
    masks=lines,
    tdsl="@",
    python="{0} @ {1}",
    infix=True,
)

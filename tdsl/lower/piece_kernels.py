"""Kernels of sums that are written piece by piece, and of elementwise nodes over such sums."""

from __future__ import annotations

from tdsl.ir.node import Node
from tdsl.loops.language import Compute, Literal, Map, Statement, Store, linear
from tdsl.lower.access import identity_access
from tdsl.lower.bodies import BodyBuilder
from tdsl.lower.elements.reductions import plus_zero
from tdsl.lower.kernels import KERNELS, Nodes
from tdsl.lower.pieces import Piece, Sum


def fill_by_pieces(nodes: Nodes, node: Node, buffer: int, sums: dict[Node, Sum]) -> list[Statement]:
    """An elementwise node, over the pieces of sums one by one."""
    shared = [made.pieces for made in sums.values()]
    statements: list[Statement] = []
    for number, piece in enumerate(shared[0]):
        pieces = {total: pieces[number] for total, pieces in zip(sums, shared, strict=True)}
        body = nodes.body(node.type.shape, pieces)
        statements.append(_stored(node, piece, body, body.compute(node, piece.place()), buffer))
    return statements


def add_up(nodes: Nodes, node: Node, buffer: int, made: Sum) -> list[Statement]:
    """The pieces of a sum to their places, or added to what is there."""
    statements: list[Statement] = []
    first = made.pieces[0]
    if not (made.whole or first.is_whole):
        statements.append(_zeros(nodes, node, buffer))
    for piece in made.pieces:
        if piece.scatter is not None:
            statements += KERNELS[piece.scatter.op.name].emit(nodes, piece.scatter, buffer)
            continue
        body = nodes.body(piece.axes)
        value = body.value(piece.value, piece.element())
        if made.apart or (first.is_whole and piece is first):
            register = plus_zero(body, value, piece.value) if len(made.pieces) > 1 else value
        else:
            register = body.emit(Compute("add", (body.load(node, piece.place()), value), node.type.dtype))
        statements.append(_stored(node, piece, body, register, buffer))
    return statements


def _zeros(nodes: Nodes, node: Node, buffer: int) -> Map:
    body = nodes.body(node.type.shape)
    register = body.emit(Literal(0, node.type.dtype))
    position = linear(identity_access(node.type.rank).indices, node.type.shape)
    return Map(node.type.shape, body.body, (Store(buffer, position, register),))


def _stored(node: Node, piece: Piece, body: BodyBuilder, register: int, buffer: int) -> Map:
    return Map(piece.axes, body.body, (Store(buffer, linear(piece.place().indices, node.type.shape), register),))

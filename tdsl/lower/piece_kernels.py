"""Kernels of sums that are written piece by piece, and of elementwise nodes over such sums."""

from __future__ import annotations

from dataclasses import replace

from tdsl.ir.node import Node
from tdsl.ir.pieces import Piece, Sum
from tdsl.loops.body import Compute, linear
from tdsl.loops.language import Map, Statement, Store
from tdsl.loops.origin import Origin
from tdsl.lower.access import piece_element, piece_place
from tdsl.lower.bodies import BodyBuilder
from tdsl.lower.elements.reductions import plus_zero
from tdsl.lower.kernels import KERNELS, Context, zeros


def fill_by_pieces(context: Context, node: Node, buffer: int, sums: dict[Node, Sum]) -> list[Statement]:
    """An elementwise node, over the pieces of sums one by one."""
    shared = [made.pieces for made in sums.values()]
    statements: list[Statement] = []
    for number, piece in enumerate(shared[0]):
        pieces = {total: pieces[number] for total, pieces in zip(sums, shared, strict=True)}
        body = context.body(node.type.shape, pieces)
        origin = context.origins.of_piece(node, pieces)
        statements.append(_stored(node, piece, body, body.compute(node, piece_place(piece)), buffer, origin))
    return statements


def add_up(context: Context, node: Node, buffer: int, made: Sum) -> list[Statement]:
    """Writes the pieces of a sum to their places, or adds them."""
    statements: list[Statement] = []
    first = made.pieces[0]
    if not (made.whole or first.is_whole):
        statements.append(zeros(context, node, buffer))
    for piece in made.pieces:
        added = not (made.apart or (first.is_whole and piece is first))
        origin = context.origins.of_summand(node, piece, added)
        if piece.scatter is not None:
            scattered = KERNELS[piece.scatter.op.name].emit(context, piece.scatter, buffer)
            statements += [replace(statement, origins=(origin,)) for statement in scattered]
            continue
        body = context.body(piece.axes)
        value = body.value(piece.value, piece_element(piece))
        if added:
            register = body.emit(Compute("add", (body.load(node, piece_place(piece)), value), node.type.dtype))
        else:
            register = plus_zero(body, value, piece.value) if len(made.pieces) > 1 else value
        statements.append(_stored(node, piece, body, register, buffer, origin))
    return statements


def _stored(node: Node, piece: Piece, body: BodyBuilder, register: int, buffer: int, origin: Origin) -> Map:
    store = Store(buffer, linear(piece_place(piece).indices, node.type.shape), register)
    return Map(piece.axes, body.body, (store,), (origin,))

"""Accesses: the element of a node that a loop nest is at."""

from __future__ import annotations

from functools import cached_property

from tdsl.ir.pieces import Piece
from tdsl.loops.body import Index
from tdsl.record import record
from tdsl.types import ONE, ZERO, Dim


@record(frozen=True)
class Access:
    """An element of a node: one index for each of its axes, and the bounds within which it is real."""

    indices: tuple[Index, ...]
    guards: tuple[tuple[Index, Dim], ...] = ()

    @cached_property
    def _hash(self) -> int:
        return hash((self.indices, self.guards))

    def __hash__(self) -> int:
        return self._hash

    def with_indices(self, indices: tuple[Index, ...]) -> Access:
        """Another element under the same guards."""
        return Access(indices, self.guards)


def identity_access(rank: int) -> Access:
    """The element whose indices are the axes of the loop nest themselves."""
    return Access(tuple(Index.axis(axis) for axis in range(rank)))


def piece_element(piece: Piece) -> Access:
    """The element of a piece's value in the loop nest over `piece.axes`."""
    numbers = iter(range(piece.value.type.rank))
    return Access(tuple(Index(ZERO) if size == ONE else Index.axis(next(numbers)) for size in piece.value.type.shape))


def piece_place(piece: Piece) -> Access:
    """The same element in the whole array."""
    inside = zip(piece_element(piece).indices, piece.starts, piece.steps, strict=True)
    return Access(tuple(index.scaled(Dim.of(step)).plus(start) for index, start, step in inside))


def access_in_whole(piece: Piece, at: Access) -> Access:
    """The same access as indices over the axes of the whole array, which all pieces together walk."""
    axes = {index: Index.axis(number) for number, index in enumerate(piece_place(piece).indices)}
    guards = tuple((axes.get(index, index), size) for index, size in at.guards)
    return Access(tuple(axes.get(index, index) for index in at.indices), guards)

"""Sums of arrays that are zero but for a piece, as slicing's derivative makes them: each piece is written where it
lies, and no whole array is read for the sake of a part.

    place(a, starts=0) + place(b, starts=N)      →      map i0 < N: w[i0] = a[i0]
                                                        map i0 < N: w[N + i0] = b[i0]

If the pieces fill the array without overlapping, an elementwise function of the sum is computed piece by piece as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tdsl.ir import Node
from tdsl.loops import Index
from tdsl.lower.maps import At, has_unit_steps
from tdsl.regions import Region, are_apart, have_size
from tdsl.types import ONE, ZERO, Dim, Shape

# So many overlapping pieces are rather read side by side and added in a register.
FEW = 4


@dataclass(frozen=True)
class Piece:
    """A value and where its elements lie in the whole array."""

    value: Node
    starts: Shape
    steps: tuple[int, ...]

    @property
    def region(self) -> Region:
        return self.starts, self.steps, self.value.type.shape

    @property
    def axes(self) -> Shape:
        """The axes of the nest that walks it: those of one element are none."""
        return tuple(size for size in self.value.type.shape if size != ONE)

    def element(self) -> At:
        """The element of the value in that nest."""
        numbers = iter(range(self.value.type.rank))
        return At(tuple(Index(ZERO) if size == ONE else Index.axis(next(numbers)) for size in self.value.type.shape))

    def place(self) -> At:
        """The same in the whole array."""
        inside = zip(self.element().indices, self.starts, self.steps, strict=True)
        return At(tuple(index.scaled(Dim.of(step)).plus(start) for index, start, step in inside))


@dataclass(frozen=True)
class Sum:
    """The pieces in the order in which they are added up."""

    pieces: tuple[Piece, ...]
    apart: bool
    """Whether no two of them overlap."""
    whole: bool
    """Whether they leave no gap, being apart."""

    @property
    def regions(self) -> tuple[object, ...]:
        return tuple(piece.region for piece in self.pieces)


def sums(order: Sequence[Node], roots: Iterable[Node]) -> dict[Node, Sum]:
    """Those nodes of a topological order that are such a sum, and best written piece by piece."""
    uses = Counter(roots)
    for node in order:
        uses.update(node.operands)
    found: dict[Node, Sum] = {}
    inner: set[Node] = set()
    for node in reversed(order):
        if node in inner or not (node.op.name == "place" or (node.op.name == "add" and node.type.rank)):
            continue
        leaves = [node]
        position = 0
        while position < len(leaves):
            leaf = leaves[position]
            if leaf.op.name == "add" and (leaf is node or uses[leaf] == 1):
                leaves[position : position + 1] = leaf.operands
                inner.add(leaf)
            else:
                position += 1
        placed = [leaf for leaf in leaves if leaf.op.name == "place"]
        if len(placed) > 1 or not all(map(has_unit_steps, placed)):
            made = _sum(tuple(map(_piece, leaves)), node.type.shape)
            if made.apart or len(leaves) > FEW or not all(map(has_unit_steps, placed)):
                found[node] = made
                inner.update(leaf for leaf in placed if uses[leaf] == 1)
    return found


def _piece(leaf: Node) -> Piece:
    if leaf.op.name == "place":
        return Piece(leaf.operands[0], leaf["starts"], leaf["steps"])
    return Piece(leaf, (ZERO,) * leaf.type.rank, (1,) * leaf.type.rank)


def _sum(pieces: tuple[Piece, ...], shape: Shape) -> Sum:
    regions = [piece.region for piece in pieces]
    apart = are_apart(regions)
    return Sum(pieces, apart, apart and have_size(regions, shape))

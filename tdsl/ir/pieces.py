"""Sums of arrays that are zero outside of a piece, such as derivatives of slices: each piece is written to its place,
and no whole array is read for one part.

    place(a, starts=0) + place(b, starts=N)      →      map i0 < N: w[i0] = a[i0]
                                                        map i0 < N: w[N + i0] = b[i0]

    scatter(a, i) + scatter(b, j) + c            →      w = c; w[i] += a; w[j] += b

If the pieces fill the array without overlapping, an elementwise function of the sum is computed piece by piece as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tdsl.ir.attributes import Place
from tdsl.ir.node import Node, count_uses
from tdsl.ir.regions import Region, are_apart, have_size
from tdsl.record import record
from tdsl.types import ONE, ZERO, Shape

_MOST_OVERLAPPING = 4
"""The largest number of overlapping pieces that are read side by side and added in a register."""
_PARTS = frozenset({"place", "scatter"})


@record(frozen=True)
class Piece:
    """A value and the places of its elements in the whole array; those of a `scatter` are known at run time only.  It
    `is_whole` if it has the size of the whole array."""

    value: Node
    starts: Shape
    steps: tuple[int, ...]
    scatter: Node | None = None
    is_whole: bool = False

    @property
    def region(self) -> Region:
        return self.starts, self.steps, self.value.type.shape

    @property
    def axes(self) -> Shape:
        """The axes of the loop nest that walks it: those of size 1 are none."""
        return tuple(size for size in self.value.type.shape if size != ONE)


@record(frozen=True)
class Sum:
    """The pieces in the order in which they are added up."""

    pieces: tuple[Piece, ...]
    apart: bool
    """Whether no two of them overlap."""
    whole: bool
    """Whether they leave no gap, being apart."""
    inner: frozenset[Node]
    """The nodes that it replaces beside itself."""

    @property
    def operands(self) -> Iterator[Node]:
        """The values of the pieces, and their places."""
        for piece in self.pieces:
            yield from (piece.value,) if piece.scatter is None else piece.scatter.operands

    @property
    def regions(self) -> tuple[object, ...]:
        return tuple(piece.region for piece in self.pieces)


def sums(order: Sequence[Node], roots: Iterable[Node], most_inline: int = _MOST_OVERLAPPING) -> dict[Node, Sum]:
    """The nodes of a topological order that are such a sum, and best written piece by piece."""
    uses = count_uses(order, roots)
    found: dict[Node, Sum] = {}
    inner: set[Node] = set()
    for node in reversed(order):
        if node in inner or not (node.op.name in _PARTS or (node.op.name == "add" and node.type.rank)):
            continue
        leaves, added = _leaves(node, uses)
        inner |= added
        parts = [leaf for leaf in leaves if leaf.op.name == "place" or _is_own_scatter(leaf, node, uses)]
        whole = [leaf for leaf in leaves if leaf.op.name != "place" and not _is_own_scatter(leaf, node, uses)]
        must = not all(leaf.op.name == "place" and _has_unit_steps(leaf) for leaf in parts)
        if must or len(parts) > min(most_inline, 1):
            # Whole arrays are written before pieces are added to them.
            made = _sum(tuple(map(_whole, whole)) + tuple(map(_part, parts)), node.type.shape)
            if must or made.apart or len(leaves) > most_inline:
                only = {leaf for leaf in parts if uses[leaf] == 1}
                found[node] = replace(made, inner=frozenset(added | only) - {node})
                inner |= only
    return found


def all_sums(order: Sequence[Node], roots: Iterable[Node]) -> dict[Node, Sum]:
    """The same for a target that never reads pieces side by side; a piece alone is no sum."""
    return {node: made for node, made in sums(order, roots, 0).items() if len(made.pieces) > 1}


def _leaves(node: Node, uses: Counter[Node]) -> tuple[list[Node], set[Node]]:
    """The terms that a node adds up, in order, and the additions."""
    leaves, added = [node], set()
    position = 0
    while position < len(leaves):
        leaf = leaves[position]
        if leaf.op.name == "add" and (leaf is node or uses[leaf] == 1):
            leaves[position : position + 1] = leaf.operands
            added.add(leaf)
        else:
            position += 1
    return leaves, added


def _has_unit_steps(place: Node) -> bool:
    return all(abs(step) == 1 for step in place.get(Place).steps)


def _is_own_scatter(leaf: Node, node: Node, uses: Counter[Node]) -> bool:
    """Whether it is a scatter for this sum alone; any other is computed once, as a whole array."""
    return leaf.op.name == "scatter" and (leaf is node or uses[leaf] == 1)


def _whole(leaf: Node) -> Piece:
    return Piece(leaf, (ZERO,) * leaf.type.rank, (1,) * leaf.type.rank, is_whole=True)


def _part(leaf: Node) -> Piece:
    value = leaf.operands[0]
    if leaf.op.name == "place":
        return placed(leaf)
    return Piece(value, (ZERO,) * value.type.rank, (1,) * value.type.rank, leaf)


def placed(place: Node) -> Piece:
    """The region that a place writes into zeros."""
    return Piece(place.operands[0], place.get(Place).starts, place.get(Place).steps)


def _sum(pieces: tuple[Piece, ...], shape: Shape) -> Sum:
    regions = [piece.region for piece in pieces]
    apart = all(piece.scatter is None for piece in pieces) and are_apart(regions)
    return Sum(pieces, apart, apart and have_size(regions, shape), frozenset())

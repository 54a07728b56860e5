"""The scalar code of a kernel, which computes one element of a node from the buffers that it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tdsl.ir.node import Node
from tdsl.ir.pieces import Piece
from tdsl.loops.body import Index
from tdsl.lower.access import Access, piece_element
from tdsl.lower.elements.indexing import index_of, positions_of
from tdsl.lower.elements.reductions import plus_zero
from tdsl.lower.elements.table import element, is_free
from tdsl.lower.instructions import InstructionBuilder


class BodyBuilder(InstructionBuilder):
    """Computes elements of nodes by their rules; `pieces` has the piece that this body computes, for each sum that is
    computed piece by piece."""

    def __init__(
        self,
        buffers: Mapping[Node, int],
        site: Callable[[Node, Access], int],
        pieces: Mapping[Node, Piece] | None = None,
    ) -> None:
        super().__init__(buffers, site)
        self.pieces = pieces or {}
        self._values: dict[tuple[Node, Access], int] = {}

    def compute(self, root: Node, at: Access) -> int:
        """The value of a node, computed even if the node has memory, which this fills."""
        return self._combine(root, at, [self.value(*need) for need in self._needs(root, at)])

    def value(self, root: Node, at: Access) -> int:
        """The value of an element, loaded or computed."""
        stack: list[tuple[tuple[Node, Access], list[tuple[Node, Access]] | None]] = [((root, at), None)]
        while stack:
            wanted, needs = stack.pop()
            if wanted in self._values:
                continue
            if needs is not None:
                self._values[wanted] = self._combine(*wanted, [self._values[need] for need in needs])
            elif self._is_loaded(wanted[0]):
                self._values[wanted] = self.load(*wanted)
            else:
                needs = self._needs(*wanted)
                stack.append((wanted, needs))
                stack.extend((need, None) for need in reversed(needs))
        return self._values[root, at]

    def position(self, node: Node, at: Access) -> Index:
        """The position that a gather or scatter has at an element of its index."""
        return self.check_position(node, at, self.value(index_of(node), at), positions_of(node))

    def _is_loaded(self, node: Node) -> bool:
        return (node in self.buffers and not is_free(node)) or element(node) is None

    def _needs(self, node: Node, at: Access) -> list[tuple[Node, Access]]:
        if piece := self.pieces.get(node):
            return [(piece.value, piece_element(piece))]
        rule = element(node)
        assert rule is not None, node
        return rule.needs(node, at)

    def _combine(self, node: Node, at: Access, registers: list[int]) -> int:
        if piece := self.pieces.get(node):
            return plus_zero(self, registers[0], piece.value)
        rule = element(node)
        assert rule is not None, node
        return rule.emit(self, node, at, registers)

"""The expressions of origins over the names of buffers, spelled when they are read, once all buffers are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tdsl.ir.attributes import SizedAxis
from tdsl.ir.node import Node
from tdsl.ir.pieces import Piece
from tdsl.ir.program import Program
from tdsl.loops.origin import Names
from tdsl.lower.elements.views import storage_of
from tdsl.record import record
from tdsl.unparse.brief import LEFT_OUT, Known, brief, to_depth
from tdsl.unparse.index import indexed, ranges
from tdsl.unparse.printer import Fragment


@record(frozen=True)
class Texts:
    """Spells the nodes of one entry or function; `buffers` are the names of all buffers of the entry, by number."""

    program: Program
    buffer_of: Mapping[Node, int]
    buffers: list[str] = field(default_factory=list)

    def value(
        self,
        node: Node,
        inlined: Names,
        itself: bool = True,
        pieces: Mapping[Node, Piece] | None = None,
        marks: str = "",
    ) -> str:
        """A node, or its own name if it has memory unless it is spelled `itself`, over the names of nodes with memory;
        deep parts are omitted to keep the line short.  For `pieces` it contains their values, and for other
        operands the part that `marks` select."""
        if not itself and (name := self.name(node, inlined)):
            return name
        return brief(self.program, node, self._known(node, inlined, pieces or {}, marks))

    def marks(self, node: Node, piece: Piece, inlined: Names) -> str:
        """The place of a piece, as an index in brackets; nothing for all of the node."""
        if piece.scatter is None:
            marks = ranges(piece.starts, piece.steps, piece.value.type.shape, node.type.shape)
        else:
            axis, positions = piece.scatter.get(SizedAxis).axis, piece.scatter.operands[1]
            marks = [":"] * axis + [self.value(positions, inlined, False)]
        return "" if all(mark == ":" for mark in marks) else indexed(marks)

    def _known(self, root: Node, inlined: Names, pieces: Mapping[Node, Piece], marks: str) -> Known:
        own = self._buffer(root)

        def known(operand: Node, depth: int) -> Fragment | None:
            if operand in pieces:
                value = pieces[operand].value
                name = self.name(value, inlined)
                nothing = self._known(value, inlined, {}, "")
                return Fragment(name) if name else to_depth(self.program, value, depth, nothing)
            if name := self.name(operand, inlined):
                # A side of a branch has the memory of the branch.
                part = marks if operand.type.shape == root.type.shape else ""
                return Fragment(name + part if self._buffer(operand) != own else LEFT_OUT)
            return None

        return known

    def name(self, node: Node, inlined: Names) -> str:
        buffer = self._buffer(node)
        name = "" if buffer is None else self.buffers[buffer]
        return "" if name in inlined else name

    def _buffer(self, node: Node) -> int | None:
        return self.buffer_of[node] if node in self.buffer_of else self.buffer_of.get(storage_of(node))


@record(frozen=True, slots=True)
class Filling:
    """`name = value`, of a statement that fills a buffer with a node."""

    texts: Texts
    name: str
    node: Node
    itself: bool = True

    def __call__(self, inlined: Names) -> str:
        return f"{self.name} = {self.texts.value(self.node, inlined, self.itself)}"

"""The expressions of origins over the names of buffers, spelled when they are read, once all buffers are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tdsl.ir.attributes import SizedAxis
from tdsl.ir.node import Node, topological
from tdsl.ir.pieces import Piece
from tdsl.ir.program import Program
from tdsl.loops.origin import Names
from tdsl.lower.elements.views import storage_of
from tdsl.record import record
from tdsl.unparse.index import indexed, ranges
from tdsl.unparse.printer import WIDEST, Fragment, Printer

_DEEPEST = 6
_LEFT_OUT = "..."


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
        text = ""
        for depth in range(_DEEPEST, 0, -1):
            text = self._with_depth(node, depth, inlined, itself, pieces or {}, marks).text
            if len(text) <= WIDEST:
                return text
        return text[: WIDEST - len(_LEFT_OUT)] + _LEFT_OUT

    def marks(self, node: Node, piece: Piece, inlined: Names) -> str:
        """The place of a piece, as an index in brackets; nothing for all of the node."""
        if piece.scatter is None:
            marks = ranges(piece.starts, piece.steps, piece.value.type.shape, node.type.shape)
        else:
            axis, positions = piece.scatter.get(SizedAxis).axis, piece.scatter.operands[1]
            marks = [":"] * axis + [self.value(positions, inlined, False)]
        return "" if all(mark == ":" for mark in marks) else indexed(marks)

    def _with_depth(
        self, root: Node, depth: int, inlined: Names, itself: bool, pieces: Mapping[Node, Piece], marks: str
    ) -> Fragment:
        names = _Fragments()
        if not itself and (name := self._name(root, inlined)):
            return Fragment(name)
        depths, own = {root: 0}, self._buffer(root)
        waiting = [root]
        for node in waiting:
            for operand in node.operands:
                if operand in depths or operand in names:
                    continue
                if operand in pieces:
                    names[operand] = self._with_depth(pieces[operand].value, depth, inlined, False, {}, "")
                elif name := self._name(operand, inlined):
                    # A side of a branch has the memory of the branch.
                    part = marks if operand.type.shape == root.type.shape else ""
                    names[operand] = Fragment(name + part if self._buffer(operand) != own else _LEFT_OUT)
                elif depths[node] < depth or operand.op.family == "source":
                    depths[operand] = depths[node] + 1
                    waiting.append(operand)
                elif operand in self.program.names:
                    names[operand] = Fragment(self.program.names[operand])
                else:
                    names[operand] = Fragment(_LEFT_OUT)
        printer = Printer(self.program, names)
        for node in topological([root], known=names):
            names[node] = printer.expression(node)
        return names[root]

    def _name(self, node: Node, inlined: Names) -> str:
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


class _Fragments(dict[Node, Fragment]):
    """Texts of nodes; nodes that were not reached are omitted."""

    def __missing__(self, node: Node) -> Fragment:
        return Fragment(_LEFT_OUT)

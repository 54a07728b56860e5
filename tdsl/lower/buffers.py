"""The buffers of a routine, and which node's elements each holds."""

from __future__ import annotations

from tdsl.ir.node import Node
from tdsl.ir.program import Entry, Program
from tdsl.loops.language import Buffer, Slot
from tdsl.lower.origins import Origins
from tdsl.source import Span
from tdsl.types import element_count


class Buffers:
    """`of` gives the buffer of a node; each of the workspace has a slot of its own."""

    def __init__(self, program: Program, entry: Entry) -> None:
        self.all: list[Buffer] = []
        self.of: dict[Node, int] = {}
        self.slots: list[Slot] = []
        self.origins = Origins(program, entry, self.of, self.all)

    def add(self, role: str, number: int, node: Node, name: str = "", span: Span | None = None) -> int:
        """A name and a place for what the program declares; all else has those of its node."""
        origin = self.origins.of_buffer(node, name, span)
        self.all.append(Buffer(role, number, node.type.dtype, node.type.shape, (role, number), origin))
        return len(self.all) - 1

    def add_workspace(self, node: Node) -> None:
        self.of[node] = self.add("workspace", len(self.slots), node)
        self.slots.append(Slot(node.type.dtype, element_count(node.type.shape)))

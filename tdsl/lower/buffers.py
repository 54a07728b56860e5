"""The buffers of a routine, and which node's elements each holds."""

from __future__ import annotations

from tdsl.ir.node import Node
from tdsl.loops.language import Buffer


class Buffers:
    """`of` gives the buffer of a node; each workspace buffer has its own number, to be shared later."""

    def __init__(self) -> None:
        self.all: list[Buffer] = []
        self.of: dict[Node, int] = {}

    def add(self, role: str, number: int, node: Node) -> int:
        self.all.append(Buffer(role, number, node.type.dtype, node.type.shape))
        return len(self.all) - 1

    def add_workspace(self, node: Node) -> None:
        self.of[node] = self.add("workspace", len(self.all), node)

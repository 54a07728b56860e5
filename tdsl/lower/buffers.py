"""The buffers of a routine, and the node whose elements each holds."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from itertools import count

from tdsl.ir.node import Node
from tdsl.ir.program import Entry, Program
from tdsl.loops.language import Buffer, Slot
from tdsl.lower.origins import Origins
from tdsl.source import Span
from tdsl.types import F64, Dim, element_count


class Buffers:
    """`of` gives the buffer of a node; each of the workspace has a slot of its own."""

    def __init__(self, program: Program, entry: Entry) -> None:
        self.all: list[Buffer] = []
        self.of: dict[Node, int] = {}
        self.slots: list[Slot] = []
        self.origins = Origins(program, entry, self.of, self.all)
        self._loops = count()

    def inside(self, of: dict[Node, int], new: Mapping[Node, Node]) -> Buffers:
        """The buffers of a function's nodes, some of which exist already; `new` ones stand for others."""
        inner = copy(self)
        inner.of, inner.origins = of, self.origins.inside(of, new)
        return inner

    def counter(self) -> str:
        """The counter of a loop: a size that no program can name."""
        return f"step.{next(self._loops)}"

    def window(self, node: Node, whole: int, offset: Dim) -> int:
        """The part of a buffer that a step of a loop reads or fills, from an offset on."""
        number = self.add("window", whole, node, name=f"{self.all[whole].origin.name}_step")
        self.all[number] = replace(self.all[number], place=("window", number), offset=offset)
        return number

    def add(self, role: str, number: int, node: Node, name: str = "", span: Span | None = None) -> int:
        """A name and a place for a declared value; any other has those of its node."""
        origin = self.origins.of_buffer(node, name, span)
        self.all.append(Buffer(role, number, node.type.dtype, node.type.shape, (role, number), origin))
        return len(self.all) - 1

    def add_workspace(self, node: Node, name: str = "") -> int:
        self.slots.append(Slot(node.type.dtype, element_count(node.type.shape)))
        return self.add("workspace", len(self.slots) - 1, node, name)

    def add_scratch(self, node: Node, count: Dim) -> int:
        """A buffer of `count` f64 for the kernel of a node."""
        place = ("workspace", len(self.slots))
        self.all.append(Buffer(*place, F64, (count,), place, self.origins.of_buffer(node, "scratch")))
        self.slots.append(Slot(F64, count))
        return len(self.all) - 1

"""Builds the instructions of one body: registers, guards, loads and bounds checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tdsl.ir.node import Node
from tdsl.loops.body import Body, BoundsCheck, Compute, InBounds, Index, Instruction, Load, identity, linear
from tdsl.lower.access import Access
from tdsl.lower.elements.views import access_through_view, is_affine_view, storage_of
from tdsl.types import BOOL, I64, Dim


class InstructionBuilder:
    """`buffers` are the nodes with memory; `site` gives the number of the fault of a node at an access."""

    def __init__(self, buffers: Mapping[Node, int], site: Callable[[Node, Access], int]) -> None:
        self.buffers = buffers
        self.site = site
        self.instructions: list[Instruction] = []
        self._registers: dict[tuple[str, Instruction], int] = {}

    @property
    def body(self) -> Body:
        return tuple(self.instructions)

    def emit(self, instruction: Instruction) -> int:
        """The register of an instruction; an equal one is not repeated."""
        key = identity(instruction)
        if key not in self._registers:
            self._registers[key] = len(self.instructions)
            self.instructions.append(instruction)
        return self._registers[key]

    def guard(self, at: Access) -> int | None:
        """The register that says whether the element is real; None if it always is."""
        register = None
        for index, size in at.guards:
            within = self.emit(InBounds(index, size))
            register = within if register is None else self.emit(Compute("and", (register, within), BOOL))
        return register

    def load(self, node: Node, at: Access) -> int:
        """An element of a node in memory, or of a strided view of one."""
        buffer, position = address_of(self.buffers, node, at)
        return self.emit(Load(buffer, position, node.type.dtype, self.guard(at)))

    def check_position(self, node: Node, at: Access, position: int, bound: Dim) -> Index:
        """The position that a register holds, if it lies within the bound; else a fault of the node."""
        if self.instructions[position].dtype != I64:
            position = self.emit(Compute("cast", (position,), I64))
        return Index.register(self.emit(BoundsCheck(position, bound, self.site(node, at), self.guard(at))))


def address_of(buffers: Mapping[Node, int], node: Node, at: Access) -> tuple[int, Index]:
    """The buffer and the position in it of an element of a node in memory, or of a strided view of one."""
    while node not in buffers and is_affine_view(node):
        node, at = node.operands[0], access_through_view(node, at)
    return buffers[node if node in buffers else storage_of(node)], linear(at.indices, node.type.shape)

"""Indexing: `gather` reads at positions known only at run time, `place` gives zero outside of a region."""

from __future__ import annotations

from tdsl.ir.attributes import Axis, Place, SizedAxis
from tdsl.ir.node import Node
from tdsl.loops.body import Compute, Index, Literal, Load
from tdsl.lower.access import Access
from tdsl.lower.elements.rule import ElementRule, Rule
from tdsl.lower.instructions import InstructionBuilder
from tdsl.types import ZERO, Dim


def has_index(node: Node) -> bool:
    return node.op.family in ("gather", "scatter", "write")


def index_of(node: Node) -> Node:
    """The operand that holds the positions of a gather, scatter or write."""
    return node.operands[-1]


def index_access(node: Node, at: Access) -> Access:
    """The element of its index that a gather, or the value of a scatter or write, has at an element."""
    axis = node.get(Axis).axis
    return at.with_indices(at.indices[axis : axis + index_of(node).type.rank])


def positions_of(node: Node) -> Dim:
    """The size of the axis that the positions of a gather, scatter or write index."""
    return node.get(SizedAxis).size if node.op.name == "scatter" else node.operands[0].type.shape[node.get(Axis).axis]


def not_empty(size: Dim) -> tuple[tuple[Index, Dim], ...]:
    """The guard of an element on an axis that may be empty: there even position 0, which replaces a bad one, is
    invalid."""
    return () if size.at_least(1) else ((Index(ZERO), size),)


def _index_element(node: Node, at: Access) -> list[tuple[Node, Access]]:
    return [(index_of(node), index_access(node, at))]


def _load_at_position(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    axis, size, (register,) = node.get(Axis).axis, positions_of(node), registers
    position = body.check_position(node, index_access(node, at), register, size)
    indices = (*at.indices[:axis], position, *at.indices[axis + index_of(node).type.rank :])
    return body.load(node.operands[0], Access(indices, at.guards + not_empty(size)))


def _is_arange(node: Node) -> bool:
    return node.op.name == "iota" and node.type.rank == 1


def _inside(node: Node, at: Access) -> Access:
    """The element of the operand that a `place` of steps 1 or -1 shows, guarded by the operand's sizes."""
    indices, guards, placed = [], list(at.guards), node.get(Place)
    for index, start, step, size, whole in zip(
        at.indices, placed.starts, placed.steps, node.operands[0].type.shape, placed.shape, strict=True
    ):
        inner = index.plus(-start).scaled(Dim.of(step))
        indices.append(inner)
        if (start, step, size) != (ZERO, 1, whole) and (inner, size) not in guards:
            guards.append((inner, size))
    return Access(tuple(indices), tuple(guards))


def _zero_outside(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    (value,) = registers
    guard = body.guard(_inside(node, at))
    instruction = body.instructions[value]
    if guard is None or (isinstance(instruction, Load) and instruction.guard == guard):
        return value
    zero = body.emit(Literal(0, instruction.dtype))
    return body.emit(Compute("select", (guard, value, zero), instruction.dtype))


def _checked_position(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    """An element of `arange(n)` is the position itself."""
    position = body.check_position(node, index_access(node, at), registers[0], positions_of(node))
    return body.emit(Compute("cast", (position.registers[0][0],), node.type.dtype))


_GATHER = ElementRule(_index_element, _load_at_position, strided=(0,))
_POSITION = ElementRule(_index_element, _checked_position)
_PLACE = ElementRule(lambda node, at: [(node.operands[0], _inside(node, at))], _zero_outside)

ELEMENTS: dict[str, Rule] = {
    "gather": lambda node: _POSITION if _is_arange(node.operands[0]) else _GATHER,
    "place": lambda _: _PLACE,
}

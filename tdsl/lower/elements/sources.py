"""Sources: an element is a number, a size, a position or a random value."""

from __future__ import annotations

from tdsl.ir.attributes import Iota, Size, Stream
from tdsl.ir.node import Node, constant_value
from tdsl.loops.body import Index, IndexValue, Literal, Random, linear
from tdsl.lower.access import Access
from tdsl.lower.elements.rule import ElementRule, Rule
from tdsl.lower.instructions import InstructionBuilder


def _nothing(node: Node, at: Access) -> list[tuple[Node, Access]]:
    return []


def _number(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    number = constant_value(node)
    assert number is not None
    return body.emit(Literal(number, node.type.dtype))


def _size(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    return body.emit(IndexValue(Index(node.get(Size).dim)))


def _position(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    return body.emit(IndexValue(at.indices[node.get(Iota).axis]))


def _seed(node: Node, at: Access) -> list[tuple[Node, Access]]:
    return [(node.operands[0], at.with_indices(()))]


def _random(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    (seed,) = registers
    stream, position = node.get(Stream).stream, linear(at.indices, node.type.shape)
    return body.emit(Random(node.op.name, seed, stream, position, node.type.dtype))


_NUMBER = ElementRule(_nothing, _number)
_SIZE = ElementRule(_nothing, _size)
_POSITION = ElementRule(_nothing, _position)
_RANDOM = ElementRule(_seed, _random)

ELEMENTS: dict[str, Rule] = {
    "constant": lambda _: _NUMBER,
    "size": lambda _: _SIZE,
    "iota": lambda _: _POSITION,
    "random_uniform": lambda _: _RANDOM,
    "random_normal": lambda _: _RANDOM,
}
INPUTS = frozenset({"argument", "variable", "parameter"})
"""Lie in memory before an entry or the body of a function runs."""

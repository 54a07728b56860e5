"""Sources: an element is a number, a size, a position or a random value."""

from __future__ import annotations

from tdsl.ir.attributes import Iota, Size
from tdsl.ir.node import Node, constant_value
from tdsl.loops.body import Compute, Index, IndexValue, Literal, linear
from tdsl.lower.access import Access
from tdsl.lower.elements.rule import ElementRule, Rule
from tdsl.lower.instructions import InstructionBuilder
from tdsl.types import I64


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


def _key(node: Node, at: Access) -> list[tuple[Node, Access]]:
    return [(operand, at.with_indices(())) for operand in node.operands]


def _word(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    place = body.emit(IndexValue(linear(at.indices, node.type.shape)))
    return body.emit(Compute("random_word", (*registers, place), I64))


_NUMBER = ElementRule(_nothing, _number)
_SIZE = ElementRule(_nothing, _size)
_POSITION = ElementRule(_nothing, _position)
_WORD = ElementRule(_key, _word)

ELEMENTS: dict[str, Rule] = {
    "constant": lambda _: _NUMBER,
    "size": lambda _: _SIZE,
    "iota": lambda _: _POSITION,
    "random_bits": lambda _: _WORD,
}
INPUTS = frozenset({"argument", "variable", "parameter"})
"""Lie in memory before an entry or the body of a function runs."""

"""A reduction over a small constant number of elements: they are combined in order, like an elementwise op."""

from __future__ import annotations

from itertools import product
from math import prod

from tdsl.ir.attributes import Axes
from tdsl.ir.node import Node
from tdsl.loops.body import Compute, Index, Literal
from tdsl.lower.access import Access
from tdsl.lower.elements.rule import ElementRule, Rule
from tdsl.lower.elements.views import storage_of
from tdsl.lower.instructions import InstructionBuilder
from tdsl.types import Dim

_MOST_ELEMENTS = 8
_COMBINED_BY = {"sum": "add", "prod": "mul", "max": "maximum", "min": "minimum", "any": "or", "all": "and"}
"""The elementwise op that combines two values of a reduction."""


def _small_sizes(node: Node) -> list[int]:
    """The sizes of the reduced axes if they are small and not empty, else none."""
    shape = node.operands[0].type.shape
    sizes = [shape[axis].constant or 0 for axis in node.get(Axes).axes]
    return sizes if 0 < prod(sizes) <= _MOST_ELEMENTS else []


def _combined_elements(node: Node, at: Access) -> list[tuple[Node, Access]]:
    (operand,), axes = node.operands, node.get(Axes).axes
    elements = []
    for positions in product(*map(range, _small_sizes(node))):
        reduced, kept = iter(positions), iter(at.indices)
        indices = (Index(Dim.of(next(reduced))) if axis in axes else next(kept) for axis in range(operand.type.rank))
        elements.append((operand, at.with_indices(tuple(indices))))
    return elements


def _combine(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    """Combines in order; a sum begins with zero."""
    first, *others = registers
    for other in others:
        first = body.emit(Compute(_COMBINED_BY[node.op.name], (first, other), node.type.dtype))
    return plus_zero(body, first, node.operands[0]) if node.op.name == "sum" else first


def plus_zero(body: InstructionBuilder, register: int, node: Node) -> int:
    """A value of a node added to zero: -0 + 0 is 0.  A value that is a sum itself began with zero."""
    if not node.type.is_real or storage_of(node).op.name in ("matmul", "sum", "scatter"):
        return register
    return body.emit(Compute("add", (register, body.emit(Literal(0, node.type.dtype))), node.type.dtype))


_COMBINE = ElementRule(_combined_elements, _combine)

ELEMENTS: dict[str, Rule] = dict.fromkeys(_COMBINED_BY, lambda node: _COMBINE if _small_sizes(node) else None)

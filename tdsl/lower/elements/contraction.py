"""A matrix product of small constant depth: an element is a sum of products, computed like an elementwise op."""

from __future__ import annotations

from tdsl.ir.node import Node
from tdsl.loops.body import Compute, Index
from tdsl.lower.access import Access
from tdsl.lower.elements.rule import ElementRule, Rule
from tdsl.lower.instructions import InstructionBuilder
from tdsl.types import Dim

_LARGEST_DEPTH = 4


def _small_depth(node: Node) -> int:
    """The depth if a sum of products makes the element, else 0."""
    depth = node.operands[0].type.shape[-1].constant
    return depth if depth is not None and 0 < depth <= _LARGEST_DEPTH else 0


def _factors(node: Node, at: Access) -> list[tuple[Node, Access]]:
    """Both factors of the first product, of the second and so on."""
    left, right = node.operands
    batch = at.indices[: left.type.rank - 2] if left.type.rank > 2 else ()
    row = (at.indices[len(batch)],) if left.type.rank > 1 else ()
    column = (at.indices[-1],) if right.type.rank > 1 else ()
    factors = []
    for number in range(_small_depth(node)):
        step = Index(Dim.of(number))
        factors.append((left, at.with_indices((*batch, *row, step))))
        factors.append((right, at.with_indices((*batch, step, *column) if column else (step,))))
    return factors


def _sum_of_products(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    dtype = node.type.dtype
    pairs = zip(registers[::2], registers[1::2], strict=True)
    first, *others = [body.emit(Compute("mul", pair, dtype)) for pair in pairs]
    for other in others:
        first = body.emit(Compute("add", (first, other), dtype))
    return first


_SUM_OF_PRODUCTS = ElementRule(_factors, _sum_of_products, depth=1)

ELEMENTS: dict[str, Rule] = {"matmul": lambda node: _SUM_OF_PRODUCTS if _small_depth(node) else None}

"""The form of an element rule."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.ir.node import Node
from tdsl.lower.access import Access
from tdsl.lower.instructions import InstructionBuilder
from tdsl.record import record


@record(frozen=True)
class ElementRule:
    """The dependence of a node's element on elements of its operands.

    `needs(node, at)` are the elements that the same kernel computes or loads, `emit(body, node, at, registers)`
    combines them into one.  Operands numbered in `strided` are read at positions known only at run time: they have
    memory or are strided views of such nodes.  An operand with fewer axes than the node, which may be summed over
    `depth` more, serves several elements, and is computed once unless that is cheap.
    """

    needs: Callable[[Node, Access], list[tuple[Node, Access]]]
    emit: Callable[[InstructionBuilder, Node, Access, list[int]], int]
    strided: tuple[int, ...] = ()
    depth: int = 0


Rule = Callable[[Node], ElementRule | None]
"""The rule of a node; None if it always has memory of its own."""

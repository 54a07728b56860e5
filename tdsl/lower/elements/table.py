"""The element rule of every node that has one.

Fusion asks the rule for the elements that an element needs; body builders let it emit instructions.  A node without a
rule is computed by a kernel of its own.
"""

from __future__ import annotations

from tdsl.ir.node import Node
from tdsl.lower.elements import contraction, elementwise, indexing, reductions, sources
from tdsl.lower.elements.rule import ElementRule, Rule
from tdsl.lower.elements.views import access_through_view, is_affine_view, is_alias

ELEMENTS: dict[str, Rule] = {
    **contraction.ELEMENTS,
    **elementwise.ELEMENTS,
    **indexing.ELEMENTS,
    **reductions.ELEMENTS,
    **sources.ELEMENTS,
}
_VIEW = ElementRule(
    lambda node, at: [(node.operands[0], access_through_view(node, at))],
    lambda body, node, at, registers: registers[0],
)


def element(node: Node) -> ElementRule | None:
    """The rule of a node; None if it always has memory."""
    if is_affine_view(node):
        return _VIEW
    rule = ELEMENTS.get(node.op.name)
    if rule is not None:
        return rule(node)
    return elementwise.COMPUTE if node.op.family == "elementwise" else None


def is_input(node: Node) -> bool:
    """Whether it has memory before anything is computed."""
    return node.op.name in sources.INPUTS


def is_free(node: Node) -> bool:
    """Whether computing an element costs less than loading it, as it has no operands."""
    return not node.operands and not is_input(node)


def is_always_stored(node: Node) -> bool:
    """Whether no kernel but its own computes its elements."""
    return element(node) is None and not is_alias(node)


def is_memory_alias(node: Node) -> bool:
    """Whether it is another name for the memory of its operand: the same order of elements under other indices."""
    return is_alias(node) and not is_affine_view(node)

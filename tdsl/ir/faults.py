"""The nodes that could end a call: no rewrite may drop one of them."""

from __future__ import annotations

from tdsl.ir.node import Node


class Faults:
    """Caches its results, so that the queries of all nodes of a program take one walk."""

    def __init__(self) -> None:
        self._known: dict[Node, bool] = {}

    def below(self, root: Node) -> bool:
        """Whether the node, or any node that it depends on, could fault."""
        stack = [root]
        while stack:
            node = stack[-1]
            unknown = [operand for operand in node.operands if operand not in self._known]
            if node in self._known or not unknown:
                self._known[node] = node.may_fault or any(self._known[operand] for operand in node.operands)
                stack.pop()
            else:
                stack.extend(unknown)
        return self._known[root]

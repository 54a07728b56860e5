"""The nodes that could end a call: no rewrite may drop one of them."""

from __future__ import annotations

from collections.abc import Iterable

from tdsl.ir.node import Node


class Faults:
    """Caches its results, so that the queries of all nodes of a program take one walk."""

    def __init__(self, computed: Iterable[Node] = ()) -> None:
        """`computed` are nodes that need not be asked for any more."""
        self._known = dict.fromkeys(computed, False)

    def below(self, root: Node) -> bool:
        """Whether the node, or any node that it depends on, could fault."""
        stack = [root]
        while stack:
            node = stack[-1]
            if node in self._known:
                stack.pop()
                continue
            unknown = [operand for operand in node.operands if operand not in self._known]
            stack += unknown
            if not unknown:
                self._known[node] = node.may_fault or any(self._known[operand] for operand in node.operands)
        return self._known[root]

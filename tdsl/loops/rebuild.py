"""Statements rewritten one by one, branches from the inside out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tdsl.loops.language import Branch, Statement

Block = tuple[Statement, ...]


def rebuild(
    statements: Block, change: Callable[[Statement], Statement], whole: Callable[[Block], Block] = lambda block: block
) -> Block:
    """`change` is applied to each statement, then `whole` to each block."""
    # Each frame: a block, how far it is done, and what it became.
    stack: list[tuple[Block, int, list[Statement]]] = [(statements, 0, [])]
    sides: list[Block] = []
    while True:
        block, position, done = stack.pop()
        if position < len(block):
            statement = block[position]
            stack.append((block, position + 1, done))
            if isinstance(statement, Branch):
                stack.append((statement.otherwise, 0, []))
                stack.append((statement.then, 0, []))
            else:
                done.append(change(statement))
            continue
        finished = whole(tuple(done))
        if not stack:
            return finished
        sides.append(finished)
        # On top is the other side, not begun, or the parent, which just passed the branch.
        parent, after, lines = stack[-1]
        branch = parent[after - 1] if after else None
        if isinstance(branch, Branch):
            otherwise, then = sides.pop(), sides.pop()
            lines.append(change(replace(branch, then=then, otherwise=otherwise)))

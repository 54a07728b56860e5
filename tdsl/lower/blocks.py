"""Where each node is computed: at the top, or inside the one side of an `if` that alone needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tdsl.ir import Node


@dataclass(frozen=True, eq=False)
class Block:
    """A side of an `if`, or with neither parent nor owner the top."""

    parent: Block | None
    depth: int
    owner: Node | None
    side: int


def blocks(order: Sequence[Node], roots: Sequence[Node]) -> tuple[dict[Node, Block], dict[tuple[Node, int], Block]]:
    """The innermost block that holds every use of each node of a topological order, and the sides of each `if`
    (1 is taken when the condition is true, 2 when not)."""
    top = Block(None, 0, None, 0)
    home: dict[Node, Block] = dict.fromkeys(roots, top)
    sides: dict[tuple[Node, int], Block] = {}
    for node in reversed(order):
        here = home[node]
        for position, operand in enumerate(node.operands):
            block = here
            if node.op.family == "branch" and position:
                block = sides[node, position] = Block(here, here.depth + 1, node, position)
            home[operand] = _common(home[operand], block) if operand in home else block
    return home, sides


def _common(a: Block, b: Block) -> Block:
    while a is not b:
        if a.depth >= b.depth:
            assert a.parent is not None
            a = a.parent
        else:
            assert b.parent is not None
            b = b.parent
    return a

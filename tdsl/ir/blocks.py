"""The block of each node: the top, or the only side of an `if` that needs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from tdsl.ir.node import Node
from tdsl.record import record


@record(frozen=True, eq=False)
class Block:
    """One side of all `if`s with one condition in one other block; the top has no parent.  The `if`s share the values
    that the side computes.  `sides` are the requested blocks inside it.

    `jump` is an ancestor further up, or the top itself: E. W. Myers, An applicative random-access stack, Information
    Processing Letters 17 (1983).  The ancestor at any depth is found in steps logarithmic in the depth."""

    parent: Block | None = None
    depth: int = 0
    condition: object = None
    side: int = 0
    jump: Block | None = None
    sides: dict[tuple[object, int], Block] = field(default_factory=dict)

    def inside(self, condition: object, side: int) -> Block:
        """The block of one side of the `if`s with this condition in this block."""
        found = self.sides.get((condition, side))
        if found is None:
            far = self.jump.jump if self.jump else None
            even = self.jump and far and self.depth - self.jump.depth == self.jump.depth - far.depth
            found = Block(self, self.depth + 1, condition, side, far if even else self)
            self.sides[condition, side] = found
        return found

    def at(self, depth: int) -> Block:
        """The block itself or its ancestor of that depth."""
        block = self
        while block.depth > depth:
            assert block.jump is not None and block.parent is not None
            block = block.jump if block.jump.depth >= depth else block.parent
        return block

    def outwards(self) -> Iterator[Block]:
        """The block itself and all enclosing ones."""
        block: Block | None = self
        while block is not None:
            yield block
            block = block.parent


def blocks(order: Sequence[Node], roots: Sequence[Node]) -> tuple[dict[Node, Block], dict[tuple[Node, int], Block]]:
    """The innermost block that holds every use of each node of a topological order, and the sides of each `if`
    (1 is taken when the condition is true, 2 when not)."""
    top = Block()
    home: dict[Node, Block] = dict.fromkeys(roots, top)
    sides: dict[tuple[Node, int], Block] = {}
    for node in reversed(order):
        here = home[node]
        for position, operand in enumerate(node.operands):
            block = here
            if node.op.family == "branch" and position:
                block = sides[node, position] = here.inside(node.operands[0], position)
            home[operand] = common(home[operand], block) if operand in home else block
    return home, sides


def common(a: Block, b: Block) -> Block:
    """The innermost block that holds both."""
    depth = min(a.depth, b.depth)
    a, b = a.at(depth), b.at(depth)
    while a is not b:
        # Blocks of one depth jump to one depth.
        assert a.jump is not None and b.jump is not None and a.parent is not None and b.parent is not None
        a, b = (a.parent, b.parent) if a.jump is b.jump else (a.jump, b.jump)
    return a

"""Statements rewritten one by one, nested ones first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from tdsl.loops.language import Module, Statement

Block = tuple[Statement, ...]


@dataclass
class _Open:
    """A block that is being rewritten, and the statement that holds it with its other blocks."""

    left: Iterator[Statement]
    done: list[Statement] = field(default_factory=list)
    parent: Statement | None = None
    blocks: list[Block] = field(default_factory=list)


def _same(statement: Statement) -> Statement:
    return statement


def _as_it_is(block: Block) -> Block:
    return block


def rebuilt(
    module: Module, change: Callable[[Statement], Statement] = _same, whole: Callable[[Block], Block] = _as_it_is
) -> Module:
    """The module with the statements of every routine rebuilt."""
    return module.each(lambda routine: replace(routine, statements=rebuild(routine.statements, change, whole)))


def rebuild(
    statements: Block, change: Callable[[Statement], Statement] = _same, whole: Callable[[Block], Block] = _as_it_is
) -> Block:
    """`change` is applied to each statement, then `whole` to each block."""
    stack = [_Open(iter(statements))]
    while True:
        top = stack[-1]
        statement = next(top.left, None)
        if statement is not None:
            if statement.children:
                top.parent, top.blocks = statement, []
                stack.append(_Open(iter(statement.children[0])))
            else:
                top.done.append(change(statement))
            continue
        finished = whole(tuple(stack.pop().done))
        if not stack:
            return finished
        outer = stack[-1]
        assert outer.parent is not None
        outer.blocks.append(finished)
        if len(outer.blocks) < len(outer.parent.children):
            stack.append(_Open(iter(outer.parent.children[len(outer.blocks)])))
        else:
            outer.done.append(change(outer.parent.with_children(outer.blocks)))

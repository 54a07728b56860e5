"""Masks: where a cotangent may differ from zero."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from tdsl.ir.node import Node, apply


def same_element(m: Node, y: Node, *operands: Node) -> tuple[Node, ...]:
    """The mask of an op whose cotangents at an element depend on g at that element only."""
    return (m,) * len(operands)


def union(masks: Iterable[Node]) -> Node:
    return reduce(lambda a, b: apply("or", a, b), masks)


def parts_of(mask: Node) -> list[Node]:
    """The distinct masks whose union it is."""
    parts, seen, stack = [], {mask}, [mask]
    while stack:
        part = stack.pop()
        if part.op.name != "or":
            parts.append(part)
            continue
        new = [operand for operand in dict.fromkeys(part.operands) if operand not in seen]
        seen.update(new)
        stack += new[::-1]
    return parts

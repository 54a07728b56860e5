"""A map over the elements of a product becomes the product's own body: elements never travel through memory.

    b4[i0, i1] = b0 @ b1                              b0 @ b1, of each element t0:
    map i0 < N, i1 < M:                        →          b5[M*i0 + i1] = tanh(t0)
        b5[M*i0 + i1] = tanh(b4[M*i0 + i1])

What is stored of the product itself is dropped by `merge` if nobody else reads it.  Products with a vector stay as they
are: their few elements are better mapped side by side.
"""

from __future__ import annotations

from tdsl.loops import Branch, Contract, Map, Statement, read, written
from tdsl.lower.merge import FARTHEST, fits, joined
from tdsl.lower.rebuild import Block, rebuild
from tdsl.types import ONE


def epilogues(statements: Block) -> Block:
    return rebuild(statements, lambda statement: statement, _absorbed)


def _absorbed(block: Block) -> Block:
    out: list[Statement] = []
    for statement in block:
        if not isinstance(statement, Map) or not _is_taken(statement, out):
            out.append(statement)
    return tuple(out)


def _is_taken(second: Map, before: list[Statement]) -> bool:
    """Whether a product before takes the map in, where it stands or, if not all that the map reads is ready there,
    moved to the end."""
    needed = set(read(second))
    ready = True
    between: set[int] = set()  # what is read after the place
    for place in range(len(before) - 1, max(-1, len(before) - 1 - FARTHEST), -1):
        first = before[place]
        if isinstance(first, Branch):
            return False
        if isinstance(first, Contract) and not needed.isdisjoint(written(first)) and _matches(first, second):
            if ready:
                before[place] = joined(first, second)
                return True
            if between.isdisjoint(written(first)):
                del before[place]
                before.append(joined(first, second))
                return True
        ready = ready and needed.isdisjoint(written(first))
        between.update(read(first))
    return False


def _matches(first: Contract, second: Map) -> bool:
    return ONE not in (first.m, first.n) and first.axes == second.axes and fits(first, second)

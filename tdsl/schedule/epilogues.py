"""A map over the elements of a product becomes its epilogue: elements never travel through memory.

    b4[i0, i1] = b0 @ b1                              b0 @ b1, of each element t0:
    map i0 < N, i1 < M:                        →          b5[M*i0 + i1] = tanh(t0)
        b5[M*i0 + i1] = tanh(b4[M*i0 + i1])

So does a sum of columns, one for each product.  `merge_maps` drops the stores of the product itself if nothing else
reads them.  Products with a vector stay as they are: a map of their elements vectorises better.
"""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter

from tdsl.loops.body import Index, Indexed
from tdsl.loops.language import ColumnSum, Contraction, Map, Module, Reduce, Statement, Store, read, written
from tdsl.loops.rebuild import Block, rebuilt
from tdsl.schedule.collapse_axes import over_axes
from tdsl.schedule.merge_maps import FARTHEST, fits, joined
from tdsl.types import ONE, Kind


def epilogues(module: Module) -> Module:
    return rebuilt(module, whole=_absorbed)


def _absorbed(block: Block) -> Block:
    out: list[Statement] = []
    for statement in block:
        match statement:
            case Map() if _is_taken(statement, out):
                pass
            case Reduce() if (summed := _by_columns(statement)) and _is_taken(summed, out, sums=True):
                pass
            case _:
                out.append(statement)
    return tuple(out)


def _by_columns(statement: Reduce) -> Map | None:
    """A sum over the first of two axes as a map that stores the summands."""
    if (statement.combiner, len(statement.kept), len(statement.reduced)) != ("sum", 1, 1):
        return None
    if statement.dtype.kind is not Kind.REAL:
        return None
    body = tuple(
        replace(instruction, index=_exchanged(instruction.index)) if isinstance(instruction, Indexed) else instruction
        for instruction in statement.body
    )
    store = Store(statement.buffer, Index.axis(1), statement.value)
    return Map(statement.reduced + statement.kept, body, (store,), statement.origins)


def _exchanged(index: Index) -> Index:
    return replace(index, axes=tuple(sorted(((1 - axis, size) for axis, size in index.axes), key=itemgetter(0))))


def _is_taken(second: Map, before: list[Statement], sums: bool = False) -> bool:
    """Whether an earlier product takes the map in, at its own place or, if the inputs of the map are not ready there,
    moved to the end."""
    needed, filled = set(read(second)), set(written(second))
    ready = True
    for place in range(len(before) - 1, max(-1, len(before) - 1 - FARTHEST), -1):
        first = before[place]
        if first.children:
            return False
        made = written(first)
        is_needed = not needed.isdisjoint(made)
        if is_needed and isinstance(first, Contraction) and (fitting := _fitting(first, second, sums)):
            if ready:
                before[place] = _joined(first, fitting, sums)
                return True
            if not any(buffer in made for after in before[place + 1 :] for buffer in read(after)):
                del before[place]
                before.append(_joined(first, fitting, sums))
                return True
        ready = ready and not is_needed and filled.isdisjoint(made)
    return False


def _fitting(first: Contraction, second: Map, sums: bool) -> Map | None:
    """The map over the axes of the product, if it can be its epilogue."""
    if sums and (first.column_sum or first.dtype != second.body[second.stores[0].register].dtype):
        return None
    if first.column_sum and first.column_sum.buffer in read(second):
        return None  # a sum is there once the product is
    fitting = None if ONE in (first.m, first.n) else over_axes(second, first.axes)
    return fitting if fitting and fits(first, fitting) else None


def _joined(first: Contraction, second: Map, sums: bool) -> Contraction:
    both = joined(first, second)
    if not sums:
        return both
    *stores, summed = both.stores
    return replace(both, stores=tuple(stores), column_sum=ColumnSum(summed.register, summed.buffer))

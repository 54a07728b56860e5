"""The element at which a kernel begins to count in each of its buffers.

A kernel that reaches a buffer at one offset only is passed the address there, so that kernels of different slices, such
as `gamma[0]` and `gamma[1]`, are equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tdsl.loops.body import Load
from tdsl.loops.language import Buffer, Contraction, Leaf, Map, Reduce, RowGroup, Scatter, walk
from tdsl.types import ZERO, Dim, element_count


def starts(statement: Leaf | RowGroup, buffers: Sequence[Buffer]) -> Mapping[int, Dim]:
    """The offsets by buffer.  No address lies outside of its buffer, whatever the sizes: there are none for elements
    that a guard may spare, and none into arrays that may be empty."""
    offsets: defaultdict[int, set[Dim]] = defaultdict(set)
    for part in walk((statement,)):
        if not isinstance(part, Map | Reduce | Contraction | Scatter):
            continue
        for load in part.body:
            if isinstance(load, Load):
                offsets[load.buffer].add(load.index.offset if load.guard is None else ZERO)
        if isinstance(part, Map | Contraction):
            for store in part.stores:
                offsets[store.buffer].add(store.index.offset)
        else:
            offsets[part.buffer].add(ZERO)
        if isinstance(part, Contraction):
            others = [part.column_sum.buffer] if part.column_sum else []
            for buffer in (part.left.buffer, part.right.buffer, *others):
                offsets[buffer].add(ZERO)
    only = {buffer: next(iter(found)) for buffer, found in offsets.items() if len(found) == 1}
    return {
        number: offset
        for number, offset in only.items()
        if offset.terms and offset.at_least(0) and (element_count(buffers[number].shape) - offset).at_least(0)
    }

"""Sequences of loops without memory of their own: the element of a counter is made of the number of the step, and that
of a view lies where the view shows it.

    for t in T          →    t = step
    for x_t in x[::-1]  →    x_t is the window of x from n * (T - 1 - step) on
    for x_t in x.T      →    x_t = w.T[0], where w is the window of x from step on
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from tdsl.ir.attributes import Iota
from tdsl.ir.function import fresh, substitute
from tdsl.ir.node import Node, apply, full
from tdsl.loops.body import linear
from tdsl.lower.access import Access, identity_access
from tdsl.lower.buffers import Buffers
from tdsl.lower.elements.views import access_through_view, is_affine_view, storage_of
from tdsl.ops.scan import element
from tdsl.types import ONE, ZERO, Dim


def is_counter(sequence: Node) -> bool:
    """Whether its elements are numbers made of the number of the step."""
    return sequence.type.rank == 1 and _source(sequence)[0].op.name == "iota"


class Sequences:
    """The elements of the sequences of a loop: `given` are those that are windows, and the windows of which others are
    parts; `new` are the nodes that stand for the latter and for counters."""

    def __init__(self, buffers: Buffers, counter: str) -> None:
        self.given: dict[Node, int] = {}
        self.new: dict[Node, Node] = {}
        self.inputs: list[int] = []
        self._buffers, self._counter = buffers, counter

    def add(self, parameter: Node, sequence: Node) -> None:
        """The element of a sequence."""
        step = Dim.symbol(self._counter)
        if sequence.type.shape[0] == ZERO:  # no step takes an element
            self.new[parameter] = full(0, parameter.type)
            return
        if is_counter(sequence):
            source, at = _source(sequence)
            index = at.indices[source.get(Iota).axis]
            self.new[parameter] = apply("size", dim=index.offset + index.coefficient(0) * step)
            return
        source, at = _source(sequence, self._buffers.of)
        whole = self._buffers.of[source if source in self._buffers.of else storage_of(source)]
        self.inputs.append(whole)
        place = linear(at.indices, source.type.shape)
        first, steps = place.coefficient(0), [place.coefficient(axis) for axis in range(1, sequence.type.rank)]
        if all(step == row or size == ONE for step, row, size in _rows(steps, parameter)):
            self.given[parameter] = self._buffers.window(parameter, whole, place.offset + first * step)
            return
        base = fresh(source.type)
        (view,) = substitute([sequence], {source: base})
        # The element that the window shows at its step 0, or if the view runs backwards at its last one.
        shown = sequence.type.shape[0] - ONE if (-first).at_least(0) else ZERO
        self.given[base] = self._buffers.window(base, whole, first * (step - shown))
        starts, sizes = (shown, *(ZERO,) * (view.type.rank - 1)), (ONE, *view.type.shape[1:])
        row = apply("slice", view, starts=starts, steps=(1,) * view.type.rank, sizes=sizes)
        self.new[parameter] = apply("reshape", row, shape=element(view.type).shape)


def _rows(steps: Sequence[Dim], parameter: Node) -> list[tuple[Dim, Dim, Dim]]:
    """The strides of an element, beside those that it would have in memory of its own, and its sizes."""
    own = linear(identity_access(parameter.type.rank).indices, parameter.type.shape)
    sizes = enumerate(parameter.type.shape)
    return [(step, own.coefficient(axis), size) for step, (axis, size) in zip(steps, sizes, strict=True)]


def _source(sequence: Node, in_memory: Container[Node] = ()) -> tuple[Node, Access]:
    """The node that a sequence is a view of, and the element of it that an element of the sequence is."""
    node, at = sequence, identity_access(sequence.type.rank)
    while node not in in_memory and is_affine_view(node):
        node, at = node.operands[0], access_through_view(node, at)
    return node, at

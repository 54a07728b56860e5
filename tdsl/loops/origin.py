"""The part of the program that a buffer or a statement comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace

from tdsl.ir.node import Node
from tdsl.record import record
from tdsl.source import Span

Names = frozenset[str]


@record(frozen=True, slots=True)
class Origin:
    """The part of the program that a buffer or a statement comes from: the name of the value, unique among buffers, its
    place, and its expression over the names of buffers.  `spell` makes the text, with some names spelled out
    too, only if somebody reads it, and `inner` finds the places of values that are computed inside the expression.  A
    derivative has the place of the step that it differentiates.  `value` is the node that the buffer holds, or holds
    once the statement has run."""

    name: str
    span: Span | None
    spell: Callable[[Names], str] = field(repr=False)
    inlined: Names = frozenset()
    is_derivative: bool = False
    value: Node | None = field(default=None, repr=False)
    inner: Callable[[Names], tuple[Span, ...]] = field(default=lambda inlined: (), repr=False)

    @property
    def text(self) -> str:
        """One short line, such as `a2 = sigmoid(a1 @ W2 + b2)`."""
        return self.spell(self.inlined)

    @property
    def inner_places(self) -> tuple[str, ...]:
        """`miku.tdsl:17`, of the values inside the expression that are of other lines."""
        places = dict.fromkeys(span.place for span in self.inner(self.inlined))
        return tuple(place for place in places if self.span is None or place != self.span.place)

    def inlining(self, names: Names) -> Origin:
        """The same after these buffers were dropped."""
        return replace(self, inlined=self.inlined | names)


Origins = tuple[Origin, ...]
"""The origins of all values that a statement computes, in order; they are no part of its meaning."""

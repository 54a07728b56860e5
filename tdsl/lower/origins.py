"""The origins of buffers and statements: a name, a place in the program, and the computed expression.

a2 = sigmoid(a1 @ W2 + b2)      miku.tdsl:19
"""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from typing import TypeVar

from tdsl.ir.node import Node
from tdsl.ir.pieces import Piece
from tdsl.ir.program import Entry, Program
from tdsl.loops.language import Buffer
from tdsl.loops.origin import Names, Origin
from tdsl.lower.elements.views import storage_of
from tdsl.lower.origin_texts import Filling, Texts
from tdsl.source import Span
from tdsl.types import Dim

_NEAREST = 12
Known = TypeVar("Known")


class Origins:
    """Makes the origins of one entry.  `buffer_of` and `buffers` say which nodes have memory; both may still grow, each
    buffer after its origin."""

    def __init__(
        self, program: Program, entry: Entry, buffer_of: Mapping[Node, int], buffers: Sequence[Buffer]
    ) -> None:
        self.program, self.entry = self._whole = program, entry
        self._buffer_of, self._buffers = buffer_of, buffers
        self._texts = Texts(program, buffer_of)
        self._taken: Counter[str] = Counter()
        self._made: dict[Node, Origin] = {}
        self._reserved: dict[Node, str] = {}
        spans = [result.span for result in entry.results] + [update.span for update in entry.updates]
        self._roots = {storage_of(root): span for root, span in zip(entry.roots(), spans, strict=True)}
        self._old: Mapping[Node, Node] = {}

    def inside(self, buffer_of: Mapping[Node, int], new: Mapping[Node, Node]) -> Origins:
        """The same for the nodes of a function; `new` ones have the names and places of others."""
        inner = copy(self)
        inner._buffer_of, inner._made, inner._roots = buffer_of, {}, {}
        inner._old = {after: before for before, after in new.items()}
        program, entry = self._whole
        inner.program = replace(program, names=_moved(program.names, new), spans=_moved(program.spans, new))
        inner.entry = replace(entry, spans=_moved(entry.spans, new), steps=_moved(entry.steps, new))
        inner._texts = replace(self._texts, program=inner.program, buffer_of=buffer_of)
        return inner

    def of_buffer(self, node: Node, wanted: str = "", span: Span | None = None) -> Origin:
        """The origin of a new buffer, under a name that no other buffer of the entry has; the span says where an
        argument or a variable is declared."""
        name = self._unique(wanted) if wanted else self._reserved.pop(node, "") or self._unique(self._word(node))
        self._texts.buffers.append(name)
        origin = self._origin(name, node, Filling(self._texts, name, node), span)
        self._made[storage_of(node)] = origin
        return origin

    def reserve(self, nodes: Iterable[Node]) -> None:
        """Names for the buffers of nodes, numbered in this order."""
        self._reserved |= {node: self._unique(self._word(node)) for node in nodes}

    def _word(self, node: Node) -> str:
        made = node.operands[0] if node.op.name == "item" and node.operands[0].op.family == "factorization" else node
        return self.program.names.get(node) or ("branch" if node.op.name == "if" else made.op.name)

    def _unique(self, name: str) -> str:
        self._taken[name] += 1
        if self._taken[name] == 1:
            return name
        while f"{name}_{self._taken[name]}" in self._taken:
            self._taken[name] += 1
        free = f"{name}_{self._taken[name]}"
        self._taken[free] += 1
        return free

    def of_value(self, node: Node) -> Origin:
        """The origin of a statement that computes all of a node."""
        filled, made = self._buffers[self._buffer_of[node]].origin, self._made.get(node)
        if made and made.name == filled.name:
            return made
        return self._origin(filled.name, node, Filling(self._texts, filled.name, node), self._span(node) or filled.span)

    def of_results(self, node: Node, buffers: Sequence[int]) -> Origin:
        """The origin of a statement that computes all results of a node with several."""
        names, texts = [self._name_of(buffer) for buffer in buffers], self._texts

        def text(inlined: Names) -> str:
            operands = ", ".join(texts.value(operand, inlined, False) for operand in node.operands)
            return f"{', '.join(names)} = {node.op.name}({operands})"

        return replace(self._origin(names[0], node, text), value=None)

    def of_copy(self, node: Node, buffer: int) -> Origin:
        """The origin of a statement that fills a buffer with the elements of a node that are elsewhere."""
        filled = self._buffers[buffer].origin
        text = Filling(self._texts, filled.name, node, itself=False)
        return self._origin(filled.name, node, text, self._span(node) or filled.span)

    def of_summand(self, node: Node, piece: Piece, added: bool) -> Origin:
        """The origin of a statement that fills a part of a sum, or adds to it."""
        name, texts = self._name_of(self._buffer_of[node]), self._texts

        def text(inlined: Names) -> str:
            value = texts.value(piece.value, inlined, False)
            return f"{name}{texts.marks(node, piece, inlined)} {'+=' if added else '='} {value}"

        origin = self._origin(name, piece.value if self._span(piece.value) else node, text)
        return replace(origin, value=self._value(node))

    def of_piece(self, node: Node, pieces: Mapping[Node, Piece]) -> Origin:
        """The origin of a statement that computes an elementwise node where sums have these pieces."""
        name, texts, piece = self._name_of(self._buffer_of[node]), self._texts, next(iter(pieces.values()))

        def text(inlined: Names) -> str:
            marks = texts.marks(node, piece, inlined)
            return f"{name}{marks} = {texts.value(node, inlined, True, pieces, marks)}"

        return self._origin(name, node, text)

    def of_part(self, node: Node, position: int) -> Origin:
        """The origin of a statement that fills one part of a stack."""
        name, texts, part = self._name_of(self._buffer_of[node]), self._texts, node.operands[position]

        def text(inlined: Names) -> str:
            return f"{name}[{position}] = {texts.value(part, inlined, False)}"

        return replace(self._origin(name, part if self._span(part) else node, text), value=self._value(node))

    def of_zeros(self, node: Node, buffer: int) -> Origin:
        """The origin of a statement that fills a buffer before parts are added or written."""
        name = self._name_of(buffer)
        return self._origin(name, node, lambda inlined: f"{name} = 0")

    def of_check(self, node: Node) -> Origin:
        """The origin of a statement that only checks a node for faults."""
        texts = self._texts
        return Origin("check", self._span(node), lambda inlined: f"check {texts.value(node, inlined)}")

    def of_move(self, node: Node, source: int, target: int) -> Origin:
        """The origin of a statement that copies one buffer to another, which is a node's."""
        name, value = self._name_of(target), self._name_of(source)
        return Origin(name, self._span(node), lambda inlined: f"{name} = {value}", value=self._value(node))

    def of_loop(self, node: Node, trip: Dim) -> Origin:
        """The origin of a loop of `trip` steps."""
        return self._origin("loop", node, lambda inlined: f"{trip} steps")

    def _origin(self, name: str, node: Node, text: Callable[[Names], str], span: Span | None = None) -> Origin:
        return Origin(
            name,
            span or self._span(node),
            text,
            is_derivative=self._is_derivative(node),
            value=self._value(node),
            inner=partial(self._inner, node),
        )

    def _value(self, node: Node) -> Node:
        """The node of the program that a node stands for."""
        return self._old.get(node, node)

    def _inner(self, node: Node, inlined: Names) -> tuple[Span, ...]:
        """The places of the operands of a node, and of theirs, up to those with memory."""
        found: dict[Span, None] = {}
        waiting = [*node.operands]
        seen = set(waiting)
        for inner in waiting:
            if self._texts.name(inner, inlined):
                continue
            if place := self._place(inner):
                found[place] = None
            new = [operand for operand in inner.operands if operand not in seen]
            seen.update(new)
            waiting += new
        return tuple(found)

    def _is_derivative(self, node: Node) -> bool:
        """Whether the gradient has made a node: it has the place of a step, and none of its own."""
        here = storage_of(node)
        return here in self.entry.steps and here not in self.entry.spans and here not in self.program.spans

    def _name_of(self, buffer: int) -> str:
        return self._buffers[buffer].origin.name

    def _span(self, node: Node) -> Span | None:
        """The place of a node; for a node that the compiler made, the nearest place among its operands."""
        found = [node, storage_of(node)]
        for near in found:
            if place := self._place(near):
                return place
            found += near.operands[: _NEAREST - len(found)]
        return self._roots.get(node)

    def _place(self, node: Node) -> Span | None:
        """Derivatives have the place of the step that they differentiate; names and numbers have none."""
        if node.op.family == "source" or node.is_constant:
            return None
        return self.entry.spans.get(node) or self.program.spans.get(node) or self.entry.steps.get(node)


def _moved(table: Mapping[Node, Known], new: Mapping[Node, Node]) -> Mapping[Node, Known]:
    """A table that also knows the nodes that stand for others."""
    own = {after: table[before] for before, after in new.items() if before is not after and before in table}
    return ChainMap(own, table) if own else table  # type: ignore[arg-type]

"""The program inside a module that refuses NaN, to find where one arose: node by node, as NumPy text with places.
`runtime/python/origins.py` reads it after a call was refused.

    {"operations": text, "places": [[position, excerpt], …], "calculations": [[kind, text, spelled], …],
     "nodes": [[calculation, place, *operands], …],
     "entries": [{"memory": formula, "results": [[node, place], …], "updates": …,
                  "spans": {node: place, …}, "steps": …}, …]}

`kind` is "each" if an element depends on those at the same index, "if", or "whole"; everything else is a number; -1
means no place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tdsl.describe.facts import kept_memory
from tdsl.describe.table import formula
from tdsl.emit.numpy.operations import Spelling, operations_of
from tdsl.ir.attributes import Named
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Program
from tdsl.source import Span, excerpt
from tdsl.visible import visible

_KINDS = {"elementwise": "each", "branch": "if"}


def origins(program: Program) -> str:
    """JSON, for every entry of the module's table."""
    return json.dumps(_Origins(program).document(), separators=(",", ":"))


class _Origins:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.entries = program.routines()
        self.order = topological(root for entry in self.entries for root in entry.roots())
        self.numbers = {node: number for number, node in enumerate(self.order)}
        self.dims = {name: number for number, name in enumerate(program.dims())}
        # Faults have been reported before.
        self.spelling = Spelling(self._size, {node: 0 for node in self.order if node.may_fault})
        self.places: dict[Span, int] = {}
        self.calculations: dict[tuple[str, str, str], int] = {}

    def document(self) -> dict[str, object]:
        nodes = [self._node(node) for node in self.order]
        entries = [self._entry(entry) for entry in self.entries]
        return {
            "operations": operations_of(text for _, text, _ in self.calculations),
            "calculations": list(self.calculations),
            "places": [[visible(span.position), excerpt(span)] for span in self.places],
            "nodes": nodes,
            "entries": entries,
        }

    def _size(self, size: object) -> str:
        return formula(size, self.dims)  # type: ignore[arg-type]

    def _place(self, span: Span | None) -> int:
        return -1 if span is None else self.places.setdefault(span, len(self.places))

    def _node(self, node: Node) -> list[int]:
        operands = [f"v{position}" for position in range(len(node.operands))]
        kind = _KINDS.get(node.op.family, "whole")
        if node.op.name in ("argument", "variable"):
            text = f"{node.op.name}s[{node.get(Named).name!r}]"
        else:
            text = "" if kind == "if" else self.spelling.text(node, operands)
        place = self._place(self.program.spans.get(node)) if _has_place(node) else -1
        calculation = self.calculations.setdefault((kind, text, _spelled(node)), len(self.calculations))
        return [calculation, place, *(self.numbers[operand] for operand in node.operands)]

    def _entry(self, entry: Entry) -> dict[str, object]:
        return {
            "memory": self._size(kept_memory(entry).total),
            "results": [[self.numbers[result.node], self._place(result.span)] for result in entry.results],
            "updates": [[self.numbers[update.value], self._place(update.span)] for update in entry.updates],
            "spans": self._own(entry.spans),
            "steps": self._own(entry.steps),
        }

    def _own(self, spans: Mapping[Node, Span]) -> dict[int, int]:
        used = (node for node in spans if node in self.numbers and _has_place(node))
        return {self.numbers[node]: self._place(spans[node]) for node in used}


def _has_place(node: Node) -> bool:
    """A literal may occur in many places, and only reals can be NaN."""
    return node.type.is_real and not node.is_constant


def _spelled(node: Node) -> str:
    """The calculation of an element, with a hole for each operand; the name of any other."""
    op = node.op
    if op.family != "elementwise":
        return op.name
    if op.infix:
        return f"{{}} {op.tdsl} {{}}"
    name = node.type.dtype.name if op.name == "cast" else op.tdsl
    return "-{}" if op.name == "neg" else f"{name}({', '.join(['{}'] * len(node.operands))})"

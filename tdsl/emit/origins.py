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
from tdsl.emit.numpy.functions import Texts
from tdsl.emit.numpy.operations import Spelling, names_of_operations, operations_of
from tdsl.ir.attributes import Item, Named
from tdsl.ir.function import with_bodies
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Program
from tdsl.ops.scan import LoopAttributes
from tdsl.source import Span, excerpt
from tdsl.types import Dim, Tuple
from tdsl.visible import visible

_KINDS = {"elementwise": "each", "branch": "if"}


def origins(program: Program) -> str:
    """JSON, for every entry of the module's table."""
    return json.dumps(_Origins(program).document(), separators=(",", ":"))


class _Origins:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.entries = program.routines()
        roots = [root for entry in self.entries for root in entry.roots()]
        # A loop is computed again for each of its requested results.
        self.order = [node for node in topological(roots) if not isinstance(node.type, Tuple)]
        self.numbers = {node: number for number, node in enumerate(self.order)}
        self.dims = {name: number for number, name in enumerate(program.dims())}
        # Faults have been reported before.
        sites = {node: 0 for node in with_bodies(roots) if node.may_fault}
        self.spelling = Spelling(self._size, sites)
        self.loops = Texts(program, program.dims(), sites, names_of_operations())
        self.loops.add_loops(roots, "loop")
        self.places: dict[Span, int] = {}
        self.calculations: dict[tuple[str, str, str], int] = {}

    def document(self) -> dict[str, object]:
        nodes = [self._node(node) for node in self.order]
        entries = [self._entry(entry) for entry in self.entries]
        texts = [*(text for _, text, _ in self.calculations), *self.loops.functions]
        return {
            "operations": "\n\n\n".join([operations_of(texts), *self.loops.functions]),
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
        made_of = node.operands[0].operands if node.op.name == "item" else node.operands
        operands = [f"v{position}" for position in range(len(made_of))]
        kind = _KINDS.get(node.op.family, "whole")
        if node.op.name in ("argument", "variable"):
            text = f"{node.op.name}s[{node.get(Named).name!r}]"
        else:
            text = "" if kind == "if" else self._text(node, operands)
        place = self._place(self.program.spans.get(node)) if _has_place(node) else -1
        calculation = self.calculations.setdefault((kind, text, _spelled(node)), len(self.calculations))
        return [calculation, place, *(self.numbers[operand] for operand in made_of)]

    def _text(self, node: Node, operands: list[str]) -> str:
        if node.op.name != "item":
            return self.spelling.text(node, operands)
        (several,) = node.operands
        if not isinstance(several.attributes, LoopAttributes):
            return f"{self.spelling.text(several, operands)}[{node.get(Item).index}]"
        loop = several.attributes
        name, dims = self.loops.loops[loop]
        given = [*["faults"] * loop.may_fault, *(self._size(Dim.symbol(dim)) for dim in dims), *operands]
        taken = f"[{node.get(Item).index}]" if len(loop.body.results) > 1 else ""
        return f"{name}({', '.join(given)}){taken}"

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
        return node.operands[0].op.name if op.name == "item" else op.tdsl if op.family == "factorization" else op.name
    if op.infix:
        return f"{{}} {op.tdsl} {{}}"
    name = node.type.dtype.name if op.name == "cast" else op.tdsl
    return "-{}" if op.name == "neg" else f"{name}({', '.join(['{}'] * len(node.operands))})"

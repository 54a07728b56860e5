"""The functions of a unit in the order of their definitions: kernels, and the routines that call them."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.emit.c import syntax as c
from tdsl.emit.c.kernel_names import kernel_name
from tdsl.emit.c.names import Names
from tdsl.emit.c.parameters import Parameters
from tdsl.emit.c.printer import declaration_lines, function_lines
from tdsl.loops.language import Leaf, RowGroup
from tdsl.record import record

# Approximate compile times, in lines of kernels: of a kernel regardless of its body, and of other lines.
_KERNEL, LINE = 8.0, 1 / 16


@record(frozen=True)
class Definition:
    """A function as text.  `mentions` are the names in it, among them those of the functions that it calls."""

    name: str
    declaration: tuple[str, ...]
    lines: tuple[str, ...]
    weight: float
    mentions: frozenset[str] = frozenset()


class Functions:
    """Each kernel exists once, however many calls it has; `manner` is its attribute macro."""

    def __init__(self, names: Names, manner: str = "TDSL_ROUTINE") -> None:
        self.names, self._manner = names, manner
        self.all: list[Definition] = []
        self.timed: dict[tuple[str, int], c.Expression] = {}  # by the name of a routine and the number of a lap
        self._kernels: dict[tuple[tuple[c.Parameter, ...], tuple[c.Statement, ...]], str] = {}

    def kernel(self, parameters: Parameters, body: tuple[c.Statement, ...], statement: Leaf | RowGroup) -> c.Call:
        """The call of a kernel with this body, which runs a statement."""
        key = parameters.declared(), body
        name = self._kernels.get(key)
        if name is None:
            name = self._kernels[key] = self.names.add(kernel_name(statement))
            self._define(c.Function(name, *key, manner=self._manner), _KERNEL, 1)
        return c.Call(name, parameters.passed())

    def add(self, function: c.Function, inside: Sequence[Definition] = ()) -> None:
        """A function that is no kernel; `inside` are functions inlined into it."""
        self._define(function, sum(definition.weight for definition in inside), LINE, inside)

    def _define(self, function: c.Function, least: float, line: float, inside: Sequence[Definition] = ()) -> None:
        mentions = frozenset(c.free_names(function.body))
        own = function_lines(function, mentions)
        lines = (*(text for definition in inside for text in definition.lines), *own, "")
        declaration = tuple(declaration_lines(function, mentions))
        self.all.append(Definition(function.name, declaration, lines, least + line * len(own), mentions))

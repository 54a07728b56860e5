"""The functions of a unit in the order of their definitions: kernels, and the routines that call them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tdsl.emit.c.parameters import Parameters

# In lines of kernels: about how much work a compiler has with a kernel whatever stands in it, and with other lines.
_KERNEL, LINE = 8.0, 1 / 16
_CALLED = re.compile(r"\b((?:k|run|update)\d+\w*)\(")


@dataclass(frozen=True)
class Function:
    """`declared` is all but the body; `calls` are the names of other functions; `before` are lines of its own."""

    name: str
    declared: str
    body: list[str]
    weight: float
    calls: frozenset[str] = frozenset()
    before: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        return [*self.before, f"{self.declared} {{", *("    " + line for line in self.body), "}", ""]


class Functions:
    """Kernels are there once each, whoever calls them; `manner` says how they are compiled."""

    def __init__(self, prefix: str = "k", manner: str = "TDSL_ROUTINE") -> None:
        self._prefix, self._manner = prefix, manner
        self.all: list[Function] = []
        self._kernels: dict[tuple[str, ...], str] = {}

    def kernel(self, parameters: Parameters, lines: list[str]) -> str:
        """The statement that runs a kernel with these lines."""
        given = parameters.declared()
        key = given, *lines
        if key not in self._kernels:
            name = self._kernels[key] = f"{self._prefix}{len(self._kernels)}"
            self.all.append(Function(name, f"{self._manner} void {name}({given})", lines, _KERNEL + len(lines)))
        return f"{self._kernels[key]}({parameters.passed()});"

    def routine(
        self,
        name: str,
        given: str,
        body: list[str],
        returns: str = "void",
        straight: bool = False,
        inside: Sequence[Function] = (),
    ) -> None:
        """`straight` is a long row of calls; `inside` are functions compiled within it."""
        declared = f"{'TDSL_CALL_SEQUENCE' if straight else 'TDSL_ROUTINE'} {returns} {name}({given})"
        calls = frozenset(found for line in body for found in _CALLED.findall(line))
        weight = len(body) * LINE + sum(function.weight for function in inside)
        before = tuple(line for function in inside for line in function.lines)
        self.all.append(Function(name, declared, body, weight, calls, before))

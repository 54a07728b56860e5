"""The functions of a unit in the order of their definitions: kernels, and the routines that call them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tdsl.emit.cpp_parameters import Parameters

# In lines of kernels: about how much work a compiler has with a kernel whatever stands in it, and with other lines.
_KERNEL, LINE = 8.0, 1 / 16
_CALLED = re.compile(r"\b((?:k|run|update)\d+\w*)\(")


@dataclass(frozen=True)
class Function:
    """`declared` is all but the body; `calls` are the names of other functions."""

    name: str
    declared: str
    body: list[str]
    weight: float
    calls: frozenset[str] = frozenset()

    @property
    def lines(self) -> list[str]:
        return [f"{self.declared} {{", *("    " + line for line in self.body), "}", ""]


class Functions:
    """Kernels are there once each, whoever calls them."""

    def __init__(self) -> None:
        self.all: list[Function] = []
        self._kernels: dict[tuple[str, ...], str] = {}

    def kernel(self, parameters: Parameters, lines: list[str]) -> str:
        """The statement that runs a kernel with these lines."""
        given = parameters.declared()
        key = given, *lines
        if key not in self._kernels:
            name = self._kernels[key] = f"k{len(self._kernels)}"
            self.all.append(Function(name, f"TDSL_ROUTINE void {name}({given})", lines, _KERNEL + len(lines)))
        return f"{self._kernels[key]}({parameters.passed()});"

    def routine(self, name: str, given: str, body: list[str], returns: str = "void", straight: bool = False) -> None:
        """`straight` is a long row of calls."""
        declared = f"{'TDSL_CALLS' if straight else 'TDSL_ROUTINE'} {returns} {name}({given})"
        calls = frozenset(found for line in body for found in _CALLED.findall(line))
        self.all.append(Function(name, declared, body, len(body) * LINE, calls))

"""The typed program as text, one node a line, which `tdsl show --stage typed` and `--stage after:PASS` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tdsl.ir.function import Function, functions
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Program
from tdsl.types import Dim, DType, Type


def emit_typed(program: Program) -> str:
    """Every function and then every entry with its nodes numbered in order, operands first."""
    printer = _Printer(program)
    lines: list[str] = []
    for function, name in printer.functions.items():
        numbers = {parameter: f"p{index}" for index, parameter in enumerate(function.parameters)}
        parameters = ", ".join(f"{numbers[p]}: {p.type.spell(program.real)}" for p in function.parameters)
        lines += [f"function {name}({parameters})", *printer.nodes(function.results, numbers)]
        lines += [f"    return {', '.join(numbers[result] for result in function.results)}", ""]
    for entry in program.all_entries():
        numbers = {}
        parameters = ", ".join(f"{p.name}: {p.spell(program.real)}" for p in entry.parameters)
        lines += [f"entry {entry.name}({parameters})", *printer.nodes(entry.roots(), numbers)]
        lines += [f"    {result.role} {numbers[result.node]} {result.text or result.name}" for result in entry.results]
        lines += [f"    {update.variable} <- {numbers[update.value]}" for update in entry.updates]
        lines += [f"    requires {need.text}" for need in entry.requirements]
        lines.append("")
    return "\n".join(lines)


class _Printer:
    """Functions are named in the order in which they are printed, inner ones first."""

    def __init__(self, program: Program) -> None:
        self.program = program
        found = functions(topological(program.roots()))
        self.functions: Mapping[Function, str] = {function: f"f{number}" for number, function in enumerate(found)}

    def nodes(self, roots: Sequence[Node], numbers: dict[Node, str]) -> list[str]:
        """A line for each node that has no name yet; then it has."""
        lines: list[str] = []
        for node in topological(roots, known=numbers):
            numbers[node] = f"%{len(lines)}"
            operands = [numbers[operand] for operand in node.operands]
            attributes = [f"{name}={self._text(value)}" for name, value in sorted(node.attributes.given().items())]
            name = f"  # {self.program.names[node]}" if node in self.program.names else ""
            call = f"{node.op.name}({', '.join(operands + attributes)})"
            lines.append(f"    {numbers[node]}: {node.type.spell(self.program.real)} = {call}{name}")
        return lines

    def _text(self, value: Any) -> str:
        if isinstance(value, Function):
            return self.functions[value]
        if isinstance(value, tuple):
            return f"({', '.join(map(self._text, value))})"
        if isinstance(value, str) and "x" in value and "p" in value:
            return repr(float.fromhex(value))
        return str(value) if isinstance(value, Dim | DType | Type | int) else repr(value)

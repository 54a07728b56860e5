"""The typed program as text, one node a line: what `tdsl show --stage typed` and `--stage after:PASS` print."""

from __future__ import annotations

from typing import Any

from tdsl.ir.node import Node, topological
from tdsl.ir.program import Program
from tdsl.types import Dim, DType, Type


def emit_typed(program: Program) -> str:
    """Every entry with its nodes numbered in order, operands first."""
    lines: list[str] = []
    for entry in program.all_entries():
        numbers: dict[Node, int] = {}
        parameters = ", ".join(f"{p.name}: {p.node.type.spell(program.real)}" for p in entry.parameters)
        lines.append(f"entry {entry.name}({parameters})")
        for node in topological(entry.roots()):
            numbers[node] = len(numbers)
            operands = [f"%{numbers[operand]}" for operand in node.operands]
            attributes = [f"{name}={_text(value)}" for name, value in sorted(node.attributes.given().items())]
            name = f"  # {program.names[node]}" if node in program.names else ""
            call = f"{node.op.name}({', '.join(operands + attributes)})"
            lines.append(f"    %{numbers[node]}: {node.type.spell(program.real)} = {call}{name}")
        lines += [f"    {result.role} %{numbers[result.node]} {result.text or result.name}" for result in entry.results]
        lines += [f"    {update.variable} <- %{numbers[update.value]}" for update in entry.updates]
        lines += [f"    requires {need.text}" for need in entry.requirements]
        lines.append("")
    return "\n".join(lines)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    if isinstance(value, str) and "x" in value and "p" in value:
        return repr(float.fromhex(value))
    return str(value) if isinstance(value, Dim | DType | Type | int) else repr(value)

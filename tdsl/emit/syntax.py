"""The syntax tree as indented text, made with a stack of its own for any depth."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tdsl.source import Span
from tdsl.syntax.nodes import File, Syntax


def emit_syntax(file: File) -> str:
    """One line a node: its kind, its plain fields, its place."""
    lines: list[str] = []
    stack: list[tuple[int, str, Any]] = [(0, "", item) for item in reversed(file.items)]
    while stack:
        depth, label, value = stack.pop()
        prefix = "  " * depth + (f"{label}: " if label else "")
        if isinstance(value, tuple):
            lines.append(f"{prefix}({len(value)})")
            stack += [(depth + 1, "", part) for part in reversed(value)]
            continue
        plain: list[str] = []
        deeper: list[tuple[int, str, Any]] = []
        for field in fields(value):
            part = getattr(value, field.name)
            if isinstance(part, Syntax | tuple):
                deeper.append((depth + 1, field.name, part))
            elif not isinstance(part, Span) and part not in (None, ""):
                plain.append(f"{field.name}={part!r}")
        lines.append(f"{prefix}{type(value).__name__} {' '.join([*plain, '@', value.span.position])}")
        stack += reversed(deeper)
    return "\n".join(lines)

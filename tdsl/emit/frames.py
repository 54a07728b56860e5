"""Templates of target text: files with placeholders, `@kernels` on a line, `PyInit_@name` or `@{name}_model` within.

A name that begins with `_`, such as a decorator `@_overload`, is none.
"""

from __future__ import annotations

import re

from tdsl.resources import CODEGEN
from tdsl.source import CompilerBug

_HOLE = re.compile(r"@(?:\{(\w+)\}|([a-zA-Z]\w*)\b(?!\.))")


def filled(frame: str, **holes: str) -> str:
    """The template with every placeholder filled; a placeholder without text and a text without one are bugs."""
    text = (CODEGEN / frame).read_text(encoding="utf-8")
    found = {hole[1] or hole[2] for hole in _HOLE.finditer(text)}
    if found != holes.keys():
        raise CompilerBug(f"{frame} has holes {sorted(found)}, got {sorted(holes)}")
    return _HOLE.sub(lambda hole: holes[hole[1] or hole[2]], text)


def style_sheet(name: str) -> str:
    """The text of a file without placeholders."""
    return (CODEGEN / name).read_text(encoding="utf-8").rstrip()

"""Templates of target text: files with placeholders, `@kernels` on a line or `PyInit_@name` within one.

A name that begins with `_`, such as a decorator `@_overload`, is none.
"""

from __future__ import annotations

import re

from tdsl.resources import CODEGEN
from tdsl.source import CompilerBug


def filled(frame: str, **holes: str) -> str:
    """The template with every placeholder filled; a placeholder without text and a text without one are bugs."""
    text = (CODEGEN / frame).read_text(encoding="utf-8")
    found = set(re.findall(r"@([a-zA-Z]\w*)\b(?!\.)", text))
    if found != holes.keys():
        raise CompilerBug(f"{frame} has holes {sorted(found)}, got {sorted(holes)}")
    return re.sub(r"@([a-zA-Z]\w*)\b(?!\.)", lambda hole: holes[hole[1]], text)

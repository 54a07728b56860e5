"""A generated text and what building it takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """The text of NAME.cpp or NAME.py.  Of a native one: which of the runtime's objects it calls, and into how many
    parts it may be compiled side by side, told apart by TDSL_PART from 1 on."""

    text: str
    calls: frozenset[str] = frozenset()
    parts: int = 1

"""Values of the caller in messages: cut, and safe against their own `__repr__`."""

from __future__ import annotations

LONGEST = 80  # letters


def value_text(value: object) -> str:
    """Its text, or a description if that fails: Python writes no integer of many thousand digits."""
    try:
        text = repr(value)
    except Exception:
        if isinstance(value, int):
            return f"an integer of {int.bit_length(value)} bits"
        return f"an object of type {type(value).__name__}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

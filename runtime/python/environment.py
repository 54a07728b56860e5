"""The environment's limits of memory and threads; an error names a variable that is not understood."""

from __future__ import annotations

import os
import re

MEMORY_VARIABLE, THREADS_VARIABLE = "TDSL_MEMORY_LIMIT", "TDSL_NUM_THREADS"
MOST_THREADS = 1024
MOST_BYTES = (1 << 63) - 2
_UNITS = {"k": 1 << 10, "": 1 << 20, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}


def given_memory() -> int | None:
    """Bytes, or None if the variable is unset or 0."""
    text = os.environ.get(MEMORY_VARIABLE, "").strip()
    found = re.fullmatch(r"(\d{0,30}\.?\d{0,30})(e\+?\d{1,2})?\s?([kmgtp]?)(i?b)?", text.lower())
    if found is None or (text and not re.search(r"\d", found[1])):
        wanted = "a number of MiB, or one with a unit, such as 512, 0.5 or 2G"
        raise ValueError(f"{MEMORY_VARIABLE} is {text!r}, expected {wanted}")
    if not text:
        return None
    return min(int(float(found[1] + (found[2] or "")) * _UNITS[found[3]]), MOST_BYTES) or None


def given_threads() -> int | None:
    """The number, or None if the variable is unset or 0."""
    text = os.environ.get(THREADS_VARIABLE, "").strip()
    if text and not (re.fullmatch(r"[0-9]{1,9}", text) and int(text) <= MOST_THREADS):
        raise ValueError(f"{THREADS_VARIABLE} is {text!r}, expected a whole number, at most {MOST_THREADS}")
    return int(text or 0) or None

"""The known name that a misspelt one may mean."""

from __future__ import annotations

from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that differs in case only, or by few edits: none in two letters, one in five, then two."""
    allowed = 0 if len(name) < 3 else 1 if len(name) < 6 else 2
    best, least = None, (allowed + 1, False)
    for other in known:
        if other.lower() == name.lower():
            return other
        if abs(len(other) - len(name)) <= allowed:
            found = _slips(name, other), sorted(name) != sorted(other)
            best, least = (other, found) if found < least else (best, least)
    return best


def suggestion(name: str, known: Iterable[str], otherwise: str) -> str:
    """The hint for an unknown name: the known one that it may mean, or another hint."""
    meant = closest(name, known)
    return otherwise if meant is None else f"did you mean '{meant}'?"


def _slips(a: str, b: str) -> int:
    """The edit distance: letters left out, inserted, replaced, or swapped with the next one."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]

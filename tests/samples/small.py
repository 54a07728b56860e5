"""Sizes with which samples compare targets: small, so that this takes less time than their training."""

from __future__ import annotations

SMALL = {
    "miku": {"H": 7},
    "31_characters": {"V": 5, "H": 6, "B": 3},
}


def defines(sample: str) -> dict[str, str]:
    return {name: str(value) for name, value in SMALL.get(sample, {}).items()}

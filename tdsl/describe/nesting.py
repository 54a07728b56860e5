"""Texts of results in the tuples that an entry writes them in."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def outermost(texts: Sequence[str], nesting: str, combined: Callable[[list[str]], str]) -> list[str]:
    """The texts of the outermost results; `combined` combines the texts of a tuple; `nesting` is that of the entry."""
    given = iter(texts)
    levels: list[list[str]] = [[]]
    for sign in nesting or "." * len(texts):
        if sign == "(":
            levels.append([])
        elif sign == ")":
            inner = combined(levels.pop())
            levels[-1].append(inner)
        else:
            levels[-1].append(next(given))
    return levels[0]


def in_brackets(texts: list[str]) -> str:
    """A tuple of types as the language writes it."""
    return f"({', '.join(texts)})"


def named(texts: Sequence[str], fields: Sequence[str]) -> list[str]:
    """`loss: real` for each text, if there are names."""
    return [f"{field}: {text}" for field, text in zip(fields, texts, strict=True)] if fields else [*texts]

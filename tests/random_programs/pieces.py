"""The pieces of random programs: text with its type."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    text: str
    number: int


Shape = tuple[Size, ...]
ONE = Size("1", 1)


@dataclass(frozen=True)
class Piece:
    """Text with its type, the names it has a derivative by, and how large its values may be."""

    text: str
    shape: Shape
    dtype: str
    depends: frozenset[str] = frozenset()
    limit: float = 4.0

    @property
    def inner(self) -> str:
        """The text of an operand."""
        atom = self.text.replace("_", "").replace(".", "").isalnum()
        return self.text if atom else f"({self.text})"


def literal(number: int) -> Size:
    return Size(str(number), number)


def elements(shape: Shape) -> int:
    return math.prod(size.number for size in shape)


def spelled(shape: Shape) -> str:
    """A shape as an argument."""
    return shape[0].text if len(shape) == 1 else f"({', '.join(size.text for size in shape)})"


def declared(piece: Piece) -> str:
    """The text of a parameter."""
    sizes = f"[{', '.join(size.text for size in piece.shape)}]" if piece.shape else ""
    return f"{piece.text}: {piece.dtype}{sizes}"

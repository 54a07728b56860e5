"""From a program to the same program in the canonical layout."""

from __future__ import annotations

from tdsl.formatting.alignment import aligned
from tdsl.formatting.breaking import broken_lines
from tdsl.formatting.pieces import Text, read_pieces
from tdsl.source import CompilerBug, Source
from tdsl.syntax.parse import parse


def formatted(source: Source) -> str:
    """The program in the canonical layout; raises `UserError` if it has a mistake of syntax.

    A bracket that is broken because its line was too long is one that the author broke the next time; so the layout is
    repeated until it stays, and formatting its result changes nothing.
    """
    parse(source)
    text, pieces = source.text, read_pieces(source)
    written = _content(pieces)
    while True:
        after = aligned(broken_lines(pieces))
        pieces = read_pieces(Source(source.name, after))
        if _content(pieces) != written:
            raise CompilerBug(f"the layout of {source.name} changes the program")
        if after == text:
            return after
        text = after


def _content(text: Text) -> tuple[list[tuple[str, bool]], list[str]]:
    """All that is in a text besides its layout."""
    comments = [comment.text for comment in text.below]
    for piece in text.pieces:
        comments += [comment.text for comment in piece.above]
        comments += [piece.behind.text] if piece.behind else []
    return [(piece.text, piece.begins) for piece in text.pieces], sorted(comments)

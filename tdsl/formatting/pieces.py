"""The tokens of a file with the comments around them, their brackets, and the blanks between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from tdsl.formatting.spacing import ITEMS_WITH_PARAMETERS, is_sign, spaced
from tdsl.source import Source
from tdsl.syntax.parse import CLOSES, item_tokens

OPENS = set(CLOSES.values())
_BLANKS = " \t\f\r\ufeff"


@dataclass
class Comment:
    """A comment or `##` line; `column` is where it begins."""

    text: str
    column: int
    after_blank: bool = False


@dataclass
class Piece:
    """A token.  `above` are the comments on lines of their own before it, `behind` is the one at the end of its line,
    `begins` says that a statement, member or item begins with it."""

    kind: str
    text: str
    column: int
    begins: bool
    after_blank: bool = False
    on_new_line: bool = False
    padding: int = 0  # blanks before it on its line
    above: list[Comment] = field(default_factory=list)
    behind: Comment | None = None
    other: int = -1  # the place of the bracket that it matches
    around: int = -1  # the place of the bracket that it stands in
    space: bool = False  # before it, within a line


@dataclass(frozen=True)
class Text:
    """The pieces of a file, and the comments behind the last one.

    `broken` are the places of brackets whose content has lines of its own, because the author broke the line behind the
    bracket, or because a comment or statement ends a line in it.  `widths`, `breaks` and `ends` count, of the pieces
    before a place, the characters on one line, the broken brackets, and the pieces that must begin a line.
    """

    pieces: list[Piece]
    below: list[Comment]
    broken: set[int]
    widths: list[int]
    breaks: list[int]
    ends: list[int]

    def width(self, start: int, end: int) -> int:
        """The width of these pieces on one line."""
        return self.widths[end] - self.widths[start] - self.pieces[start].space if start < end else 0

    def is_flat(self, start: int, end: int) -> bool:
        """Whether these pieces may stand on one line."""
        return start >= end or (
            self.breaks[end] == self.breaks[start] and self.ends[end] == self.ends[min(start + 1, end)]
        )

    def members(self, start: int, end: int) -> list[int]:
        """The places between these two that are in no bracket there; of a bracket, the opening one."""
        found = []
        place = start
        while place < end:
            found.append(place)
            piece = self.pieces[place]
            place = (piece.other if piece.kind in OPENS else place) + 1
        return found


def read_pieces(source: Source) -> Text:
    """The pieces of a text without a mistake."""
    pieces: list[Piece] = []
    end = 0
    for tokens in item_tokens(source):
        begins = True
        for token in tokens:
            if token.type == "_NL":
                begins = True
                continue
            start = token.start_pos or 0
            piece = Piece(token.type, str(token), source.position(start)[1] - 1, begins and token.type != "RBRACE")
            _between(source, end, start, pieces[-1] if pieces else None, piece)
            pieces.append(piece)
            end, begins = start + len(token), token.type == "LBRACE"
    last = Piece("", "", 0, False)
    _between(source, end, len(source.text), pieces[-1] if pieces else None, last)
    _behind_commas(pieces)
    _match(pieces)
    _space(pieces)
    broken = _broken(pieces)
    ends = [_must_begin_a_line(pieces, place) for place in range(len(pieces))]
    return Text(
        pieces,
        last.above,
        broken,
        list(accumulate((piece.space + len(piece.text) for piece in pieces), initial=0)),
        list(accumulate((place in broken for place in range(len(pieces))), initial=0)),
        list(accumulate(ends, initial=0)),
    )


def _between(source: Source, start: int, end: int, before: Piece | None, after: Piece) -> None:
    """Gives the comments of the text between two tokens to the one before or the one after."""
    lines = source.text[start:end].split("\n")
    after.on_new_line = before is None or len(lines) > 1
    after.padding = 0 if after.on_new_line else end - start
    if before is not None:
        first = lines.pop(0)
        if first.strip(_BLANKS):
            column = source.position(start)[1] - 1 + first.index("#")
            before.behind = Comment(first.strip(_BLANKS), column)
    blank = False
    for number, line in enumerate(lines, 1):
        text = line.strip(_BLANKS)
        if text:
            after.above.append(Comment(text, line.index("#"), blank))
            blank = False
        elif number < len(lines):  # the last part is the indentation of the token
            blank = True
    after.after_blank = blank


def _behind_commas(pieces: list[Piece]) -> None:
    """A comment before a comma stands behind it."""
    for place, (piece, comma) in enumerate(pairwise(pieces)):
        if comma.kind != "COMMA":
            continue
        if piece.behind and comma.behind is None:
            comma.behind, piece.behind = piece.behind, None
        elif piece.behind:
            comma.above.insert(0, piece.behind)
            piece.behind = None
        if comma.above and place + 2 < len(pieces):
            pieces[place + 2].above[:0] = comma.above
            comma.above = []


def _match(pieces: list[Piece]) -> None:
    opened: list[int] = []
    for place, piece in enumerate(pieces):
        if piece.kind in CLOSES:
            piece.other = opened.pop()
            pieces[piece.other].other = place
        piece.around = opened[-1] if opened else -1
        if piece.kind in OPENS:
            opened.append(place)


def _space(pieces: list[Piece]) -> None:
    """Decides where blanks stand within a line."""
    calls: set[int] = set()
    header, outside = "", -1  # the item or member whose parameters are to come, and the bracket around it
    for place, piece in enumerate(pieces):
        if piece.begins:
            header, outside = piece.kind, piece.around
        before = pieces[place - 1] if place else None
        if before is None or (piece.begins and before.kind != "LBRACE"):
            continue
        sign = is_sign("" if before.begins else pieces[place - 2].kind, before.kind)
        inside = "call" if piece.around in calls else pieces[piece.around].kind if piece.around >= 0 else ""
        piece.space = not sign and spaced(before.kind, piece.kind, inside)
        if piece.around == outside and piece.kind in ("LPAR", "ASSIGN"):
            if piece.kind == "LPAR" and not piece.space and header not in ITEMS_WITH_PARAMETERS:
                calls.add(place)
            header = ""
        elif piece.kind == "LPAR" and not piece.space:
            calls.add(place)


def _broken(pieces: list[Piece]) -> set[int]:
    found: set[int] = set()
    for place, (piece, after) in enumerate(pairwise(pieces)):
        if piece.kind in OPENS and after.on_new_line and after.kind not in CLOSES:
            found.add(place)
    for place, piece in enumerate(pieces):
        if piece.behind:
            found.add(place if piece.kind in OPENS else piece.around)
        if piece.above or (piece.begins and piece.on_new_line):
            found.add(piece.other if piece.kind in CLOSES else piece.around)
    # A bracket around a broken one is broken.
    for place in range(len(pieces) - 1, -1, -1):
        if place in found:
            found.add(pieces[place].around)
    return found - {-1}


def _must_begin_a_line(pieces: list[Piece], place: int) -> bool:
    return bool(pieces[place].above) or (place > 0 and pieces[place - 1].behind is not None)

"""Where lines end.  A statement stands on one line if it fits; otherwise it is broken behind `=`, behind its loosest
operators, or in its longest bracket, whose parts then have a line each.  A bracket that the author broke stays broken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from tdsl.formatting.pieces import OPENS, Comment, Text
from tdsl.formatting.spacing import ITEMS_WITH_PARAMETERS, is_sign

WIDTH = 120
STEP = 4
_DEEPEST = WIDTH // 2  # No line is indented further, and none that is broken.
_MOST_BRACKETS = 100

# From the loosest on.
_OPERATORS = (
    {"THEN", "ELSE"},
    {"WITH", "OVER"},
    {"OR"},
    {"AND"},
    {"COMPARE"},
    {"ADDITIVE"},
    {"MULTIPLICATIVE"},
    {"POWER"},
)


@dataclass
class Anchor:
    """The `=`, `<-` or `{` of a statement, which may be aligned with those of its neighbours: its place in the line,
    and how it stood in the author's text."""

    kind: str
    offset: int
    column: int
    padding: int


@dataclass
class Line:
    indent: int
    after_blank: bool = False
    text: str = ""
    comment: Comment | None = None
    anchor: Anchor | None = None
    around: int | None = None  # the bracket around the statement that begins here

    @property
    def width(self) -> int:
        return self.indent + len(self.text)


@dataclass(frozen=True)
class _Range:
    """Pieces to set from the current column on.  `inside` brackets a line may end anywhere; `hanging` lines are
    indented one step more than the first; `after` is the width of the text that must follow on the line."""

    start: int
    end: int
    indent: int
    inside: bool = False
    hanging: bool = False
    after: int = 0


@dataclass(frozen=True)
class _NewLine:
    """A line that begins with a piece; comments above it are indented by `comments`."""

    place: int
    indent: int
    comments: int


_Task = int | _Range | _NewLine


def broken_lines(text: Text) -> list[Line]:
    """The lines of a file."""
    return _Setting(text).lines()


@dataclass
class _Setting:
    text: Text
    done: list[Line] = field(default_factory=list)

    def lines(self) -> list[Line]:
        pieces = self.text.pieces
        starts = [place for place, piece in enumerate(pieces) if piece.begins and piece.around < 0]
        for start, end in pairwise([*starts, len(pieces)]):
            self._set([_NewLine(start, 0, 0), _Range(start, end, 0, hanging=True)])
        self._comments(self.text.below, 0)
        return self.done

    def _set(self, tasks: list[_Task]) -> None:
        stack = tasks[::-1]
        while stack:
            match stack.pop():
                case _NewLine(place, indent, comments):
                    piece = self.text.pieces[place]
                    self._comments(piece.above, comments)
                    self.done.append(Line(indent, piece.after_blank and piece.begins))
                case _Range() as found:
                    stack += self._divided(found)[::-1]
                case place:
                    self._word(place)

    def _comments(self, comments: list[Comment], indent: int) -> None:
        self.done += [Line(indent, comment.after_blank, comment.text) for comment in comments]

    def _word(self, place: int) -> None:
        piece, line = self.text.pieces[place], self.done[-1]
        line.text += " " * (piece.space and bool(line.text))
        if piece.begins and not line.text:
            line.around = piece.around
        elif piece.kind in ("ASSIGN", "UPDATE", "LBRACE") and line.around == piece.around and not line.anchor:
            line.anchor = Anchor(piece.kind, len(line.text), piece.column, piece.padding)
        line.text += piece.text
        line.comment = piece.behind

    def _divided(self, found: _Range) -> list[_Task]:
        """Words and smaller ranges."""
        text, pieces = self.text, self.text.pieces
        start, end, indent = found.start, found.end, found.indent
        room = WIDTH - self.done[-1].width - found.after
        if text.is_flat(start, end) and (text.width(start, end) <= room or indent >= _DEEPEST):
            return list(range(start, end))
        members = text.members(start, end)
        deeper = min(indent + STEP * found.hanging, _DEEPEST)
        ended = [place for place in members[1:] if text.ends[place + 1] > text.ends[place]]
        if ended:
            return self._parts(found, ended, deeper)
        brackets = [place for place in members if pieces[place].kind in OPENS]
        brackets = [place for place in brackets if place in text.broken or pieces[place].other > place + 1]
        broken = [place for place in brackets if place in text.broken]
        if self._fit(found, broken, room):
            return self._open(found, broken)
        bindings = self._bindings(found, members, room)
        if bindings:
            return self._header(found, bindings)
        assigned = [place for place in members if pieces[place].kind in ("ASSIGN", "UPDATE") and pieces[place].space]
        operators = self._operators(found, members)
        if assigned and found.hanging and assigned[0] + 1 < end:
            split = self._assignment(found, assigned[0] + 1, bool(operators) and operators[-1] > assigned[0])
            if split:
                return split
        has_body = pieces[start].kind in ITEMS_WITH_PARAMETERS and not assigned
        if operators and not (has_body and brackets):
            return self._parts(found, operators, deeper)
        whole = [place for place in brackets if place not in text.broken]
        if not whole or len(brackets) > _MOST_BRACKETS:
            return self._open(found, broken)
        longest = max(whole, key=lambda place: text.width(place, pieces[place].other))
        if pieces[whole[-1]].kind == "LBRACE":
            longest = whole[-1]
        behind = pieces[longest].other + 1
        return [
            _Range(start, longest, indent, found.inside, after=1),
            *self._opened(longest, indent),
            _Range(behind, end, indent, found.inside, after=found.after),
        ]

    def _fit(self, found: _Range, broken: list[int], room: int) -> bool:
        """Whether all lines fit if only the broken brackets are."""
        text, start = self.text, found.start
        for place in broken:
            if text.width(start, place + 1) > room:
                return found.indent >= _DEEPEST
            start, room = text.pieces[place].other, WIDTH - found.indent
        return bool(broken) and (text.width(start, found.end) <= room - found.after or found.indent >= _DEEPEST)

    def _open(self, found: _Range, brackets: list[int]) -> list[_Task]:
        """The words of a range with these brackets broken."""
        tasks: list[_Task] = []
        place = found.start
        for bracket in brackets:
            tasks += [*range(place, bracket), *self._opened(bracket, found.indent)]
            place = self.text.pieces[bracket].other + 1
        return [*tasks, *range(place, found.end)]

    def _opened(self, bracket: int, indent: int) -> list[_Task]:
        """A bracket with a line for each statement or part in it."""
        pieces, close = self.text.pieces, self.text.pieces[bracket].other
        inner, is_block = min(indent + STEP, _DEEPEST), pieces[bracket].kind == "LBRACE"
        members = self.text.members(bracket + 1, close)
        if is_block:
            starts = [place for place in members if pieces[place].begins]
        else:
            starts = [place for place in members if place == bracket + 1 or pieces[place - 1].kind == "COMMA"]
        tasks: list[_Task] = [bracket]
        for start, end in pairwise([*starts, close]):
            tasks += [_NewLine(start, inner, inner), _Range(start, end, inner, not is_block, hanging=is_block)]
        return [*tasks, _NewLine(close, indent, inner), close]

    def _parts(self, found: _Range, starts: list[int], indent: int) -> list[_Task]:
        """A range whose lines begin at these places."""
        tasks: list[_Task] = [_Range(found.start, starts[0], found.indent, found.inside)]
        for start, end in pairwise([*starts, found.end]):
            after = found.after if end == found.end else 0
            tasks += [_NewLine(start, indent, indent), _Range(start, end, indent, found.inside, after=after)]
        return tasks

    def _bindings(self, found: _Range, members: list[int], room: int) -> list[int]:
        """The places where lines begin within the bindings of a loop, if its header fits on several lines only."""
        text, pieces = self.text, self.text.pieces
        loop = next((place for place in members if pieces[place].kind == "FOR"), found.end)
        body = next((place for place in members if place > loop and pieces[place].kind == "LBRACE"), loop)
        commas = [place for place in members if loop < place < body and pieces[place].kind == "COMMA"]
        if not commas or text.width(loop, body + 1) <= WIDTH - found.indent - STEP:
            return []
        starts, line = [], found.start
        for comma, end in pairwise([*commas, body]):
            if text.width(line, end + 1) > room:
                starts.append(comma + 1)
                line, room = comma + 1, WIDTH - min(found.indent + 2 * STEP, _DEEPEST)
        lines = pairwise([found.start, *starts, body + 1])
        fits = all(self.text.width(start, end) <= WIDTH - found.indent for start, end in lines)
        return starts if fits and text.is_flat(found.start, body) else []

    def _header(self, found: _Range, starts: list[int]) -> list[_Task]:
        """A loop whose lines begin at these bindings, with its body as deep as behind a header of one line."""
        indent = min(found.indent + 2 * STEP, _DEEPEST)
        tasks: list[_Task] = [_Range(found.start, starts[0], found.indent, found.inside)]
        for start, end in pairwise([*starts, found.end]):
            after = found.after if end == found.end else 0
            tasks += [_NewLine(start, indent, indent), _Range(start, end, found.indent, found.inside, after=after)]
        return tasks

    def _assignment(self, found: _Range, value: int, has_operators: bool) -> list[_Task]:
        """A line that ends behind the `=`, if that helps."""
        text, indent = self.text, min(found.indent + STEP, _DEEPEST)
        if text.pieces[value].kind == "FOR" and not text.is_flat(value, found.end):
            indent = found.indent
        elif not (text.is_flat(value, found.end) and indent + text.width(value, found.end) <= WIDTH - found.after):
            if not has_operators:
                return []
        return self._parts(found, [value], indent)

    def _operators(self, found: _Range, members: list[int]) -> list[int]:
        """The places where lines begin if the loosest operators end theirs."""
        pieces = self.text.pieces
        for kinds in _OPERATORS:
            starts = []
            for place in members:
                kind = pieces[place].kind
                if kind not in kinds or (place > found.start and is_sign(pieces[place - 1].kind, kind)):
                    continue
                if kind in ("THEN", "ELSE") and found.inside:
                    starts.append(place)
                else:
                    starts.append(place + 1)
            starts = [place for place in starts if found.start < place < found.end]
            if starts:
                return starts
        return []

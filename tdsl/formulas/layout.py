"""Equations → lines of a page: those too wide for it are broken at their outermost operators and commas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from tdsl.formulas.boxes import (
    COMMA,
    NOTHING,
    WIDE,
    Box,
    Cases,
    Equation,
    Fenced,
    Fraction,
    Function,
    Letter,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Word,
    row,
)
from tdsl.record import record

THIN = "\u2009"
PAGE = 470.0
"""The width of the text of a page in points, in which letters have ten."""
WIDEST_LEFT = 90.0
INDENT = 20.0
OPERATORS = {"+": 13.0, "−": 13.0, "⊙": 13.0, "∧": 13.0, "∨": 13.0, "·": 8.0, THIN: 2.0, "mod": 30.0, "/": 5.0}
RELATIONS = {"=", "≠", "<", "≤", ">", "≥", "←", "∈"}
NARROW = {",": 5.0, ", ": 10.0, ":": 3.0, "|": 3.0, "‖": 5.0, "∑": 15.0, "∏": 14.0, "∂": 6.0, "": 0.0}


@record(frozen=True)
class Line:
    """`left` ends where `right` begins, at the same place in all lines; `right` is moved by so many indents."""

    left: Box
    right: Box
    indent: int = 0


def arranged(equations: Sequence[Equation]) -> Iterator[Line]:
    """Bodies of loops, and equations with a wide left side, are right of the place where signs are aligned."""
    aside = [bool(one.depth or not one.sign or width(one.left) > WIDEST_LEFT) for one in equations]
    lefts = (width(one.left) for one, is_aside in zip(equations, aside, strict=True) if not is_aside)
    room = PAGE - max(lefts, default=0.0)
    for one, is_aside in zip(equations, aside, strict=True):
        sign = [Sign(one.sign)] * bool(one.sign)
        left, right = (NOTHING, row(one.left, *sign, one.right)) if is_aside else (one.left, row(*sign, one.right))
        first, *others = broken(right, room - INDENT * (one.depth + 2))
        yield Line(left, first, one.depth)
        for other in others:
            yield Line(NOTHING, other, one.depth + 2)


def width(box: Box) -> float:
    """Roughly, in points."""
    match box:
        case Row():
            return sum(map(width, box.parts))
        case Letter():
            return 6.0
        case Word() | Function() | Number():
            return 5.2 * len(box.text) + 2
        case Sign():
            return OPERATORS.get(box.text) or NARROW.get(box.text) or 13.0
        case Fenced():
            return width(box.inner) + 4.0 * (bool(box.left) + bool(box.right))
        case Fraction():
            return max(width(box.top), width(box.bottom)) + 3
        case Script():
            scripts = [0.75 * width(part) for part in (box.below, box.above) if part]
            return width(box.base) + max(scripts, default=0)
        case Root():
            return width(box.inner) + 9
        case Cases():
            values = max(width(box.chosen), width(box.otherwise))
            return 0.95 * values + max(width(box.condition) + 12, 20) + 18


def is_tall(box: Box) -> bool:
    """Whether brackets around it grow."""
    match box:
        case Row():
            return any(map(is_tall, box.parts))
        case Fenced() | Root():
            return is_tall(box.inner)
        case Script():
            return is_tall(box.base) or (isinstance(box.base, Sign) and box.base.text in "∑∏")
    return isinstance(box, Fraction | Cases)


@record(frozen=True)
class Piece:
    """A part that stays whole, in the brackets of these numbers; a line may begin with it if it `begins`."""

    box: Box
    fences: tuple[int, ...]
    begins: bool


@dataclass
class Pieces:
    room: float
    fences: list[Fenced] = field(default_factory=list)
    found: list[Piece] = field(default_factory=list)

    def add(self, box: Box, fences: tuple[int, ...], after_comma: bool = False) -> None:
        box = _flat(box) if width(box) > self.room else box
        match box:
            case Row():
                comma = after_comma
                for part in box.parts:
                    self.add(part, fences, comma)
                    comma = part in (COMMA, WIDE)
            case Fenced() if box.inner != NOTHING:
                self.fences.append(box)
                # The bracket begins with its first piece, which may stand at the beginning of a line.
                self.add(box.inner, (*fences, len(self.fences) - 1), after_comma)
            case _:
                operator = isinstance(box, Sign) and (box.text in OPERATORS or box.text in RELATIONS)
                self.found.append(Piece(box, fences, operator or after_comma))


def _flat(box: Box) -> Box:
    """The same in another notation, which can be broken, if the usual one cannot."""
    match box:
        case Fraction():
            return row(_operand(box.top), Sign("/"), _operand(box.bottom))
        case Root():
            return row(Fenced("(", box.inner, ")"), Script(NOTHING, above=row(Number("1"), Sign("/"), Number("2"))))
        case Script(Word("e"), None, Row() as power):
            return row(Function("exp"), Fenced("(", power, ")"))
        case Script():
            return row(box.base, Script(NOTHING, box.below, box.above))
        case Cases():
            parts = (box.chosen, Word(" if "), box.condition, Sign(","), Word("else "), box.otherwise)
            return Fenced("{", row(*parts), "}")
    return box


def _operand(box: Box) -> Box:
    return Fenced("(", box, ")") if isinstance(box, Row) and len(box.parts) > 1 else box


def broken(box: Box, room: float) -> list[Box]:
    """Parts, none wider than `room` unless it cannot be broken."""
    if width(box) <= room:
        return [box]
    pieces = Pieces(room)
    pieces.add(box, ())
    found, start = pieces.found, 0
    out: list[Box] = []
    last = {fence: number for number, piece in enumerate(found) for fence in piece.fences}
    first = {fence: number for number, piece in reversed(list(enumerate(found))) for fence in piece.fences}

    def built(begin: int, end: int, depth: int) -> Box:
        """The pieces in brackets again: those that begin or end on another line are open there."""
        parts: list[Box] = []
        numbers = range(begin, end)
        for _, group in groupby(numbers, lambda number: found[number].fences[depth : depth + 1] or (-1 - number,)):
            members = list(group)
            piece = found[members[0]]
            if len(piece.fences) == depth:
                parts.append(piece.box)
                continue
            fence = piece.fences[depth]
            inner = built(members[0], members[-1] + 1, depth + 1)
            left = pieces.fences[fence].left if first[fence] == members[0] else ""
            right = pieces.fences[fence].right if last[fence] == members[-1] else ""
            parts.append(Fenced(left, inner, right))
        return Row(tuple(parts))

    while start < len(found):
        end = _end(found, start, room)
        if out and found[start].box == Sign(THIN):
            # A product by juxtaposition has no sign to begin the line with.
            found[start] = Piece(Sign("·"), found[start].fences, True)
        out.append(built(start, end, 0))
        start = end
    return out


def _end(pieces: Sequence[Piece], start: int, room: float) -> int:
    """The end of the line that begins with piece `start`: where the fewest brackets are open, then the latest."""
    used, ends = 0.0, list[tuple[int, bool, int, float]]()
    for number in range(start, len(pieces)):
        piece, before = pieces[number], pieces[number - 1].fences if number else ()
        open_between = sum(one == other for one, other in zip(before, piece.fences, strict=False))
        if number > start + 1 and piece.begins:
            ends.append((open_between, piece.box == Sign(THIN), number, used))
        used += width(piece.box) + 8.0 * (len(piece.fences) - open_between)
        if used > room and ends:
            enough = [end for end in ends if end[3] > 0.3 * room and end[3] <= room] or ends
            return min(enough, key=lambda end: (end[0], end[1], -end[2]))[2]
    return len(pieces)

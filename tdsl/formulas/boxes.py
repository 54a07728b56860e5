"""A formula before it is text: boxes as in TeX and MathML."""

from __future__ import annotations

from tdsl.record import record


@record(frozen=True)
class Row:
    parts: tuple[Box, ...]


@record(frozen=True)
class Letter:
    """A name of one letter, which is set in italics; `hat` is set above it."""

    text: str
    hat: bool = False


@record(frozen=True)
class Word:
    """A name of several letters or of a function, which is set upright."""

    text: str


@record(frozen=True)
class Function:
    """The name of a function before its arguments."""

    text: str


@record(frozen=True)
class Number:
    text: str


@record(frozen=True)
class Sign:
    """An operator, a bracket or a comma, as its character."""

    text: str


@record(frozen=True)
class Fenced:
    """In brackets, one of which is empty where the other is on another line; without any, a part of a list."""

    left: str
    inner: Box
    right: str


@record(frozen=True)
class Fraction:
    top: Box
    bottom: Box


@record(frozen=True)
class Script:
    base: Box
    below: Box | None = None
    above: Box | None = None


@record(frozen=True)
class Root:
    inner: Box


@record(frozen=True)
class Cases:
    """The first value where the condition holds, else the second."""

    chosen: Box
    condition: Box
    otherwise: Box


@record(frozen=True)
class Equation:
    """`left` and `sign` are empty for a statement that is none; inside of so many loops."""

    left: Box
    sign: str
    right: Box
    depth: int = 0


Box = Row | Letter | Word | Function | Number | Sign | Fenced | Fraction | Script | Root | Cases
NOTHING = Row(())


def row(*parts: Box) -> Row:
    return Row(parts)


def raised(base: Box, above: Box) -> Script:
    """With something above it, beside what is below it already."""
    if isinstance(base, Script) and base.above is None:
        return Script(base.base, base.below, above)
    return Script(base, above=above)


def fenced(box: Box, left: str = "(", right: str = ")") -> Fenced:
    return Fenced(left, box, right)


COMMA, WIDE = Sign(","), Sign(", ")
"""`WIDE` is between parts that have signs of their own."""


def joined(boxes: list[Box], comma: Sign = COMMA) -> Row:
    """With commas between them."""
    return Row(tuple(part for number, box in enumerate(boxes) for part in ([comma, box] if number else [box])))

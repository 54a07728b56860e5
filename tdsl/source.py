"""Source text, spans in it, diagnostics with labels, and the one renderer of them all.

A `Diagnostic` is data: a code, a message, a primary span, further labels and a hint.  `UserError` carries the
diagnostics of a program that is wrong; `CompilerBug` is a mistake of the compiler.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import field
from functools import cached_property
from pathlib import Path

from tdsl.record import record
from tdsl.visible import visible

MOST_ERRORS = 50
MOST_LABELS = 6


@record(frozen=True)
class Source:
    """A text with a name to show (`miku.tdsl`) and, if it came from a file, its path; whether it is tdsl's own."""

    name: str
    text: str
    path: Path | None = None
    is_library: bool = False

    @cached_property
    def line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column of a character offset."""
        line = bisect.bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a 1-based line without its end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


@record(frozen=True)
class Span:
    """A half-open range of characters of a source; of a value, also the instance of a model that computes it."""

    source: Source = field(repr=False)
    start: int
    end: int
    instance: str = field(default="", compare=False)

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def place(self) -> str:
        """`miku.tdsl:10`"""
        return f"{self.source.name}:{self.line}"

    @property
    def position(self) -> str:
        """`miku.tdsl:10:5`"""
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of the other."""
        return Span(self.source, self.start, other.end)

    def holds(self, other: Span) -> bool:
        """Whether the other is a part of this one."""
        return self.source is other.source and self.start <= other.start and other.end <= self.end


@record(frozen=True)
class Label:
    span: Span
    text: str


@record(frozen=True)
class Diagnostic:
    """One error or warning: its place and hints on how to fix it."""

    code: str
    message: str
    span: Span | None
    labels: tuple[Label, ...] = ()
    hints: tuple[str, ...] = ()
    label: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        return render(self)


class UserError(Exception):
    """A mistake in the program or the request; holds every diagnostic found."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return "\n".join(render(diagnostic) for diagnostic in self.diagnostics)


class CompilerBug(Exception):
    """The compiler broke one of its own invariants; never the user's mistake."""


# Tracebacks name them as programs do.
UserError.__module__ = CompilerBug.__module__ = "tdsl"


def fail(
    code: str, message: str, span: Span | None, *labels: Label, hint: str | None = None, label: str = ""
) -> UserError:
    """A `UserError` of one diagnostic, to raise."""
    return UserError(Diagnostic(code, message, span, labels, (hint,) if hint else (), label))


def render(diagnostic: Diagnostic) -> str:
    """The diagnostic as plain text: header, the lines concerned with carets and labels, hints."""
    header = f"{diagnostic.severity}[{diagnostic.code}]: {visible(diagnostic.message)}"
    out: list[str] = []
    if diagnostic.span is None:
        out.append(f"tdsl: {header}")
        gutter = ""
    else:
        out.append(f"{visible(diagnostic.span.position)}: {header}")
        labels = [Label(diagnostic.span, diagnostic.label), *diagnostic.labels]
        here = [label for label in labels if label.span.source == diagnostic.span.source]
        elsewhere = [label for label in labels if label.span.source != diagnostic.span.source]
        width = len(str(max(label.span.line for label in here + elsewhere)))
        gutter = " " * width + " "
        out += _excerpt(here, gutter)
        for source in dict.fromkeys(label.span.source for label in elsewhere):
            there = [label for label in elsewhere if label.span.source == source]
            out.append(f"{gutter[:-1]}::: {visible(there[0].span.position)}")
            out += _excerpt(there, gutter)
    out += [f"{gutter}= hint: {visible(hint)}" for hint in diagnostic.hints]
    return "\n".join(out)


def excerpt(span: Span) -> str:
    """The line that a span begins in, underlined."""
    return "\n".join(_excerpt([Label(span, "")], " " * (len(str(span.line)) + 1)))


def _excerpt(labels: list[Label], gutter: str) -> list[str]:
    out = [f"{gutter}|"]
    lines = sorted({label.span.line for label in labels})
    for before, number in zip([None, *lines], lines, strict=False):
        if before is not None and number > before + 1:
            out.append(f"{'.' * (len(gutter) - 1)}")
        source = labels[0].span.source
        text = source.line(number)
        clipped, shift = _clip(text, min(_columns(label.span)[0] for label in labels if label.span.line == number))
        out.append(f"{number:>{len(gutter) - 1}} | {clipped}")
        out += [f"{gutter}| {row}" for row in _carets(labels, number, text, clipped, shift)]
    return out


def _columns(span: Span) -> tuple[int, int]:
    """0-based first column and end column of the part of the span on its first line."""
    line, column = span.source.position(span.start)
    length = max(len(span.source.line(line)), column)
    return column - 1, max(column, min(column - 1 + span.end - span.start, length))


_WIDEST = 160


def _clip(text: str, first: int) -> tuple[str, int]:
    """A very long line is cut around the first column of interest."""
    shift = 0 if first < _WIDEST - 40 else first - 20
    clipped = text[shift : shift + _WIDEST]
    return visible(clipped.replace("\t", " ")), shift


def _marked(labels: list[Label]) -> list[Label]:
    """The labels to underline: not one without a text that contains others."""
    return [
        label
        for label in labels
        if label.text or not any(other.text and _inside(other.span, label.span) for other in labels)
    ]


def _inside(inner: Span, outer: Span) -> bool:
    return (
        outer.start <= inner.start and inner.end <= outer.end and (inner.start, inner.end) != (outer.start, outer.end)
    )


def _carets(labels: list[Label], number: int, text: str, clipped: str, shift: int) -> list[str]:
    here = [label for label in labels if label.span.line == number]
    here = sorted(here, key=lambda label: _columns(label.span))
    marks = [" "] * (len(clipped) + 1)
    for label in _marked(here):
        first, end = _columns(label.span)
        for column in range(first - shift, min(end - shift, len(marks))):
            marks[column] = "^"
    last = here[-1]
    rows = ["".join(marks).rstrip() + (f" {visible(last.text)}" if last.text else "")]
    for label in reversed(here[:-1]):
        if label.text:
            rows.append(" " * (_columns(label.span)[0] - shift) + visible(label.text))
    return rows

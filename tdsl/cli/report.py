"""Output of diagnostics and the summary line: text, coloured or not, single lines, JSON, GitHub's commands."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import click

from tdsl.source import Diagnostic, Source, Span, render
from tdsl.visible import visible

FORMATS = ("full", "concise", "json", "github")
COMPILER_FAILED = ("TD0401", "TD0402", "TD0414")
TRACES = "Where in tdsl an error comes from."
VERBOSE = "The time of each stage of a compilation; where in tdsl an error comes from."


class Report:
    """The output of one run of the command line.

    Findings that are the only data of a command go to stdout; everything else goes to stderr.
    """

    def __init__(self) -> None:
        self.format = "full"
        self.verbosity = 0
        self.quiet = False
        self.color = "auto"
        self.findings_are_data = False
        self.found: list[Diagnostic] = []

    def diagnostics(self, found: Sequence[Diagnostic]) -> None:
        self.found += found
        for diagnostic in found:
            if self.format == "json" or (self.quiet and diagnostic.severity != "error"):
                continue
            text = {"full": self._full, "concise": concise, "github": github}[self.format](diagnostic)
            click.echo(text, err=not self.findings_are_data, color=True)

    def finish(self) -> None:
        if self.format == "json":
            import json

            text = json.dumps([as_json(diagnostic) for diagnostic in self.found], indent=2)
            click.echo(text, err=not self.findings_are_data)

    def summary(self, text: str) -> None:
        if not self.quiet:
            click.echo(f"tdsl: {visible(text)}", err=True)

    def stages(self, stages: Mapping[str, float], beside: Mapping[str, float]) -> None:
        """The seconds of each stage, and of work in other threads, if requested."""
        if self.verbosity > 0:
            for name, seconds in stages.items():
                click.echo(f"  {name:<10} {seconds:8.3f} s", err=True)
            for name, seconds in beside.items():
                click.echo(f"    {seconds:8.3f} s {name}, beside", err=True)

    def exit_code(self) -> int:
        """3: the C++ compiler; 1: findings in the program; 2: an impossible request to tdsl."""
        codes = [diagnostic.code for diagnostic in self.found if diagnostic.severity == "error"]
        if any(code in COMPILER_FAILED for code in codes):
            return 3
        if any(not code.startswith("TD04") for code in codes):
            return 1
        return 2 if codes else 0

    def count(self, severity: str) -> int:
        return sum(diagnostic.severity == severity for diagnostic in self.found)

    def colored(self, stream: IO[str]) -> bool:
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")

    def _full(self, diagnostic: Diagnostic) -> str:
        text = render(diagnostic)
        if diagnostic.span:
            source = diagnostic.span.source
            text = visible(shown_name(source)) + text.removeprefix(visible(source.name))
        return paint(text, diagnostic) if self.colored(sys.stdout if self.findings_are_data else sys.stderr) else text


def paint(text: str, diagnostic: Diagnostic) -> str:
    """The rendered text with colour: header, carets with their labels, hints."""
    tone = "\033[31m" if diagnostic.severity == "error" else "\033[33m"
    bold, cyan, plain, end = "\033[1m", "\033[36m", "\033[39m", "\033[0m"
    header, newline, rest = text.partition("\n")
    mark = f"{diagnostic.severity}[{diagnostic.code}]"
    header = bold + header.replace(mark, f"{tone}{mark}{plain}", 1) + end
    rest = re.sub(r"^( *\| *)(\^.*)$", rf"\g<1>{tone}\g<2>{end}", rest, flags=re.MULTILINE)
    rest = re.sub(r"^( *= )(hint:)", rf"\g<1>{cyan}\g<2>{end}", rest, flags=re.MULTILINE)
    return header + newline + rest


def concise(diagnostic: Diagnostic) -> str:
    place = "tdsl"
    if diagnostic.span:
        line, column = diagnostic.span.source.position(diagnostic.span.start)
        place = f"{shown_name(diagnostic.span.source)}:{line}:{column}"
    message = " ".join(diagnostic.message.split())
    return visible(f"{place}: {diagnostic.severity}[{diagnostic.code}]: {message}")


def github(diagnostic: Diagnostic) -> str:
    """A workflow command, which GitHub shows beside the line."""
    fields = {"title": diagnostic.code}
    if diagnostic.span:
        line, column = diagnostic.span.source.position(diagnostic.span.start)
        end_line, end_column = diagnostic.span.source.position(diagnostic.span.end)
        place = {"file": shown_name(diagnostic.span.source), "line": str(line), "endLine": str(end_line)}
        # GitHub refuses columns for an annotation of several lines.
        columns = {"col": str(column), "endColumn": str(end_column)} if line == end_line else {}
        fields = {**place, **columns, **fields}
    kind = "error" if diagnostic.severity == "error" else "warning"
    message = "\n".join([diagnostic.message, *(f"hint: {hint}" for hint in diagnostic.hints)])
    listed = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in fields.items())
    return f"::{kind} {listed}::{_escaped(message, '')}"


def _escaped(text: str, further: str) -> str:
    for letter in "%\r\n" + further:
        text = text.replace(letter, f"%{ord(letter):02X}")
    return visible(text)


def as_json(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **json_span(diagnostic.span),
        "label": diagnostic.label,
        "labels": [{"text": label.text, **json_span(label.span)} for label in diagnostic.labels],
        "hints": list(diagnostic.hints),
    }


def json_span(span: Span | None) -> dict[str, object]:
    if span is None:
        return {"file": None, "line": None, "column": None, "end_line": None, "end_column": None}
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "file": shown_name(span.source),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`"""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown_name(source: Source) -> str:
    """The path from here if it is below here, so that editors and terminals find it."""
    if source.path is None:
        return source.name
    try:
        return str(source.path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(source.path)

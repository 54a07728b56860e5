"""`tdsl fmt FILE…`: programs in their canonical layout."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import click

from tdsl.build.reading import STANDARD_INPUT, read_source
from tdsl.build.replacing import replace
from tdsl.cli.options import with_report
from tdsl.cli.report import Report, counted, shown_name
from tdsl.source import Diagnostic, Source, Span, UserError, fail
from tdsl.visible import visible


@click.command("fmt")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit code 1 if a FILE would change.")
@click.option("--diff", is_flag=True, help="Change nothing and print the changes; exit code 1 if there are any.")
@with_report
def fmt_command(report: Report, files: tuple[Path, ...], check: bool, diff: bool) -> int:
    """Give each FILE the canonical layout; one with a mistake of syntax stays as it is, and the exit code is 1.

    FILE may be - for standard input: the program in its layout goes to standard output.
    """
    from tdsl.formatting.layout import formatted

    if diff and report.format != "full":
        raise click.UsageError("--diff and --output-format are forms of one result: choose one")
    only_look, changed, same = check or diff, 0, 0
    prints_programs = diff or (not check and Path(STANDARD_INPUT) in files)
    report.findings_are_data = not prints_programs and (check or report.format != "full")
    for file in files:
        try:
            source = read_source(file)
            text = formatted(source)
            from_file = str(file) != STANDARD_INPUT
            if diff:
                click.echo("".join(_difference(source, text)), nl=False)
            elif not check and not from_file:
                click.echo(text, nl=False)
            if source.text == text and not (source.path and source.path.read_bytes() != text.encode()):
                same += 1
                continue
            changed += 1
            if check and not diff:
                report.diagnostics([_finding(source, text)])
            if from_file and not only_look:
                _rewrite(file, text)
        except UserError as error:
            report.diagnostics(error.diagnostics)
    if only_look or [str(file) for file in files] != [STANDARD_INPUT]:
        would = "would be " if only_look else ""
        counts = ((changed, "changed"), (same, "unchanged"))
        told = ", ".join(f"{counted(count, 'file')} {would}{done}" for count, done in counts if count)
        report.summary(told or "nothing was formatted")
    return report.exit_code() or int(only_look and changed > 0)


def _finding(source: Source, text: str) -> Diagnostic:
    """The error at the first line that would change."""
    if source.text == text:
        span, what = Span(source, 0, 0), "has other ends of lines"
    else:
        lines = zip(source.text.splitlines(True), text.splitlines(True), strict=False)
        kept = sum(len(line) for line, _ in takewhile(lambda pair: pair[0] == pair[1], lines))
        length = len(source.text[kept:].partition("\n")[0])
        span, what = Span(source, kept, kept + length), "has another layout"
    file = shown_name(source) if source.path else STANDARD_INPUT
    return Diagnostic("TD0107", f"this file {what}", span, hints=(f"tdsl fmt {file}",))


def _rewrite(file: Path, text: str) -> None:
    try:
        replace(file, text.encode())
    except OSError as problem:
        raise fail("TD0409", f"{file} cannot be written: {problem.strerror or problem}", None) from None


def _difference(source: Source, text: str) -> Iterator[str]:
    name = visible(shown_name(source))
    for line in difflib.unified_diff(source.text.splitlines(True), text.splitlines(True), name, name):
        ended = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        yield visible(ended) if sys.stdout.isatty() else ended

"""`tdsl check FILE…`: reports all errors and builds nothing."""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.build.reading import program_name
from tdsl.cli.options import PROGRAM, Asked, with_settings
from tdsl.cli.report import counted
from tdsl.source import UserError


@click.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@with_settings(*PROGRAM, "pedantic")
def check_command(asked: Asked, files: tuple[Path, ...]) -> int:
    """Report all errors and warnings of each FILE; exit code 1 if there is an error.

    FILE may be - for standard input.
    """
    from tdsl.driver import examine

    report = asked.report
    report.findings_are_data = True
    for file in files:
        try:
            report.diagnostics(asked.read(file, examine))
        except UserError as error:
            report.diagnostics(error.diagnostics)
    counts = [(report.count(severity), severity) for severity in ("error", "warning")]
    found = ", ".join(counted(count, noun) for count, noun in counts if count)
    report.summary(f"{found or 'no errors'} in {program_name(files[0]) if len(files) == 1 else f'{len(files)} files'}")
    return report.exit_code()

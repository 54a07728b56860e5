"""Rows in aligned columns: plain when read by a program, a rich table on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from tdsl.cli.report import Report
from tdsl.visible import visible


def print_rows(report: Report, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if sys.stdout.isatty() and report.colored(sys.stdout):
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*header, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*(Text(visible(cell)) for cell in row))
        Console().print(table)
        return
    lines = [[visible(cell.replace("\n", " ")) for cell in row] for row in rows]
    widths = [max((len(row[column]) for row in lines), default=0) for column in range(len(header))]
    for row in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

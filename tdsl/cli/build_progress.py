"""The progress of a first compilation: a bar on a terminal, one line elsewhere, nothing if output must stay clean."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tdsl.cli.report import Report
from tdsl.compilation import BUILDING

if TYPE_CHECKING:
    from rich.status import Status


class BuildProgress:
    """A context, called with the number of compiled objects of the runtime and the number of those to compile."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._status: Status | None = None

    def __call__(self, done: int, wanted: int) -> None:
        if self._report.quiet or self._report.format != "full":
            return
        if not sys.stderr.isatty():
            if (done, wanted) == (0, 1):
                click.echo(f"tdsl: {BUILDING}, which takes some seconds", err=True)
            return
        text = f"{BUILDING}: {done} of {wanted}"
        if self._status is None:
            from rich.console import Console

            self._status = Console(stderr=True, no_color=not self._report.colored(sys.stderr)).status(text)
            self._status.start()
        self._status.update(text)

    def __enter__(self) -> BuildProgress:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

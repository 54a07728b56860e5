"""The data that a command prints: a flag for each further form of it, and the file that it goes to."""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tdsl.cli.options import Command
from tdsl.source import fail

STANDARD_OUTPUT = "-"
PLAIN_WIDTH = 100
"""Of lines that go to no terminal."""


class Output:
    """`form` is the flag that was given, or ""; data goes to standard output, or to the file of `-o`."""

    def __init__(self, form: str, file: Path | None) -> None:
        self.form, self._file = form, file

    @property
    def width(self) -> int:
        """Of lines of text, in characters: that of the terminal, if it is one."""
        if self._file is not None or not sys.stdout.isatty():
            return PLAIN_WIDTH
        return shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns

    def write(self, text: str) -> None:
        text = text if text.endswith("\n") or not text else f"{text}\n"
        if self._file is None:
            click.echo(text, nl=False)
        else:
            try:
                self._file.write_text(text, encoding="utf-8", errors="replace")
            except OSError as problem:
                message = f"{self._file} cannot be written: {problem.strerror or problem}"
                raise fail("TD0409", message, None) from None


def with_output(**forms: str) -> Callable[[Command], Command]:
    """Adds -o, and a flag with this help for each form; the command gets the `Output`."""

    def decorator(function: Command) -> Command:
        @click.option("-o", "--out", metavar="FILE", callback=_place, help="Not to standard output but into FILE.")
        @functools.wraps(function)
        def command(*positional: Any, out: Path | None, **given: Any) -> Any:
            chosen = [form for form in forms if given.pop(form)]
            if len(chosen) > 1:
                listed = " and ".join(f"--{form}" for form in chosen)
                raise click.UsageError(f"{listed} are forms of one result: choose one")
            return function(*positional, output=Output("".join(chosen), out), **given)

        for form, text in reversed(forms.items()):
            command = click.option(f"--{form}", form, is_flag=True, help=text)(command)
        return command

    return decorator


def _place(_context: click.Context, _parameter: click.Parameter, given: str | None) -> Path | None:
    """The file, which can probably be written: long work precedes some output."""
    if given is None or given == STANDARD_OUTPUT:
        return None
    file = Path(given)
    if file.is_dir():
        raise click.BadParameter(f"{given} is a folder")
    if not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}")
    return file

"""The options that commands share: those of the report, and the settings that affect a command, from their table."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from tdsl.build.reading import RecordingLoader, read_source
from tdsl.cli.report import FORMATS, TRACES, VERBOSE, Report
from tdsl.clock import Clock
from tdsl.settings.code import config
from tdsl.settings.layers import Resolved, resolve
from tdsl.settings.table import TABLE, Setting

Command = Callable[..., Any]
T = TypeVar("T")


class Asked:
    """The settings of the command line, and the report of this run."""

    def __init__(self, report: Report, settings: dict[str, object]) -> None:
        self.report = report
        self.settings = settings

    @property
    def flags(self) -> list[str]:
        """The settings of the command line, spelled as in TDSL_FLAGS."""
        found = []
        for name, value in self.settings.items():
            for one in value if isinstance(value, tuple) else (value,):
                text = str(one).lower() if isinstance(one, bool) else str(one)
                escaped = re.sub(r'(["\\])', r"\\\1", text)
                found.append(f'{name}="{escaped}"')
        return found

    def read(self, file: Path, function: Callable[..., T], *arguments: object) -> T:
        """The result of a function of the driver for a program; reports the time of its stages."""
        settings, clock = self.resolved(file.absolute().parent).settings, Clock()
        try:
            return function(read_source(file), settings, RecordingLoader(), *arguments, clock=clock)
        finally:
            self.report.stages(clock.seconds, clock.beside)

    def resolved(self, folder: Path) -> Resolved:
        found = resolve(folder, config.layer, self.settings, "command line")
        self.report.color = found.settings.color
        self.report.diagnostics([warning for warning in found.warnings if warning not in self.report.found])
        return found


def with_report(function: Command, verbose_help: str = TRACES) -> Command:
    """Adds -q, -v and --output-format; the command gets the `Report`."""

    @click.option("-q", "--quiet", is_flag=True, help="No warnings, no summary.")
    @click.option("-v", "--verbose", count=True, help=verbose_help)
    @click.option("--output-format", type=click.Choice(FORMATS), default="full", help="How findings are written.")
    @click.pass_obj
    @functools.wraps(function)
    def command(
        report: Report, /, *positional: Any, quiet: bool, verbose: int, output_format: str, **given: Any
    ) -> Any:
        report.quiet, report.verbosity = report.quiet or quiet, report.verbosity + verbose
        report.format = output_format
        return function(report, *positional, **given)

    return command


PROGRAM = ("float", "target", "defines", "outside", "unstable", "data_parallel")
"""The settings that change the meaning of a program or its diagnostics."""

BUILDING = tuple(name for name in TABLE if name != "pedantic")
"""The settings that a compilation heeds."""

GENERATED = tuple(name for name, setting in TABLE.items() if setting.affects == "program")
"""The settings that change the text of a module."""


def with_settings(*names: str, compiles: bool = True) -> Callable[[Command], Command]:
    """Adds an option for each of these settings and for `color`, and those of `with_report`; it gets the `Asked`.  A
    command that `compiles` reports the time of each stage."""

    def decorator(function: Command) -> Command:
        offered = [name for name in TABLE if name in names or name == "color"]
        assert set(names) <= set(offered), names

        @functools.wraps(function)
        def command(report: Report, /, *positional: Any, **given: Any) -> Any:
            settings = {name: given.pop(name) for name in offered}
            asked = {name: value for name, value in settings.items() if value is not None and value != ()}
            return function(Asked(report, asked), *positional, **given)

        decorated = with_report(command, VERBOSE if compiles else TRACES)
        for name in reversed(offered):
            decorated = _option(name, TABLE[name])(decorated)
        return decorated

    return decorator


def _option(name: str, setting: Setting) -> Callable[[Command], Command]:
    if isinstance(setting.default, bool):
        spelled = name.replace("_", "-")
        return click.option(f"--{spelled}/--no-{spelled}", name, default=None, help=setting.help)
    choices = setting.metavar.split("|") if "|" in setting.metavar else []
    return click.option(
        *(setting.flags or (f"--{name.replace('_', '-')}",)),
        name,
        metavar=setting.metavar,
        multiple=name in ("defines", "guards"),
        help=setting.help,
        shell_complete=one_of(functools.partial(list, choices)),
    )


def one_of(words: Callable[[], Iterable[str]]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Shell completion for one of some words, computed when the shell asks."""
    return lambda _context, _parameter, begun: [word for word in words() if word.startswith(begun)]

"""`tdsl profile FILE [SCRIPT …]`: the time of each statement, in a script's calls or in calls with random data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from tdsl.api import load
from tdsl.build import sanitizers
from tdsl.build.cache import Cache
from tdsl.build.limits import machine_limits
from tdsl.build.reading import RecordingLoader, read_source
from tdsl.cli.build_progress import BuildProgress
from tdsl.cli.info import sizes_given
from tdsl.cli.options import BUILDING, Asked, with_settings
from tdsl.cli.output import Output, with_output
from tdsl.cli.profile_run import chosen_entry, of_entry, of_script
from tdsl.cli.profile_tables import tables
from tdsl.cli.script_arguments import ProgramAndScript, require_script
from tdsl.clock import Clock
from tdsl.compilation import compile_source
from tdsl.settings import Settings
from tdsl.settings.table import TABLE

_WITHOUT = ("profile", "sanitize", "target", "device", "precision", "cublas")
_SETTINGS = tuple(name for name in BUILDING if name not in _WITHOUT)


@click.command("profile", cls=ProgramAndScript)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("script", required=False, type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--entry", metavar="NAME", help="The entry to call without a script; else train, or the first one.")
@click.option("--dims", metavar="NAME=SIZE", multiple=True, help="Sizes of its arguments; several, or with commas.")
@click.option("--steps", type=click.IntRange(1), help="The number of its calls; else as many as take a second.")
@with_output(json="As JSON.", trace="As a trace for ui.perfetto.dev.", html="As a page of the source lines.")
@with_settings(*_SETTINGS)
def profile_command(
    asked: Asked,
    file: Path,
    script: Path | None,
    arguments: tuple[str, ...],
    entry: str | None,
    dims: tuple[str, ...],
    steps: int | None,
    output: Output,
) -> int:
    """Time each statement of FILE's module while SCRIPT runs, or in calls of an entry with random data.

    SCRIPT may import the module or compile the file; its ARGUMENTS follow.  All options before them are tdsl's.
    """
    if script and (entry or dims or steps):
        raise click.UsageError("--entry, --dims and --steps are for calls without a script")
    if script:
        require_script(script)
    from tdsl.driver import timed

    asked.settings["profile"] = True
    settings = asked.resolved(file.absolute().parent).settings
    sanitizers.require(settings.sanitize)
    source, cache, clock = read_source(file), Cache.of(settings), Clock()
    described = timed(source, settings, RecordingLoader())
    chosen, sizes = chosen_entry(described.table, entry), sizes_given(dims, described.table.dims)
    with BuildProgress(asked.report) as building:
        artefact = compile_source(source, settings, cache, clock, building)
    asked.report.stages(clock.seconds, clock.beside)
    asked.report.diagnostics((*cache.warnings, *artefact.warnings))
    if script:
        found, status = of_script(script, arguments, artefact, asked.flags)
    else:
        found, status = of_entry(load(artefact, cache), described.table, chosen, sizes, steps), 0
    if found is None:
        if status:
            return status
        message = f"{script} has called nothing of the module {artefact.name}: let it import that, or compile {file}"
        raise click.ClickException(message)
    limits, profile = machine_limits(settings, cache), json.loads(found.text)
    used = _as_built(settings, profile["build"])
    if used != settings:
        described = timed(source, used, RecordingLoader())
    real = f"f{used.float}"
    match output.form:
        case "json":
            output.write(found.text)
        case "trace":
            output.write(found.trace)
        case "html":
            from tdsl.cli.profile_page import profile_page  # takes the compiler, which --help does without

            output.write(profile_page(profile, described, limits, real, found.sizes))
        case _:
            output.write(tables(profile, described.texts, limits, real, found.sizes, output.width))
    return status


def _as_built(settings: Settings, build: Mapping[str, Any]) -> Settings:
    """The settings of the module that ran: a script may compile the file with others."""
    of_program = {name: setting for name, setting in TABLE.items() if setting.affects == "program"}
    chosen: dict[str, Any] = {name: setting.read(build[name]) for name, setting in of_program.items()}
    return replace(settings, **chosen)

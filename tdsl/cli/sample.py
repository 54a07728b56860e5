"""`tdsl sample list|copy|run`"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from tdsl.build.cache import Cache
from tdsl.build.reading import read_source
from tdsl.build.samples import Sample, copy_sample, imported_programs, run_script, samples
from tdsl.cli.build_progress import BuildProgress
from tdsl.cli.options import BUILDING, Asked, one_of, with_report, with_settings
from tdsl.cli.report import Report
from tdsl.cli.table import print_rows
from tdsl.clock import Clock
from tdsl.compilation import compile_source
from tdsl.spelling import closest


@click.group("sample")
def sample_command() -> None:
    """Programs to read, copy and run."""


@sample_command.command("list")
@with_report
def list_samples(report: Report) -> None:
    """List the samples."""
    print_rows(report, ("name", "title"), [(name, sample.title) for name, sample in samples().items()])


@sample_command.command("copy")
@click.argument("name", shell_complete=one_of(samples))
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@with_report
def copy(report: Report, name: str, folder: Path | None) -> None:
    """Copy the sample NAME into FOLDER, or a new folder of its name."""
    target = copy_sample(_named(name), folder or Path(name))
    report.summary(f"copied to {target}")


@sample_command.command("run", context_settings={"allow_interspersed_args": False})
@click.argument("name", shell_complete=one_of(samples))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@with_settings(*BUILDING)
def run(asked: Asked, name: str, arguments: tuple[str, ...]) -> int:
    """Run the sample NAME's script here, with the ARGUMENTS behind it; its output files appear in this folder.

    A copy of the sample in this folder is run in place of the original.
    """
    sample = _named(name)
    if sample.script is None:
        raise click.UsageError(f"the sample {name} has no script to run; try `tdsl sample copy {name}`")
    mine = Path(name) / sample.script.name
    if mine.is_file():
        return _run(asked, mine.absolute(), arguments)
    with tempfile.TemporaryDirectory(prefix="tdsl-") as folder:
        copied = copy_sample(sample, Path(folder) / name)
        return _run(asked, copied / sample.script.name, arguments)


def _run(asked: Asked, script: Path, arguments: tuple[str, ...]) -> int:
    for program in imported_programs(script.parent, script):
        settings = asked.resolved(script.parent).settings
        cache, clock = Cache.of(settings), Clock()
        with BuildProgress(asked.report) as building:
            artefact = compile_source(read_source(program), settings, cache, clock, building)
        asked.report.stages(clock.seconds, clock.beside)
        asked.report.diagnostics((*cache.warnings, *artefact.warnings))
        artefact.install(script.parent)
    return run_script(script, arguments, asked.flags)


def _named(name: str) -> Sample:
    found = samples()
    if name not in found:
        begun = [one for one in found if one.startswith(name)]
        near = begun[0] if begun else closest(name, found)
        hint = f"; did you mean {near!r}?" if near else " (tdsl sample list)"
        raise click.BadParameter(f"there is no sample {name!r}{hint}", param_hint="NAME")
    return found[name]

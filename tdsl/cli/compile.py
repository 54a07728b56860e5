"""`tdsl compile FILE… [-o DIR]`"""

from __future__ import annotations

import time
from pathlib import Path

import click

from tdsl.build.cache import Cache
from tdsl.build.reading import STANDARD_INPUT, program_name, read_source
from tdsl.cli.build_progress import BuildProgress
from tdsl.cli.options import BUILDING, Asked, with_settings
from tdsl.cli.report import counted
from tdsl.clock import Clock
from tdsl.compilation import Artefact, compile_source
from tdsl.source import UserError


@click.command("compile")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", metavar="FOLDER", type=click.Path(path_type=Path), help="Not beside the source but there.")
@click.option("--name", metavar="NAME", help="What the program from standard input is called.")
@click.option("--library", is_flag=True, help="Not a module but a C library and its header, without Python.")
@with_settings(*BUILDING)
def compile_command(asked: Asked, files: tuple[Path, ...], out: Path | None, name: str | None, library: bool) -> int:
    """Make an importable module of each FILE, and a stub that describes it; or a C library and its header.

    FILE may be - for standard input, with --name.
    """
    asked.report.findings_are_data = asked.report.format != "full"
    if (Path(STANDARD_INPUT) in files) != (name is not None) or (name is not None and len(files) > 1):
        raise click.UsageError("a program from standard input needs a name, and no other does: - --name NAME")
    if name is not None and Path(name).name != name:
        raise click.BadParameter("a module's name is no path", param_hint="--name")
    start = time.perf_counter()
    made = []
    for file in files:
        try:
            made.append(_compile(asked, file, out, name or "", library))
        except UserError as error:
            asked.report.diagnostics(error.diagnostics)
    seconds = time.perf_counter() - start
    failed = len(files) - len(made)
    if failed:
        one = f" in {program_name(files[0], name or '')}"
        where = f", {failed} of {len(files)} files not compiled" if len(files) > 1 else one
        asked.report.summary(counted(asked.report.count("error"), "error") + where)
    else:
        what = made[0].module.name if len(made) == 1 else f"{len(made)} {'libraries' if library else 'modules'}"
        unchanged = " (unchanged)" if all(artefact.reused for artefact in made) else ""
        asked.report.summary(f"{what} in {seconds:.2f} s{unchanged}")
    return asked.report.exit_code()


def _compile(asked: Asked, file: Path, out: Path | None, name: str, library: bool) -> Artefact:
    settings = asked.resolved(file.absolute().parent).settings
    cache, clock = Cache.of(settings), Clock()
    try:
        with BuildProgress(asked.report) as building:
            artefact = compile_source(read_source(file, name), settings, cache, clock, building, library)
        asked.report.diagnostics(artefact.warnings)
        with clock.stage("install"):
            artefact.install(file.parent if out is None else out)
    finally:
        asked.report.diagnostics(cache.warnings)
        asked.report.stages(clock.seconds, clock.beside)
    return artefact

"""`tdsl run SCRIPT`, `tdsl run -n 2 SCRIPT`"""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.build import sanitizers
from tdsl.build.mpi import run_ranks
from tdsl.build.samples import run_script
from tdsl.build.toolchain import locate
from tdsl.cli.options import BUILDING, Asked, with_settings
from tdsl.cli.script_arguments import require_script
from tdsl.source import fail


@click.command("run", context_settings={"allow_interspersed_args": False})
@click.option("-n", "--processes", type=click.IntRange(1), help="The number of processes, started by MPI.")
@click.option("--mpiexec", default="", metavar="COMMAND", help="The launcher with its options, instead of mpiexec.")
@click.argument("script", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@with_settings(*BUILDING, compiles=False)
def run_command(asked: Asked, processes: int | None, mpiexec: str, script: Path, arguments: tuple[str, ...]) -> int:
    """Run SCRIPT with these settings and the ARGUMENTS behind it; or in several processes that train together.

    MPI starts them and ends all when one fails.  Programs that SCRIPT compiles have the setting data_parallel then, and
    each process has its share of the processors as threads, unless TDSL_NUM_THREADS is set.

    With --sanitize each process is started such that it can load what it compiles.
    """
    if mpiexec and processes is None:
        raise click.UsageError("--mpiexec starts several processes, and -n says how many")
    require_script(script)
    settings = asked.resolved(script.parent).settings
    before = sanitizers.command(settings.sanitize, locate(settings)) if settings.sanitize else []
    if processes is not None:
        if "thread" in settings.sanitize:
            hint = "leave out -n, or take --sanitize address,undefined"
            raise fail("TD0417", "MPI ends when the sanitizer thread watches it", None, hint=hint)
        return run_ranks(processes, script, arguments, asked.flags, mpiexec, before)
    return run_script(script, arguments, asked.flags, before)

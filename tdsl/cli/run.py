"""`tdsl run -n 2 SCRIPT`"""

from __future__ import annotations

from pathlib import Path

import click

from tdsl.build.mpi import run_ranks
from tdsl.cli.options import BUILDING, Asked, with_settings


@click.command("run", context_settings={"allow_interspersed_args": False})
@click.option("-n", "--processes", type=click.IntRange(1), required=True, help="The number of processes.")
@click.option("--mpiexec", default="", metavar="COMMAND", help="The launcher with its options, instead of mpiexec.")
@click.argument("script", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@with_settings(*BUILDING)
def run_command(asked: Asked, processes: int, mpiexec: str, script: Path, arguments: tuple[str, ...]) -> int:
    """Run SCRIPT in several processes that train together.

    MPI starts them and ends all when one fails.  Programs that SCRIPT compiles have the setting data_parallel, and each
    process has its share of the processors as threads, unless TDSL_NUM_THREADS is set.
    """
    return run_ranks(processes, script, arguments, asked.flags, mpiexec)

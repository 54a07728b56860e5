"""MPI: the launcher of processes, and the package by which they exchange numbers."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tdsl.build.jobs import cpus
from tdsl.build.process import forwarding
from tdsl.build.samples import script_environment
from tdsl.source import fail

THREADS = "TDSL_NUM_THREADS"
HINT = 'pip install "tdsl[mpi]" has both, mpiexec and mpi4py'


def launcher() -> str | None:
    """The path of mpiexec: the one beside this Python before that of PATH, as it belongs to the installed mpi4py."""
    beside = Path(sys.executable).parent / "mpiexec"
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("mpiexec")


def has_mpi4py() -> bool:
    return importlib.util.find_spec("mpi4py") is not None


def run_ranks(
    number: int, script: Path, arguments: Sequence[str], flags: Sequence[str], with_mpiexec: str, before: Sequence[str]
) -> int:
    """Runs a script in so many processes with this Python, behind the command `before`, and this tdsl; the exit
    status."""
    command = with_mpiexec.split() or [launcher() or ""]
    if not command[0] or shutil.which(command[0]) is None:
        raise fail("TD0415", f"there is no {command[0] or 'mpiexec'}, which starts several processes", None, hint=HINT)
    if not has_mpi4py():
        raise fail("TD0415", f"the package mpi4py is not installed for {sys.executable}", None, hint=HINT)
    environment = script_environment(["data_parallel=true", *flags])
    environment.setdefault(THREADS, str(max(1, cpus() // number)))
    return forwarding(
        [*command, "-n", str(number), *before, sys.executable, "-m", "mpi4py", str(script), *arguments], environment
    )

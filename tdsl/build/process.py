"""Starting another program: always a list of arguments, never a shell."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    command: tuple[str, ...]
    status: int
    output: str


def run(command: Sequence[str], folder: Path | None = None, timeout: float | None = None) -> Finished:
    """Runs to the end with both outputs kept together; OSError if it cannot be started at all."""
    done = subprocess.run(
        list(command),
        cwd=folder,
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
        check=False,
    )
    return Finished(tuple(command), done.returncode, done.stdout.decode("utf-8", "replace"))


def attached(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs with this terminal's input and outputs; the exit status."""
    return subprocess.run(list(command), env=dict(environment), check=False).returncode

"""Starting another program: always a list of arguments, never a shell."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tdsl.record import record

_PATIENCE = 2.0  # seconds that a program has to remove its temporary files


@record(frozen=True)
class Finished:
    command: tuple[str, ...]
    status: int
    output: str


class GivenUpError(Exception):
    """The program is not needed any more."""


class Processes:
    """The running programs with their child processes; after an end nothing more starts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def run(self, command: Sequence[str], folder: Path | None = None, timeout: float | None = None) -> Finished:
        """Runs to the end with both outputs merged; OSError if it cannot be started."""
        with self._lock:
            if self._ended:
                raise GivenUpError
            process = subprocess.Popen(
                list(command),
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
            self._running.add(process)
        try:
            output, _ = process.communicate(timeout=timeout)
        except BaseException:
            _signal(process, signal.SIGKILL)
            process.wait()
            raise
        finally:
            with self._lock:
                self._running.discard(process)
        if self._ended and process.returncode < 0:
            raise GivenUpError
        return Finished(tuple(command), process.returncode, output.decode("utf-8", "replace"))

    def end(self) -> None:
        with self._lock:
            self._ended = True
            running = list(self._running)
        for process in running:
            _signal(process, signal.SIGTERM)
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
            _signal(process, signal.SIGKILL)


def _environment(folder: Path | None) -> dict[str, str]:
    """The environment with temporary files in the folder of the result, which are removed with it; without the
    sanitizers that this process was started with."""
    made = {**os.environ, "LC_ALL": "C", **({"TMPDIR": str(folder)} if folder else {})}
    if any(name in made.get("LD_PRELOAD", "") for name in ("libasan", "libtsan", "libubsan", "libclang_rt")):
        del made["LD_PRELOAD"]
    return made


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signals the program and its child processes: a compiler is several."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, number)


def run(command: Sequence[str], folder: Path | None = None, timeout: float | None = None) -> Finished:
    """Runs one program to the end; an interruption ends it."""
    return Processes().run(command, folder, timeout)


def attached(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs with this terminal's input and outputs; the exit status."""
    return subprocess.run(list(command), env=dict(environment), check=False).returncode


def forwarding(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs a program that ends others, with this terminal's outputs, and gives it each signal that this process gets;
    the exit status.  It is a group of processes of its own, so that no signal reaches it twice."""
    process = subprocess.Popen(list(command), env=dict(environment), stdin=subprocess.DEVNULL, process_group=0)
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                _signal(process, signal.SIGINT)
    finally:
        if process.poll() is None:
            _signal(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
            _signal(process, signal.SIGKILL)
            process.wait()

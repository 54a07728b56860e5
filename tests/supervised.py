"""Runs a command that can be interrupted, and ends the processes that it leaves running in any case:
`python supervised.py COMMAND…`

A shell starts background jobs with interruptions ignored, and their child processes inherit that.
Processes whose parents are gone become children of this one, which finds them so.  It uses only the standard library.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_SET_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36
_PATIENCE = 5.0  # seconds between the polite signal and the other one


def adopt() -> None:
    """Makes this process the parent of the orphans of its descendants, where the system can do that."""
    _control(_SET_CHILD_SUBREAPER, 1)


def allow_interruption() -> None:
    """Interrupts act as in the foreground of a terminal.  Child processes inherit ignored signals but no handlers:
    they end with the terminal, which this process outlives if SIGHUP was ignored."""
    if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, frame: None)


def has_children() -> bool:
    """Whether any process is below this one; as good as free, where the kernel keeps lists of them."""
    lists = list(Path("/proc/self/task").glob("*/children"))
    with contextlib.suppress(OSError):
        return not lists or any(listed.read_text().strip() for listed in lists)
    return True


def descendants() -> frozenset[int]:
    """The processes below this one, where /proc tells."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in found} - found:
        found |= more
    return frozenset(found - {os.getpid()})


def end_all(spared: frozenset[int] = frozenset(), patience: float = 0.0) -> None:
    """Until none but those spared are below this process: politely, and after so many seconds not any more."""
    polite_until = time.monotonic() + patience
    number = signal.SIGTERM
    told: set[int] = set()
    while left := _left(spared):
        if time.monotonic() >= polite_until and number is not signal.SIGKILL:
            number, told = signal.SIGKILL, set()
        for process in left - told:
            with contextlib.suppress(OSError):
                os.kill(process, number)
        told |= left
        time.sleep(0.01)


def _left(spared: frozenset[int]) -> set[int]:
    """The descendants that still run; those that have ended are reaped."""
    left = descendants() - spared
    for process in left:
        with contextlib.suppress(OSError):
            os.waitpid(process, os.WNOHANG)
    return left


def _control(option: int, value: int) -> None:
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def _prepare() -> None:
    """Runs in the command's process: it can be interrupted, and ends with this process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _control(_SET_DEATH_SIGNAL, signal.SIGTERM)


def main(command: list[str]) -> int:
    adopt()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, frame: sys.exit(128 + number))
    # A terminal interrupts the command as well, which then reports its results.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        status = subprocess.Popen(command, preexec_fn=_prepare).wait()
        return status if status >= 0 else 128 - status
    finally:
        end_all(patience=_PATIENCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

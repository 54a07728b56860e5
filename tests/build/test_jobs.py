"""Work side by side: the longest first, and all of it ended by a failure or an interruption."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from tdsl.build import jobs as module
from tdsl.build.jobs import Jobs
from tdsl.build.process import GivenUpError, Processes

# A program that starts another one, as compilers do, says which, and would stay for an hour.
_STAYS = 'sleep 3600 & echo $! > "$0.new"; mv "$0.new" "$0"; wait'


def staying(processes: Processes, note: Path) -> None:
    processes.run(["sh", "-c", _STAYS, str(note)])


def appears(path: Path) -> bool:
    return _happens(path.exists)


def is_gone(process: int) -> bool:
    def gone() -> bool:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        return state == "Z"

    return _happens(gone)


def _happens(condition) -> bool:  # type: ignore[no-untyped-def]
    for _ in range(3000):
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_the_longest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cpus", lambda: 1)
    done: list[int] = []
    begin = threading.Event()
    with Jobs() as jobs:
        jobs.add(9, lambda: (begin.wait(), None)[1])
        for seconds in (1, 3, 2):
            jobs.add(seconds, lambda seconds=seconds: done.append(seconds))
        begin.set()
        jobs.wait()
        assert done == [3, 2, 1]
        jobs.add(4, lambda: done.append(4))
        jobs.wait()
    assert done[-1] == 4


def test_a_failure_ends_running_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cpus", lambda: 2)
    note = tmp_path / "process"

    def fails() -> None:
        assert appears(note)
        raise ValueError("no good")

    with pytest.raises(ValueError, match="no good"), Jobs() as jobs:
        jobs.add(2, lambda: staying(jobs.processes, note))
        jobs.add(2, fails)
        jobs.wait()
    assert is_gone(int(note.read_text()))
    with pytest.raises(GivenUpError):
        jobs.processes.run(["true"])


_SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, -signal.SIGQUIT)]


@pytest.mark.parametrize(("number", "code"), _SIGNALS)
def test_an_interrupted_compilation_leaves_no_compiler(  # type: ignore[no-untyped-def]
    tmp_path: Path, runtime: Path, spawn, number: signal.Signals, code: int
) -> None:
    """Although only tdsl itself gets the signal, and not, as from a terminal, all that it started."""
    note = tmp_path / "process"
    compiler = tmp_path / "slow-c++"
    compiler.write_text(f"#!/bin/sh\nif [ $1 = --version ]; then echo slow; else sh -c '{_STAYS}' {note}; fi\n")
    compiler.chmod(0o755)
    (tmp_path / "slow.tdsl").write_text("value 3")
    started = spawn("compile", "slow.tdsl", CXX=str(compiler), TDSL_CACHE_DIR=str(tmp_path / "cache"))
    assert appears(note)
    started.send_signal(number)
    _, errors = started.communicate(timeout=600)
    assert started.returncode == code
    assert ("interrupted" in errors) is (number == signal.SIGINT)
    assert is_gone(int(note.read_text()))
    assert not list((tmp_path / "cache" / "tmp").iterdir())


def test_a_wrong_program_is_an_error_at_once(tmp_path: Path, spawn) -> None:  # type: ignore[no-untyped-def]
    """The runtime is still being compiled meanwhile."""
    note = tmp_path / "process"
    compiler = tmp_path / "slow-c++"
    compiler.write_text(f"#!/bin/sh\nif [ $1 = --version ]; then echo slow; else sh -c '{_STAYS}' {note}; fi\n")
    compiler.chmod(0o755)
    (tmp_path / "wrong.tdsl").write_text("error")
    started = spawn("compile", "wrong.tdsl", CXX=str(compiler), TDSL_CACHE_DIR=str(tmp_path / "cache"))
    _, errors = started.communicate(timeout=600)
    assert started.returncode == 1 and "TD0101" in errors

"""The test runner: interruptions reach the processes of tests, and no process stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.supervised import descendants

SUPERVISED = Path(__file__).with_name("supervised.py")
# A process that leaves its group, its parent and its session, and tells its number.
LEAVES = 'setsid sh -c \'echo $$ > "$0.new"; mv "$0.new" "$0"; exec sleep 3600\' {note} &'


def supervised(script: str, **options: object) -> subprocess.Popen[bytes]:
    """The process as a shell starts it in its background."""
    return subprocess.Popen(
        [sys.executable, str(SUPERVISED), "sh", "-c", script],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        **options,  # type: ignore[call-overload]
    )


def number(note: Path) -> int:
    while not note.exists():
        time.sleep(0.01)
    return int(note.read_text())


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("status", [0, 3])
def test_no_process_stays(tmp_path: Path, status: int) -> None:
    note = tmp_path / "process"
    script = f"{LEAVES.format(note=note)} while [ ! -e {note} ]; do sleep 0.01; done; exit {status}"
    assert supervised(script).wait(600) == status
    assert not lives(number(note))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_no_process_stays_after_an_end_from_outside(tmp_path: Path, how: signal.Signals) -> None:
    note = tmp_path / "process"
    process = supervised(f"{LEAVES.format(note=note)} sleep 3600")
    left = number(note)
    process.send_signal(how)
    assert process.wait(600) == 128 + how
    assert not lives(left)


def test_started_processes_can_be_interrupted() -> None:
    inner = f"{sys.executable} -c 'import signal; signal.raise_signal(signal.SIGINT)'"
    process = supervised(inner, stderr=subprocess.PIPE)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130 and b"KeyboardInterrupt" in errors


def test_a_test_ends_the_processes_it_started(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((SUPERVISED.parent / "conftest.py").read_text())
    (tmp_path / "test_leaves.py").write_text(
        "import subprocess, pathlib\n"
        "from tests.supervised import descendants\n"
        "def test_leaves():\n"
        "    subprocess.run(['sh', '-c', 'sleep 3600 &'], check=True)\n"
        "    assert descendants()\n"
        "def test_after():\n"
        "    assert not descendants()\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(
        command, cwd=SUPERVISED.parent.parent, capture_output=True, text=True, check=False, timeout=600
    )
    assert "2 passed" in done.stdout, done.stdout
    assert not descendants()

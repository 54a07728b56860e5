"""Do random programs notice a wrong compiler?

`python -m tests.random_programs.faults` puts the faults of `faults.toml` into a copy of the compiler, one at a time,
and says which of them were noticed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("tdsl", "grammar", "codegen", "runtime", "tests/random_programs")
INTERPRETED, NATIVE = 1000, 200
# A compiler that is stuck has been noticed too.
PATIENCE = 600


@dataclass(frozen=True)
class Fault:
    """One text of one file replaced by another."""

    file: str
    old: str
    new: str
    way: str = "interpreted"

    def __str__(self) -> str:
        return f"{self.file}: {self.old} → {self.new}"

    def put_into(self, root: Path) -> None:
        """Raises `ValueError` if the text is not there exactly once."""
        path = root / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} has {text.count(self.old)} times: {self.old}")
        path.write_text(text.replace(self.old, self.new))


def faults() -> list[Fault]:
    table = tomllib.loads(Path(__file__).with_name("faults.toml").read_text())
    return [Fault(**fault) for fault in table["fault"]]


def copied(root: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, root / room, ignore=shutil.ignore_patterns("__pycache__"))


def noticed(fault: Fault | None, way: str) -> bool:
    """Whether a search in a copy with the fault finds a miss, or breaks down; in one without a fault it must not."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        copied(root)
        if fault is not None:
            fault.put_into(root)
        count = NATIVE if way == "native" else INTERPRETED
        command = [sys.executable, "-m", "tests.random_programs.soak", "--first", "--seed", "0", "--count", str(count)]
        if way == "interpreted":
            command.append("--interpreted")
        environment = {**os.environ, "PYTHONPATH": folder}
        try:
            done = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return True
        return done.returncode != 0


def run(chosen: Sequence[Fault], jobs: int) -> list[Fault]:
    """The faults that nothing noticed."""
    for way in sorted({fault.way for fault in chosen}):
        if noticed(None, way):
            raise SystemExit(f"the compiler as it is has misses: {way}")
    missed = []
    with ThreadPoolExecutor(jobs) as pool:
        pending = {pool.submit(noticed, fault, fault.way): fault for fault in chosen}
        for one, fault in pending.items():
            found = one.result()
            print("noticed" if found else "MISSED ", fault, flush=True)
            if not found:
                missed.append(fault)
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--way", choices=("interpreted", "native"))
    given = parser.parse_args()
    chosen = [fault for fault in faults() if given.way in (None, fault.way)]
    missed = run(chosen, given.jobs)
    print(f"{len(chosen) - len(missed)} of {len(chosen)} faults noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Do random programs notice a wrong compiler?

`python -m tests.random_programs.faults` puts the faults of `faults.toml` into a copy of the compiler, one at a time,
and says which of them were noticed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("tdsl", "grammar", "codegen", "runtime", "tests/random_programs", "tests/lower", "tests/cuda")
SHARED = ("tests/stages.py", "tests/shared.py", "tests/sanitized.py")
# A compiler that is stuck has been noticed too.
PATIENCE = 600


@dataclass(frozen=True)
class Fault:
    """One piece of the compiler replaced by another; spaces and line ends do not matter, nor in which file it is.  The
    tests put in those that are `tried`, which are noticed early."""

    old: str
    new: str
    way: str = "interpreted"
    tried: bool = False

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"

    def put_into(self, copy: Path) -> None:
        """Into a copy of this compiler; raises `ValueError` if the piece is not there exactly once."""
        places = self.places()
        if len(places) != 1:
            raise ValueError(f"{len(places)} times in the compiler: {self.old}")
        ((path, begin, end),) = places
        text = (copy / path).read_text()
        (copy / path).write_text(text[:begin] + self.new + text[end:])

    def places(self) -> list[tuple[Path, int, int]]:
        """The places of the piece in this compiler: a file, and the span in its text."""
        wanted = _joined(_TOKEN.findall(self.old))
        found = []
        for path, tokens in _sources().items():
            text = _joined(tokens)
            begin = text.find(wanted)
            while begin >= 0:
                first = text.count("\n", 0, begin)
                spans = list(_TOKEN.finditer((ROOT / path).read_text()))
                found.append((path, spans[first].start(), spans[first + wanted.count("\n") - 2].end()))
                begin = text.find(wanted, begin + 1)
        return found


_TOKEN = re.compile(r"\w+|[^\w\s]")


def _joined(tokens: list[str]) -> str:
    return "\n".join(["", *tokens, ""])


@cache
def _sources() -> dict[Path, list[str]]:
    """The tokens of each source file."""
    kinds = (".py", ".hpp", ".cpp")
    paths = (path for folder in ("tdsl", "runtime") for path in (ROOT / folder).rglob("*") if path.suffix in kinds)
    return {path.relative_to(ROOT): _TOKEN.findall(path.read_text()) for path in sorted(paths)}


def faults() -> list[Fault]:
    table = tomllib.loads(Path(__file__).with_name("faults.toml").read_text())
    return [Fault(**fault) for fault in table["fault"]]


def copied(root: Path) -> None:
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in SHARED:
        shutil.copy(ROOT / file, root / file)


def noticed(fault: Fault | None, what: str) -> str:
    """The outcome of a search in a copy with the fault: a miss or a breakdown; empty if neither."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        copied(root)
        if fault is not None:
            fault.put_into(root)
        command = [sys.executable, "-m", "tests.random_programs.selection", what]
        environment = {**os.environ, "PYTHONPATH": folder}
        try:
            done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return "it does not end"
        return (done.stdout or done.stderr.strip().rpartition("\n")[2] or "it ends") if done.returncode else ""


def noticed_by(fault: Fault) -> tuple[str, str]:
    """The random programs, if not they the kept ones, or nothing; and how."""
    found = ((what, noticed(fault, what)) for what in (fault.way, "kept"))
    return next(filter(itemgetter(1), found), ("nothing", ""))


def run(chosen: Sequence[Fault], jobs: int) -> Counter[str]:
    """The number of faults that each search noticed."""
    for what in sorted({"kept", *(fault.way for fault in chosen)}):
        if how := noticed(None, what):
            raise SystemExit(f"the compiler as it is has misses: {how}")
    found: Counter[str] = Counter()
    with ThreadPoolExecutor(jobs) as pool:
        for fault, (by, how) in zip(chosen, pool.map(noticed_by, chosen), strict=True):
            found[by] += 1
            print(f"{by:12}{fault}\n{'':12}{how.partition(chr(10))[0]}", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--way", choices=("interpreted", "native"))
    parser.add_argument("--file", default="", help="only faults in files whose path has this in it")
    given = parser.parse_args()
    chosen = [
        fault
        for fault in faults()
        if given.way in (None, fault.way) and any(given.file in str(path) for path, *_ in fault.places())
    ]
    found = run(chosen, given.jobs)
    by_random = found.total() - found["kept"] - found["nothing"]
    print(f"of {found.total()} faults random programs noticed {by_random}, kept ones {found['kept']} more")
    return 1 if found["nothing"] else 0


if __name__ == "__main__":
    sys.exit(main())

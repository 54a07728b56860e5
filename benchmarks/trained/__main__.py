"""python -m benchmarks.trained: runs samples and their peers, and writes the table of samples/README.md."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from benchmarks import machine
from benchmarks.place import ROOT
from benchmarks.table import markdown
from benchmarks.trained import Trained

HERE = Path(__file__).parent
README = ROOT / "samples" / "README.md"
BEGIN, END = "<!-- trained: made by `python -m benchmarks.trained --readme` -->", "<!-- end of trained -->"
LONG = 60  # seconds beside which those of compiling do not count
NAMES = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def row(name: str) -> Trained:
    found: Trained = import_module(f"benchmarks.trained.{name}").ROW
    return found


def timed(command: list[str]) -> tuple[str, float]:
    """The output of a process in an empty folder, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout, seconds


def line(name: str, peers: Path) -> list[str]:
    """The second run of a sample, whose module is then compiled, or the first if that hardly matters; and the peer."""
    made = row(name)
    sample = [sys.executable, str(ROOT / "samples" / made.sample / "run.py"), *made.arguments]
    output, seconds = timed(sample)
    if seconds < LONG:
        output, seconds = timed(sample)
    found = re.findall(made.figure, output)
    if not found:
        raise RuntimeError(f"{made.sample} prints no {made.figure!r}:\n{output}")
    theirs, their_seconds = timed([str(peers), "-m", "benchmarks.trained", "--peer", name])
    figure = f"{float(theirs):.{len(found[-1].partition('.')[2])}f}"
    place = f"[{made.sample}]({made.sample}/)"
    return [
        made.title,
        place,
        made.measure,
        found[-1],
        figure,
        made.peer_name,
        f"{seconds:.1f}",
        f"{their_seconds:.1f}",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trained", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--peers", type=Path, default=Path(sys.executable), metavar="PYTHON", help="where peers are")
    parser.add_argument("--readme", action="store_true", help="put the table into samples/README.md as well")
    parser.add_argument("--peer", metavar="NAME", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer:
        print(row(given.peer).peer())
        return 0
    lines = []
    for name in given.only:
        lines.append(line(name, given.peers.absolute()))
        print(" · ".join(lines[-1]), flush=True)
    if given.readme:
        described = machine.describe()
        versions = ", ".join(f"{name} {version}" for name, version in machine.versions(given.peers).items())
        conditions = (
            f"{described['cores']} cores of {described['processor']}; {versions}. Seconds are of whole processes."
        )
        head = ["model and data", "sample", "figure", "tdsl", "peer", "which", "seconds", "peer's seconds"]
        table = markdown(head, lines)
        text = README.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        README.write_text(f"{before}{BEGIN}\n{conditions}\n\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""python -m benchmarks.modes [ROW …]: what a new module costs in each mode: `tdsl compile` and a step."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.plan import interleave, paired_ratio
from benchmarks.row import Row
from benchmarks.steps import Steps
from benchmarks.work import ROWS

MODES = ("fast-run", "fast-compile", "debug")
COMPILATIONS = 3
ROUNDS = 7


def main() -> None:
    wanted = sys.argv[1:] or ["miku", "lstm_50x64x128", "xor", "scalar"]
    for row in ROWS:
        if row.name in wanted:
            print(_compiled(row))
            print(_stepped(row))


def _compiled(row: Row) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for mode in MODES:
            _compile(row, mode, Path(folder, "first.tdsl"))
        samples: dict[str, list[float]] = {mode: [] for mode in MODES}
        for turn in range(COMPILATIONS):
            for mode in MODES:
                samples[mode].append(_compile(row, mode, Path(folder, f"model_{turn}.tdsl")))
    return f"{row.title}: compiled in " + ", ".join(f"{min(samples[mode]):.2f} s ({mode})" for mode in MODES)


def _compile(row: Row, mode: str, source: Path) -> float:
    """The seconds of one process.  A module of a new name is compiled anew; the parts of the runtime are kept."""
    source.write_text(row.program.text)
    defines = [f"-D{name}={value}" for name, value in row.program.defines.items()]
    command = [sys.executable, "-m", "tdsl", "compile", str(source), "--mode", mode, "--cache-dir", "cache"]
    start = time.perf_counter()
    subprocess.run([*command, *defines], check=True, capture_output=True, cwd=source.parent)
    return time.perf_counter() - start


def _stepped(row: Row) -> str:
    steps = {mode: Steps(row, mode=mode) for mode in MODES}
    samples, _ = interleave(steps, ROUNDS)
    fast = samples[MODES[0]]
    told = [
        f"{statistics.median(samples[mode]) * 1e6:.4g} µs ({mode}, {paired_ratio(samples[mode], fast):.2f}×)"
        for mode in MODES
    ]
    return f"{row.title}: a step in " + ", ".join(told)


if __name__ == "__main__":
    main()

"""One contender in a process of its own: checks it, then times a batch for every line that it reads.

The first answer is a JSON object with the error found, or with why there is none; then each answer is the seconds
of a step.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import numpy as np

from benchmarks.device import wait
from benchmarks.row import EXPECTED, REFERENCE, Row, Timed, difference, in_double, outcome
from benchmarks.work import GPU_ROWS, ROWS

PR_SET_PDEATHSIG = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("row", choices=[row.name for row in (*ROWS, *GPU_ROWS)])
    parser.add_argument("contender")
    parser.add_argument("modules", help="where the row's compiled program is")
    parser.add_argument("seconds", type=float, help="how long a batch takes")
    chosen = parser.parse_args()
    # A stopped worker would otherwise outlive a measurement that was killed.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    sys.path.insert(0, chosen.modules)
    answers = _own_output()
    row = next(row for row in (*ROWS, *GPU_ROWS) if row.name == chosen.row)
    try:
        timed, error = checked(row, chosen.contender, Path(chosen.modules) / EXPECTED)
    except Exception as failure:
        _answer(answers, json.dumps({"failed": f"{type(failure).__name__}: {failure}".splitlines()[0]}))
        raise
    if not error <= row.tolerance:
        _answer(answers, json.dumps({"failed": f"differs from NumPy in f64 by {error:.1e}"}))
        return
    batch = batches(timed, chosen.seconds)
    _answer(answers, json.dumps({"error": error}))
    for _ in sys.stdin:
        _answer(answers, repr(batch()))


def checked(row: Row, contender: str, kept: Path) -> tuple[Timed, float]:
    """The first contender of a row computes NumPy's outcome for the others too: in f64 that may take seconds."""
    data = row.data()
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, **outcome(row.contenders[REFERENCE], in_double(data), row.checked_calls)[1])
    timed, found = outcome(row.contenders[contender], data, row.checked_calls)
    with np.load(kept) as expected:
        return timed, difference(data, found, expected, row.checked_calls * timed.steps)


def batches(timed: Timed, seconds: float) -> Callable[[], float]:
    """A function that times as many calls as take so long; the call itself is spelled out, without unpacking."""
    names = {f"a{place}": value for place, value in enumerate(timed.arguments)}
    timer = timeit.Timer(f"function({', '.join(names)})", globals={"function": timed.function, **names})

    def taken(calls: int) -> float:
        start = timeit.default_timer()
        timer.timeit(calls)
        wait()
        return timeit.default_timer() - start

    calls = 1
    while (total := taken(calls)) < seconds / 4:
        calls *= 2
    calls = max(1, round(calls * seconds / total))

    def batch() -> float:
        taken(1)
        return taken(calls) / calls / timed.steps

    return batch


def _own_output() -> TextIO:
    """Standard output for the answers alone; the output of libraries goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _answer(answers: TextIO, line: str) -> None:
    answers.write(line + "\n")
    answers.flush()


if __name__ == "__main__":
    main()

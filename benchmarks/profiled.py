"""python -m benchmarks.profiled [ROW …]: the cost of a profile, by steps with and without one in turns, and whether the
profile's own time of a step is the one that a clock around the calls shows."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import tdsl
from benchmarks.plan import interleave, paired_ratio
from benchmarks.row import OWN, Row
from benchmarks.work import ROWS

ROUNDS = 25
SECONDS = 0.1  # of one turn


class _Steps:
    """Calls of one module's step, as many in each turn."""

    def __init__(self, row: Row, profile: bool) -> None:
        program = row.program
        self.module: Any = tdsl.compile(program.text, name=program.name, defines=program.defines, profile=profile)
        sys.modules[program.name] = self.module  # the contender imports it by name
        timed = row.contenders[OWN](row.data())
        self._call: Callable[[], object] = lambda: timed.function(*timed.arguments)
        self.calls = 1
        while self.sample() * self.calls < SECONDS / 2:
            self.calls *= 2
        if profile:
            self.module.profile().reset()

    def sample(self) -> float:
        start = time.perf_counter()
        for _ in range(self.calls):
            self._call()
        return (time.perf_counter() - start) / self.calls


def main() -> None:
    wanted = sys.argv[1:] or ["miku", "mlp_20", "lstm_50x64x128", "xor"]
    for row in ROWS:
        if row.name in wanted:
            print(_measured(row))


def _measured(row: Row) -> str:
    both = {"plain": _Steps(row, False), "profiled": _Steps(row, True)}
    samples, _ = interleave(both, ROUNDS)
    found = both["profiled"].module.profile()
    entry = max(found.entries, key=lambda one: one.seconds)
    own = entry.seconds / entry.calls
    seen = statistics.fmean(samples["profiled"])
    plain, profiled = (statistics.median(samples[name]) for name in ("plain", "profiled"))
    ratio = paired_ratio(samples["profiled"], samples["plain"])
    statements = sum(one.runs for one in found.rows if one.entry == entry.name) / entry.calls
    return (
        f"{row.title}: {plain * 1e6:.4g} µs, with a profile {profiled * 1e6:.4g} µs ({100 * (ratio - 1):+.1f} %; "
        f"{statements:.0f} statements, {entry.outside / entry.seconds:.1%} outside); "
        f"its own time of a step is {own / seen:.1%} of that by a clock"
    )


if __name__ == "__main__":
    main()

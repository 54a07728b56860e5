"""python -m benchmarks.profiled [ROW …]: the cost of a profile, by steps with and without one in turns, and whether the
profile's own time of a step is the one that a clock around the calls shows."""

from __future__ import annotations

import statistics
import sys

from benchmarks.plan import interleave, paired_ratio
from benchmarks.row import Row
from benchmarks.steps import Steps
from benchmarks.work import ROWS

ROUNDS = 25


def main() -> None:
    wanted = sys.argv[1:] or ["miku", "mlp_20", "lstm_50x64x128", "xor"]
    for row in ROWS:
        if row.name in wanted:
            print(_measured(row))


def _measured(row: Row) -> str:
    both = {"plain": Steps(row), "profiled": Steps(row, profile=True)}
    both["profiled"].module.profile().reset()
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

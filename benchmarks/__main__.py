"""python -m benchmarks: measures every row or those named, writes results.json and results.md."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, steady, table
from benchmarks.place import ROOT, Place
from benchmarks.results import Report, Result
from benchmarks.row import OWN, Row
from benchmarks.start import STARTS, Start
from benchmarks.work import GPU_ROWS, ROWS

ALL: dict[str, tuple[Row | Start, ...]] = {"cpu": (*ROWS, *STARTS), "cuda": GPU_ROWS}
PROCESS_ROUNDS = 5  # at most, for rows whose samples take seconds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="rows or groups; see --list")
    parser.add_argument("--list", action="store_true", help="name the rows and their groups")
    parser.add_argument("--quick", action="store_true", help="few rounds of short batches: a trial, not a measurement")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each contender has its turn (15)")
    parser.add_argument(
        "--peers", type=Path, default=Path(sys.executable), metavar="PYTHON", help="where the peers are"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "benchmarks", metavar="FOLDER")
    parser.add_argument("--readme", action="store_true", help="put the table into README.md as well")
    parser.add_argument("--results", type=Path, metavar="JSON", help="measure nothing: make the tables of this file")
    parser.add_argument(
        "--within", type=float, metavar="SECONDS", help="begin no row later than that; name those left out"
    )
    parser.add_argument("--device", choices=ALL, default="cpu", help="where the rows compute; cuda has rows of its own")
    chosen = parser.parse_args()
    every = ALL[chosen.device]
    if chosen.list:
        print("\n".join(f"{row.group:8} {row.name:26} {row.title}" for row in every))
        return 0
    if unknown := set(chosen.only or ()) - {word for row in every for word in (row.name, row.group)}:
        parser.error(f"no such row or group: {', '.join(sorted(unknown))}")
    output: Path = chosen.output.absolute()
    output.mkdir(parents=True, exist_ok=True)
    readme = ROOT / "README.md" if chosen.readme else None
    if chosen.results:
        report = Report.read(chosen.results)
        _write(report, output, readme)
    else:
        rows = [row for row in every if not chosen.only or {row.name, row.group} & set(chosen.only)]
        rounds = chosen.rounds or (3 if chosen.quick else 15)
        place = Place(chosen.peers.absolute(), output, chosen.device)
        started = time.monotonic()
        date = datetime.now(UTC).strftime("%Y-%m-%d")
        described = machine.describe() | ({} if place.device == "cpu" else machine.gpu(place.python))
        report = Report(date, described, machine.versions(place.python), rounds, [])
        for row in rows:
            if chosen.within and time.monotonic() - started > chosen.within:
                result = Result.of(row.name, row.group, row.title, "s", {}, {OWN: "not measured: no time was left"}, {})
            else:
                result = _measure(row, place, rounds, 0.02 if chosen.quick else 0.1)
            print(table.summary(result), flush=True)
            report.rows.append(result)
            _write(report, output, readme)
    return int(any(row.failed for row in report.rows))


def _measure(row: Row | Start, place: Place, rounds: int, seconds: float) -> Result:
    """One that cannot be measured leaves the others their turn."""
    try:
        if isinstance(row, Start):
            return row.measure(place, min(rounds, PROCESS_ROUNDS))
        return steady.measure(row, place, rounds, seconds)
    except Exception as error:
        traceback.print_exc()
        return Result.of(row.name, row.group, row.title, "s", {}, {OWN: f"{type(error).__name__}: {error}"}, {})


def _write(report: Report, output: Path, readme: Path | None) -> None:
    """All that is known so far."""
    report.write(output / "results.json")
    (output / "results.md").write_text(table.full(report), encoding="utf-8")
    if readme and any(OWN in row.measured for row in report.rows):
        readme.write_text(table.replace_region(readme.read_text(encoding="utf-8"), report), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

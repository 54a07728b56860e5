"""Markdown from the results: all of it, and the region of the README."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.machine import family
from benchmarks.results import Measured, Report, Result, Unit
from benchmarks.row import OWN

BEGIN, END = "<!-- benchmarks: made by `sh benchmarks/run.sh --readme` -->", "<!-- end of benchmarks -->"
GPU_BEGIN, GPU_END = "<!-- benchmarks of a GPU: made by `sh benchmarks/gpu.sh` -->", "<!-- end of those -->"
GROUPS = {
    "steps": "Training steps",
    "convolution": "Convolution and pooling",
    "calls": "Calls",
    "gemm": "Products of matrices",
    "linear_algebra": "Factors and systems of equations",
    "order": "Order and running sums",
    "start": "From nothing to the first step",
    "growth": "Growth: the Miku step in width, depth and batch",
    "gpu": "On a GPU",
}
LIMITS = {"fma": "FMA peak", "copy": "copy bandwidth"}
SCALES: dict[Unit, Sequence[tuple[float, str]]] = {
    "s": ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "B": ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B")),
}


def quantity(value: float, unit: Unit) -> str:
    """Three digits in the largest unit that leaves one before the point."""
    scale, name = next((step for step in SCALES[unit] if abs(value) >= step[0]), SCALES[unit][-1])
    number = value / scale
    return f"{number:.{2 if abs(number) < 10 else 1 if abs(number) < 100 else 0}f} {name}"


def full(report: Report) -> str:
    parts = [f"# Measured\n\n{_conditions(report)}\n\nMedians; in brackets the time of tdsl over it, paired by round."]
    for group, title in GROUPS.items():
        rows = [row for row in report.rows if row.group == group]
        if not rows:
            continue
        names = list(dict.fromkeys(name for row in rows for name in (*row.measured, *row.failed)))
        names.sort(key=lambda name: name != OWN)
        head = ["work", *names, "of the limit"]
        lines = [[row.title, *(_cell(row, name) for name in names), _share(row)] for row in rows]
        parts.append(f"## {title}\n\n{markdown(head, lines)}")
        parts += [f"{row.title}: {name}: {why}" for row in rows for name, why in row.failed.items()]
    return "\n\n".join(parts) + "\n"


def readme_region(report: Report) -> str:
    """A line a row: tdsl beside the peer that comes closest to it."""
    lines = []
    for row in report.rows:
        own, peer = row.measured.get(OWN), row.fastest_peer()
        if own is None:
            continue
        beside = row.measured[peer] if peer else None
        lines.append(
            [
                row.title,
                quantity(own.median, row.unit),
                f"{peer} {quantity(beside.median, row.unit)}" if beside else "",
                _ratio(beside) if beside else "",
                _share(row),
            ]
        )
    table = markdown(["work", "tdsl", "fastest peer", "ratio", "of the limit"], lines)
    begin, end = _marks(report)
    return f"{begin}\n{_conditions(report)}\n\n{table}\n{end}"


def replace_region(text: str, report: Report) -> str:
    """The text with the region of a report's kind made anew."""
    begin, end = _marks(report)
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"no lines {begin!r} and {end!r}")
    region = readme_region(report)
    return before + region + after


def summary(row: Result) -> str:
    """One line for the terminal."""
    found = [f"{name} {_cell(row, name)}" for name in row.measured]
    lost = [f"{name}: {why}" for name, why in row.failed.items()]
    share = _share(row)
    return f"{row.title}: " + " · ".join([*found, *([share] if share else []), *lost])


def _marks(report: Report) -> tuple[str, str]:
    return (GPU_BEGIN, GPU_END) if "gpu" in report.machine else (BEGIN, END)


def _conditions(report: Report) -> str:
    machine = report.machine
    device = f"{machine['gpu']}, cuBLASLt {machine['cuBLASLt']}; " if "gpu" in machine else ""
    caches = f"; caches {machine['caches']}" if machine.get("caches") else ""
    processor = f"{machine['processor']} ({family(machine)}, {machine['vectors']}{caches})"
    where = f"{machine['cores']} cores of {processor}, {machine['memory']}, {machine['system']}, {machine['compiler']}"
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    return (
        f"{report.date}. {device}{where}, Python {machine['python']}. {versions}. All in f32, every contender in a"
        f" process of its own, {report.rounds} interleaved rounds; results equal NumPy's in f64."
    )


def _cell(row: Result, name: str) -> str:
    if name in row.failed:
        return "failed"
    measured = row.measured.get(name)
    if measured is None:
        return ""
    ratio = _ratio(measured) if name != OWN else ""
    return quantity(measured.median, row.unit) + (f" ({ratio})" if ratio else "")


def _ratio(measured: Measured) -> str:
    """Two digits after the point, or two that say something."""
    if measured.ratio is None:
        return ""
    return f"{measured.ratio:.2f}" if measured.ratio >= 0.1 else f"{measured.ratio:.2g}"


def _share(row: Result) -> str:
    return f"{100 * row.limit.share:.0f} % of {LIMITS[row.limit.kind]}" if row.limit else ""


def markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *lines))

"""A profile as tables: of statements and of source lines, with shares of what the machine can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tdsl.build.limits import Limits
from tdsl.cli.report import counted
from tdsl.record import record
from tdsl.visible import visible

Profile = Mapping[str, Any]
"""As `to_json()` of a module's profile writes it."""

LINE_HEAD = ["ms", "%", "place", "line"]
NUMBERS = {"ms", "%", "runs", "GFLOP/s", "of peak", "GB/s", "of copy"}
GAP = "  "
ROOM, LEAST = 36, 12
"""Texts of statements have so many characters before any column leaves, and not less than the latter."""
NOTE = "The time of a statement with several values is divided by their operations; a function counts as ten."


@record(frozen=True)
class Rates:
    """The FLOP and bytes a second of a statement, and their shares of the limits of this machine."""

    flops: float
    bandwidth: float
    of_peak: float
    of_copy: float

    @staticmethod
    def of(row: Profile, limits: Limits, real: str) -> Rates:
        seconds, runs = max(row["seconds"], 1e-12), max(row["runs"], 1)
        flops, bandwidth = row["flop"] / seconds, row["bytes"] / seconds
        copied = limits.bandwidth(row["bytes"] / runs)
        return Rates(flops, bandwidth, flops / limits.flops(real), bandwidth / copied)


def line_seconds(profile: Profile) -> dict[str, float]:
    """The time of each place, `miku.tdsl:19`."""
    found: dict[str, float] = {}
    for row in profile["rows"]:
        for value in row["values"]:
            if row["runs"] and value["place"]:
                found[value["place"]] = found.get(value["place"], 0.0) + row["seconds"] * value["share"]
    return found


def line_text(place: str, texts: Mapping[str, str]) -> str:
    """The source line of a place."""
    name, _, number = place.rpartition(":")
    lines = texts.get(name, "").splitlines()
    return lines[int(number) - 1].strip() if number.isdecimal() and int(number) <= len(lines) else ""


def summary(profile: Profile, sizes: Mapping[str, int] | None) -> str:
    """`miku: 29 calls of train, 34.6 ms each, B = 1000`"""
    calls = [
        f"{counted(entry['calls'], 'call')} of {entry['name']}, {_duration(entry['seconds'] / entry['calls'])} each"
        for entry in profile["entries"]
        if entry["calls"]
    ]
    given = "".join(f", {name} = {size}" for name, size in (sizes or {}).items())
    return f"{profile['module']}: {'; '.join(calls) or 'no calls'}{given}"


def _duration(seconds: float) -> str:
    """`34.6 ms`"""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def limits_text(limits: Limits, real: str) -> str:
    """`limits of this machine: 238 GFLOP/s in f32, copies of 11 to 264 GB/s`"""
    rates = [rate for _, rate in limits.copies]
    peak = limits.flops(real) / 1e9
    return f"limits of this machine: {peak:.0f} GFLOP/s in {real}, copies of {min(rates):.0f} to {max(rates):.0f} GB/s"


def tables(
    profile: Profile,
    texts: Mapping[str, str],
    limits: Limits,
    real: str,
    sizes: Mapping[str, int] | None,
    width: int,
) -> str:
    """Lines of at most `width` characters, unless the names of files are long."""
    whole = profile["seconds"] or 1.0
    statements = sorted(_statements(profile, limits, real), key=lambda line: -line[0])
    lines = sorted(((time, place) for place, time in line_seconds(profile).items()), reverse=True)
    outside = sum(entry["outside"] for entry in profile["entries"])
    by_line = [(time, [place, visible(line_text(place, texts))]) for time, place in lines]
    by_line.append((outside, ["", "outside of statements"]))
    elsewhere = whole - sum(time for time, _ in by_line)
    if elsewhere > 1e-9 * whole:
        by_line.append((elsewhere, ["", "statements without a place"]))
    head = ["ms", "%", "runs", "GFLOP/s", "of peak", "GB/s", "of copy", "entry", "statement", "place"]
    entries = {cells[head.index("entry") - 2] for _, cells in statements}
    leaving = [*["entry"] * (len(entries) == 1), "GFLOP/s", "GB/s", "of copy", "of peak", "runs"]
    return "\n".join(
        [
            summary(profile, sizes),
            limits_text(limits, real),
            "",
            *_fitted(head, [[*_time(time, whole), *cells] for time, cells in statements], "statement", leaving, width),
            "",
            *_fitted(LINE_HEAD, [[*_time(time, whole), *cells] for time, cells in by_line], "line", (), width),
            "",
            NOTE,
        ]
    )


def _statements(profile: Profile, limits: Limits, real: str) -> Iterator[tuple[float, list[str]]]:
    for row in profile["rows"]:
        if row["runs"]:
            rates = Rates.of(row, limits, real)
            speed = [f"{rates.flops / 1e9:.1f}", f"{rates.of_peak:.0%}"]
            speed += [f"{rates.bandwidth / 1e9:.1f}", f"{rates.of_copy:.0%}"]
            yield row["seconds"], [str(row["runs"]), *speed, row["entry"], row["text"], row["place"]]
    for entry in profile["entries"]:
        if entry["calls"]:
            yield entry["outside"], [str(entry["calls"]), *[""] * 4, entry["name"], "outside of statements", ""]


def _time(seconds: float, whole: float) -> list[str]:
    return [f"{seconds * 1e3:.3f}", f"{100 * seconds / whole:.1f}"]


def _fitted(
    head: Sequence[str], rows: Sequence[Sequence[str]], flexible: str, leaving: Sequence[str], width: int
) -> list[str]:
    """Lines of cells, numbers to the right.  Columns leave until the flexible one has room, then its texts are cut."""
    columns = {name: [name, *cells] for name, cells in zip(head, zip(*rows, strict=True), strict=True)}
    longest = max(map(len, columns[flexible]))
    for name in (*leaving, ""):
        fixed = sum(max(map(len, cells)) + len(GAP) for title, cells in columns.items() if title != flexible)
        room = width - fixed
        if room >= min(longest, ROOM):
            break
        columns.pop(name, None)
    columns[flexible] = [shortened(cell, max(room, LEAST)) for cell in columns[flexible]]
    widths = {name: max(map(len, cells)) for name, cells in columns.items()}
    return [
        GAP.join(
            cell.rjust(widths[name]) if name in NUMBERS else cell.ljust(widths[name])
            for name, cell in zip(columns, line, strict=True)
        ).rstrip()
        for line in zip(*columns.values(), strict=True)
    ]


def shortened(text: str, width: int) -> str:
    """The text with its middle left out, if it is wider."""
    if len(text) <= width:
        return text
    end = (width - 1) // 3
    return f"{text[: width - 1 - end]}…{text[len(text) - end :]}"

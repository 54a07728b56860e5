"""The profile of a module that is compiled with `profile`: the time of each statement, and of the calls around them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from .description import ModuleTable, evaluate

PROFILE_VARIABLE = "TDSL_PROFILE"

LapCounts = tuple[int, int, int, int, int]
"""Runs, ticks, FLOP, elementary functions and bytes of a statement."""
EntryCounts = tuple[int, int, list[int], list[LapCounts]]
"""Calls, their ticks, the dims of the last one, and the statements."""
Reading = tuple[float, int, list[EntryCounts], list[tuple[int, int, int, int, int]]]
"""Seconds per tick, ticks now, the entries, and the latest events: start, end, thread, entry, statement."""


class LapValueTable(TypedDict):
    """`work` is a formula over d[0] …, or empty."""

    name: str
    text: str
    place: str
    derivative: bool
    work: str


class LapTable(TypedDict):
    """See tdsl/describe/laps.py."""

    kind: str
    loops: int
    values: list[LapValueTable]


class ProfileValue:
    """A value that a statement computes, and its `share` of the statement's operations, at the sizes of the last call:
    an elementary function counts as ten.  A derivative has the place of the step that it differentiates."""

    __slots__ = ("derivative", "name", "place", "share", "text")

    def __init__(self, described: LapValueTable, share: float) -> None:
        self.name, self.text, self.place = described["name"], described["text"], described["place"]
        self.derivative, self.share = described["derivative"], share

    def __repr__(self) -> str:
        return f"<{self.text}>"


class ProfileRow:
    """A statement of an entry's routine: its sums over all times that it ran.  `loops` is the number of loops around
    it."""

    __slots__ = ("bytes", "entry", "flop", "functions", "kind", "loops", "number", "runs", "seconds", "values")

    def __init__(
        self,
        entry: str,
        number: int,
        described: LapTable,
        values: Sequence[ProfileValue],
        seconds: float,
        sums: LapCounts,
    ) -> None:
        self.entry, self.number, self.values, self.seconds = entry, number, tuple(values), seconds
        self.kind, self.loops = described["kind"], described["loops"]
        self.runs, _, self.flop, self.functions, self.bytes = sums

    @property
    def text(self) -> str:
        if self.kind == "function":
            return f"{self.entry} as one function"
        texts = list(dict.fromkeys(value.text for value in self.values))
        return "; ".join(texts) or self.kind

    @property
    def place(self) -> str:
        """Its first one."""
        return next((value.place for value in self.values if value.place), "")

    def __repr__(self) -> str:
        return f"<{self.text}: {self.runs} runs, {self.seconds:.6f} s>"


def _shortened(text: str, width: int) -> str:
    """The text with its middle left out, if it is wider."""
    end = (width - 1) // 3
    return text if len(text) <= width else f"{text[: width - 1 - end]}…{text[len(text) - end :]}"


class ProfileEntry:
    """The calls of an entry, steps of `fit` included.  `outside` is the time beside its statements: for arguments,
    results, new values, and the timing itself."""

    __slots__ = ("calls", "name", "outside", "seconds")

    def __init__(self, name: str, calls: int, seconds: float, inside: float) -> None:
        self.name, self.calls, self.seconds, self.outside = name, calls, seconds, max(seconds - inside, 0.0)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.calls} calls, {self.seconds:.6f} s>"


class Profile:
    """The times since the module was imported or the last `reset()`, as they were when `profile()` was called."""

    def __init__(self, module: ModuleTable, reading: Reading, base: Reading, forget: Callable[[], None]) -> None:
        import json

        self.module, self._forget = module["name"], forget
        self._build, self._pid = module["build"], os.getpid()
        self._tick, _, counts, events = reading
        self._events = [event for event in events if event[0] >= base[1]]
        self._start = base[1]
        rows: list[ProfileRow] = []
        entries: list[ProfileEntry] = []
        described = json.loads(module["profile"])["entries"]
        for entry, now, before in zip(described, counts, base[2], strict=True):
            inside = 0.0
            for number, (lap, sums, earlier) in enumerate(zip(entry["laps"], now[3], before[3], strict=True)):
                since: LapCounts = tuple(map(int.__sub__, sums, earlier))  # type: ignore[assignment]
                seconds = since[1] * self._tick
                values = _profile_values(lap["values"], now[2])
                rows.append(ProfileRow(entry["name"], number, lap, values, seconds, since))
                inside += seconds
            spent = max((now[1] - before[1]) * self._tick, inside)
            entries.append(ProfileEntry(entry["name"], now[0] - before[0], spent, inside))
        self.rows, self.entries = tuple(rows), tuple(entries)

    @property
    def seconds(self) -> float:
        """The time of all calls."""
        return sum(entry.seconds for entry in self.entries)

    def __repr__(self) -> str:
        return f"<profile of {self.module}: {sum(entry.calls for entry in self.entries)} calls, {self.seconds:.6f} s>"

    def reset(self) -> None:
        """Later profiles begin now."""
        self._forget()

    def table(self, width: int | None = None) -> str:
        """The statements by their time, then the time outside of them; shares add up to 100 %.  The middle of a
        statement is left out where a line would be wider than `width`: that of the terminal, or 100 without one."""
        import shutil

        width = width or shutil.get_terminal_size((100, 24)).columns
        whole = self.seconds or 1.0
        lines: list[tuple[float, list[str]]] = []
        for row in self.rows:
            if row.runs:
                each = row.seconds or 1e-9
                rates = (f"{row.flop / each / 1e9:.1f}", f"{row.bytes / each / 1e9:.1f}")
                lines.append((row.seconds, [f"{row.runs}", *rates, row.entry, row.text, row.place]))
        for entry in self.entries:
            if entry.calls:
                lines.append((entry.outside, [f"{entry.calls}", "", "", entry.name, "outside of statements", ""]))
        lines.sort(key=lambda line: -line[0])
        head = ["ms", "%", "runs", "GFLOP/s", "GB/s", "entry", "statement", "place"]
        cells = [head, *([f"{time * 1e3:.3f}", f"{time / whole:.1%}"[:-1], *rest] for time, rest in lines)]
        widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
        widths[6] = max(12, min(widths[6], width - sum(widths) + widths[6] - 2 * len(widths) + 2))
        for line in cells:
            line[6] = _shortened(line[6], widths[6])
        text = [
            "  ".join(
                cell.rjust(width) if column < 5 else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in cells
        ]
        calls = ", ".join(f"{entry.name} {entry.calls}" for entry in self.entries if entry.calls) or "none"
        return "\n".join([f"{self.module}: {self.seconds * 1e3:.3f} ms in calls ({calls})", "", *text])

    def to_json(self) -> str:
        """All that the profile knows, as a JSON object; `build` is `build_info()`."""
        import json

        rows = [
            {**{name: getattr(row, name) for name in (*ProfileRow.__slots__, "text", "place")}, "values": [
                {name: getattr(value, name) for name in ProfileValue.__slots__} for value in row.values
            ]}
            for row in self.rows
        ]  # fmt: skip
        entries = [{name: getattr(entry, name) for name in ProfileEntry.__slots__} for entry in self.entries]
        found = {"module": self.module, "build": json.loads(self._build or "{}"), "seconds": self.seconds}
        return json.dumps({**found, "entries": entries, "rows": rows}, indent=1)

    def chrome_trace(self) -> str:
        """The latest statements one by one, in the format of chrome://tracing and ui.perfetto.dev."""
        import json

        rows = {(row.entry, row.number): row for row in self.rows}
        names = [entry.name for entry in self.entries]
        events: list[dict[str, object]] = [
            {"name": "process_name", "ph": "M", "pid": self._pid, "tid": 0, "args": {"name": self.module}}
        ]
        for start, end, thread, entry, number in self._events:
            row = rows[names[entry], number]
            events.append(
                {
                    "name": row.text,
                    "cat": f"{row.entry},{row.kind}",
                    "ph": "X",
                    "ts": (start - self._start) * self._tick * 1e6,
                    "dur": (end - start) * self._tick * 1e6,
                    "pid": self._pid,
                    "tid": thread,
                    "args": {"entry": row.entry, "place": row.place, "kind": row.kind},
                }
            )
        return json.dumps({"traceEvents": events, "displayTimeUnit": "ns"})


def _profile_values(described: Sequence[LapValueTable], dims: list[int]) -> list[ProfileValue]:
    """With the shares of the work; equal ones if there is none, or if it depends on the step of a loop."""
    known = all(value["work"] for value in described)
    work = [evaluate(value["work"], dims) if known else 0 for value in described]
    whole = sum(work)
    shares = [part / whole if whole else 1 / len(work) for part in work]
    return [ProfileValue(value, share) for value, share in zip(described, shares, strict=True)]


def profiler(module: ModuleTable, read_laps: Callable[[], Reading]) -> Callable[[], Profile]:
    """The module's function `profile`.  At exit the profile goes to where the environment says."""
    base = [read_laps()]

    def forget() -> None:
        base[0] = read_laps()

    def profile() -> Profile:
        """The time of each statement of the entries, since the import or the last `reset()`."""
        return Profile(module, read_laps(), base[0], forget)

    profile.__qualname__ = "profile"
    if place := os.environ.get(PROFILE_VARIABLE):
        import atexit

        atexit.register(_leave_profile, profile, place)
    return profile


def _leave_profile(profile: Callable[[], Profile], place: str) -> None:
    """Prints a table to stderr for `-`, else writes NAME.json and NAME.trace.json into a folder."""
    import sys

    found = profile()
    if place == "-":
        print(found.table(), file=sys.stderr)
    else:
        Path(place, f"{found.module}.json").write_text(found.to_json(), encoding="utf-8")
        Path(place, f"{found.module}.trace.json").write_text(found.chrome_trace(), encoding="utf-8")

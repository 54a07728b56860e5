"""A profile as a page: each source line with its share of the time, and below it the statements that compute it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from tdsl.build.limits import Limits
from tdsl.cli.profile_tables import NOTE, Profile, Rates, limits_text, line_seconds, shortened, summary
from tdsl.cli.report import counted
from tdsl.driver import Timed
from tdsl.emit.unit import TimedKernel
from tdsl.pages import page
from tdsl.record import record

Row = Mapping[str, Any]

RATES = ("GFLOP/s", "of peak", "GB/s", "of copy")
LONGEST = 240
"""Characters of a statement in the table; below its line it is whole."""


@record(frozen=True)
class _Page:
    profile: Profile
    timed: Timed
    limits: Limits
    real: str
    sizes: Mapping[str, int] | None

    @property
    def whole(self) -> float:
        return self.profile["seconds"] or 1.0

    def body(self) -> Iterator[str]:
        yield f'<p>{escape(summary(self.profile, self.sizes))}<br><span class="faint">'
        yield f"{escape(limits_text(self.limits, self.real))}</span></p>"
        yield from self.longest()
        seconds = line_seconds(self.profile)
        first, *others = self.timed.texts
        used = [name for name in others if any(place.rpartition(":")[0] == name for place in seconds)]
        for name in (first, *used):
            yield f"<h2>{escape(name)}</h2>"
            yield from self.source(name, self.timed.texts[name], seconds)
        yield from self.elsewhere()
        yield f'<p class="faint">{NOTE}</p>'

    def longest(self) -> Iterator[str]:
        """The statements that take most of the time."""
        rows = sorted((row for row in self.profile["rows"] if row["runs"]), key=lambda row: -row["seconds"])
        outside = sum(entry["outside"] for entry in self.profile["entries"])
        names = ("ms", "%", "runs", *RATES)
        head = "".join(f'<th class="{_kind(column)}">{name}</th>' for column, name in enumerate(names))
        yield f'<div class="wide"><table class="profile"><tr>{head}<th>statement</th><th>place</th></tr>'
        listed = rows[:10]
        for row in listed:
            cells = _numbers(self.numbers(row))
            place = row["place"]
            link = _link(place)
            statement = f"<code>{escape(shortened(row['text'], LONGEST))}</code>"
            yield f"<tr{self.heat(row['seconds'])}>{cells}<td>{statement}</td><td>{link}</td></tr>"
        others = counted(len(rows) - 10, "other statement")
        rest = [(sum(row["seconds"] for row in rows[10:]), others)] * (len(rows) > 10)
        for seconds, what in (*rest, (outside, "outside of statements: arguments, results, new values, timing")):
            cells = _numbers([*self.time(seconds), *[""] * 5])
            yield f'<tr>{cells}<td class="faint">{what}</td><td></td></tr>'
        yield "</table></div>"

    def source(self, name: str, text: str, seconds: Mapping[str, float]) -> Iterator[str]:
        """All lines of a file; those with statements unfold."""
        yield '<div class="lines">'
        for number, line in enumerate(text.splitlines(), 1):
            place = f"{name}:{number}"
            rows = [row for row in self.profile["rows"] if any(value["place"] == place for value in row["values"])]
            shown = f'<span class="at">{number}</span><code>{escape(line) or " "}</code>'
            if not rows and place in self.timed.around:
                links = ", ".join(_link(other) for other in self.timed.around[place])
                yield f'<details class="line" id="{_anchor(place)}">'
                yield f'<summary><span class="number"></span>{shown}</summary>'
                yield f'<div class="statement"><p class="faint">computed inside the kernels of {links}</p></div>'
                yield "</details>"
                continue
            if not rows:
                yield f'<div class="line"><span class="number"></span>{shown}</div>'
                continue
            time = seconds.get(place, 0.0)
            share = f"{100 * time / self.whole:.1f} %" if time else ""
            yield f'<details class="line" id="{_anchor(place)}"><summary{self.heat(time)}>'
            yield f'<span class="number" title="{1e3 * time:.3f} ms">{share}</span>{shown}</summary>'
            for row in rows:
                yield from self.statement(row, place)
            yield "</details>"
        yield "</div>"

    def statement(self, row: Row, place: str) -> Iterator[str]:
        """A statement below one of its lines: its values there, its times, its C++."""
        yield '<div class="statement">'
        for value in row["values"]:
            if value["place"] == place:
                kind = ' <span class="tag">derivative</span>' if value["derivative"] else ""
                part = (
                    f' <span class="faint">{value["share"]:.0%} of the kernel</span>' if len(row["values"]) > 1 else ""
                )
                yield f"<p><code>{escape(value['text'])}</code>{kind}{part}</p>"
        others = [value for value in row["values"] if value["place"] != place]
        if others:
            texts = ", ".join(f"<code>{escape(value['text'])}</code>" for value in others)
            yield f'<p class="faint">in one kernel with {texts}</p>'
        yield f'<p class="faint">{escape(self.told(row))}</p>'
        kernel = self.kernel(row)
        if kernel:
            code = kernel.function or kernel.call
            yield f"<details><summary><code>{escape(_short(kernel.call))}</code></summary>"
            yield f"<pre>{escape(kernel.call + ';' if kernel.function else code)}</pre>"
            if kernel.function:
                yield f"<pre>{escape(kernel.function)}</pre>"
            yield "</details>"
        yield "</div>"

    def told(self, row: Row) -> str:
        """`train, product: 340.8 ms in 35 runs, 205.6 GFLOP/s (38 % of peak), 1.6 GB/s (2 % of copying)`"""
        what = f"{row['entry']}, {row['kind']}" + (f", {row['loops']} loops deep" if row["loops"] > 1 else "")
        what += ", in a loop" * (row["loops"] == 1)
        if not row["runs"]:
            return f"{what}: never ran"
        rates = Rates.of(row, self.limits, self.real)
        speed = f"{rates.flops / 1e9:.1f} GFLOP/s ({rates.of_peak:.0%} of the peak), "
        speed += f"{rates.bandwidth / 1e9:.1f} GB/s ({rates.of_copy:.0%} of copying)"
        work = f"{_count(row['flop'] / row['runs'])} FLOP, {_count(row['bytes'] / row['runs'])} bytes a run"
        return f"{what}: {row['seconds'] * 1e3:.3f} ms in {row['runs']} runs; {work}; {speed}"

    def elsewhere(self) -> Iterator[str]:
        """Statements of no line."""
        rows = [row for row in self.profile["rows"] if row["runs"] and not row["place"]]
        if rows:
            yield "<h2>without a place</h2>"
            for row in rows:
                yield from self.statement(row, "")

    def kernel(self, row: Row) -> TimedKernel | None:
        wanted = (row["entry"], row["number"])
        return next((one for one in self.timed.kernels if (one.entry, one.lap) == wanted), None)

    def numbers(self, row: Row) -> list[str]:
        rates = Rates.of(row, self.limits, self.real)
        speed = [
            f"{rates.flops / 1e9:.1f}",
            f"{rates.of_peak:.0%}",
            f"{rates.bandwidth / 1e9:.1f}",
            f"{rates.of_copy:.0%}",
        ]
        return [*self.time(row["seconds"]), str(row["runs"]), *speed]

    def time(self, seconds: float) -> list[str]:
        return [f"{seconds * 1e3:.3f}", f"{100 * seconds / self.whole:.1f}"]

    def heat(self, seconds: float) -> str:
        """The colour of a share of the time."""
        return f' class="heat" style="--share: {min(seconds / self.whole, 1):.4f}"'


def profile_page(profile: Profile, timed: Timed, limits: Limits, real: str, sizes: Mapping[str, int] | None) -> str:
    body = "\n".join(_Page(profile, timed, limits, real, sizes).body())
    return page(f"Profile of {profile['module']}", body)


def _kind(column: int) -> str:
    """The class of a column of numbers; narrow pages have no rates."""
    return "number" if column < 3 else "number rate"


def _numbers(cells: Sequence[str]) -> str:
    return "".join(f'<td class="{_kind(column)}">{cell}</td>' for column, cell in enumerate(cells))


def _anchor(place: str) -> str:
    """The name of a line in links: of letters, digits and dots."""
    return "".join(sign if sign.isalnum() or sign in ".-_" else "-" for sign in place)


def _link(place: str) -> str:
    """Narrow tables show the line alone."""
    file, colon, line = place.rpartition(":")
    return f'<a href="#{_anchor(place)}"><span class="file">{escape(file)}</span>{colon}{escape(line)}</a>'


def _short(call: str) -> str:
    """`map_sigmoid(…)`"""
    return f"{call.partition('(')[0]}(…)"


def _count(number: float) -> str:
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.0f}"

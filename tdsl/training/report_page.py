"""The page of a report."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

from tdsl.pages import page
from tdsl.training.curves import chart, number_text
from tdsl.training.picture import png_of
from tdsl.training.rows import json_text

DATA = '<script type="application/json" id="data">', "</script>"
Rows = Sequence[Mapping[str, float]]
AXES = ("epoch", "step", "seconds")  # columns that are no measures
PLACES = "training.", "validation."  # columns of one measure share a chart
SECONDS_TO_RELOAD = 5
# Of the manifest; the rest is folded up.
SETTINGS = (
    *("source", "entry", "epochs", "rows", "batch_size", "shuffle", "seed", "arguments", "metrics", "monitor"),
    *("device", "threads", "begun"),
)
WIDEST_SMALL = 360  # pixels of pictures that are shown larger


def report_page(run: Mapping[str, object], rows: Rows, steps: Rows, pictures: Mapping[str, object], reason: str) -> str:
    """The text of the page; `steps` are rows between epochs, and `reason` is empty while the training goes on."""
    parts = [] if reason else [f'<meta http-equiv="refresh" content="{SECONDS_TO_RELOAD}">']
    parts.append(_status(run, rows, steps, reason))
    if rows:
        parts.append(_charts(rows, "epoch"))
    if steps:
        parts += ["<h2>Between epochs</h2>", _charts(steps, "step")]
    if pictures:
        parts.append(f'<div class="pictures">{"".join(_picture(*item) for item in pictures.items())}</div>')
    if rows:
        parts.append(_values(rows))
    parts += [_settings(run), f"{DATA[0]}{_data(run, rows, steps)}{DATA[1]}"]
    return page(f"{run.get('module', 'Training')}: {run.get('entry', 'training')}", "\n".join(parts))


def _data(run: Mapping[str, object], rows: Rows, steps: Rows) -> str:
    """What the page shows, as JSON that cannot end its element."""
    return json_text({"run": run, "rows": rows, "steps": steps}).replace("<", "\\u003c")


def _status(run: Mapping[str, object], rows: Rows, steps: Rows, reason: str) -> str:
    words = [f"<b>{escape(reason or 'going on')}</b>", f"{len(rows)} of {run.get('epochs', '?')} epochs"]
    if last := max([*rows[-1:], *steps[-1:]], key=lambda row: row.get("seconds", 0.0), default=None):
        seconds = last.get("seconds", 0.0)
        words += [
            f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:,.0f} s",
            f"{int(last.get('step', 0)):,} steps",
        ]
    return f'<p class="status">{" · ".join(words)}</p>'


def _columns(rows: Rows) -> dict[str, list[float]]:
    """The measures by name; a row without one has NaN."""
    names = dict.fromkeys(name for row in rows for name in row if name not in AXES)
    return {name: [row.get(name, float("nan")) for row in rows] for name in names}


def _places(rows: Rows, unit: str) -> list[int]:
    """The numbers of epochs or steps; those of a further training are counted behind the ones before."""
    found: list[int] = []
    before, last = 0, -1
    for row in rows:
        number = int(row[unit])
        if number <= last:
            before += last + (unit == "epoch")  # epochs count from 0
        last = number
        found.append(before + number)
    return found


def _charts(rows: Rows, unit: str) -> str:
    groups: dict[str, dict[str, list[float]]] = {}
    at = _places(rows, unit)
    # The training data first.
    for name, values in sorted(_columns(rows).items(), key=lambda item: item[0].startswith(PLACES[1])):
        measure = name.removeprefix(PLACES[0]).removeprefix(PLACES[1])
        groups.setdefault(measure, {})[name] = values
    return f'<div class="charts">{"".join(chart(title, curves, at, unit) for title, curves in groups.items())}</div>'


def _picture(title: str, picture: object) -> str:
    content, (width, height), told = png_of(picture, title)
    times = max(1, WIDEST_SMALL // max(width, height))
    source = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    size = f'width="{times * width}" height="{times * height}"'
    caption = escape(title) + (f' <span class="faint">{told}</span>' if told else "")
    return f'<figure><img src="{source}" {size} alt="{escape(title)}"><figcaption>{caption}</figcaption></figure>'


def _values(rows: Rows) -> str:
    """The first and last value of each measure, and its least and greatest one with their epochs."""
    lines = []
    epochs = _places(rows, "epoch")
    for name, values in _columns(rows).items():
        finite = [(value, epoch) for epoch, value in zip(epochs, values, strict=True) if abs(value) < float("inf")]
        cells = [number_text(values[0]), number_text(values[-1])]
        for value, epoch in _extremes(finite):
            cells.append(f'{number_text(value)} <span class="faint">epoch {epoch}</span>')
        numbers = "".join(f'<td class="number">{cell}</td>' for cell in cells)
        lines.append(f"<tr><td>{escape(name)}</td>{numbers}</tr>")
    head = "".join(f'<th class="number">{word}</th>' for word in ("first", "last", "least", "greatest"))
    return f'<h2>Measures</h2><div class="wide"><table><tr><th></th>{head}</tr>{"".join(lines)}</table></div>'


def _extremes(values: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """The first least and the first greatest value."""
    return [min(values), max(values, key=lambda item: (item[0], -item[1]))] if values else [(float("nan"), 0)] * 2


def _settings(run: Mapping[str, object]) -> str:
    chosen = {name: run[name] for name in SETTINGS if name in run}
    others = {name: value for name, value in run.items() if name not in SETTINGS}
    summary = "<summary>All that the training depends on</summary>"
    folded = f'<details class="more">{summary}{_table(others)}</details>' if others else ""
    return f"<h2>Settings</h2>{_table(chosen)}{folded}"


def _table(values: Mapping[str, object]) -> str:
    lines = (f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in _flat("", values))
    return f'<div class="wide"><table>{"".join(lines)}</table></div>'


def _flat(before: str, values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Names with dots, and values as texts."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping):
            found += _flat(f"{path}.", value)
        elif value is None:
            continue
        elif path == "threads" and not value:
            found.append((path, "one per CPU"))
        elif isinstance(value, list | tuple):
            found.append((path, ", ".join(map(str, value))))
        else:
            found.append((path, str(value)))
    return [(name, text) for name, text in found if text]

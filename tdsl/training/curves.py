"""Curves over epochs or steps as SVG: a linear or logarithmic scale, and the value of each point under the mouse."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

from tdsl.record import record

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 10, 36
COLOURS = 4  # of page.css
LOGARITHMIC_FROM = 20  # times the least value
MOST_POINTS = 400  # of a curve
SHOWN_POINTS = 30  # curves of more have no dots
PARTS = 5  # of an axis, about


def number_text(value: float) -> str:
    return f"{value:.4g}"


@record(frozen=True)
class Axis:
    """Values as shares of an axis from 0 to 1, and its ticks."""

    place: Callable[[float], float]
    ticks: tuple[float, ...]
    is_logarithmic: bool = False


def chart(title: str, curves: Mapping[str, Sequence[float]], at: Sequence[int], unit: str = "epoch") -> str:
    """A figure with one curve for each name; all have their values at the same epochs or steps."""
    first, last = min(at), max(at)
    across, up = linear(first, max(last, first + 1), whole=True), value_axis([y for ys in curves.values() for y in ys])
    lines = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)} by {unit}">']
    lines += _grid(across, up, unit)
    legend = []
    for number, (name, curve) in enumerate(curves.items()):
        colour = f"series-{1 + number % COLOURS}"
        lines += [f'<g class="{colour}">', *_curve(name, [*zip(at, curve, strict=True)], across, up, unit), "</g>"]
        label = f"{escape(name.removesuffix(f'.{title}'))} " if name != title or len(curves) > 1 else ""
        legend.append(f'<span class="{colour}">{label}{number_text(curve[-1])}</span>')
    notes = ["logarithmic"] if up.is_logarithmic else []
    lost = sum(not math.isfinite(y) for curve in curves.values() for y in curve)
    notes += [f"{lost} value{'s are' if lost > 1 else ' is'} not finite"] if lost else []
    note = f' <span class="faint">{", ".join(notes)}</span>' if notes else ""
    head = f'<span><b>{escape(title)}</b>{note}</span><span class="legend">{" ".join(legend)}</span>'
    caption = f"<figcaption>{head}</figcaption>"
    return "\n".join(['<figure class="chart">', caption, *lines, "</svg>", "</figure>"])


def value_axis(values: Sequence[float]) -> Axis:
    """Logarithmic for positive values of several magnitudes."""
    finite = [value for value in values if math.isfinite(value)]
    least, most = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if least > 0 and most / least >= LOGARITHMIC_FROM:
        return logarithmic(least, most)
    if most / 2 == least / 2:
        around = abs(least) / 2 or 1.0
        least, most = least - around, most + around
    return linear(least, most)


def linear(least: float, most: float, whole: bool = False) -> Axis:
    """Ticks at multiples of 1, 2 or 5 times a power of ten."""
    # Halves first: the difference of the greatest floats is infinite.
    half = most / 2 - least / 2
    rough = 2 * half / PARTS if math.isfinite(2 * half) else half / PARTS
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    step = next((times * power for times in (1, 2, 5) if times * power >= rough), 10 * power)
    step = max(step, 1.0) if whole else step
    first, last = math.ceil(least / step), math.floor(most / step)
    ticks = tuple(number * step for number in range(first, last + 1))
    return Axis(lambda value: (value / 2 - least / 2) / half, ticks)


def logarithmic(least: float, most: float) -> Axis:
    """Ticks at powers of ten, or at 1, 2 and 5 times these where there are few."""
    low, high = math.log10(least), math.log10(most)
    powers = range(math.floor(low), math.ceil(high) + 1)
    factors = (1, 2, 5) if high - low < 3 else (1,)
    every = math.ceil(len(powers) / (2 * PARTS))
    ticks = [factor * 10.0**power for power in powers if power % every == 0 for factor in factors]
    within = tuple(tick for tick in ticks if least <= tick <= most)
    return Axis(lambda value: (math.log10(value) - low) / (high - low), within, True)


def _x(share: float) -> str:
    return f"{LEFT + share * (WIDTH - LEFT - RIGHT):.1f}"


def _y(share: float) -> str:
    return f"{HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM):.1f}"


def _grid(across: Axis, up: Axis, unit: str) -> list[str]:
    lines = []
    for tick in up.ticks:
        y = _y(up.place(tick))
        lines.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        lines.append(f'<text class="tick" x="{LEFT - 8}" y="{y}" dy="4" text-anchor="end">{number_text(tick)}</text>')
    for tick in across.ticks:
        x = _x(across.place(tick))
        lines.append(f'<text class="tick" x="{x}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{tick:,.0f}</text>')
    bottom = HEIGHT - BOTTOM
    lines.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}"/>')
    lines.append(f'<text class="tick" x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" text-anchor="end">{unit}</text>')
    return lines


def _curve(name: str, curve: Sequence[tuple[int, float]], across: Axis, up: Axis, unit: str) -> list[str]:
    """Its line, with gaps where values are not finite, and a circle for each point."""
    points = shown_points(curve)
    places = [(_x(across.place(at)), _y(up.place(value))) for at, value in points if math.isfinite(value)]
    parts: list[list[str]] = [[]]
    for at, value in points:
        if math.isfinite(value):
            parts[-1].append(f"{_x(across.place(at))},{_y(up.place(value))}")
        elif parts[-1]:
            parts.append([])
    lines = [f'<polyline points="{" ".join(part)}"/>' for part in parts if len(part) > 1]
    if len(places) <= SHOWN_POINTS:
        lines += [f'<circle class="dot" cx="{x}" cy="{y}" r="2.5"/>' for x, y in places]
    finite = [point for point in points if math.isfinite(point[1])]
    for (at, value), (x, y) in zip(finite, places, strict=True):
        told = f"<title>{escape(name)} {value:.6g}, {unit} {at}</title>"
        lines.append(f'<circle class="value" cx="{x}" cy="{y}" r="7">{told}</circle>')
    return lines


def shown_points(curve: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Epochs or steps and values; of many, the least and the greatest of each stretch, and the last."""
    points = list(curve)
    if len(points) <= MOST_POINTS:
        return points
    size = -(-len(points) // (MOST_POINTS // 2))
    kept: set[tuple[int, float]] = {points[-1]}
    for start in range(0, len(points), size):
        stretch = [point for point in points[start : start + size] if math.isfinite(point[1])]
        if stretch:
            kept |= {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
        else:
            kept.add(points[start])  # a gap
    return sorted(kept, key=lambda point: point[0])

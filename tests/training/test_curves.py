"""Curves: each value is at its place on the scale, and says what it is."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree

import pytest

from tdsl.training.curves import HEIGHT, MOST_POINTS, WIDTH, chart, linear, logarithmic, shown_points, value_axis


def elements(text: str, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(text).iter(name))


def test_points_are_on_the_scale() -> None:
    text = chart("cost", {"cost": [4.0, 2.0, 3.0], "validation.<cost>": [3.0, 3.0, 4.0]}, range(3))
    circles = [circle for circle in elements(text, "circle") if circle.get("class") == "value"]
    titles = [circle[0].text for circle in circles]
    assert titles[:2] == ["cost 4, epoch 0", "cost 2, epoch 1"] and titles[3] == "validation.<cost> 3, epoch 0"
    high, low, middle, *_ = [float(circle.get("cy", "")) for circle in circles]
    assert 0 < high < middle < low < HEIGHT and abs(high + low - 2 * middle) < 0.11
    assert [float(circle.get("cx", "")) for circle in circles][:3] == sorted(
        float(c.get("cx", "")) for c in circles[:3]
    )
    assert len(elements(text, "polyline")) == 2
    assert "series-1" in text and "series-2" in text and "<script" not in text


def test_magnitudes_are_logarithmic() -> None:
    assert not value_axis([1.0, 19.0]).is_logarithmic and not value_axis([-1.0, 1000.0]).is_logarithmic
    axis = value_axis([0.001, 10.0, math.nan])
    assert axis.is_logarithmic and axis.ticks == pytest.approx([0.001, 0.01, 0.1, 1, 10])
    assert [axis.place(tick) for tick in axis.ticks] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert ">logarithmic<" in chart("cost", {"cost": [100.0, 1.0]}, range(2))
    few = logarithmic(0.3, 7)
    assert few.ticks == pytest.approx([0.5, 1, 2, 5])
    assert len(logarithmic(5e-324, 1.7e308).ticks) in range(5, 15)


@pytest.mark.parametrize(
    ("least", "most", "ticks"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3, 7, [-2, 0, 2, 4, 6]),
        (0.1, 0.1004, [0.1, 0.1001, 0.1002, 0.1003, 0.1004]),
    ],
)
def test_ticks(least: float, most: float, ticks: list[float]) -> None:
    axis = linear(least, most)
    assert axis.ticks == pytest.approx(ticks) and [axis.place(least), axis.place(most)] == [0, 1]


@pytest.mark.parametrize(
    "values",
    [
        [3.0],
        [0.0, 0.0],
        [math.nan],
        [math.inf, math.nan],
        [1.7e308, -1.7e308],
        [5e-324, 0.0],
        [-5.0, -5.0],
        [1e300] * 2,
    ],
)
def test_every_list_has_a_chart(values: list[float]) -> None:
    text = chart("cost", {"cost": values}, range(len(values)))
    for number in re.findall(r' (?:cx|cy|x1|y1|x|y)="([^"]*)"', text):
        assert -1 <= float(number) <= max(WIDTH, HEIGHT)
    lost = sum(not math.isfinite(value) for value in values)
    assert ("not finite" in text) == (lost > 0)


def test_gaps() -> None:
    text = chart("cost", {"cost": [1.0, 2.0, math.nan, 2.0, 3.0, math.inf, 1.0]}, range(7))
    assert len(elements(text, "polyline")) == 2 and "2 values are not finite" in text
    assert len([circle for circle in elements(text, "circle") if circle.get("class") == "value"]) == 5


def test_long_curves_keep_their_peaks() -> None:
    values = [math.sin(number / 50) for number in range(100_000)]
    values[54_321], values[3] = 5.0, math.nan
    points = shown_points(list(enumerate(values)))
    assert len(points) <= MOST_POINTS + 1 and points[-1] == (99_999, values[-1]) and (54_321, 5.0) in points
    assert points == sorted(points) and all(values[epoch] == value for epoch, value in points)
    assert len(shown_points([(step, math.nan) for step in range(5000)])) <= MOST_POINTS

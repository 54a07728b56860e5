"""Shapes of the plane from a few points each: smooth closed outlines, ellipses and brush strokes.

A shape says which of many points lie in it; it looks only at those inside its own bounding box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Points = NDArray[np.float64]
Run = Sequence[tuple[float, float]]

STEPS_PER_PIECE = 8


def smooth(run: Run) -> Points:
    """A curve through the points of a run, as a polyline: cubic Hermite pieces, slopes by central differences."""
    knots = np.asarray(run, dtype=np.float64)
    slopes = np.gradient(knots, axis=0)
    t = np.linspace(0, 1, STEPS_PER_PIECE, endpoint=False)[:, None]
    pieces = (
        knots[:-1, None] * (2 * t**3 - 3 * t**2 + 1)
        + slopes[:-1, None] * (t**3 - 2 * t**2 + t)
        + knots[1:, None] * (3 * t**2 - 2 * t**3)
        + slopes[1:, None] * (t**3 - t**2)
    )
    return np.vstack([pieces.reshape(-1, 2), knots[-1:]])


def loop(*runs: Run) -> Points:
    """A closed outline of smooth runs with corners between them: each begins where the one before it ended."""
    starts = [run[-1] for run in (runs[-1], *runs[:-1])]
    return np.vstack([smooth([start, *run]) for start, run in zip(starts, runs, strict=True)])


def polygon(*corners: tuple[float, float]) -> Points:
    return np.asarray(corners, dtype=np.float64)


def ellipse(x: float, y: float, width: float, height: float, tilt: float = 0.0) -> Points:
    """An ellipse by its centre, its half axes and its tilt in degrees."""
    angle, turn = np.linspace(0, 2 * np.pi, 48, endpoint=False), np.radians(tilt)
    along, across = width * np.cos(angle), height * np.sin(angle)
    return np.column_stack(
        [x + along * np.cos(turn) - across * np.sin(turn), y + along * np.sin(turn) + across * np.cos(turn)]
    )


def mirrored(points: Points) -> Points:
    """The same on the other side of the vertical axis."""
    return np.column_stack([-points[:, 0], points[:, 1]])


@dataclass(frozen=True)
class Area:
    """Everything inside a closed outline by the even-odd rule."""

    outline: Points

    def bounds(self) -> tuple[Points, Points]:
        return self.outline.min(axis=0), self.outline.max(axis=0)

    def holds(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        odd = np.zeros(x.shape, dtype=bool)
        for (x0, y0), (x1, y1) in zip(self.outline, np.roll(self.outline, -1, axis=0), strict=True):
            if y0 == y1:
                continue
            odd ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) * ((x1 - x0) / (y1 - y0)))
        return odd


@dataclass(frozen=True)
class Stroke:
    """A brush drawn along a path, with its radius at the start and at the end of the path."""

    path: Points
    first: float
    last: float

    def bounds(self) -> tuple[Points, Points]:
        widest = max(self.first, self.last)
        return self.path.min(axis=0) - widest, self.path.max(axis=0) + widest

    def holds(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        touched = np.zeros(x.shape, dtype=bool)
        radii = np.linspace(self.first, self.last, len(self.path))
        for (x0, y0), (x1, y1), r0, r1 in zip(self.path, self.path[1:], radii, radii[1:], strict=False):
            dx, dy = x1 - x0, y1 - y0
            t = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-12), 0, 1)
            touched |= (x - x0 - t * dx) ** 2 + (y - y0 - t * dy) ** 2 < (r0 + t * (r1 - r0)) ** 2
        return touched


def paint(ink: NDArray[np.bool_], x: Floats, y: Floats, shape: Area | Stroke, black: bool) -> None:
    """Set `ink`, all three flat, where the shape lies."""
    low, high = shape.bounds()
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    ink[near[shape.holds(x[near], y[near])]] = black

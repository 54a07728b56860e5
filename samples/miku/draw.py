"""The reference figure: a girl with two very long tails of hair, in black and white, drawn by formulas.

Shapes are painted one over another, from the back to the front.  Run as a script it writes `reference.png`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from picture import write_png
from shapes import Area, Floats, Points, Run, Stroke, ellipse, loop, mirrored, paint, polygon, smooth

BLACK, WHITE = True, False
LINE = 0.022

Layer = tuple[Area | Stroke, bool]


def filled(outline: Points, black: bool, edge: float = LINE) -> Iterator[Layer]:
    """An area with an edge of the opposite colour."""
    yield Stroke(np.vstack([outline, outline[:1]]), edge, edge), not black
    yield Area(outline), black


def line(run: Run, black: bool, first: float = LINE, last: float | None = None) -> Iterator[Layer]:
    yield Stroke(smooth(run), first, first if last is None else last), black


def both(points: Points) -> tuple[Points, Points]:
    return points, mirrored(points)


def tails() -> Iterator[Layer]:
    tail = loop(
        [(1.1, 1.8), (1.62, 1.6), (1.98, 0.95), (2.06, 0.15), (2.06, -0.65), (2.2, -1.35), (2.42, -1.85)],
        [(2.18, -1.8), (2.0, -1.68)],
        [(2.02, -1.95), (2.14, -2.22)],
        [(1.86, -2.08), (1.68, -1.8)],
        [(1.62, -2.02), (1.64, -2.24)],
        [(1.38, -1.9), (1.28, -1.35), (1.3, -0.6), (1.32, 0.1), (1.2, 0.8), (0.98, 1.2), (0.66, 1.3)],
        [(0.66, 1.52)],
    )
    strands: tuple[Run, ...] = (
        [(0.98, 1.52), (1.42, 1.3), (1.66, 0.7), (1.7, 0.0), (1.66, -0.8), (1.72, -1.5)],
        [(1.34, 1.58), (1.72, 1.1), (1.88, 0.4), (1.86, -0.4), (1.94, -1.2), (2.14, -1.72)],
        [(1.34, 0.9), (1.48, 0.3), (1.48, -0.4), (1.44, -1.1), (1.52, -1.75)],
    )
    for side in both(tail):
        yield from filled(side, BLACK)
    for strand in strands:
        for side in both(smooth(strand)):
            yield Stroke(side, 0.020, 0.012), WHITE


def back_hair() -> Iterator[Layer]:
    yield Area(ellipse(0, 0.88, 0.98, 0.98)), BLACK


def legs() -> Iterator[Layer]:
    leg = polygon((0.08, -0.8), (0.4, -0.8), (0.36, -1.3), (0.1, -1.3))
    boot = loop(
        [(0.23, -1.26), (0.43, -1.22)],
        [(0.4, -1.6), (0.41, -1.9)],
        [(0.54, -2.0), (0.54, -2.16), (0.4, -2.2), (0.1, -2.2)],
        [(0.06, -2.0), (0.08, -1.6), (0.05, -1.22)],
    )
    for side in both(leg):
        yield from filled(side, WHITE)
    for side in both(boot):
        yield from filled(side, BLACK)
    for side in both(smooth([(0.07, -1.32), (0.23, -1.36), (0.41, -1.32)])):
        yield Stroke(side, 0.016, 0.016), WHITE
    for side in both(smooth([(0.09, -2.1), (0.3, -2.11), (0.53, -2.08)])):
        yield Stroke(side, 0.016, 0.016), WHITE


def body() -> Iterator[Layer]:
    shirt = loop(
        [(0.0, 0.02), (0.3, -0.02)],
        [(0.3, -0.3), (0.36, -0.62)],
        [(0.0, -0.66), (-0.36, -0.62)],
        [(-0.3, -0.3), (-0.3, -0.02)],
    )
    skirt = loop(
        [(0.0, -0.55), (0.35, -0.5)],
        [(0.5, -0.72), (0.68, -0.92)],
        [(0.36, -1.02), (0.0, -1.05), (-0.36, -1.02), (-0.68, -0.92)],
        [(-0.5, -0.72), (-0.35, -0.5)],
    )
    tie = polygon(
        (-0.07, -0.06), (0.07, -0.06), (0.05, -0.14), (0.12, -0.42), (0.0, -0.54), (-0.12, -0.42), (-0.05, -0.14)
    )
    yield from filled(shirt, WHITE)
    yield from filled(skirt, BLACK)
    for end in (-0.44, -0.15, 0.15, 0.44):
        yield from line([(0.55 * end, -0.64), (end, -0.98)], WHITE, 0.012, 0.018)
    yield from filled(tie, BLACK)


def leek() -> Iterator[Layer]:
    stalk = polygon((0.74, -1.38), (1.14, -0.34), (1.36, -0.44), (0.92, -1.44))
    leaves = loop(
        [(1.1, -0.08), (1.07, 0.18), (1.15, 0.46)],
        [(1.31, 0.28), (1.36, 0.04)],
        [(1.48, 0.26), (1.68, 0.38)],
        [(1.67, 0.1), (1.54, -0.14), (1.36, -0.44)],
        [(1.26, -0.44), (1.14, -0.34)],
    )
    yield Stroke(np.vstack([stalk, stalk[:1]]), 0.06, 0.06), WHITE
    yield from filled(stalk, WHITE, 0.026)
    yield from filled(leaves, BLACK, 0.04)
    yield from line([(1.21, -0.26), (1.21, -0.04), (1.18, 0.2)], WHITE, 0.018, 0.012)
    yield from line([(1.31, -0.28), (1.42, -0.08), (1.56, 0.16)], WHITE, 0.018, 0.012)
    for x in (0.77, 0.83, 0.89):
        yield from line([(x, -1.4), (x - 0.06, -1.52)], BLACK, 0.016, 0.010)


def arms() -> Iterator[Layer]:
    sleeve = loop(
        [(0.46, -0.16), (0.58, -0.24)],
        [(0.84, -0.46), (1.02, -0.72)],
        [(0.86, -0.82), (0.74, -0.9)],
        [(0.54, -0.62), (0.34, -0.34)],
        [(0.34, -0.1)],
    )
    hand = ellipse(0.93, -0.87, 0.11, 0.11)
    for side in both(hand):
        yield from filled(side, WHITE, 0.03)
    for side in both(sleeve):
        yield from filled(side, BLACK)


def face() -> Iterator[Layer]:
    outline = loop(
        [
            (-0.78, 0.5),
            (-0.58, 0.18),
            (-0.25, 0.02),
            (0.0, -0.02),
            (0.25, 0.02),
            (0.58, 0.18),
            (0.78, 0.5),
            (0.8, 0.85),
        ],
        [(0.5, 1.35), (0.0, 1.5), (-0.5, 1.35), (-0.8, 0.85)],
    )
    yield from filled(outline, WHITE, 0.03)
    for side in (-1, 1):
        yield Area(ellipse(0.38 * side, 0.49, 0.165, 0.235)), BLACK
        yield Area(ellipse(0.38 * side - 0.055, 0.59, 0.058, 0.078)), WHITE
        yield Area(ellipse(0.38 * side + 0.055, 0.37, 0.038, 0.05)), WHITE
        lash = ((0.24, 0.68), (0.36, 0.735), (0.54, 0.68), (0.64, 0.56))
        yield from line([(side * x, y) for x, y in lash], BLACK, 0.03, 0.018)
        for step in (0.0, 0.09):
            yield from line([((0.53 + step) * side, 0.255), ((0.57 + step) * side, 0.315)], BLACK, 0.014)
    mouth = loop(
        [(0.0, 0.195), (0.12, 0.215)],
        [(0.07, 0.11), (0.0, 0.085), (-0.07, 0.11), (-0.12, 0.215)],
    )
    yield Area(mouth), BLACK


def fringe() -> Iterator[Layer]:
    hair = loop(
        [(-0.99, 0.95), (-0.8, 1.5), (-0.4, 1.8), (0.0, 1.88), (0.4, 1.8), (0.8, 1.5), (0.99, 0.95), (0.92, 0.55)],
        [(0.9, 0.3), (0.8, 0.08)],
        [(0.74, 0.45), (0.7, 0.8), (0.6, 1.12)],
        [(0.62, 0.9), (0.56, 0.72)],
        [(0.44, 0.95), (0.28, 1.12)],
        [(0.24, 0.9), (0.12, 0.66)],
        [(0.06, 0.9), (-0.06, 1.1)],
        [(-0.14, 0.88), (-0.26, 0.68)],
        [(-0.3, 0.92), (-0.4, 1.12)],
        [(-0.5, 0.92), (-0.6, 0.74)],
        [(-0.62, 0.95), (-0.62, 1.12)],
        [(-0.7, 0.8), (-0.74, 0.45), (-0.8, 0.08)],
        [(-0.9, 0.3), (-0.92, 0.55)],
    )
    yield from filled(hair, BLACK)
    yield from line([(-0.62, 1.44), (-0.34, 1.58), (-0.1, 1.62)], WHITE, 0.012, 0.03)
    yield from line([(0.06, 1.62), (0.34, 1.58), (0.62, 1.44)], WHITE, 0.03, 0.012)


def ornaments() -> Iterator[Layer]:
    band = polygon((0.7, 1.22), (0.98, 1.1), (1.14, 1.58), (0.86, 1.7))
    inner = polygon((0.79, 1.26), (0.94, 1.2), (1.05, 1.54), (0.9, 1.6))
    for side in both(band):
        yield from filled(side, BLACK, 0.032)
    for side in both(inner):
        yield Stroke(np.vstack([side, side[:1]]), 0.016, 0.016), WHITE
    for x in (-0.95, 0.95):
        yield Area(ellipse(x, 0.72, 0.2, 0.29)), WHITE
        yield Area(ellipse(x, 0.72, 0.17, 0.26)), BLACK
        yield Area(ellipse(x, 0.72, 0.115, 0.19)), WHITE
        yield Area(ellipse(x, 0.72, 0.055, 0.11)), BLACK
    yield from line([(-0.92, 0.46), (-0.76, 0.16), (-0.46, 0.02)], WHITE, 0.05)
    yield from line([(-0.92, 0.46), (-0.76, 0.16), (-0.46, 0.04)], BLACK, 0.022)
    yield from filled(ellipse(-0.4, 0.05, 0.1, 0.065, -14), BLACK)


def layers() -> Iterator[Layer]:
    for part in (tails, back_hair, legs, body, leek, arms, face, fringe, ornaments):
        yield from part()


def inside(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """True where the figure is black; any shapes of x and y that broadcast."""
    x, y = np.broadcast_arrays(x, y)
    ink = np.zeros(x.size, dtype=bool)
    flat_x, flat_y = x.ravel(), y.ravel()
    for shape, black in layers():
        paint(ink, flat_x, flat_y, shape, black)
    return ink.reshape(x.shape)


def axis(points: int = 501) -> NDArray[np.float64]:
    """The coordinates of the lecture's grid, -2.50, -2.49, … 2.50, along either axis."""
    return np.linspace(-2.5, 2.5, points)


if __name__ == "__main__":
    grid = axis()
    write_png(Path("reference.png"), np.where(inside(grid[None, :], grid[::-1, None]), 0, 255).astype(np.uint8))

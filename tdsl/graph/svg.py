"""A picture as SVG, drawn without another program, for light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tdsl.emit.frames import filled, style_sheet
from tdsl.graph.layout import Box, Layout, Point, layout
from tdsl.graph.picture import Edge, Picture, Vertex
from tdsl.graph.texts import caption
from tdsl.visible import visible

LETTER, LINE, MARGIN = 7.25, 16.0, 20.0
WIDEST = 48


def svg(picture: Picture) -> str:
    lines = {one.number: [_short(line) for line in caption(one)] for one in picture.vertices}

    def size(number: int) -> tuple[float, float]:
        return max((len(line) for line in lines[number]), default=1) * LETTER + 20, len(lines[number]) * LINE + 12

    found = layout(picture, size, lambda title: len(title) * LETTER)
    parts = [_cluster(cluster.title, found.boxes[cluster]) for cluster in picture.clusters()]
    parts += _edges(picture.edges, found)
    parts += [_vertex(one, lines[one.number], found.boxes[one.number]) for one in picture.vertices]
    # Edges back pass on the right.
    width, height = found.width + 3 * MARGIN, found.height + 2 * MARGIN
    return filled(
        "svg/graph.svg",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        view=f"{-MARGIN:.0f} {-MARGIN:.0f} {width:.0f} {height:.0f}",
        title=_text(picture.title),
        style=style_sheet("svg/graph.css"),
        content="\n".join(parts),
    )


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _text(text: str) -> str:
    return escape(visible(text))


def _rectangle(box: Box, radius: float) -> str:
    return (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{radius:.0f}"/>'
    )


def _cluster(title: str, box: Box) -> str:
    label = f'<text x="{box.x + 10:.1f}" y="{box.y + 17:.1f}">{_text(title)}</text>'
    return f'<g class="cluster">{_rectangle(box, 8)}{label}</g>'


def _vertex(one: Vertex, lines: Sequence[str], box: Box) -> str:
    middle, texts = box.x + box.width / 2, []
    for number, line in enumerate(lines):
        kind = ' class="name"' if number == 0 and one.name else ""
        y = box.y + 6 + LINE * (number + 0.75)
        texts.append(f'<text{kind} x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{_text(line)}</text>')
    radius = {"value": 4, "update": 0, "result": 0}.get(one.kind, box.height / 2)
    return f'<g class="{one.kind}">{_rectangle(box, radius)}{"".join(texts)}</g>'


def _edges(edges: Sequence[Edge], found: Layout) -> list[str]:
    """The lines of all edges, and the size of each value once."""
    lines, sizes, told = [], [], set[int]()
    for number, edge in enumerate(edges):
        tail, head = found.boxes[edge.tail], found.boxes[edge.head]
        points = _back(tail, head) if edge.back else _through(tail, head, found.bends.get(number, ()))
        kind = ' class="back"' if edge.back else ""
        lines.append(f'<path{kind} d="{_curve(points)}" marker-end="url(#arrow)"/>')
        if edge.size and not edge.back and edge.tail not in told:
            told.add(edge.tail)
            x, y = points[0]
            sizes.append(f'<text class="size" x="{x + 5:.1f}" y="{y + 13:.1f}">{_text(edge.size)}</text>')
    return lines + sizes


def _through(tail: Box, head: Box, bends: Sequence[Point]) -> list[Point]:
    start, end = tail.x + tail.width / 2, head.x + head.width / 2
    if head.y >= tail.y + tail.height:
        return [(start, tail.y + tail.height), *bends, (end, head.y)]
    return [(start, tail.y), *bends, (end, head.y + head.height)]


def _back(tail: Box, head: Box) -> list[Point]:
    """From the right side of one box to the right side of the other."""
    right = max(tail.x + tail.width, head.x + head.width) + MARGIN
    start, end = tail.y + tail.height / 2, head.y + head.height / 2
    return [(tail.x + tail.width, start), (right, (start + end) / 2), (head.x + head.width, end)]


def _curve(points: Sequence[Point]) -> str:
    """A line that leaves and meets each point upright, or sideways where it leads back."""
    (x, y), *rest = points
    text = f"M{x:.1f} {y:.1f}"
    for to_x, to_y in rest:
        middle = (y + to_y) / 2
        text += f" C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
        x, y = to_x, to_y
    return text

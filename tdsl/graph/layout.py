"""Positions of the vertices of a picture: layers from operands to results, after Sugiyama, Tagawa and Toda (1981).

A cluster is laid out first, and is then one box in the layout around it, so that boxes never overlap.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tdsl.graph.picture import Cluster, Picture
from tdsl.record import record

GAP, LAYER_GAP, PADDING, HEADER = 24.0, 46.0, 14.0, 22.0
SWEEPS = 8
DUMMY = 8.0

Item = int | Cluster
Point = tuple[float, float]
Size = tuple[float, float]


@record(frozen=True)
class Box:
    """The left and top edge, the width and the height."""

    x: float
    y: float
    width: float
    height: float


@record(frozen=True)
class Layout:
    """The boxes of vertices and clusters, and the points between the ends of edges, by the positions of the edges."""

    boxes: Mapping[Item, Box]
    bends: Mapping[int, tuple[Point, ...]]
    width: float
    height: float


def layout(
    picture: Picture, size_of: Callable[[int], tuple[float, float]], title_width: Callable[[str], float]
) -> Layout:
    """The layout of vertices of these sizes."""
    clusters = picture.clusters()
    parents: dict[Item, Cluster | None] = {one.number: one.cluster for one in picture.vertices}
    parents |= {cluster: cluster.parent for cluster in clusters}
    children: dict[Cluster | None, list[Item]] = {}
    for vertex in picture.vertices:
        children.setdefault(vertex.cluster, []).append(vertex.number)
    for cluster in clusters:
        children.setdefault(cluster.parent, []).append(cluster)
    between = _edges_between(picture, parents)
    sizes: dict[Item, tuple[float, float]] = {one.number: size_of(one.number) for one in picture.vertices}
    offsets: dict[Item, Point] = {}
    bends: dict[int, tuple[Cluster | None, list[Point]]] = {}
    whole = (0.0, 0.0)
    levels: list[Cluster | None] = [*reversed(clusters), None]
    for around in levels:
        level = _Level(children.get(around, []), sizes, between.get(around, {}))
        level.place()
        offsets |= level.positions
        bends |= {number: (around, points) for number, points in level.bends.items()}
        if around is None:
            whole = level.width, level.height
        else:
            width = max(level.width, title_width(around.title)) + 2 * PADDING
            sizes[around] = width, level.height + 2 * PADDING + HEADER
    origin: dict[Cluster | None, Point] = {None: (0.0, 0.0)}
    boxes: dict[Item, Box] = {}
    for cluster in clusters:  # outer ones first
        x, y = _moved(offsets[cluster], origin[cluster.parent])
        boxes[cluster] = Box(x, y, *sizes[cluster])
        origin[cluster] = (x + PADDING, y + PADDING + HEADER)
    for vertex in picture.vertices:
        boxes[vertex.number] = Box(*_moved(offsets[vertex.number], origin[vertex.cluster]), *sizes[vertex.number])
    moved = {
        number: tuple(_moved(point, origin[cluster]) for point in points) for number, (cluster, points) in bends.items()
    }
    return Layout(boxes, moved, *whole)


def _moved(point: Point, by: Point) -> Point:
    return point[0] + by[0], point[1] + by[1]


def _edges_between(
    picture: Picture, parents: Mapping[Item, Cluster | None]
) -> dict[Cluster | None, dict[tuple[Item, Item], list[int]]]:
    """The edges between items of each cluster, by their positions; an edge of deeper vertices is one of the items that
    they are in.  Edges back take no part in the layout."""
    found: dict[Cluster | None, dict[tuple[Item, Item], list[int]]] = {}
    for number, edge in enumerate(picture.edges):
        if edge.back:
            continue
        tails, heads = _around(edge.tail, parents), _around(edge.head, parents)
        level = next(cluster for cluster in tails if cluster in heads)
        pair = tails[level], heads[level]
        if pair[0] != pair[1]:
            found.setdefault(level, {}).setdefault(pair, []).append(number)
    return found


def _around(item: Item, parents: Mapping[Item, Cluster | None]) -> dict[Cluster | None, Item]:
    """The item in each cluster around one, the innermost first."""
    found: dict[Cluster | None, Item] = {}
    while True:
        parent = parents[item]
        found[parent] = item
        if parent is None:
            return found
        item = parent


@dataclass
class _Level:
    """The layout of the items of one cluster."""

    items: Sequence[Item]
    sizes: Mapping[Item, tuple[float, float]]
    edges: Mapping[tuple[Item, Item], list[int]]
    positions: dict[Item, Point] = field(default_factory=dict)
    bends: dict[int, list[Point]] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0

    def place(self) -> None:
        layer_of = _layers(self.items, list(self.edges))
        rows: list[list[object]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
        for item in self.items:
            rows[layer_of[item]].append(item)
        above: dict[object, list[object]] = {}
        below: dict[object, list[object]] = {}
        chains: dict[tuple[Item, Item], list[object]] = {}
        for pair in self.edges:
            tail, head = pair
            step = 1 if layer_of[head] > layer_of[tail] else -1
            chain: list[object] = [(pair, layer) for layer in range(layer_of[tail] + step, layer_of[head], step)]
            chains[pair] = chain
            for dummy, layer in zip(chain, range(layer_of[tail] + step, layer_of[head], step), strict=True):
                rows[layer].append(dummy)
            path = [tail, *chain, head]
            for one, other in itertools.pairwise(path):
                upper, lower = (one, other) if step > 0 else (other, one)
                below.setdefault(upper, []).append(lower)
                above.setdefault(lower, []).append(upper)
        _order(rows, above, below)
        centres = _centres(rows, above, below, self._width)
        left = min((centres[one] - self._width(one) / 2 for row in rows for one in row), default=0.0)
        top = 0.0
        middle: list[float] = []
        for row in rows:
            height = max(self._height(one) for one in row)
            middle.append(top + height / 2)
            for one in row:
                if isinstance(one, int | Cluster):
                    self.positions[one] = centres[one] - left - self._width(one) / 2, middle[-1] - self._height(one) / 2
            top += height + LAYER_GAP
        for pair, numbers in self.edges.items():
            points = [(centres[dummy] - left, middle[layer]) for dummy in chains[pair] for layer in [_layer(dummy)]]
            self.bends |= dict.fromkeys(numbers, points)
        self.width = max((centres[one] - left + self._width(one) / 2 for row in rows for one in row), default=0.0)
        self.height = max(0.0, top - LAYER_GAP)

    def _width(self, one: object) -> float:
        return self.sizes[one][0] if isinstance(one, int | Cluster) else DUMMY

    def _height(self, one: object) -> float:
        return self.sizes[one][1] if isinstance(one, int | Cluster) else 0.0


def _layer(dummy: object) -> int:
    assert isinstance(dummy, tuple)
    layer = dummy[1]
    assert isinstance(layer, int)
    return layer


def _layers(items: Sequence[Item], edges: Sequence[tuple[Item, Item]]) -> dict[Item, int]:
    """The longest way to each item; those without operands are right above the first that needs them."""
    after: dict[Item, list[Item]] = {item: [] for item in items}
    for tail, head in edges:
        after[tail].append(head)
    order = _without_cycles(items, after)
    layer = dict.fromkeys(items, 0)
    place = {item: number for number, item in enumerate(order)}
    for item in order:
        for head in after[item]:
            if place[head] > place[item]:
                layer[head] = max(layer[head], layer[item] + 1)
    entered = {head for _, head in edges}
    for item in items:
        later = [layer[head] for head in after[item] if place[head] > place[item]]
        if item not in entered and later:
            layer[item] = min(later) - 1
    return layer


def _without_cycles(items: Sequence[Item], after: Mapping[Item, list[Item]]) -> list[Item]:
    """The items in an order in which edges lead forwards, but for one of each circle of clusters."""
    done: list[Item] = []
    seen: set[Item] = set()
    for start in items:
        stack = [(start, iter(after[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            item, rest = stack[-1]
            found = next((head for head in rest if head not in seen), None)
            if found is None:
                done.append(item)
                stack.pop()
            else:
                seen.add(found)
                stack.append((found, iter(after[found])))
    return done[::-1]


def _order(
    rows: list[list[object]], above: Mapping[object, list[object]], below: Mapping[object, list[object]]
) -> None:
    """Sorts each row by the mean position of its neighbours in the row before, downwards and upwards in turn."""
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        near = above if downwards else below
        for row in rows if downwards else rows[::-1]:
            position = {one: number for other in rows for number, one in enumerate(other)}
            mean = {
                one: sum(position[other] for other in near[one]) / len(near[one]) if near.get(one) else position[one]
                for one in row
            }
            row.sort(key=mean.__getitem__)


def _centres(
    rows: Sequence[Sequence[object]],
    above: Mapping[object, list[object]],
    below: Mapping[object, list[object]],
    width: Callable[[object], float],
) -> dict[object, float]:
    """The middle of each box: near the mean of its neighbours, in the order of the row and without overlaps."""
    centres: dict[object, float] = {}
    for row in rows:
        right = 0.0
        for one in row:
            centres[one] = right + width(one) / 2
            right += width(one) + GAP
    for sweep in range(SWEEPS * 2):
        near = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            wanted = [
                sum(centres[other] for other in near[one]) / len(near[one]) if near.get(one) else centres[one]
                for one in row
            ]
            for one, centre in zip(row, _apart(wanted, [width(one) for one in row]), strict=True):
                centres[one] = centre
    return centres


def _apart(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """The centres nearest to the wanted ones with a gap between boxes: neighbours that would overlap move as one block,
    whose place is the mean of theirs."""
    blocks: list[tuple[float, int]] = []  # the sum of the wanted starts of the block, and its length
    starts: list[float] = []
    offset = 0.0
    for centre, width in zip(wanted, widths, strict=True):
        starts.append(centre - width / 2 - offset)
        offset += width + GAP
        blocks.append((starts[-1], 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1] = blocks[-1][0] + total, blocks[-1][1] + count
    found: list[float] = []
    offset = 0.0
    for total, count in blocks:
        for _ in range(count):
            width = widths[len(found)]
            found.append(total / count + offset + width / 2)
            offset += width + GAP
    return found

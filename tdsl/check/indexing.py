"""`x[...]`: slices, new axes and positions become views, with their requirements on sizes."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.check.checker import Checker
from tdsl.check.shapes import MOST_AXES, reshape
from tdsl.check.values import CompileTime
from tdsl.ir.node import Node, apply, broadcast
from tdsl.ir.program import Requirement
from tdsl.record import record
from tdsl.source import Label, Span, fail
from tdsl.types import (
    BOOL,
    I64,
    ONE,
    ZERO,
    Dim,
    Kind,
    element_count,
)


@record(frozen=True)
class KnownPosition:
    """A position known at compile time."""

    position: Dim
    span: Span


@record(frozen=True)
class Range:
    start: Dim | None
    stop: Dim | None
    step: int
    span: Span


@record(frozen=True)
class New:
    span: Span


@record(frozen=True)
class Rest:
    span: Span


@record(frozen=True)
class Positions:
    """Positions known when the program runs."""

    node: Node
    span: Span


Indexer = KnownPosition | Range | New | Rest | Positions


@record(frozen=True)
class Selection:
    """The elements that an index takes: a region of the array, whole along the axes whose positions the call decides.

    `shape` is that of the region without the axes of single positions and with new ones; `runtime` has the positions,
    each with its axis in that shape and its axis in the array.
    """

    starts: tuple[Dim, ...]
    steps: tuple[int, ...]
    sizes: tuple[Dim, ...]
    shape: tuple[Dim, ...]
    runtime: tuple[tuple[int, int, Positions], ...]
    requirements: list[Requirement]

    def is_whole(self, value: Node) -> bool:
        return self.sizes == value.type.shape and all(step == 1 for step in self.steps)

    def arrays(self) -> tuple[int, list[Positions]]:
        """The arrays of positions, and their first axis in the shape without the axes of single run-time positions.
        Several stand side by side."""
        single = [place for place, _, positions in self.runtime if not positions.node.type.rank]
        arrays = [(place, positions) for place, _, positions in self.runtime if positions.node.type.rank]
        places = [place - sum(other < place for other in single) for place, _ in arrays]
        for number, place in enumerate(places[1:], 1):
            if place != places[number - 1] + 1:
                hint = "transpose(x, axes) brings their axes together"
                label = Label(arrays[number - 1][1].span, "")
                raise fail("TD0216", "arrays of positions stand side by side", arrays[number][1].span, label, hint=hint)
        return places[0] if places else 0, [positions for _, positions in arrays]


def select(checker: Checker, value: Node, indexers: list[Indexer], span: Span) -> Selection:
    """The elements of a value that indexers take.  Calls check the conditions on sizes that cannot be proved now."""
    requirements: list[Requirement] = []
    starts: list[Dim] = []
    steps: list[int] = []
    sizes: list[Dim] = []
    shape: list[Dim] = []
    runtime: list[tuple[int, int, Positions]] = []
    for indexer in _without_rest(checker, value, indexers, span):
        axis = len(sizes)
        size = value.type.shape[axis] if axis < value.type.rank else ONE
        match indexer:
            case New():
                shape.append(ONE)
                continue
            case KnownPosition():
                start, step, count = _position(indexer, size, requirements), 1, ONE
            case Range():
                start, step, count = _range(indexer, size, requirements)
                shape.append(count)
            case Positions():
                start, step, count = ZERO, 1, size
                runtime.append((len(shape), axis, indexer))
                shape.append(count)
            case Rest():
                raise AssertionError
        starts.append(start)
        steps.append(step)
        sizes.append(count)
    return Selection(tuple(starts), tuple(steps), tuple(sizes), tuple(shape), tuple(runtime), requirements)


def index(checker: Checker, value: Node, indexers: list[Indexer], span: Span) -> Node:
    """The indexed node."""
    selection = select(checker, value, indexers, span)
    node = value
    if not selection.is_whole(value):
        node = apply("slice", value, starts=selection.starts, steps=selection.steps, sizes=selection.sizes)
    node = reshape(node, selection.shape)
    first, arrays = selection.arrays()
    for place, _, positions in reversed(selection.runtime):
        if not positions.node.type.rank:
            node = checker.note(apply("gather", node, positions.node, axis=place), span)
    if arrays:
        shape, behind = node.type.shape, first + len(arrays)
        flat = joined(checker, arrays, shape[first:behind], span)
        node = reshape(node, (*shape[:first], element_count(shape[first:behind]), *shape[behind:]))
        node = checker.note(apply("gather", node, flat, axis=first), span)
    if node.type.rank > MOST_AXES:
        raise fail("TD0221", f"an array has at most {MOST_AXES} axes", span)
    checker.require(node, selection.requirements)
    return checker.note(node, span)


def joined(checker: Checker, several: Sequence[Positions], sizes: Sequence[Dim], span: Span) -> Node:
    """Positions along several axes as those along the one axis that a reshape makes of them.  Each is checked by
    itself."""
    if len(several) == 1:
        return several[0].node
    spans = [positions.span for positions in several]
    nodes = checker.types.align([positions.node for positions in several], spans, "[…, …]", span)
    flat: Node | None = None
    for node, size in zip(nodes, sizes, strict=True):
        checked = checker.note(apply("gather", apply("iota", shape=(size,), axis=0), node, axis=0), span)
        stride = broadcast(checker.types.node(CompileTime(size)), node.type, ())
        flat = checked if flat is None else flat * stride + checked
    assert flat is not None
    return flat


def _without_rest(checker: Checker, value: Node, indexers: list[Indexer], span: Span) -> list[Indexer]:
    """The indexers with `...`, or omitted ones, written out as full ranges."""
    rests = [place for place, indexer in enumerate(indexers) if isinstance(indexer, Rest)]
    if len(rests) > 1:
        raise fail("TD0216", "'...' can stand only once", indexers[rests[1]].span)
    used = sum(not isinstance(indexer, New | Rest) for indexer in indexers)
    missing = value.type.rank - used
    if missing < 0:
        count = f"{used} ind{'ex' if used == 1 else 'ices'}"
        raise fail("TD0216", f"{count} for {_axes(value.type.rank)}", span, label=checker.types.spell(value.type))
    place = rests[0] if rests else len(indexers)
    full: list[Indexer] = [Range(None, None, 1, span) for _ in range(missing)]
    return indexers[:place] + full + indexers[place + 1 :]


def _axes(rank: int) -> str:
    return "a scalar" if rank == 0 else f"{rank} ax{'is' if rank == 1 else 'es'}"


def _from_end(position: Dim, size: Dim) -> Dim:
    number = position.constant
    return position + size if number is not None and number < 0 else position


def _position(indexer: KnownPosition, size: Dim, requirements: list[Requirement]) -> Dim:
    position = _from_end(indexer.position, size)
    what = f"index {indexer.position} is outside size {size}"
    need(position, f"{position} >= 0", indexer.span, requirements, what)
    need(size - position - 1, f"{size} > {position}", indexer.span, requirements, what)
    return position


def _range(indexer: Range, size: Dim, requirements: list[Requirement]) -> tuple[Dim, int, Dim]:
    step = indexer.step
    if step > 0:
        start = ZERO if indexer.start is None else _from_end(indexer.start, size)
        stop = size if indexer.stop is None else _from_end(indexer.stop, size)
        low, high, distance = start, stop, stop - start
    else:
        start = size - 1 if indexer.start is None else _from_end(indexer.start, size)
        stop = Dim.of(-1) if indexer.stop is None else _from_end(indexer.stop, size)
        low, high, distance = stop + 1, start + 1, start - stop
    if low == ZERO and high == size:
        pass
    else:
        what = f"this slice does not lie inside size {size}"
        hint = f"both ends lie inside: at least 0, at most {size}" if size.constant is not None else None
        need(low, f"{low} >= 0", indexer.span, requirements, what, hint)
        need(distance, f"{high} >= {low}", indexer.span, requirements, "this slice ends before it begins")
        need(size - high, f"{size} >= {high}", indexer.span, requirements, what, hint)
    magnitude = abs(step)
    return start, step, (distance + (magnitude - 1)) // magnitude


def known_range(indexer: Range, count: int) -> range:
    """The places that a slice takes of the parts of a tuple."""
    requirements: list[Requirement] = []
    start, step, size = _range(indexer, Dim.of(count), requirements)
    if requirements or start.constant is None or size.constant is None:
        raise fail("TD0216", "a slice of a tuple is known at compile time, this one by each call", indexer.span)
    return range(start.constant, start.constant + step * size.constant, step)


def need(size: Dim, text: str, span: Span, requirements: list[Requirement], what: str, hint: str | None = None) -> None:
    """Records that a size must be 0 or more, unless that is certain; certainly not is an error."""
    if size.at_least(0):
        return
    if (-size).at_least(1):
        never = None if size.constant is not None else f"{text} never holds"
        raise fail("TD0216", what, span, hint=hint or never)
    requirements.append(Requirement(size, text, span))


def positions(checker: Checker, node: Node, span: Span) -> Positions:
    """Checks that a run-time index is made of integers."""
    if node.type.dtype.kind is not Kind.INTEGER:
        bools = "no size depends on values: switch(condition, x, 0) keeps the others as 0"
        hint = bools if node.type.dtype == BOOL else f"int({span.text}) cuts off fractions"
        raise fail("TD0216", f"an index is an integer, got {checker.types.spell(node.type)}", span, hint=hint)
    return Positions(node.cast(I64), span)

"""`x[...]`: slices, new axes and positions become views, with their requirements on sizes."""

from __future__ import annotations

from tdsl.check.checker import Checker
from tdsl.check.shapes import MOST_AXES, reshape
from tdsl.ir.node import Node, apply
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


def index(checker: Checker, value: Node, indexers: list[Indexer], span: Span) -> Node:
    """The indexed node.  Calls check the conditions on sizes that cannot be proved now."""
    indexers = _without_rest(checker, value, indexers, span)
    requirements: list[Requirement] = []
    starts, steps, sizes = [], [], []
    shape: list[Dim] = []
    gathers: list[tuple[int, Positions]] = []
    axis = 0
    for indexer in indexers:
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
                gathers.append((len(shape), indexer))
                shape.append(count)
            case Rest():
                raise AssertionError
        starts.append(start)
        steps.append(step)
        sizes.append(count)
        axis += 1
    node = value
    if tuple(sizes) != value.type.shape or any(step != 1 for step in steps):
        node = apply("slice", value, starts=tuple(starts), steps=tuple(steps), sizes=tuple(sizes))
    node = reshape(node, tuple(shape))
    arrays = [positions for _, positions in gathers if positions.node.type.rank]
    if len(arrays) > 1:
        hint = "index one axis after the other: x[i][:, j] takes rows, then columns"
        raise fail("TD0216", "one array of positions at most", arrays[1].span, Label(arrays[0].span, ""), hint=hint)
    for place, positions in reversed(gathers):
        node = checker.note(apply("gather", node, positions.node, axis=place), span)
    if node.type.rank > MOST_AXES:
        raise fail("TD0221", f"an array has at most {MOST_AXES} axes", span)
    checker.require(node, requirements)
    return checker.note(node, span)


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

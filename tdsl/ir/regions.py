"""Regions of an array, as slices read and `place` writes them: whether they overlap, and whether they fill it."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.types import Dim, Shape, element_count, summed

# The starts, steps and sizes along the axes.
Region = tuple[Shape, tuple[int, ...], Shape]

_MOST_COMPARED = 128


def have_size(regions: Sequence[Region], shape: Shape) -> bool:
    """Whether regions that are apart have as many elements as the array: then they leave no gap."""
    return summed(element_count(sizes) for _, _, sizes in regions) == element_count(shape)


Span = tuple[Dim, Dim, Dim, int]


def are_apart(regions: Sequence[Region]) -> bool:
    """Whether each two are certainly apart.  Sorted along the axis that separates most of them, few are compared."""
    spans = [tuple(_span(*axis) for axis in zip(*region, strict=True)) for region in regions]
    if not spans[0]:
        return len(spans) == 1
    if any(end.constant is None for span in spans for low, high, *_ in span for end in (low, high)):
        few = len(spans) <= _MOST_COMPARED
        return few and all(_is_apart(a, b) for number, a in enumerate(spans) for b in spans[:number])
    axis = max(range(len(spans[0])), key=lambda axis: len({span[axis] for span in spans}))
    near: list[tuple[Span, ...]] = []
    for span in sorted(spans, key=lambda span: span[axis][0].constant or 0):
        near = [other for other in near if not _is_before(other[axis], span[axis])]
        if not all(_is_apart(span, other) for other in near):
            return False
        near.append(span)
    return True


def _span(start: Dim, step: int, size: Dim) -> Span:
    """The range of an axis: its first place and the one after the last, its start and step."""
    last = start + (size - 1) * step
    return (start, last + 1, start, step) if step > 0 else (last, start + 1, start, -step)


def _is_apart(a: tuple[Span, ...], b: tuple[Span, ...]) -> bool:
    return any(
        _is_before(one, other) or _is_before(other, one) or _are_interleaved(one, other)
        for one, other in zip(a, b, strict=True)
    )


def _is_before(a: Span, b: Span) -> bool:
    return (b[0] - a[1]).at_least(0)


def _are_interleaved(a: Span, b: Span) -> bool:
    distance = (a[2] - b[2]).constant
    return a[3] == b[3] and distance is not None and distance % a[3] != 0

"""The text of slices, dropped axes and new ones between the brackets of `x[…]`."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.ir.attributes import Slice
from tdsl.ir.node import Node
from tdsl.types import ONE, ZERO, Dim, Ratio, Shape


def slice_marks(node: Node) -> list[str]:
    """The ranges of a slice, one for each axis of its operand."""
    cut = node.get(Slice)
    return ranges(cut.starts, cut.steps, cut.sizes, node.operands[0].type.shape)


def ranges(starts: Shape, steps: Sequence[int], sizes: Shape, whole: Shape) -> list[str]:
    """The ranges of `sizes` elements with these steps on each axis."""
    return [_range(*part) for part in zip(starts, steps, sizes, whole, strict=True)]


def reshape_marks(old: Shape, new: Shape, ranges: Sequence[str], positions: Sequence[str]) -> list[str] | None:
    """The marks that drop and make axes of size 1: a kept axis is written as its range, a dropped one as its position.
    None if the shapes differ in more than that."""
    marks: list[str] = []
    axis = 0
    for size in new:
        while axis < len(old) and old[axis] == ONE != size:
            marks.append(positions[axis])
            axis += 1
        if axis < len(old) and old[axis] == size:
            marks.append(ranges[axis])
            axis += 1
        elif size == ONE:
            marks.append("new")
        else:
            return None
    if any(size != ONE for size in old[axis:]):
        return None
    return marks + list(positions[axis:])


def indexed(marks: Sequence[str]) -> str:
    """The marks in brackets, without the full ranges at the end."""
    kept = list(marks)
    while len(kept) > 1 and kept[-1] == ":":
        kept.pop()
    return f"[{', '.join(kept)}]"


def _range(start: Dim, step: int, size: Dim, whole: Dim) -> str:
    by = "" if step == 1 else f":{step}"
    first, end = (ZERO, whole) if step > 0 else (whole - 1, Dim.of(-1))
    stop = end if _count(start, end, step) == size else _stop(start, step, size)
    return f"{'' if start == first else start}:{'' if stop == end else stop}{by}"


def _count(start: Dim, stop: Dim, step: int) -> Dim:
    distance = stop - start if step > 0 else start - stop
    return (distance + (abs(step) - 1)) // abs(step)


def _stop(start: Dim, step: int, size: Dim) -> Dim:
    """A stop that gives `size` elements: it undoes `_count`."""
    by = abs(step)
    if size.constant is not None:
        distance = Dim.of(max(0, (size.constant - 1) * by + 1))
    else:
        distance = Dim.of(1 - by)
        for monomial, coefficient in size.terms:
            (atom,) = monomial if len(monomial) == 1 else (None,)
            rounded = isinstance(atom, Ratio) and (atom.operator, atom.bottom, coefficient) == ("//", Dim.of(by), 1)
            distance += atom.top if rounded and isinstance(atom, Ratio) else Dim(((monomial, coefficient * by),))
    return start + distance if step > 0 else start - distance

"""Positions in definitions by elements that step evenly, `x[2 * t + k - 1]`, and certainly lie inside: they are views,
and nothing is left to check in a call."""

from __future__ import annotations

from tdsl.check.elements import Definition, Index, unmarked
from tdsl.ir.attributes import Size
from tdsl.ir.node import Node, apply, constant_value
from tdsl.ops.windows import windows_type
from tdsl.record import record
from tdsl.types import I64, ONE, ZERO, Dim

_MOST_PARTS = 32


@record(frozen=True, eq=False)
class Run:
    """The positions `start + step * index + …` of some indices with known sizes."""

    start: Dim
    steps: tuple[tuple[Index, int], ...]

    @property
    def indices(self) -> tuple[Index, ...]:
        return tuple(index for index, _ in self.steps)

    @property
    def lowest(self) -> Dim:
        """The first position in the array."""
        return self.start + sum((_reached(index, step) for index, step in self.steps if step < 0), ZERO)

    @property
    def length(self) -> Dim:
        """The number of elements from the first position in the array to the last."""
        return sum((_reached(index, abs(step)) for index, step in self.steps), ONE)

    def is_inside(self, size: Dim) -> bool:
        """Whether that is certain for an axis of this size."""
        return self.lowest.at_least(0) and (size - self.lowest - self.length).at_least(0)


def _reached(index: Index, step: int) -> Dim:
    return (_size(index) - 1) * step


def _size(index: Index) -> Dim:
    assert index.size is not None
    return index.size


def run_of(definition: Definition, value: Node) -> Run | None:
    """The run that a position is, a sum of multiples of indices, sizes and numbers."""
    start, steps = ZERO, dict[Index, int]()
    stack = [(value, 1)]
    for _ in range(_MOST_PARTS):
        if not stack:
            break
        node, factor = stack.pop()
        node = unmarked(node)
        number = constant_value(node)
        if node.type.dtype != I64:
            return None
        if node in definition.indices:
            index = definition.indices[node]
            steps[index] = steps.get(index, 0) + factor
        elif isinstance(number, int):
            start += number * factor
        elif node.op.name == "size":
            start += node.get(Size).dim * factor
        elif node.op.name in ("add", "sub"):
            first, second = node.operands
            stack += [(first, factor), (second, factor if node.op.name == "add" else -factor)]
        elif node.op.name == "neg":
            stack.append((node.operands[0], -factor))
        elif node.op.name == "mul":
            first, second = node.operands
            by, other = constant_value(unmarked(first)), second
            if not isinstance(by, int):
                by, other = constant_value(unmarked(second)), first
            if not isinstance(by, int):
                return None
            stack.append((other, factor * by))
        else:
            return None
    return None if stack else Run(start, tuple((index, step) for index, step in steps.items() if step))


def sliced(array: Node, runs: dict[int, Run]) -> Node:
    """The elements of some axes that runs over one index take."""
    rank, shape = array.type.rank, array.type.shape
    starts = tuple(runs[axis].start if axis in runs else ZERO for axis in range(rank))
    steps = tuple(runs[axis].steps[0][1] if axis in runs else 1 for axis in range(rank))
    sizes = tuple(_size(runs[axis].indices[0]) if axis in runs else shape[axis] for axis in range(rank))
    return apply("slice", array, starts=starts, steps=steps, sizes=sizes)


def windowed(array: Node, runs: dict[int, Run]) -> tuple[Node, tuple[Index, ...]] | None:
    """The array with its other axes in front of those of runs over two indices, first the windows and then their
    elements; also the indices of these.  None where windows may not exist though no element lies outside."""
    rank = array.type.rank
    others = [axis for axis in range(rank) if axis not in runs]
    if [*others, *runs] != [*range(rank)]:
        array = apply("transpose", array, axes=(*others, *runs))
    pairs = [run.steps for run in runs.values()]
    sizes = tuple(_size(second) for _, (second, _) in pairs)
    strides = tuple(abs(step) for (_, step), _ in pairs)
    dilations = tuple(abs(step) for _, (_, step) in pairs)
    counts = tuple(_size(first) for (first, _), _ in pairs)
    cut = array.type.with_shape((*array.type.shape[: len(others)], *(run.length for run in runs.values())))
    if not all(_exist(*pair) for pair in zip(runs.values(), sizes, dilations, strict=True)):
        return None
    if windows_type([cut], sizes, strides, dilations).shape[len(others) :] != (*counts, *sizes):
        return None
    starts = (*(ZERO for _ in others), *(run.lowest for run in runs.values()))
    array = apply("slice", array, starts=starts, steps=(1,) * rank, sizes=cut.shape)
    array = apply("windows", array, sizes=sizes, strides=strides, dilations=dilations)
    steps = [*(1 for _ in others), *(step for (_, step), _ in pairs), *(step for _, (_, step) in pairs)]
    return _reversed_where(array, steps), (*(first for (first, _), _ in pairs), *(second for _, (second, _) in pairs))


def _exist(run: Run, size: Dim, dilation: int) -> bool:
    (first, _), _ = run.steps
    some = size.at_least(1) or (dilation == 1 and size.constant is None)
    return some and run.length.at_least(0) and _size(first) != ZERO


def _reversed_where(array: Node, steps: list[int]) -> Node:
    """The array with the axes of negative steps in reverse order."""
    if min(steps) > 0:
        return array
    shape = array.type.shape
    starts = tuple(size - 1 if step < 0 else ZERO for size, step in zip(shape, steps, strict=True))
    return apply("slice", array, starts=starts, steps=tuple(1 if step > 0 else -1 for step in steps), sizes=shape)

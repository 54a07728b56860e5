"""`x with [...] = v` and `x with [...] += v`: regions known now become choices, run-time positions an op."""

from __future__ import annotations

from tdsl.check.checker import Checker
from tdsl.check.indexing import Indexer, New, Positions, Selection, joined, select
from tdsl.check.shapes import Operand, reshape
from tdsl.ir.node import Node, apply, full
from tdsl.source import Label, Span, fail
from tdsl.types import BOOL, Dim, Shape, Type, element_count


def write(
    checker: Checker, value: Operand, indexers: list[Indexer], operator: str, part: Operand, place: Span, span: Span
) -> Node:
    """The array with a part replaced or added at the indexed elements, which the brackets at `place` name."""
    node = checker.types.node(value.value)
    for indexer in indexers:
        if isinstance(indexer, New):
            hint = "the new part stretches to the indexed elements; it takes new axes itself: v[:, new]"
            raise fail("TD0216", "a write makes no axis", indexer.span, hint=hint)
    selection = select(checker, node, indexers, value.span.to(place))
    first, arrays = selection.arrays()
    given = [positions for _, _, positions in selection.runtime]
    block = _common(checker, given, span)
    kept = _kept(selection)
    new = _fitted(
        checker, part, node, (*kept[:first], *block, *kept[first + len(arrays) :]), operator, value.span.to(place)
    )
    written = (
        _at_runtime(checker, node, new, selection, operator, span)
        if given
        else _known(checker, node, new, selection, operator)
    )
    checker.require(written, selection.requirements)
    return checker.note(written, span)


def _common(checker: Checker, given: list[Positions], span: Span) -> Shape:
    """The shape of all run-time positions together."""
    if not given:
        return ()
    spans = [positions.span for positions in given]
    return checker.types.align([positions.node for positions in given], spans, "[…, …]", span)[0].type.shape


def _kept(selection: Selection) -> Shape:
    """The sizes of the region without the axes of single positions, known now or not."""
    single = {place for place, _, positions in selection.runtime if not positions.node.type.rank}
    return tuple(size for place, size in enumerate(selection.shape) if place not in single)


def _fitted(checker: Checker, part: Operand, value: Node, shape: Shape, operator: str, target: Span) -> Node:
    """The new part in the dtype of the array and the shape of the indexed elements."""
    dtype, types = value.type.dtype, checker.types
    if operator == "+=" and dtype == BOOL:
        hint = "x with [i] = x[i] or v"
        raise fail("TD0202", "+= adds numbers, and these are bools", target, hint=hint)
    if types.widened(part, dtype) is None:
        got, label = types.describe(part.value), Label(target, types.spell(value.type))
        text = part.span.text if len(part.span.text) < 40 else "…"
        hint = f"convert it yourself: {types.spell(Type(dtype))}({text})"
        raise fail("TD0202", f"{operator} puts {got} among {types.spell(Type(dtype))}", part.span, label, hint=hint)
    wanted = value.type.with_shape(shape)
    stretched = types.fitted(part, wanted, target, operator)
    if stretched is None:
        what = f"{types.describe(part.value)} does not stretch to {types.spell(wanted)}"
        raise fail("TD0204", what, part.span, Label(target, types.spell(wanted)))
    return stretched


def _known(checker: Checker, value: Node, part: Node, selection: Selection, operator: str) -> Node:
    """Each element is chosen by its place."""
    part = reshape(part, selection.sizes)
    if selection.is_whole(value):
        return value + part if operator == "+=" else checker.marks.mentioning(part, value)
    region = {"shape": value.type.shape, "starts": selection.starts, "steps": selection.steps}
    there = apply("place", full(True, part.type.with_dtype(BOOL)), **region)
    placed = apply("place", part, **region)
    return apply("select", there, value + placed if operator == "+=" else placed, value)


def _at_runtime(checker: Checker, value: Node, part: Node, selection: Selection, operator: str, span: Span) -> Node:
    """The axes of the positions become one, where the first array of them stands."""
    given = [positions for _, _, positions in selection.runtime]
    axes = [axis for _, axis, _ in selection.runtime]
    first = next((axis for _, axis, positions in selection.runtime if positions.node.type.rank), axes[0])
    others = [axis for axis in range(value.type.rank) if axis not in axes]
    before, behind = [a for a in others if a < first], [a for a in others if a > first]
    order = (*before, *axes, *behind)
    turned = value if order == tuple(range(len(order))) else apply("transpose", value, axes=order)
    sizes = [value.type.shape[axis] for axis in axes]
    at = len(before)

    def merged(shape: Shape, block: tuple[Dim, ...]) -> Shape:
        return (*(shape[axis] for axis in before), *block, *(shape[axis] for axis in behind))

    positions = joined(checker, given, sizes, span)
    flat = reshape(turned, merged(value.type.shape, (element_count(sizes),)))
    made = apply(
        "write_add" if operator == "+=" else "write",
        flat,
        reshape(part, merged(selection.sizes, positions.type.shape)),
        positions,
        starts=merged(selection.starts, (Dim.of(0),)),
        steps=(*(selection.steps[axis] for axis in before), 1, *(selection.steps[axis] for axis in behind)),
        axis=at,
    )
    checker.note(made, span)
    back = reshape(made, turned.type.shape)
    return back if turned is value else apply("transpose", back, axes=tuple(order.index(a) for a in range(len(order))))

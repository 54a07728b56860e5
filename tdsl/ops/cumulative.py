"""Operations along an axis in which an element takes in those before it, or in reverse those behind it.

    cumsum:      y[k] = y[k-1] + x[k]
    cumprod:     y[k] = y[k-1] · x[k]
    cummax:      y[k] = maximum(y[k-1], x[k])
    recurrence:  y[k] = a[k] · y[k-1] + b[k], in reverse y[k] = a[k+1] · y[k+1] + b[k]

If y is 0, the recurrence ignores the factor: a value that does not reach the result has no derivative.
A recurrence in reverse is the transpose of the same one by b.  A derivative of all four is made of these and of
products, so that no division occurs and zeros need no special case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tdsl.ir.attributes import Attributes, Axis, Cumulative, Place
from tdsl.ir.masks import parts_of, union
from tdsl.ir.node import IllTyped, Node, Op, apply, constant_value, full
from tdsl.ops import meanings
from tdsl.ops.define import NUMBER, accept, define
from tdsl.types import I64, ONE, ZERO, Type


def cumulative(
    name: str,
    numpy: Callable[..., Any],
    attributes: type[Attributes],
    cotangents: Callable[..., Any],
    signature: tuple[str, ...],
    **rest: Any,
) -> Op:
    """`numpy(*operands, axis, …)` for operands of one type, which the result has too."""

    def infer(types: list[Type], axis: int, reverse: bool = False) -> Type:
        first = types[0]
        accept(name, first.dtype, NUMBER)
        if any(type != first for type in types) or not 0 <= axis < first.rank:
            raise IllTyped(f"{name} cannot go along axis {axis} of {', '.join(map(str, types))}")
        return first

    return define(
        name,
        "cumulative",
        infer,
        numpy,
        attributes,
        cotangents=cotangents,
        tdsl=name,
        kinds=NUMBER,
        signature=signature,
        promotes=True,
        **{"masks": ahead, **rest},
    )


def ahead(m: Node, y: Node, *operands: Node) -> tuple[Node, ...]:
    """All elements from which a marked one is reached."""
    along = y.attributes.given()
    return (reaching(m, along["axis"], along.get("reverse", False)),) * len(operands)


def reaching(m: Node, axis: int, reverse: bool) -> Node:
    """The elements at or before a marked one along an axis; in reverse those at or behind it."""
    return union(dict.fromkeys(_ahead(part, axis, reverse) for part in parts_of(m)))


def _ahead(part: Node, axis: int, reverse: bool) -> Node:
    """Only regions that are not known at compile time are computed."""
    if part.is_constant:
        return part
    if part.op.name != "place" or not part.operands[0].is_constant or part.get(Place).steps[axis] != 1:
        return apply("cumsum", part.cast(I64), axis=axis, reverse=not reverse) > 0
    region, inner = part.get(Place), part.operands[0].type
    start, size = region.starts[axis], inner.shape[axis]
    first, last = (start, region.shape[axis]) if reverse else (ZERO, start + size)
    value = full(True, inner.with_shape((*inner.shape[:axis], last - first, *inner.shape[axis + 1 :])))
    starts = (*region.starts[:axis], first, *region.starts[axis + 1 :])
    whole = value.type == part.type
    return value if whole else apply("place", value, shape=region.shape, starts=starts, steps=region.steps)


def before(x: Node, axis: int) -> Node:
    """The element before each, 0 for the first."""
    ones, zeros = (1,) * x.type.rank, (ZERO,) * x.type.rank
    starts = tuple(ONE if other == axis else ZERO for other in range(x.type.rank))
    longer = tuple(size + start for size, start in zip(x.type.shape, starts, strict=True))
    moved = apply("place", x, shape=longer, starts=starts, steps=ones)
    return apply("slice", moved, starts=zeros, steps=ones, sizes=x.type.shape)


def factors_ahead(m: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    """The factor of the first element has no part in anything; the others link an element with the one before it."""
    along, (reached, _) = y.get(Cumulative), ahead(m, y, a, b)
    if along.reverse:
        return before(reached, along.axis), reached
    later = apply("iota", shape=y.type.shape, axis=along.axis) > 0
    return later if constant_value(reached) else apply("and", reached, later), reached


def sum_back(g: Node, y: Node, x: Node) -> tuple[Node]:
    along = y.get(Cumulative)
    return (apply("cumsum", g, axis=along.axis, reverse=not along.reverse),)


def product_back(g: Node, y: Node, x: Node) -> tuple[Node]:
    """The product of all before an element times the sum, over every end behind it, of g there times the product of
    all between."""
    axis = y.get(Axis).axis
    is_first = apply("iota", shape=x.type.shape, axis=axis).equals(0)
    product = apply("select", is_first, full(1, x.type), before(y, axis))
    return (product * apply("recurrence", x, g, axis=axis, reverse=True),)


def recurrence_back(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    along = y.get(Cumulative)
    back = apply("recurrence", a, g, axis=along.axis, reverse=not along.reverse)
    later, earlier = (y, back) if along.reverse else (back, y)
    return later * before(earlier, along.axis), back


def maximum_back(g: Node, y: Node, x: Node) -> tuple[Node]:
    """The derivative of each result goes to the elements so far that equal it, in equal shares, as that of max does.
    While the result stays the same, recurrences with a factor of 1 count these elements and add up their shares."""
    axis = y.get(Axis).axis
    ties, same = x.equals(y), y.equals(before(y, axis)).cast(x.type.dtype)
    count = apply("recurrence", same, ties.cast(x.type.dtype), axis=axis, reverse=False)
    # After a nan nothing equals the result.
    share = g / apply("select", count.equals(0), full(1, x.type), count)
    back = apply("recurrence", same, share, axis=axis, reverse=True)
    return (apply("select", ties, back, full(0, x.type)),)


cumsum = cumulative("cumsum", meanings.running_sums, Cumulative, sum_back, ("x", "axis", "reverse?"))
cumprod = cumulative("cumprod", meanings.running_products, Axis, product_back, ("x", "axis"))
cummax = cumulative("cummax", meanings.running_maxima, Axis, maximum_back, ("x", "axis"))
recurrence = cumulative(
    "recurrence",
    meanings.recurrence,
    Cumulative,
    recurrence_back,
    ("a", "b", "axis", "reverse?"),
    masks=factors_ahead,
    leaves_out=True,
)

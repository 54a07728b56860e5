"""Order along an axis."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.ir.attributes import Axis, Side, SizedAxis
from tdsl.ir.node import IllTyped, Node, apply, broadcast, full
from tdsl.ops import meanings
from tdsl.ops.define import NUMBER, accept, define
from tdsl.types import I64, ONE, Dim, Shape, Type, element_count


def _along(name: str, gives: Callable[[Type], Type]) -> Callable[..., Type]:
    def infer(types: list[Type], axis: int) -> Type:
        (x,) = types
        accept(name, x.dtype, NUMBER)
        if not 0 <= axis < x.rank:
            raise IllTyped(f"{name} cannot order {x} along axis {axis}")
        return gives(x)

    return infer


def _first(types: list[Type], axis: int, size: Dim) -> Type:
    (x,) = types
    accept("argtopk", x.dtype, NUMBER)
    if not 0 <= axis < x.rank or (size - x.shape[axis]).at_least(1):
        raise IllTyped(f"argtopk cannot find {size} elements of {x} along axis {axis}")
    return Type(I64, (*x.shape[:axis], size, *x.shape[axis + 1 :]))


def _searched(types: list[Type], right: bool) -> Type:
    line, values = types
    accept("searchsorted", line.dtype, NUMBER)
    if line.rank != 1 or values.dtype != line.dtype:
        raise IllTyped(f"searchsorted cannot find {values} in {line}")
    return values.with_dtype(I64)


def _number(size: Dim, like: Node) -> Node:
    return (
        broadcast(apply("size", dim=size), like.type, ()) if size.constant is None else full(size.constant, like.type)
    )


def _among_all(positions: Node, shape: Shape, axis: int) -> Node:
    """Positions along one axis as those among all elements of an array of that shape."""
    outer, inner = element_count(shape[:axis]), element_count(shape[axis + 1 :])
    lines = (outer, positions.type.shape[axis], inner)
    found = apply("reshape", positions, shape=lines)
    if inner != ONE:
        found = found * _number(inner, found) + apply("iota", shape=lines, axis=2)
    if outer != ONE:
        found = apply("iota", shape=lines, axis=0) * _number(shape[axis] * inner, found) + found
    return apply("reshape", found, shape=(element_count(lines),))


def taken(x: Node, positions: Node, axis: int) -> Node:
    """The elements at positions along an axis, those of each line at positions of its own."""
    shape = x.type.shape
    if len(shape) == 1:
        return apply("gather", x, positions, axis=0)
    flat = apply("reshape", x, shape=(element_count(shape),))
    found = apply("gather", flat, _among_all(positions, shape, axis), axis=0)
    return apply("reshape", found, shape=positions.type.shape)


def _put_back(g: Node, y: Node, x: Node) -> Node:
    """Sorted elements at the places that they came from."""
    axis, shape, count = y.get(Axis).axis, x.type.shape, element_count(x.type.shape)
    positions = apply("argsort", x, axis=axis)
    if len(shape) == 1:
        return apply("scatter", g, positions, axis=0, size=count)
    flat = apply("reshape", g, shape=(count,))
    put = apply("scatter", flat, _among_all(positions, shape, axis), axis=0, size=count)
    return apply("reshape", put, shape=shape)


sort = define(
    "sort",
    "sorting",
    _along("sort", lambda x: x),
    meanings.in_order,
    Axis,
    cotangents=lambda g, y, x: (_put_back(g, y, x),),
    masks=lambda m, y, x: (_put_back(m.cast(I64), y, x) > 0,),
    mixes=False,
    tdsl="sort",
    signature=("x", "axis?"),
)
argsort = define(
    "argsort",
    "sorting",
    _along("argsort", lambda x: x.with_dtype(I64)),
    meanings.positions_in_order,
    Axis,
    tdsl="argsort",
    signature=("x", "axis?"),
)
argtopk = define(
    "argtopk",
    "sorting",
    _first,
    meanings.positions_of_largest,
    SizedAxis,
    tdsl="argtopk",
    signature=("x", "size", "axis?"),
)
searchsorted = define(
    "searchsorted",
    "sorting",
    _searched,
    meanings.searched,
    Side,
    tdsl="searchsorted",
    signature=("line", "v", "right?"),
)

"""The product of all other elements, and its derivatives.

With directions d1 … dm, the element k is the sum over all different j1 … jm, none of them k, of d1[j1] … dm[jm] times
the product of x at the remaining places.  Summed against g this is symmetric in g and the directions, so its cotangents
are of the same kind: by a direction with g in its place, by x with g as one more.  No division occurs.
"""

from __future__ import annotations

from tdsl.ir.node import IllTyped, Node, apply
from tdsl.ops import meanings
from tdsl.ops.define import REAL, accept, define
from tdsl.ops.masks import any_over, stretched
from tdsl.types import Type


def others_type(types: list[Type]) -> Type:
    first = types[0]
    accept("prod_others", first.dtype, REAL)
    if not first.rank or any(type != first for type in types):
        raise IllTyped("prod_others takes arrays of one type")
    return first


def exchanged(g: Node, y: Node, x: Node, *directions: Node) -> tuple[Node, ...]:
    def others(place: int) -> tuple[Node, ...]:
        return tuple(direction for number, direction in enumerate(directions) if number != place)

    return tuple(apply("prod_others", x, g, *others(place)) for place in range(-1, len(directions)))


def lines(m: Node, y: Node, *operands: Node) -> tuple[Node, ...]:
    last = y.type.rank - 1
    line = stretched(any_over(m, (last,)), m.type, tuple(range(last)))
    return (line,) * len(operands)


prod_others = define(
    "prod_others",
    "call",
    others_type,
    meanings.other_products,
    cotangents=exchanged,
    masks=lines,
    tdsl="prod_others",
    signature=("x", *(f"d{number}?" for number in range(1, 9))),
)

"""The product of all other elements, and everything that its derivatives are made of.

With directions d1 … dm, the element k is the sum over all different j1 … jm, none of them k, of d1[j1] … dm[jm] times
the product of x at the remaining places.  Summed against g this is symmetric in g and the directions, so its cotangents
are of the same kind: by a direction with g in its place, by x with g as one more.  No division occurs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tdsl.ir.node import IllTyped, Node, apply
from tdsl.ops.define import REAL, accept, define
from tdsl.ops.views import any_over, stretched
from tdsl.types import Type


def others_type(types: list[Type]) -> Type:
    first = types[0]
    accept("prod_others", first.dtype, REAL)
    if not first.rank or any(type != first for type in types):
        raise IllTyped("prod_others takes arrays of one type")
    return first


def products_before(x: Any, *directions: Any) -> list[Any]:
    """For each set of directions, as the bits of a number: the sum of products of all elements before each, of which
    one is replaced for each direction of the set."""
    found = [np.zeros(x.shape) for _ in range(2 ** len(directions))]
    found[0][..., :1] = 1
    found[0][..., 1:] = np.cumprod(x[..., :-1], axis=-1)
    for chosen, values in enumerate(found[1:], 1):
        for k in range(chosen.bit_count(), x.shape[-1]):
            for place, direction in enumerate(directions):
                if chosen >> place & 1:
                    values[..., k] += found[chosen ^ 1 << place][..., k - 1] * direction[..., k - 1]
            if k > chosen.bit_count():
                values[..., k] += values[..., k - 1] * x[..., k - 1]
    return found


def other_products(x: Any, *directions: Any) -> Any:
    """Along the last axis, in double: what stands before each element times what stands behind it."""
    wide: list[Any] = [np.asarray(one, np.float64) for one in (x, *directions)]
    before = products_before(*wide)
    behind = [values[..., ::-1] for values in products_before(*(one[..., ::-1] for one in wide))]
    out = np.zeros(wide[0].shape)
    for chosen, values in enumerate(before):
        rest = len(before) - 1 - chosen
        first, last = chosen.bit_count(), out.shape[-1] - rest.bit_count()
        if first < last:
            out[..., first:last] += values[..., first:last] * behind[rest][..., first:last]
    return out.astype(np.asarray(x).dtype)


def exchanged(g: Node, y: Node, x: Node, *directions: Node) -> tuple[Node, ...]:
    def others(place: int) -> tuple[Node, ...]:
        return tuple(direction for number, direction in enumerate(directions) if number != place)

    return tuple(apply("prod_others", x, g, *others(place)) for place in range(-1, len(directions)))


def lines(m: Node, y: Node, *operands: Node) -> tuple[Node, ...]:
    last = y.type.rank - 1
    line = stretched(any_over(m, (last,)), m.type, tuple(range(last)))
    return (line,) * len(operands)


prod_others = define(
    "prod_others", "call", others_type, other_products, cotangents=exchanged, masks=lines, tdsl="prod_others"
)

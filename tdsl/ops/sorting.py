"""Order along an axis.  Reals are sorted by integers in the same order."""

from __future__ import annotations

from tdsl.ir.attributes import Axis
from tdsl.ir.node import IllTyped
from tdsl.ops import meanings
from tdsl.ops.define import LIGHT, REAL, define, elementwise
from tdsl.types import I64, Type


def _positions(types: list[Type], axis: int) -> Type:
    (x,) = types
    if x.dtype != I64 or not 0 <= axis < x.rank:
        raise IllTyped(f"argsort cannot sort {x} along axis {axis}")
    return x


order_key = elementwise("order_key", meanings.order_key, gives=I64, cost=LIGHT, kinds=REAL)
argsort = define(
    "argsort", "sorting", _positions, meanings.positions_in_order, Axis, tdsl="argsort", signature=("x", "axis?")
)

"""The logarithm of the gamma function, its derivatives, and the inverse error functions."""

from __future__ import annotations

import math

from tdsl.ir.masks import same_element
from tdsl.ir.node import IllTyped, Node, apply, full
from tdsl.ops import special_meanings as meanings
from tdsl.ops.define import REAL, accept, define, elementwise
from tdsl.types import I64, Type

half_root_pi = math.sqrt(math.pi) / 2


def _polygamma(types: list[Type]) -> Type:
    order, operand = types
    accept("polygamma", operand.dtype, REAL)
    if order != operand.with_dtype(I64):
        raise IllTyped(f"polygamma takes an integer and a real, got {order} and {operand}")
    return operand


def slope_of_digamma(g: Node, y: Node, x: Node) -> tuple[Node]:
    return (g * apply("polygamma", full(1, x.type.with_dtype(I64)), x),)


gammaln = elementwise("gammaln", meanings.gammaln, lambda g, y, x: (g * apply("digamma", x),))
digamma = elementwise("digamma", meanings.digamma, slope_of_digamma)
polygamma = define(
    "polygamma",
    "elementwise",
    _polygamma,
    meanings.polygamma,
    cotangents=lambda g, y, n, x: (None, g * apply("polygamma", n + 1, x)),
    masks=same_element,
    mixes=False,
    tdsl="polygamma",
    c="tdsl::polygamma",
    signature=("n", "x"),
)
erfinv = elementwise("erfinv", meanings.erfinv, lambda g, y, x: (g * half_root_pi * apply("exp", y * y),))
erfcinv = elementwise("erfcinv", meanings.erfcinv, lambda g, y, x: (g * apply("erfcinv_slope", x),))
erfcinv_slope = elementwise(
    "erfcinv_slope", meanings.erfcinv_slope, lambda g, y, x: (g * apply("erfcinv", x) * 2 * y * y,)
)

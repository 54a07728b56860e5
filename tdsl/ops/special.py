"""The logarithms of the gamma and beta functions, their derivatives, the incomplete gamma functions, and the inverse
error functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tdsl.ir.masks import same_element
from tdsl.ir.node import IllTyped, Node, Op, apply, full
from tdsl.ops import beta_meanings, gamma_meanings
from tdsl.ops import special_meanings as meanings
from tdsl.ops.define import REAL, accept, define, elementwise
from tdsl.types import I64, Type

half_root_pi = math.sqrt(math.pi) / 2


def _of_order(name: str, numpy: Callable[..., Any], cotangents: Callable[..., Any], *operands: str) -> Op:
    """A function of an integer and reals."""

    def infer(types: list[Type]) -> Type:
        order, first, *others = types
        accept(name, first.dtype, REAL)
        if order != first.with_dtype(I64) or any(other != first for other in others):
            raise IllTyped(f"{name} takes an integer and reals, got {', '.join(map(str, types))}")
        return first

    return define(
        name,
        "elementwise",
        infer,
        numpy,
        cotangents=cotangents,
        masks=same_element,
        mixes=False,
        tdsl=name,
        c=f"tdsl::{name}",
        signature=("n", *operands),
    )


def slope_of_digamma(g: Node, y: Node, x: Node) -> tuple[Node]:
    return (g * apply("polygamma", full(1, x.type.with_dtype(I64)), x),)


gammaln = elementwise("gammaln", meanings.gammaln, lambda g, y, x: (g * apply("digamma", x),))
digamma = elementwise("digamma", meanings.digamma, slope_of_digamma)
polygamma = _of_order("polygamma", meanings.polygamma, lambda g, y, n, x: (None, g * apply("polygamma", n + 1, x)), "x")
erfinv = elementwise("erfinv", meanings.erfinv, lambda g, y, x: (g * half_root_pi * apply("exp", y * y),))
erfcinv = elementwise("erfcinv", meanings.erfcinv, lambda g, y, x: (g * apply("erfcinv_slope", x),))
erfcinv_slope = elementwise(
    "erfcinv_slope", meanings.erfcinv_slope, lambda g, y, x: (g * apply("erfcinv", x) * 2 * y * y,)
)


def _at_least_one(a: Node, x: Node) -> tuple[Node, Node]:
    """The logarithm of x less digamma(a + 1), and the trigamma function of a + 1: at a itself, their infinite parts
    would cancel in derivatives by a small a."""
    return apply("log", x) - apply("digamma", a + 1), apply("polygamma", full(1, a.type.with_dtype(I64)), a + 1)


def _at_ends(y: Node, factor: Node, a: Node) -> Node:
    """A density times a factor that may be infinite where the density is 0."""
    nothing = apply("and", y.equals(0), apply("not", a.equals(0)))
    return apply("select", nothing, full(0, y.type), y * factor)


def by_both(g: Node, y: Node, a: Node, x: Node) -> tuple[Node, Node]:
    return g * apply("gammainc_slope", a, x), g * apply("gamma_density", a, x)


def of_complement(g: Node, y: Node, a: Node, x: Node) -> tuple[Node, Node]:
    return by_both(-g, y, a, x)


def by_order_again(g: Node, y: Node, a: Node, x: Node) -> tuple[Node, Node]:
    slope, _ = _at_least_one(a, x)
    return g * apply("gammainc_curve", a, x), g * _at_ends(apply("gamma_density", a, x), slope + 1 / a, a)


def by_order_thrice(g: Node, y: Node, a: Node, x: Node) -> tuple[Node, Node]:
    """The third derivative by a has no formula here."""
    slope, curve = _at_least_one(a, x)
    factor = slope * (slope + 2 / a) - curve
    return g * full(math.nan, a.type), g * _at_ends(apply("gamma_density", a, x), factor, a)


def of_density(g: Node, y: Node, a: Node, x: Node) -> tuple[Node, Node]:
    """By x it is the density of the order below less this one, which decides at 0."""
    slope, _ = _at_least_one(a, x)
    at_zero = apply("and", x.equals(0), a >= 1)
    by_place = apply("select", at_zero, apply("gamma_density", a - 1, x) - y, _at_ends(y, (a - x - 1) / x, a))
    return g * _at_ends(y, slope + 1 / a, a), g * by_place


def of_log_of_beta(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    return g * apply("betaln_slope", a, b), g * apply("betaln_slope", b, a)


def of_beta(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    return of_log_of_beta(g * y, y, a, b)


def of_difference(g: Node, y: Node, n: Node, a: Node, b: Node) -> tuple[None, Node, Node]:
    higher = n + 1
    return None, g * apply("polygamma_difference", higher, a, b), -g * apply("polygamma", higher, a + b)


def of_slope(g: Node, y: Node, a: Node, b: Node) -> tuple[Node, Node]:
    _, *both = of_difference(g, y, full(0, a.type.with_dtype(I64)), a, b)
    return both[0], both[1]


gammainc = elementwise("gammainc", gamma_meanings.gammainc, by_both, signature=("a", "x"))
gammaincc = elementwise("gammaincc", gamma_meanings.gammaincc, of_complement, signature=("a", "x"))
gammainc_slope = elementwise("gammainc_slope", gamma_meanings.gammainc_slope, by_order_again, signature=("a", "x"))
gammainc_curve = elementwise("gammainc_curve", gamma_meanings.gammainc_curve, by_order_thrice, signature=("a", "x"))
gamma_density = elementwise("gamma_density", gamma_meanings.gamma_density, of_density, signature=("a", "x"))
betaln = elementwise("betaln", beta_meanings.betaln, of_log_of_beta, signature=("a", "b"))
beta = elementwise("beta", beta_meanings.beta, of_beta, signature=("a", "b"))
betaln_slope = elementwise("betaln_slope", beta_meanings.betaln_slope, of_slope, signature=("a", "b"))
polygamma_difference = _of_order("polygamma_difference", beta_meanings.polygamma_difference, of_difference, "a", "b")

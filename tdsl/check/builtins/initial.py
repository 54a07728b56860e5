"""Builtins for first values: random sources, and the sizes that scale them.  They read the declaration around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tdsl.check.builtins.define import BUILTINS, Builtin, Site
from tdsl.check.shapes import Operand
from tdsl.check.values import Static, Value
from tdsl.ir.node import Node, apply
from tdsl.source import fail
from tdsl.types import Type

if TYPE_CHECKING:
    from tdsl.check.checker import Checker


def _declared(checker: Checker, site: Site) -> Type:
    """The type of the shared or state whose first value this stands in."""
    declaration = checker.initialising
    if declaration is None or declaration.type is None:
        what = f"{site.name} gives the first value of a shared or state of declared type"
        raise fail("TD0226", what, site.span, hint=f"shared W: real[2, 3] = {site.name}(…)")
    return declaration.type


def _draw(checker: Checker, site: Site, op: str) -> Node:
    type, declaration = _declared(checker, site), checker.initialising
    name = declaration.name if declaration else ""
    if not type.is_real:
        raise fail("TD0226", f"{site.name} gives reals, and '{name}' is {checker.units.spell(type)}", site.span)
    if op == "random_orthogonal" and type.rank != 2:
        got = checker.units.spell(type)
        raise fail("TD0226", f"orthogonal gives a matrix, and '{name}' is {got}", site.span)
    if any(size.constant is None for size in type.shape):
        raise fail("TD0226", f"{site.name} needs sizes known when it is compiled", site.span)
    checker.streams += 1
    draw = apply(op, checker.seed, stream=checker.streams, dtype=type.dtype, shape=type.shape)
    return checker.note(draw, site.span)


def _normal(checker: Checker, site: Site) -> Value:
    """Draws of a mean and a standard deviation."""
    return _scaled(checker, site, _draw(checker, site, "random_normal"), *_both(checker, site))


def _uniform(checker: Checker, site: Site) -> Value:
    """Draws from low on, below high."""
    low, high = _both(checker, site)
    width = Operand(checker.combine("-", high, low, site.span), high.span)
    return _scaled(checker, site, _draw(checker, site, "random_uniform"), low, width)


def _both(checker: Checker, site: Site) -> tuple[Operand, Operand]:
    first, second = site.given
    return site.operand(checker, first), site.operand(checker, second)


def _scaled(checker: Checker, site: Site, draw: Node, offset: Operand, scale: Operand) -> Value:
    scaled = checker.combine("*", Operand(draw, site.span), scale, site.span)
    return checker.combine("+", Operand(scaled, site.span), offset, site.span)


BUILTINS["normal"] = Builtin("normal", ("mean", "deviation"), 2, _normal)
BUILTINS["uniform"] = Builtin("uniform", ("low", "high"), 2, _uniform)
BUILTINS["orthogonal"] = Builtin("orthogonal", (), 0, lambda checker, site: _draw(checker, site, "random_orthogonal"))


def _fan(axis: int) -> Callable[[Checker, Site], Value]:
    """How many values come into one element, or go out; the axes before the last two are a stack of matrices."""

    def work(checker: Checker, site: Site) -> Value:
        shape = _declared(checker, site).shape
        if not shape:
            raise fail("TD0226", f"{site.name} belongs in the first value of an array", site.span)
        return Static(shape[axis if len(shape) > 1 else 0])

    return work


BUILTINS["fan_in"] = Builtin("fan_in", (), 0, _fan(-2))
BUILTINS["fan_out"] = Builtin("fan_out", (), 0, _fan(-1))

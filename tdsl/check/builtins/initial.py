"""Builtins for first values alone: a random matrix, and the sizes that scale draws.  They read the declaration around
them."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.check.builtins.define import BUILTINS, BuiltinCall
from tdsl.check.checker import Checker, Initialising
from tdsl.check.values import Builtin, CompileTime, Value
from tdsl.ir.node import Node, apply
from tdsl.source import fail
from tdsl.types import Type


def _declared(checker: Checker, call: BuiltinCall) -> tuple[Initialising, Type]:
    """The shared or state whose first value this stands in, and its type."""
    declaration = checker.initialising
    if declaration is None or declaration.type is None:
        what = f"{call.name} gives the first value of a shared or state of declared type"
        raise fail("TD0226", what, call.span, hint=f"shared W: real[2, 3] = {call.name}(…)")
    return declaration, declaration.type


def _orthogonal(checker: Checker, call: BuiltinCall) -> Node:
    declaration, type = _declared(checker, call)
    if not type.is_real or type.rank != 2:
        what = f"orthogonal gives a matrix of reals, and '{declaration.name}' is {checker.types.spell(type)}"
        raise fail("TD0226", what, call.span)
    if any(size.constant is None for size in type.shape):
        raise fail("TD0226", f"{call.name} needs sizes known when it is compiled", call.span)
    stream = declaration.stream()
    draw = apply("random_orthogonal", checker.seed, stream=stream, dtype=type.dtype, shape=type.shape)
    return checker.note(draw, call.span)


BUILTINS["orthogonal"] = Builtin("orthogonal", (), 0, _orthogonal)


def _fan(axis: int) -> Callable[[Checker, BuiltinCall], Value]:
    """The number of values that come into one element, or go out; axes before the last two are a stack of matrices."""

    def work(checker: Checker, call: BuiltinCall) -> Value:
        _, type = _declared(checker, call)
        shape = type.shape
        if not shape:
            raise fail("TD0226", f"{call.name} belongs in the first value of an array", call.span)
        return CompileTime(shape[axis if len(shape) > 1 else 0])

    return work


BUILTINS["fan_in"] = Builtin("fan_in", (), 0, _fan(-2))
BUILTINS["fan_out"] = Builtin("fan_out", (), 0, _fan(-1))

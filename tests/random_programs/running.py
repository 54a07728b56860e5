"""Running sums, products and maxima, linear recurrences, and the bits of integers: makers and meanings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .builtins import BUILTINS, Builtin, along, builtin
from .loops import varying
from .meanings import NUMBERS, chosen
from .pieces import Piece, Shape
from .values import Value, elementwise, exact, stacked, structural

if TYPE_CHECKING:
    from .generator import Generator
    from .interpreter import Interpreter

BITS = ("bit_and", "bit_or", "bit_xor", "bit_not", "shift_left", "shift_right")


def running(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    if not shape or dtype not in ("real", "int"):
        return None
    axis = g.random.randrange(-len(shape), len(shape))
    x, count = g.make(shape, dtype, depth), max(1, shape[axis].number)
    back = ", reverse=true" if g.chance(0.4) else ""
    match g.random.randrange(4 if dtype == "real" else 2):
        case 0:
            return Piece(f"cumsum({x.text}, {axis}{back})", shape, dtype, x.depends, x.limit * count)
        case 1:
            return Piece(f"cummax({x.text}, {axis})", shape, dtype, x.depends, x.limit)
        case 2:
            return Piece(f"cumprod(1.3 * sin({x.text}), {axis})", shape, dtype, x.depends, 1.3**count)
    a = g.make(shape, dtype, depth)
    text = f"recurrence(sin({a.text}), {x.text}, {axis}{back})"
    return Piece(text, shape, dtype, a.depends | x.depends, x.limit * count)


def bits(g: Generator, a: Piece, b: Piece, shape: Shape, dtype: str) -> Piece:
    """Of integers; a count of shifts may be negative or larger than the number of bits."""
    name = g.random.choice(BITS)
    if name == "bit_not":
        a = a if a.shape == shape else b
        return Piece(f"bit_not({a.text})", shape, dtype, limit=a.limit + 1)
    if not name.startswith("shift"):
        return Piece(f"{name}({a.text}, {b.text})", shape, dtype, limit=2 * (a.limit + b.limit))
    limit = a.limit * 2.0 ** min(b.limit, 64) if name == "shift_left" else a.limit
    return Piece(f"{name}({a.text}, {b.text})", shape, dtype, limit=limit)


def lines(x: Value, axis: int) -> list[Value]:
    """The parts along an axis, which counts from the right."""

    def part(place: int) -> Value:
        return structural(lambda a: np.take(a, place, axis=axis), x)

    return [part(place) for place in range(x.shape[axis])]


def along_axis(parts: list[Value], axis: int, like: Value) -> Value:
    if not parts:
        return like
    found = stacked(parts)
    return structural(lambda a: np.moveaxis(a, -found.rank, axis), found)


def _running(step: Callable[[Interpreter, Value, Value], Value]) -> Callable[..., Value]:
    def work(interpreter: Interpreter, x: Value, axis: Any = None, reverse: Any = None) -> Value:
        place, x = along(x, axis), interpreter.node(x)
        parts = lines(x if x.is_real else interpreter.converted(x, "i64"), place)
        order = parts[::-1] if reverse is not None and reverse.array else parts
        made = order[:1]
        for part in order[1:]:
            made.append(step(interpreter, made[-1], part))
        return along_axis(made[:: 1 if order is parts else -1], place, x)

    return work


def _larger(interpreter: Interpreter, a: Value, b: Value) -> Value:
    return elementwise(NUMBERS["maximum"], [a, b], a.dtype, 0)


BUILTINS["cumsum"] = Builtin(("x", "axis", "reverse"), _running(lambda i, a, b: i.operator("+", a, b)))
BUILTINS["cumprod"] = Builtin(("x", "axis"), _running(lambda i, a, b: i.operator("*", a, b)))
BUILTINS["cummax"] = Builtin(("x", "axis"), _running(_larger))


@builtin("recurrence", "a", "b", "axis", "reverse")
def _recurrence(interpreter: Interpreter, a: Value, b: Value, axis: Any = None, reverse: Any = None) -> Value:
    a, b = interpreter.alike([a, b])
    place = along(b, axis)
    factors, terms = lines(a, place), lines(b, place)
    if reverse is not None and reverse.array:
        factors, terms = [*factors[:1], *factors[:0:-1]], terms[::-1]
    made = terms[:1]
    for factor, term in zip(factors[1:], terms[1:], strict=True):
        made.append(interpreter.operator("+", _unless_zero(interpreter, factor, made[-1]), term))
    found = along_axis(made[:: 1 if reverse is None or not reverse.array else -1], place, b)
    return varying(found, [a, b])


def _unless_zero(interpreter: Interpreter, factor: Value, y: Value) -> Value:
    """The product; no factor matters where y is 0."""
    product, strange = interpreter.operator("*", factor, y), ~np.isfinite(factor.array)
    if not strange.any():
        return product
    ignored = Value(strange & (y.array == 0), "bool", np.where(strange & (y.bound > 0), np.inf, 0.0))
    zero = exact(np.zeros(product.shape), product.dtype)
    return elementwise(chosen, [ignored, zero, product], product.dtype, 0)


def _shift(function: Any, beyond: Callable[[Any], Any]) -> Callable[..., Any]:
    def work(a: Any, count: Any) -> Any:
        size = 8 * a.dtype.itemsize
        inside = (count >= 0) & (count < size)
        return np.where(inside, function(a, np.where(inside, count, 0).astype(a.dtype)), beyond(a)).astype(a.dtype)

    return work


_MEANINGS: dict[str, Callable[..., Any]] = {
    "bit_and": np.bitwise_and,
    "bit_or": np.bitwise_or,
    "bit_xor": np.bitwise_xor,
    "bit_not": np.bitwise_not,
    "shift_left": _shift(np.left_shift, lambda a: 0 * a),
    "shift_right": _shift(np.right_shift, lambda a: np.where(a < 0, -1, 0)),
}


def _bits(name: str) -> Callable[..., Value]:
    def work(interpreter: Interpreter, **operands: Value) -> Value:
        found = interpreter.alike(list(operands.values()))
        result = elementwise(_MEANINGS[name], found, found[0].dtype, 0)
        return replace(result, written=all(value.written for value in operands.values()) and not result.rank)

    return work


for _name in BITS:
    BUILTINS[_name] = Builtin(("x",) if _name == "bit_not" else ("a", "b"), _bits(_name))
for _name in ("shift_left", "shift_right"):
    BUILTINS[_name] = Builtin(("a", "count"), _bits(_name))

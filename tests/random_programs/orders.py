"""Order along an axis: the makers, and the meanings of the functions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .builtins import builtin, numbers
from .pieces import Piece, Shape, literal
from .values import Array, Value, structural

if TYPE_CHECKING:
    from .generator import Generator
    from .interpreter import Interpreter


def ordered(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Elements in order, the largest of them, or their positions."""
    if not shape:
        return None
    axis = g.random.randrange(len(shape))
    at = "" if axis == len(shape) - 1 and g.chance(0.5) else f", axis={axis - len(shape) if g.chance(0.3) else axis}"
    source = g.random.choice(("real", "int")) if dtype == "int" else dtype
    size = shape[axis]
    if not size.text.isdigit() or g.chance(0.5):
        name = "argsort" if dtype == "int" and g.chance(0.5) else "sort"
        x = g.make(shape, dtype if name == "sort" else source, depth)
        depends = x.depends if name == "sort" else frozenset()
        return Piece(f"{name}({x.text}{at})", shape, dtype, depends, x.limit if name == "sort" else 40)
    longer = (*shape[:axis], literal(size.number + g.random.randrange(3)), *shape[axis + 1 :])
    if dtype == "bool" or not g.fits(longer):
        return None
    which = g.random.randrange(2) if dtype == "int" else 0
    x = g.make(longer, source if which else dtype, depth)
    text = f"topk({x.text}, {size.text}{at})[{which}]"
    return Piece(text, shape, dtype, frozenset() if which else x.depends, 40 if which else x.limit)


def searched(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Places in a sorted line."""
    if dtype != "int":
        return None
    source = g.random.choice(("real", "int"))
    line, values = g.make((literal(g.random.randrange(5)),), source, depth - 1), g.make(shape, source, depth)
    right = g.random.choice(("", ", true", ", right=false"))
    return Piece(f"searchsorted(sort({line.text}), {values.text}{right})", shape, dtype, frozenset(), 5)


def _axis(x: Value, axis: Any) -> int:
    return (x.rank - 1 if axis is None else numbers(axis)[0]) % x.rank - x.rank


def _positions(x: Value, axis: int, largest: bool) -> tuple[Array, Array]:
    """The order of the elements, and whether a line could have another one."""
    keys = np.flip(x.array, axis) if largest else x.array
    order = np.argsort(keys, axis=axis, kind="stable")
    if largest:
        order = x.shape[axis] - 1 - np.flip(order, axis)
    blur = 2 * np.max(x.bound, axis=axis, keepdims=True, initial=0)
    with np.errstate(invalid="ignore"):
        gaps = np.abs(np.diff(np.take_along_axis(x.array * 1.0, order, axis), axis=axis))
    close = np.any(gaps <= blur, axis=axis, keepdims=True) & (blur > 0)
    return order, close | np.isinf(blur)


def _taken(x: Value, order: Array, unsure: Array, axis: int) -> Value:
    """A sorted element is off by no more than the element that is off most."""

    def function(array: Array) -> Array:
        lead = array.ndim - x.rank
        places = np.broadcast_to(order, (*array.shape[:lead], *order.shape))
        found: Array = np.take_along_axis(array, places, axis)
        return found

    found = structural(function, x)
    bound = np.broadcast_to(np.max(x.bound, axis=axis, keepdims=True, initial=0), found.shape)
    found = replace(found, bound=bound, written=False)
    if found.tangent_bound is None:
        return found
    return replace(found, tangent_bound=np.where(unsure, np.inf, found.tangent_bound))


def _as_positions(order: Array, unsure: Array) -> Value:
    return Value(order.astype("i8"), "i64", np.broadcast_to(np.where(unsure, np.inf, 0.0), order.shape))


@builtin("sort", "x", "axis")
def _sort(interpreter: Interpreter, x: Value, axis: Any = None) -> Value:
    x, place = interpreter.node(x), _axis(x, axis)
    return _taken(x, *_positions(x, place, False), place)


@builtin("argsort", "x", "axis")
def _argsort(interpreter: Interpreter, x: Value, axis: Any = None) -> Value:
    return _as_positions(*_positions(interpreter.node(x), _axis(x, axis), False))


@builtin("topk", "x", "k", "axis")
def _topk(interpreter: Interpreter, x: Value, k: Any, axis: Any = None) -> tuple[Value, Value]:
    x, place, (count,) = interpreter.node(x), _axis(x, axis), numbers(k)
    order, unsure = _positions(x, place, True)
    order = np.take(order, np.arange(count), place)
    return _taken(x, order, unsure, place), _as_positions(order, unsure)


@builtin("searchsorted", "line", "v", "right")
def _searchsorted(interpreter: Interpreter, line: Value, v: Value, right: Value | None = None) -> Value:
    line, v = interpreter.alike([line, v])
    side: Literal["left", "right"] = "right" if right is not None and right.array else "left"
    found = np.asarray(np.searchsorted(line.array, v.array, side), "i8")
    blur = np.max(line.bound, initial=0) + v.bound
    with np.errstate(invalid="ignore"):
        gaps = np.abs(line.array - v.array[..., np.newaxis] * 1.0)
    close = np.any(gaps <= blur[..., np.newaxis], axis=-1) & (blur > 0)
    return Value(found, "i64", np.where(close | np.isinf(blur), np.inf, 0.0))

"""Arrays that are joined, cut, repeated, shifted or cut to triangles: the makers, and the meanings of the functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .builtins import along, builtin, numbers, total
from .pieces import Piece, Shape, elements, literal
from .values import Array, Value, multiplied, structural

if TYPE_CHECKING:
    from .generator import Generator
    from .interpreter import Interpreter


def joined(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A shape along one axis of which arrays were joined, cut or repeated; an axis of a dim is shifted."""
    if not shape:
        return None
    axis = g.random.randrange(len(shape))
    size, named = shape[axis], axis - len(shape) if g.chance(0.3) else axis

    def made(number: int) -> Piece:
        return g.make((*shape[:axis], literal(number), *shape[axis + 1 :]), dtype, depth)

    way = g.random.randrange(5) if size.text.isdigit() else 0
    if way == 0:
        x = g.make(shape, dtype, depth)
        shift = g.make((), "int", 0).text if g.chance(0.3) else str(g.random.randrange(-3, 4))
        return Piece(f"roll({x.text}, {shift}, axis={named})", shape, dtype, x.depends, x.limit)
    if way < 3:
        first = g.random.randrange(size.number + 1)
        a, b = made(first), made(size.number - first)
        text = f"concatenate(({a.text}, {b.text}), axis={named})"
        return Piece(text, shape, dtype, a.depends | b.depends, max(a.limit, b.limit))
    if way == 3 and size.number % 2 == 0:
        x = made(size.number // 2)
        copies = ", ".join("2" if other == axis else "1" for other in range(len(shape)))
        text = f"repeat({x.text}, 2, axis={named})" if g.chance(0.5) else f"tile({x.text}, ({copies},))"
        return Piece(text, shape, dtype, x.depends, x.limit)
    rest = g.random.randrange(3)
    if not g.fits((*shape[:axis], literal(size.number + rest), *shape[axis + 1 :])):
        return None
    x, place = made(size.number + rest), g.random.randrange(2)
    sizes = [str(rest), "-1" if g.chance(0.5) else str(size.number)]
    text = f"split({x.text}, ({', '.join(sizes if place else sizes[::-1])}), axis={named})[{place}]"
    return Piece(text, shape, dtype, x.depends, x.limit)


def triangular(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """Triangles and diagonals."""
    if not shape or g.chance(0.3):
        size = shape[-1] if shape else g.size()
        # A matrix may be wider than it is high.
        wide = literal(size.number + 2) if size.text.isdigit() and g.chance(0.3) else size
        whole = (*shape[:-1], size, wide) if shape else (size, wide)
        # A trace of small integers is an int.
        if not g.fits(whole) or dtype == "bool" or (not shape and dtype not in ("real", "int")):
            return None
        A = g.make(whole, dtype, depth)
        limit = A.limit if shape else A.limit * max(1, size.number)
        return Piece(f"{'diagonal' if shape else 'trace'}({A.text})", shape, dtype, A.depends, limit)
    if len(shape) < 2:
        return None
    if shape[-1] == shape[-2] and g.chance(0.5):
        v = g.make(shape[:-1], dtype, depth)
        return Piece(f"diag({v.text})", shape, dtype, v.depends, v.limit)
    x = g.make(shape, dtype, depth)
    offset = g.random.choice(("", ", 1", ", -1", ", k=2"))
    return Piece(f"{g.random.choice(('tril', 'triu'))}({x.text}{offset})", shape, dtype, x.depends, x.limit)


def contracted(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A product over one or two axes, anywhere."""
    middle = g.shape(g.random.choice((1, 2)))
    cut = g.random.randrange(len(shape) + 1)
    left, right = (*shape[:cut], *middle), (*middle, *shape[cut:])
    if not (g.fits(left) and g.fits(right)):
        return None
    if g.chance(0.5):
        a, b = g.make(left, dtype, depth), g.make(right, dtype, depth)
        axes = str(len(middle))
    else:
        # The axes of the second stand last, those of the first in another order.
        a = g.make((*middle[::-1], *shape[:cut]), dtype, depth)
        b = g.make((*shape[cut:], *middle), dtype, depth)
        first = [str(axis) for axis in range(len(middle))][::-1]
        second = [str(axis - len(middle)) for axis in range(len(middle))]
        axes = f"({', '.join(first)}{',' * (len(first) == 1)}), ({', '.join(second)}{',' * (len(second) == 1)})"
        axes = f"({axes})"
    limit = a.limit * b.limit * max(1, elements(middle))
    return Piece(f"tensordot({a.text}, {b.text}, {axes})", shape, dtype, a.depends | b.depends, limit)


def together(parts: Sequence[Value], axis: int) -> Value:
    tangents = [part.tangent for part in parts if part.tangent is not None]
    tangent = tangent_bound = None
    if tangents:
        lead = tangents[0].shape[: tangents[0].ndim - parts[0].rank]
        none = [np.zeros((*lead, *part.shape)) for part in parts]
        filled = [
            (zero, zero) if part.tangent is None else (part.tangent, part.tangent_bound)
            for part, zero in zip(parts, none, strict=True)
        ]
        tangent, tangent_bound = (np.concatenate(side, axis=axis) for side in zip(*filled, strict=True))
    array, bound = (np.concatenate(side, axis=axis) for side in zip(*((p.array, p.bound) for p in parts), strict=True))
    return Value(array, parts[0].dtype, bound, False, tangent, tangent_bound)


@builtin("concatenate", "parts", "axis")
def _concatenate(interpreter: Interpreter, parts: Any, axis: Any = None) -> Value:
    alike = [interpreter.node(part) for part in interpreter.alike(list(parts))]
    return together(alike, along(alike[0], axis))


@builtin("split", "x", "sizes", "axis")
def _split(interpreter: Interpreter, x: Value, sizes: Any, axis: Any = None) -> tuple[Value, ...]:
    place, counts = along(x, axis), list(numbers(sizes))
    if -1 in counts:
        counts[counts.index(-1)] = x.shape[place] - sum(counts) - 1
    ends = np.cumsum(counts)

    def part(number: int) -> Value:
        return structural(lambda a: np.split(a, ends[:-1], axis=place)[number], interpreter.node(x))

    return tuple(part(number) for number in range(len(counts)))


@builtin("repeat", "x", "times", "axis")
def _repeat(interpreter: Interpreter, x: Value, times: Any, axis: Any = None) -> Value:
    (count,), place = numbers(times), along(x, axis)
    return structural(lambda a: np.repeat(a, count, axis=place), interpreter.node(x))


@builtin("tile", "x", "times")
def _tile(interpreter: Interpreter, x: Value, times: Any) -> Value:
    counts = numbers(times)
    return structural(lambda a: np.tile(a, counts), interpreter.node(x))


@builtin("roll", "x", "shift", "axis")
def _roll(interpreter: Interpreter, x: Value, shift: Any, axis: Any = None) -> Value:
    (count,), place = numbers(shift), along(x, axis)
    return structural(lambda a: np.roll(a, count, axis=place), interpreter.node(x))


@builtin("diag", "v")
def _diag(interpreter: Interpreter, v: Value) -> Value:
    on = np.eye(v.shape[-1], dtype=bool)

    def function(array: Array) -> Array:
        found: Array = np.where(on, array[..., np.newaxis], np.zeros((), array.dtype))
        return found

    return structural(function, interpreter.node(v))


@builtin("tril", "A", "k")
def _tril(interpreter: Interpreter, A: Value, k: Any = None) -> Value:
    return structural(lambda a: np.tril(a, 0 if k is None else numbers(k)[0]), interpreter.node(A))


@builtin("triu", "A", "k")
def _triu(interpreter: Interpreter, A: Value, k: Any = None) -> Value:
    return structural(lambda a: np.triu(a, 0 if k is None else numbers(k)[0]), interpreter.node(A))


@builtin("diagonal", "A")
def _diagonal(interpreter: Interpreter, A: Value) -> Value:
    return structural(lambda a: np.diagonal(a, axis1=-2, axis2=-1), interpreter.node(A))


@builtin("tensordot", "a", "b", "axes")
def _tensordot(interpreter: Interpreter, a: Value, b: Value, axes: Any) -> Value:
    """A product of two matrices."""
    a, b = (interpreter.node(part) for part in interpreter.alike([a, b]))
    if isinstance(axes, tuple) and axes and isinstance(axes[0], tuple):
        left, right = ([axis % x.rank for axis in numbers(part)] for x, part in zip((a, b), axes, strict=True))
    else:
        (count,) = numbers(axes)
        left, right = list(range(a.rank - count, a.rank)), list(range(count))
    kept_left = [axis for axis in range(a.rank) if axis not in left]
    kept_right = [axis for axis in range(b.rank) if axis not in right]
    depth = int(np.prod([a.shape[axis] for axis in left]))
    first = _matrix(interpreter.transposed(a, (*kept_left, *left)), (_count(a, kept_left), depth))
    second = _matrix(interpreter.transposed(b, (*right, *kept_right)), (depth, _count(b, kept_right)))
    shape = (*(a.shape[axis] for axis in kept_left), *(b.shape[axis] for axis in kept_right))
    return _matrix(multiplied(first, second), shape)


def _count(value: Value, axes: Sequence[int]) -> int:
    return int(np.prod([value.shape[axis] for axis in axes]))


def _matrix(value: Value, shape: tuple[int, ...]) -> Value:
    return structural(lambda a: a.reshape((*a.shape[: a.ndim - value.rank], *shape)), value)


@builtin("trace", "A")
def _trace(interpreter: Interpreter, A: Value) -> Value:
    return total(structural(lambda a: np.diagonal(a, axis1=-2, axis2=-1), interpreter.node(A)), (-1,))

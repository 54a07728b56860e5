"""Windows, their transpose and borders: the makers, and the meanings of the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .builtins import builtin, numbers
from .pieces import Piece, Shape, literal
from .values import Array, Value, structural, summed

if TYPE_CHECKING:
    from .generator import Generator
    from .interpreter import Interpreter


def windowed(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A shape that ends with a number of windows and their size, or one that has a border or windows added up."""
    if not shape or not shape[-1].text.isdigit():
        return None
    size, stride, dilation = shape[-1].number, g.random.randrange(1, 4), g.random.randrange(1, 3)
    steps = f", {stride}, {dilation}" if g.chance(0.7) else f", strides={stride}, dilations={dilation}"
    way = g.random.randrange(3)
    if way == 0 and len(shape) > 1 and shape[-2].text.isdigit() and size and shape[-2].number:
        reach = (shape[-2].number - 1) * stride + (size - 1) * dilation + 1
        whole = (*shape[:-2], literal(reach + g.random.randrange(stride)))
        if not g.fits(whole):
            return None
        x = g.make(whole, dtype, depth)
        return Piece(f"windows({x.text}, {size}{steps})", shape, dtype, x.depends, x.limit)
    if way == 1 and size and dtype != "bool":
        window = g.random.randrange(1, min(3, (size - 1) // dilation + 1) + 1)
        count = (size - (window - 1) * dilation - 1) // stride + 1
        parts = (*shape[:-1], literal(count), literal(window))
        if not g.fits(parts):
            return None
        x = g.make(parts, dtype, depth)
        return Piece(f"overlap_add({x.text}, {size}{steps})", shape, dtype, x.depends, x.limit * window)
    before = g.random.randrange(min(2, size) + 1)
    after = g.random.randrange(min(2, size - before) + 1)
    x = g.make((*shape[:-1], literal(size - before - after)), dtype, depth)
    ends = f"({before},), {after}" if g.chance(0.5) else f"(({before}, {after}),)"
    value = "" if dtype == "bool" or g.chance(0.5) else ", value=1"
    return Piece(f"pad({x.text}, {ends}{value})", shape, dtype, x.depends, max(x.limit, 1))


def _places(count: int, size: int, stride: int, dilation: int) -> Array:
    return np.arange(count)[:, np.newaxis] * stride + np.arange(size) * dilation


@builtin("windows", "x", "sizes", "strides", "dilations")
def _windows(interpreter: Interpreter, x: Value, sizes: Any, strides: Any = None, dilations: Any = None) -> Value:
    (size,) = numbers(sizes)
    stride, dilation = (1 if given is None else numbers(given)[0] for given in (strides, dilations))
    count = (x.shape[-1] - (size - 1) * dilation - 1) // stride + 1
    at = _places(count, size, stride, dilation)
    return structural(lambda a: a[..., at], interpreter.node(x))


@builtin("overlap_add", "x", "shape", "strides", "dilations")
def _overlap_add(interpreter: Interpreter, x: Value, shape: Any, strides: Any = None, dilations: Any = None) -> Value:
    (whole,) = numbers(shape)
    stride, dilation = (1 if given is None else numbers(given)[0] for given in (strides, dilations))
    x = interpreter.node(x)
    count, size = x.shape[-2:]
    at = _places(count, size, stride, dilation)

    def function(array: Array) -> Array:
        out = np.zeros((*array.shape[:-2], whole), array.dtype)
        every: Any = (..., at)
        np.add.at(out, every, array)
        return out

    return summed(x, function, x.shape[-1], x.dtype)


@builtin("pad", "x", "before", "after", "value")
def _pad(interpreter: Interpreter, x: Value, before: Any, after: Any = None, value: Any = None) -> Value:
    ends = before[0] if after is None else (before, after)
    (first,), (last,) = numbers(ends[0]), numbers(ends[1])
    number = 0 if value is None else int(value.array)
    x = interpreter.node(x)

    def function(array: Array, filling: int = 0) -> Array:
        rim = [(0, 0)] * (array.ndim - 1) + [(first, last)]
        return np.pad(array, rim, constant_values=filling)

    found = structural(function, x)
    return Value(function(x.array, number), x.dtype, found.bound, False, found.tangent, found.tangent_bound)

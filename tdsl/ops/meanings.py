"""The meanings of ops for which NumPy has no function.

The compiler evaluates with them, and the text of this file is a part of generated modules: it needs NumPy alone.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_erf = np.frompyfunc(math.erf, 1, 1)
_erfc = np.frompyfunc(math.erfc, 1, 1)


def erf(x: Any) -> Any:
    return np.asarray(_erf(x), np.asarray(x).dtype)


def erfc(x: Any) -> Any:
    return np.asarray(_erfc(x), np.asarray(x).dtype)


def erfc_series(x: Any) -> Any:
    """x sqrt(pi) exp(x^2) erfc(x) - 1 of a large x: its asymptotic series."""
    u = 0.5 / np.square(np.maximum(x, 12.0))
    found = np.zeros_like(u)
    for factor in range(21, 0, -2):
        found = -factor * u * (1 + found)
    return found


def erfcx(x: Any) -> Any:
    """exp(x^2) erfc(x).  The part of the square that rounding loses counts for a large one."""
    wide = np.asarray(x, np.float64)
    near = np.clip(wide, -30.0, 12.0)
    high = near * 134217729.0
    high = high - (high - near)
    low, square = near - high, near * near
    lost = ((high * high - square) + 2 * high * low) + low * low
    power = np.exp(square) * (1 + lost)
    far = (1 + erfc_series(wide)) / (wide * math.sqrt(math.pi))
    return np.where(wide <= 12, power * erfc(near), far).astype(np.asarray(x).dtype)


def erfcx_slope(x: Any) -> Any:
    """The derivative of erfcx, 2 x erfcx(x) - 2 / sqrt(pi), with all digits where x is large."""
    wide = np.asarray(x, np.float64)
    scale = 2 / math.sqrt(math.pi)
    slope = np.where(wide <= 12, 2 * wide * erfcx(wide) - scale, scale * erfc_series(wide))
    return slope.astype(np.asarray(x).dtype)


def log_erfc(x: Any) -> Any:
    """log(erfc(x)), also where erfc underflows or is nearly 1."""
    wide = np.asarray(x, np.float64)
    near = np.log1p(-erf(np.minimum(wide, 1.0)))
    far = np.log(erfcx(np.maximum(wide, 1.0))) - wide * wide
    return np.where(wide < 1, near, far).astype(np.asarray(x).dtype)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)) without overflow."""
    small = np.exp(-np.abs(x))
    one = np.ones((), small.dtype)
    return np.where(x >= 0, one, small) / (one + small)


def sigmoid_slope(x: Any) -> Any:
    """The derivative of sigmoid; y (1 - y) loses it where y is nearly 1."""
    small = np.exp(-np.abs(x))
    return small / np.square(np.ones((), small.dtype) + small)


def tanh_slope(x: Any) -> Any:
    """The derivative of tanh, 1 / cosh(x)^2."""
    return sigmoid_slope(x + x) * np.asarray(4, np.asarray(x).dtype)


def one_minus_square(x: Any) -> Any:
    """1 - x^2, with all digits where that is nearly 0."""
    one = np.ones((), np.asarray(x).dtype)
    return (one - x) * (one + x)


def hypot_slope(a: Any, b: Any) -> Any:
    """The derivative of hypot by a: a / hypot(a, b), and 0 at 0."""
    far = np.hypot(a, b)
    return a / np.where(far == 0, np.ones((), far.dtype), far)


def softplus(x: Any) -> Any:
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def log1mexp(x: Any) -> Any:
    """log(1 - exp(x)) for x <= 0, by the function that keeps its digits: M. Mächler, Accurately computing
    log(1 - exp(-|a|)) (2012)."""
    return np.where(x > -math.log(2), np.log(-np.expm1(x)), np.log1p(-np.exp(np.minimum(x, 0))))


def exp_add(a: Any, b: Any) -> Any:
    """exp(a + b), and the part of the sum that rounding loses: it counts for a large one."""
    total = a + b
    part = total - a
    lost = (a - (total - part)) + (b - part)
    power = np.exp(total)
    return np.where(np.isfinite(power) & np.isfinite(total), power + power * lost, power)


def floor_divide(a: Any, b: Any) -> Any:
    """Rounds down; division by zero is 0 and a fault of the call."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.floor_divide(a, b)


def floor_remainder(a: Any, b: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.remainder(a, b)


def _shift(shift: Any, a: Any, count: Any, beyond: Any) -> Any:
    """A shift by as many bits as there are or more, or by a negative number, leaves nothing but the sign."""
    a = np.asarray(a)
    a = a.astype(np.int64) if a.dtype == object else a
    bits = 8 * a.dtype.itemsize
    fits = (count >= 0) & (count < bits)
    return np.where(fits, shift(a, np.where(fits, count, 0).astype(a.dtype)), beyond(a)).astype(a.dtype)


def shift_left(a: Any, count: Any) -> Any:
    return _shift(np.left_shift, a, count, np.zeros_like)


def shift_right(a: Any, count: Any) -> Any:
    """Rounds down, as a division by a power of two does."""
    return _shift(np.right_shift, a, count, lambda x: -(x < 0).astype(x.dtype))


def total(x: Any, axes: tuple[int, ...]) -> Any:
    """A sum in pairs, or with twice the digits, along every axis; NumPy adds up rows one after the other."""
    if x.dtype == np.float32:
        return np.sum(x, axis=axes, dtype=np.float64).astype(np.float32)
    if x.dtype != np.float64 or not axes:
        return np.sum(x, axis=axes, dtype=x.dtype)
    lines = np.moveaxis(x, axes, range(-len(axes), 0))
    kept = lines.shape[: -len(axes)]
    return np.sum(np.ascontiguousarray(lines).reshape(*kept, math.prod(lines.shape[len(kept) :])), axis=-1)


def length(x: Any, axes: tuple[int, ...]) -> Any:
    """The root of the sum of squares, by the largest of them: a square may leave the range."""
    x = np.abs(x)
    top = np.max(x, axis=axes, initial=0, keepdims=True)
    top = np.where((top > 0) & (top < np.inf), top, np.ones((), x.dtype))
    return np.squeeze(top, axes) * np.sqrt(total((x / top) ** 2, axes))


def _bounds(dtype: Any) -> Any:
    return (-np.inf, np.inf) if dtype.kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)


def largest(x: Any, axes: tuple[int, ...]) -> Any:
    """Of no elements it is the least value of the dtype."""
    return np.max(x, axis=axes, initial=_bounds(x.dtype)[0])


def least(x: Any, axes: tuple[int, ...]) -> Any:
    return np.min(x, axis=axes, initial=_bounds(x.dtype)[1])


def _wide(x: Any) -> Any:
    """The dtype that running results have: that of x, with more digits than a single."""
    return np.float64 if x.dtype == np.float32 else x.dtype


def running_sums(x: Any, axis: int, reverse: bool) -> Any:
    lines = np.flip(x, axis) if reverse else x
    sums = np.cumsum(lines, axis=axis, dtype=_wide(x)).astype(x.dtype)
    return np.flip(sums, axis) if reverse else sums


def running_products(x: Any, axis: int) -> Any:
    return np.cumprod(x, axis=axis, dtype=_wide(x)).astype(x.dtype)


def running_maxima(x: Any, axis: int) -> Any:
    return np.maximum.accumulate(x, axis=axis)


def recurrence(a: Any, b: Any, axis: int, reverse: bool) -> Any:
    """y[k] = a[k] y[k - 1] + b[k]; in reverse y[k] = a[k + 1] y[k + 1] + b[k].  A y of 0 takes no factor."""
    factors, y = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0).astype(_wide(b))
    for k in range(1, len(y)):
        here, last, factor = (-k - 1, y[-k], factors[-k]) if reverse else (k, y[k - 1], factors[k])
        y[here] += np.where(last == 0, np.zeros((), y.dtype), factor * last)
    return np.moveaxis(y, 0, axis).astype(b.dtype)


def products_before(x: Any, *directions: Any) -> list[Any]:
    """The sums of products of all elements before each, for each set of directions, as the bits of a number: with one
    element replaced for each direction of the set."""
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
    """The product before each element times the product behind it, along the last axis, in double."""
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


def iota_values(shape: tuple[int, ...], axis: int) -> Any:
    index = np.arange(shape[axis], dtype=np.int64)
    return np.broadcast_to(index.reshape([-1 if i == axis else 1 for i in range(len(shape))]), shape)


def broadcast_values(x: Any, shape: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    return np.broadcast_to(np.reshape(x, [n if i in axes else 1 for i, n in enumerate(shape)]), shape)


def ranges(starts: Any, steps: Any, sizes: Any) -> tuple[slice, ...]:
    """NumPy slices; a negative step that reaches the first element needs the stop None."""
    out = []
    for start, step, size in zip(starts, steps, sizes, strict=True):
        stop = start + step * size
        out.append(slice(start, stop if stop >= 0 else None, step) if size else slice(0, 0))
    return tuple(out)


def slice_values(x: Any, starts: Any, steps: Any, sizes: Any) -> Any:
    return x[ranges(starts, steps, sizes)]


def place_values(x: Any, shape: Any, starts: Any, steps: Any) -> Any:
    out = np.zeros(shape, x.dtype)
    out[ranges(starts, steps, x.shape)] = x
    return out


def window_values(x: Any, sizes: Any, strides: Any, dilations: Any) -> Any:
    """Windows of the last axes, as a view: the windows along each axis, then the elements of one."""
    lead, whole = x.ndim - len(sizes), x.shape[x.ndim - len(sizes) :]
    spans = ((size - 1) * step + 1 for size, step in zip(sizes, dilations, strict=True))
    counts = ((n - span) // stride + 1 for n, span, stride in zip(whole, spans, strides, strict=True))
    steps = (*strides, *dilations)
    bytes_apart = (*x.strides[:lead], *(step * apart for step, apart in zip(steps, x.strides[lead:] * 2, strict=True)))
    shape = (*x.shape[:lead], *counts, *sizes)
    return np.lib.stride_tricks.as_strided(x, shape, bytes_apart, writeable=False)


def add_windows(x: Any, shape: Any, strides: Any, dilations: Any) -> Any:
    """Zeros with each element of each window added at its place, one place of all windows after the other."""
    count = len(shape)
    lead, counts, sizes = x.shape[: x.ndim - 2 * count], x.shape[x.ndim - 2 * count : x.ndim - count], x.shape[-count:]
    out = np.zeros((*lead, *shape), x.dtype)
    for offsets in np.ndindex(*sizes):
        starts = (offset * step for offset, step in zip(offsets, dilations, strict=True))
        place: Any = (..., *ranges(starts, strides, counts))
        out[place] += x[(..., *offsets)]
    return out


def add_piece(out: Any, x: Any, starts: Any, steps: Any) -> None:
    """Adds to an array where a place would write."""
    out[ranges(starts, steps, x.shape)] += x


def add_at(out: Any, value: Any, index: Any, axis: int) -> None:
    """Adds to a contiguous array at positions along one axis, in the order of the value.  NumPy is fastest with
    one axis."""
    index = np.asarray(index)
    if index.ndim == 0:
        out[(slice(None),) * axis + (index[()],)] += value
        return
    before, behind = (np.arange(math.prod(sizes)) for sizes in (out.shape[:axis], out.shape[axis + 1 :]))
    size = out.shape[axis]
    index = np.arange(size)[index].reshape(-1, 1)
    places = (before.reshape(-1, 1, 1) * size + index) * behind.size + behind
    np.add.at(out.reshape(-1), places.reshape(-1), np.reshape(value, -1))


def positions_in_order(x: Any, axis: int) -> Any:
    """Of the elements from the least on, equal ones in their order, nan last."""
    return np.argsort(x, axis=axis, kind="stable")


def in_order(x: Any, axis: int) -> Any:
    return np.take_along_axis(x, positions_in_order(x, axis), axis)


def positions_of_largest(x: Any, axis: int, size: int) -> Any:
    """Of the largest elements, nan first, equal ones in their order: the last of the reversed line."""
    reverse = np.flip(positions_in_order(np.flip(x, axis), axis), axis)
    return np.take(x.shape[axis] - 1 - reverse, np.arange(size), axis)


def searched(line: Any, values: Any, right: bool) -> Any:
    return np.asarray(np.searchsorted(line, values, "right" if right else "left"), np.int64)


def written(x: Any, part: Any, index: Any, starts: Any, steps: Any, axis: int) -> Any:
    """A copy of an array with a part of it replaced; of a place named twice the last element in the order of the index
    counts."""
    out, place, whole, flat, lines = _write_parts(x, part, index, starts, steps, axis)
    positions, last = np.unique(flat[::-1], return_index=True)
    whole[(slice(None),) * axis + (positions,)] = np.take(lines, flat.size - 1 - last, axis=axis)
    out[place] = whole
    return out


def written_add(x: Any, part: Any, index: Any, starts: Any, steps: Any, axis: int) -> Any:
    """A copy of an array with a part added to it, in the order of the index."""
    out, place, whole, flat, lines = _write_parts(x, part, index, starts, steps, axis)
    add_at(whole, lines, flat, axis)
    out[place] = whole
    return out


def _write_parts(x: Any, part: Any, index: Any, starts: Any, steps: Any, axis: int) -> tuple[Any, Any, Any, Any, Any]:
    """A copy of an array, its region, a copy of that, the positions along one axis and the part over it."""
    out, index = np.array(x, order="C"), np.asarray(index)
    sizes = (*part.shape[:axis], x.shape[axis], *part.shape[axis + index.ndim :])
    place = ranges(starts, steps, sizes)
    flat = np.arange(x.shape[axis])[index.reshape(-1)]
    lines = np.reshape(part, (*part.shape[:axis], flat.size, *part.shape[axis + index.ndim :]))
    return out, place, np.array(out[place], order="C"), flat, lines


def all_reduced(x: Any, rows: Any) -> Any:
    """The numbers of a process that trains alone, and its rows."""
    return np.append(x, np.asarray(rows, x.dtype))

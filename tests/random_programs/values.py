"""Arrays of float64 that know how far a computation in the program's own precision may be off.

`bound` is a running error bound: rounding adds c·u·|value|, and an operation's effect on its operands' bounds is found
by evaluating it at their corners.  Infinity means that nothing is known, as where a comparison could go either way.
`tangent` holds one derivative for each direction along a leading axis, made by complex steps through each function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

NUMPY = {"f32": "f8", "f64": "f8", "i64": "i8", "i32": "i4", "u8": "u1", "bool": "?"}
UNIT = {"f32": 2.0**-24, "f64": 2.0**-53}
LARGEST = {"f32": 3.4e38, "f64": 1.7e308}
SMALLEST = {"f32": 2.0**-125, "f64": 2.0**-1021}
# Beyond this, as a part of 1 + |value|, a bound tells nothing.
BLURRED = 0.01
STEP = 1e-100
# Slopes below are lost beside such a step.
FAINTEST = 1e-200
# A slope that is as good as infinite.
VERTICAL = 1e12
# The distance from a kink below which a derivative is not judged.
NUDGE = 1e-11


@dataclass(frozen=True, eq=False)
class Value:
    """`written` numbers stand in the program and take the dtype of the other operand."""

    array: Array
    dtype: str
    bound: Array
    written: bool = False
    tangent: Array | None = None
    tangent_bound: Array | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.array.shape
        return shape

    @property
    def rank(self) -> int:
        return self.array.ndim

    @property
    def is_real(self) -> bool:
        return self.dtype in UNIT

    def without_tangent(self) -> Value:
        return replace(self, tangent=None, tangent_bound=None)


def exact(array: Any, dtype: str, written: bool = False) -> Value:
    found = np.asarray(array, NUMPY[dtype])
    return Value(found, dtype, np.zeros(found.shape), written)


def seeded(value: Value) -> Value:
    """The value with a tangent for each element: values computed from it have its Jacobian."""
    size = value.array.size
    tangent = np.eye(size).reshape(size, *value.shape)
    return replace(value, tangent=tangent, tangent_bound=np.zeros(tangent.shape))


def settled(array: Array, bound: Array, dtype: str, unknown: Any) -> Array:
    """The bound, infinite where it is blurred or overflows or is unknown; infinities and NaN are exact or unknown."""
    if dtype not in UNIT:
        return np.where(unknown | (bound > 0), np.inf, 0.0)
    finite = np.isfinite(array)
    size = np.abs(array)
    lost = unknown | ~(bound <= BLURRED * (1 + size)) | (size + bound > LARGEST[dtype])
    return np.where(finite, np.where(lost, np.inf, bound), np.where(unknown | (bound == np.inf), np.inf, 0.0))


def rounded(array: Array, dtype: str, units: float) -> Array:
    """The error that rounding adds."""
    return units * UNIT[dtype] * np.abs(array) + SMALLEST[dtype] if dtype in UNIT and units else np.zeros(array.shape)


def difference(one: Array, other: Array) -> Array:
    """The distance of elements: zero for equal infinities and NaN, infinite for any other that is not finite."""
    if one.dtype == bool:
        return np.where(one != other, np.inf, 0.0)
    same = (one == other) | ((one != one) & (other != other))
    with np.errstate(all="ignore"):
        apart = np.abs(np.subtract(one, other, dtype=np.float64))
    return np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart))


def elementwise(
    function: Callable[..., Any],
    operands: Sequence[Value],
    dtype: str,
    units: float = 1.0,
    slack: float = 0.0,
) -> Value:
    """`function` of reals or integers, and of complex numbers where a tangent asks for it.  `slack` is the absolute
    error of its usual derivative, in units of rounding."""
    arrays = [operand.array for operand in operands]
    differentiated = [operand.is_real and operand.tangent is not None and dtype in UNIT for operand in operands]
    near = any(operand.tangent is not None for operand in operands)
    array = np.asarray(function(*arrays)).astype(NUMPY[dtype], copy=False)
    unknown = np.zeros(array.shape, bool)
    radii = []
    for operand in operands:
        unknown = unknown | np.isinf(operand.bound)
        radius = np.where(np.isinf(operand.bound), 0.0, operand.bound)
        radii.append(radius + NUDGE * (1 + np.abs(operand.array)) if near and operand.is_real else radius)
    corners = _corners(operands, arrays, radii)
    spread = np.zeros(array.shape)
    for corner in corners:
        spread = np.maximum(spread, difference(np.asarray(function(*corner)), array))
    bound = settled(array, spread + rounded(array, dtype, units), dtype, unknown)
    if not any(differentiated):
        return Value(array, dtype, bound)
    tangent, tangent_bound = np.zeros(()), np.zeros(())
    for index, operand in enumerate(operands):
        if not differentiated[index]:
            continue
        assert operand.tangent is not None and operand.tangent_bound is not None
        partial = _partial(function, arrays, index)
        blur = np.zeros(array.shape)
        for corner in corners:
            blur = np.maximum(blur, difference(_partial(function, corner, index), partial))
        blur = (
            blur
            + (2 * units + 2) * UNIT[dtype] * np.abs(partial)
            + slack * UNIT[dtype]
            + max(SMALLEST[dtype], FAINTEST)
        )
        blur = np.where(unknown | (blur > BLURRED * (1 + np.abs(partial))), np.inf, blur)
        along, off = _aligned(operand.tangent, array.ndim), _aligned(operand.tangent_bound, array.ndim)
        tangent = tangent + partial * along
        tangent_bound = (
            tangent_bound + product_of_bounds(np.abs(partial), off) + product_of_bounds(blur, np.abs(along) + off)
        )
        # Zero times infinity depends on the rule of the derivative.
        tangent_bound = np.where(np.abs(partial) < VERTICAL, tangent_bound, np.nan)
    return Value(array, dtype, bound, False, np.asarray(tangent), np.asarray(tangent_bound))


def close(found: Value, a: Value, b: Value) -> Value:
    """What depends on whether two reals are equal is unknown where they may be, which no corner of their bounds need
    show."""
    blur = a.bound + b.bound
    return replace(found, bound=np.where((blur > 0) & (difference(a.array, b.array) <= blur), np.inf, found.bound))


def _corners(operands: Sequence[Value], arrays: list[Array], radii: list[Array]) -> list[list[Array]]:
    """The operands moved by their bounds, in every combination of directions."""
    moving = [operand.is_real and bool(radius.any()) for operand, radius in zip(operands, radii, strict=True)]
    if not any(moving):
        return []
    ways = product(*((-1, 1) if moves else (0,) for moves in moving))
    return [
        [array + way * radius if way else array for array, way, radius in zip(arrays, signs, radii, strict=True)]
        for signs in ways
    ]


def _partial(function: Callable[..., Any], arrays: Sequence[Array], index: int) -> Array:
    """Not a number where the function is not one."""
    # A sum of arrays without axes is a scalar; `1j` times a real scalar is of Python, which does not divide by zero.
    moved = [np.asarray(array + 1j * STEP) if place == index else array for place, array in enumerate(arrays)]
    return np.where(np.isnan(function(*arrays)), np.nan, np.imag(function(*moved)) / STEP)


def _aligned(tangent: Array, rank: int) -> Array:
    """Directions first, the other axes aligned from the right to a rank."""
    return tangent.reshape(tangent.shape[0], *(1,) * (rank + 1 - tangent.ndim), *tangent.shape[1:])


def product_of_bounds(bound: Array, size: Array) -> Array:
    """A product of bounds; a certain zero absorbs an unknown bound, but no NaN."""
    known = ~(np.isnan(bound) | np.isnan(size))
    return np.where(known & ((bound == 0) | (size == 0)), 0.0, bound * size)


def structural(function: Callable[[Array], Array], value: Value) -> Value:
    """A function that only places elements and leaves leading axes alone."""
    tangents = (value.tangent, value.tangent_bound)
    moved = (None if part is None else function(part) for part in tangents)
    return Value(function(value.array), value.dtype, function(value.bound), value.written, *moved)


def stacked(parts: Sequence[Value]) -> Value:
    """Equal parts along a new first axis."""
    rank = parts[0].rank
    along = [part.tangent for part in parts if part.tangent is not None]
    tangent = tangent_bound = None
    if along:
        none = np.zeros(along[0].shape)
        tangents = [(none, none) if p.tangent is None else (p.tangent, p.tangent_bound) for p in parts]
        tangent, tangent_bound = (np.stack(side, axis=-rank - 1) for side in zip(*tangents, strict=True))
    bound = np.stack([part.bound for part in parts])
    written = all(part.written for part in parts)
    return Value(np.stack([part.array for part in parts]), parts[0].dtype, bound, written, tangent, tangent_bound)


def summed(value: Value, function: Callable[[Array], Array], terms: int, dtype: str) -> Value:
    """`function` adds elements up, at most `terms` into one, and leaves leading axes alone."""
    if not value.is_real:
        array = np.asarray(function(value.array.astype("i8"))).astype(NUMPY[dtype], copy=False)
        return Value(array, dtype, settled(array, np.asarray(function(value.bound)), dtype, False))
    array = np.asarray(function(value.array))
    bound = np.asarray(function(value.bound)) + terms * UNIT[dtype] * np.asarray(function(np.abs(value.array)))
    bound = settled(array, bound, dtype, np.isinf(np.asarray(function(value.bound))))
    if value.tangent is None or value.tangent_bound is None:
        return Value(array, dtype, bound)
    size = np.asarray(function(np.abs(value.tangent)))
    tangent_bound = np.asarray(function(value.tangent_bound)) + terms * UNIT[dtype] * size
    return Value(array, dtype, bound, False, np.asarray(function(value.tangent)), tangent_bound)


def multiplied(a: Value, b: Value) -> Value:
    """The matrix product by the table of the reference."""
    stack = "uvwxy"[: max(a.rank, b.rank) - 2] if max(a.rank, b.rank) > 2 else ""
    left = stack[len(stack) - max(a.rank - 2, 0) :] + ("mk" if a.rank > 1 else "k")
    right = stack[len(stack) - max(b.rank - 2, 0) :] + ("kn" if b.rank > 1 else "k")
    out = stack + ("m" if a.rank > 1 else "") + ("n" if b.rank > 1 else "")

    def times(x: Array, y: Array, first: str = "", second: str = "") -> Array:
        # einsum is asked for a plain sum of products, so that an infinity meets every zero.
        return np.asarray(np.einsum(f"{first}{left},{second}{right}->{first or second}{out}", x, y))

    array = times(a.array, b.array)
    if not a.is_real:
        unknown = times(np.isinf(a.bound) * 1.0, np.ones(b.shape)) + times(np.ones(a.shape), np.isinf(b.bound) * 1.0)
        return Value(array, a.dtype, np.where(unknown > 0, np.inf, 0.0))
    units = (a.array.shape[-1] + 1) * UNIT[a.dtype]
    x, y = np.abs(a.array), np.abs(b.array)
    lost = times(np.isinf(a.bound) * 1.0, np.ones(b.shape)) + times(np.ones(a.shape), np.isinf(b.bound) * 1.0) > 0
    p, q = (np.where(np.isinf(operand.bound), 0.0, operand.bound) for operand in (a, b))
    bound = times(x, q) + times(p, y) + times(p, q) + units * times(x, y) + SMALLEST[a.dtype]
    bound = settled(array, np.where(np.isnan(bound), np.inf * ~np.isfinite(array), bound), a.dtype, lost)
    if a.tangent is None and b.tangent is None:
        return Value(array, a.dtype, bound)
    tangent, tangent_bound = np.zeros(()), np.zeros(())
    for operand, other, is_left in ((a, b, True), (b, a, False)):
        if operand.tangent is None or operand.tangent_bound is None:
            continue

        def along_with(t: Array, o: Array, is_left: bool = is_left) -> Array:
            return times(t, o, "z", "") if is_left else times(o, t, "", "z")

        along, off = operand.tangent, np.where(np.isinf(operand.tangent_bound), 1e300, operand.tangent_bound)
        blur = np.where(np.isinf(other.bound), 1e300, other.bound)
        tangent = tangent + along_with(along, other.array)
        size = along_with(np.abs(along), np.abs(other.array))
        tangent_bound = tangent_bound + units * size + along_with(off, np.abs(other.array))
        tangent_bound = tangent_bound + along_with(np.abs(along), blur)
    return Value(array, a.dtype, bound, False, np.asarray(tangent), np.asarray(tangent_bound))

"""The functions of the language's reference, of values with bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .meanings import BESIDE_ZERO, NUMBERS, REAL, TESTS, TWO_REALS, chosen, linear
from .special import polygamma
from .values import UNIT, Array, Value, difference, elementwise, exact, structural, summed

if TYPE_CHECKING:
    from .interpreter import Interpreter


@dataclass(frozen=True, eq=False)
class Builtin:
    """`work(interpreter, **values)`, with values by parameter."""

    parameters: tuple[str, ...]
    work: Callable[..., Any]


BUILTINS: dict[str, Builtin] = {}
Work = TypeVar("Work", bound=Callable[..., Any])


def builtin(name: str, *parameters: str) -> Callable[[Work], Work]:
    def register(work: Work) -> Work:
        BUILTINS[name] = Builtin(parameters, work)
        return work

    return register


def numbers(value: Any) -> tuple[int, ...]:
    """A size or axis, or a tuple of them."""
    return tuple(v.array.item() for v in value) if isinstance(value, tuple) else (value.array.item(),)


def along(x: Value, axis: Any) -> int:
    """An axis, the first by default, from the right: tangents have more axes on the left."""
    return (0 if axis is None else numbers(axis)[0]) % x.rank - x.rank


# Elementwise


def _real(name: str) -> Callable[..., Value]:
    function, units, slack = REAL[name]

    def work(interpreter: Interpreter, **operands: Value) -> Value:
        found = interpreter.alike(list(operands.values()))
        if all(value.written for value in operands.values()):
            found = [interpreter.converted(value, interpreter.real) for value in operands.values()]
            if not any(value.rank for value in found):
                return exact(function(*(value.array.astype("f8") for value in found)), "f64", True)
        result = elementwise(function, found, found[0].dtype, units, slack)
        if name in ("sin", "cos", "tan"):
            # What lies between corners so far apart is not known.
            result = replace(result, bound=np.where(found[0].bound > 0.5, np.inf, result.bound))
        if name in BESIDE_ZERO:
            return replace(result, bound=result.bound + BESIDE_ZERO[name] * UNIT[result.dtype])
        return beside_one(result, found) if name == "logaddexp" else result

    return work


def beside_one(result: Value, operands: list[Value]) -> Value:
    """A logarithm of nearly 1 is off by units of the operands, which it is a difference of."""
    size = np.maximum(*(np.abs(operand.array) for operand in operands))
    return replace(result, bound=result.bound + np.where(np.isfinite(size), 4 * UNIT[result.dtype] * size, 0))


for _name in REAL:
    BUILTINS[_name] = Builtin(TWO_REALS.get(_name, ("x",)), _real(_name))


def _number(name: str) -> Callable[..., Value]:
    def work(interpreter: Interpreter, **operands: Value) -> Value:
        found = interpreter.alike(list(operands.values()))
        written = all(value.written for value in operands.values()) and not found[0].rank
        result = elementwise(NUMBERS[name], found, found[0].dtype, 0)
        return replace(result, written=written)

    return work


for _name in NUMBERS:
    BUILTINS[_name] = Builtin(("a", "b") if _name.startswith("m") else ("x",), _number(_name))
for _name, _function in TESTS.items():
    BUILTINS[_name] = Builtin(
        ("x",),
        lambda interpreter, x, function=_function: elementwise(function, [interpreter.alike([x])[0]], "bool"),
    )


@builtin("polygamma", "n", "x")
def _polygamma(interpreter: Interpreter, n: Value, x: Value) -> Value:
    (order,), (x,) = numbers(n), interpreter.alike([x])
    if x.written:
        x = interpreter.converted(x, interpreter.real)
    function = linear(partial(polygamma, order), partial(polygamma, order + 1))
    return elementwise(function, [x], x.dtype, 8 + 2 * order)


@builtin("mod", "a", "b")
def _mod(interpreter: Interpreter, a: Value, b: Value) -> Value:
    return interpreter.operator("%", a, b)


@builtin("pow", "a", "b")
def _pow(interpreter: Interpreter, a: Value, b: Value) -> Value:
    return interpreter.operator("**", a, b)


@builtin("switch", "condition", "a", "b")
def _switch(interpreter: Interpreter, condition: Value, a: Value, b: Value) -> Value:
    a, b = interpreter.alike([a, b])
    return elementwise(chosen, [condition, a, b], a.dtype, 0)


for _name in ("real", "int", "bool", "u8", "i32", "i64", "f32", "f64"):
    BUILTINS[_name] = Builtin(("x",), lambda interpreter, x, name=_name: interpreter.cast(x, name))


@builtin("stop_grad", "x")
def _stop_grad(interpreter: Interpreter, x: Value) -> Value:
    return x.without_tangent()


for _name, _parameters in {
    "grad": ("cost", "wrt"),
    "vjp": ("y", "wrt", "u"),
    "jvp": ("y", "wrt", "v"),
    "jacobian": ("y", "wrt"),
    "hessian": ("cost", "wrt"),
}.items():
    BUILTINS[_name] = Builtin(_parameters, lambda *given: None)


@builtin("touched", "g")
def _touched(interpreter: Interpreter, g: Value) -> Value:
    return interpreter.touched() if interpreter.touched else exact(np.ones(g.shape), "bool")


# Reductions


def axes_of(value: Value, axis: Any) -> tuple[int, ...]:
    """From the right; the name of a dim is the one axis of that size, which a written number cannot say."""
    if axis is None:
        return tuple(range(-value.rank, 0))
    return tuple(number if number < 0 else number - value.rank for number in numbers(axis))


def kept(found: Value, value: Value, axes: tuple[int, ...], keepdims: Value | None) -> Value:
    if keepdims is None or not keepdims.array:
        return found
    shape = tuple(1 if axis - value.rank in axes else size for axis, size in enumerate(value.shape))
    return structural(lambda a: a.reshape(*a.shape[: a.ndim - found.rank], *shape), found)


def total(value: Value, axes: tuple[int, ...]) -> Value:
    terms = int(np.prod([value.shape[axis] for axis in axes]))
    return summed(value, lambda a: np.sum(a, axis=axes), terms, value.dtype if value.is_real else "i64")


@builtin("sum", "x", "axis", "keepdims")
def _sum(interpreter: Interpreter, x: Value, axis: Any = None, keepdims: Value | None = None) -> Value:
    axes = axes_of(x, axis)
    return kept(total(interpreter.node(x), axes), x, axes, keepdims)


def mean(interpreter: Interpreter, value: Value, axes: tuple[int, ...], less: int = 0) -> Value:
    """The sum divided by the number of its terms or so many less."""
    count = exact(int(np.prod([value.shape[axis] for axis in axes])) - less, "i64", True)
    return interpreter.operator("/", total(value, axes), count)


@builtin("mean", "x", "axis", "keepdims")
def _mean(interpreter: Interpreter, x: Value, axis: Any = None, keepdims: Value | None = None) -> Value:
    axes = axes_of(x, axis)
    return kept(mean(interpreter, x, axes), x, axes, keepdims)


@builtin("var", "x", "axis", "keepdims", "ddof")
def _var(
    interpreter: Interpreter, x: Value, axis: Any = None, keepdims: Value | None = None, ddof: Value | None = None
) -> Value:
    axes = axes_of(x, axis)
    centre = kept(mean(interpreter, x, axes), x, axes, exact(True, "bool"))
    deviation = interpreter.operator("-", x, centre)
    squares, less = interpreter.operator("*", deviation, deviation), 0 if ddof is None else numbers(ddof)[0]
    return kept(mean(interpreter, squares, axes, less), x, axes, keepdims)


@builtin("std", "x", "axis", "keepdims", "ddof")
def _std(
    interpreter: Interpreter, x: Value, axis: Any = None, keepdims: Value | None = None, ddof: Value | None = None
) -> Value:
    function, units, slack = REAL["sqrt"]
    variance = _var(interpreter, x, axis, keepdims, ddof)
    return elementwise(function, [variance], variance.dtype, units, slack)


@builtin("norm", "x", "axis", "keepdims")
def _norm(interpreter: Interpreter, x: Value, axis: Any = None, keepdims: Value | None = None) -> Value:
    function, units, slack = REAL["sqrt"]
    axes = axes_of(x, axis)
    squares = kept(total(interpreter.operator("*", x, x), axes), x, axes, keepdims)
    return elementwise(function, [squares], squares.dtype, units + 4, slack)


def rows(array: Array, axes: tuple[int, ...]) -> Array:
    """The reduced axes as one last axis."""
    ordered = np.moveaxis(array, axes, range(-len(axes), 0))
    return merged(ordered, len(axes)) if axes else array[..., np.newaxis]


def merged(array: Array, count: int) -> Array:
    """The last so many axes as one."""
    kept_shape = array.shape[: array.ndim - count]
    return array.reshape(*kept_shape, int(np.prod(array.shape[array.ndim - count :])))


def ordered_axes(value: Value, axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(axes))


@builtin("prod", "x", "axis", "keepdims")
def _prod(interpreter: Interpreter, x: Value, axis: Any = None, keepdims: Value | None = None) -> Value:
    axes = ordered_axes(x, axes_of(x, axis))
    x = interpreter.node(x)
    x = x if x.is_real else interpreter.converted(x, "i64")
    parts = structural(lambda a: rows(a, axes), x)
    found = exact(1, "i64", True)
    found = interpreter.converted(found, x.dtype)
    found = structural(lambda a: np.broadcast_to(a, parts.shape[:-1]), found)
    if parts.tangent is not None and not parts.shape[-1]:
        none = np.zeros((len(parts.tangent), *found.shape))
        return kept(replace(found, tangent=none, tangent_bound=none), x, axes, keepdims)
    for place in range(parts.shape[-1]):
        found = interpreter.operator("*", found, structural(element(place), parts))
    return kept(found, x, axes, keepdims)


def element(place: int) -> Callable[[Array], Array]:
    """One along the last axis."""

    def taken(array: Array) -> Array:
        found: Array = array[..., place]
        return found

    return taken


def _extremum(name: str) -> Callable[..., Value]:
    def work(interpreter: Interpreter, x: Value, axis: Any = None, keepdims: Value | None = None) -> Value:
        axes = ordered_axes(x, axes_of(x, axis))
        x = interpreter.node(x)
        parts = structural(lambda a: rows(a, axes), x)
        found = structural(lambda a: a[..., 0], parts)
        for place in range(1, parts.shape[-1]):
            part = structural(element(place), parts)
            found = elementwise(NUMBERS[name + "imum"], [found, part], found.dtype, 0)
        return kept(found, x, axes, keepdims)

    return work


for _name in ("max", "min"):
    BUILTINS[_name] = Builtin(("x", "axis", "keepdims"), _extremum(_name))


def _logical(function: Any) -> Callable[..., Value]:
    def work(interpreter: Interpreter, x: Value, axis: Any = None, keepdims: Value | None = None) -> Value:
        axes = axes_of(x, axis)
        found = Value(np.asarray(function(x.array, axis=axes)), "bool", np.asarray(np.sum(x.bound, axis=axes)))
        return kept(found, x, axes, keepdims)

    return work


BUILTINS["any"] = Builtin(("x", "axis", "keepdims"), _logical(np.any))
BUILTINS["all"] = Builtin(("x", "axis", "keepdims"), _logical(np.all))


def _position(function: Any) -> Callable[..., Value]:
    """Unknown where another element could be the extremum."""

    def work(interpreter: Interpreter, x: Value, axis: Any = None) -> Value:
        axes, back = ordered_axes(x, axes_of(x, axis)), -1
        array, bound = (rows(part, axes) for part in (x.array, x.bound))
        at = np.asarray(function(array, axis=back))
        best = np.expand_dims(at, back)
        top, blur = np.take_along_axis(array, best, back), np.take_along_axis(bound, best, back)
        apart = difference(array * 1.0, np.broadcast_to(top * 1.0, array.shape))
        index = np.moveaxis(np.broadcast_to(np.arange(array.shape[back]), np.moveaxis(array, back, -1).shape), -1, back)
        close = (apart <= bound + blur) & (bound + blur > 0) & (index != best)
        return Value(at.astype("i8"), "i64", np.where(close.any(axis=back), np.inf, 0.0))

    return work


BUILTINS["argmax"] = Builtin(("x", "axis"), _position(np.argmax))
BUILTINS["argmin"] = Builtin(("x", "axis"), _position(np.argmin))


# Arrays


def _filled(number: int) -> Callable[..., Value]:
    return lambda interpreter, shape: exact(np.full(numbers(shape), number), interpreter.real)


def _filled_like(number: int) -> Callable[..., Value]:
    return lambda interpreter, x: exact(np.full(x.shape, number), interpreter.node(x).dtype)


for _name, _number_ in (("zeros", 0), ("ones", 1)):
    BUILTINS[_name] = Builtin(("shape",), _filled(_number_))
    BUILTINS[_name + "_like"] = Builtin(("x",), _filled_like(_number_))


@builtin("full", "shape", "value")
def _full(interpreter: Interpreter, shape: Any, value: Value) -> Value:
    sizes = numbers(shape)
    return structural(
        lambda a: np.broadcast_to(a[(..., *(np.newaxis,) * len(sizes))], (*a.shape, *sizes)), interpreter.node(value)
    )


@builtin("full_like", "x", "value")
def _full_like(interpreter: Interpreter, x: Value, value: Value) -> Value:
    return _full(interpreter, tuple(exact(size, "i64") for size in x.shape), interpreter.alike([value, x])[0])


@builtin("arange", "size")
def _arange(interpreter: Interpreter, size: Any) -> Value:
    return exact(np.arange(*numbers(size)), "i64")


@builtin("iota", "shape", "axis")
def _iota(interpreter: Interpreter, shape: Any, axis: Any) -> Value:
    return exact(np.indices(numbers(shape))[numbers(axis)[0]], "i64")


@builtin("eye", "rows", "columns", "k")
def _eye(interpreter: Interpreter, rows: Any, columns: Any = None, k: Any = None) -> Value:
    height, *_ = numbers(rows)
    width, *_ = (height,) if columns is None else numbers(columns)
    return exact(np.eye(height, width, 0 if k is None else numbers(k)[0]), interpreter.real)


@builtin("one_hot", "labels", "size")
def _one_hot(interpreter: Interpreter, labels: Value, size: Any) -> Value:
    (count,) = numbers(size)
    array = (labels.array[..., np.newaxis] == np.arange(count)) * 1.0
    return Value(array, interpreter.real, np.broadcast_to(labels.bound[..., np.newaxis], array.shape))


@builtin("size", "dim")
def _size(interpreter: Interpreter, dim: Value) -> Value:
    return dim


@builtin("reshape", "x", "shape")
def _reshape(interpreter: Interpreter, x: Value, shape: Any) -> Value:
    sizes = list(numbers(shape))
    if -1 in sizes:
        rest = int(np.prod([size for size in sizes if size != -1]))
        sizes[sizes.index(-1)] = x.array.size // rest
    return structural(lambda a: a.reshape(*a.shape[: a.ndim - x.rank], *sizes), interpreter.node(x))


@builtin("flatten", "x")
def _flatten(interpreter: Interpreter, x: Value) -> Value:
    return _reshape(interpreter, x, exact(x.array.size, "i64"))


@builtin("transpose", "x", "axes")
def _transpose(interpreter: Interpreter, x: Value, axes: Any = None) -> Value:
    return interpreter.transposed(x, None if axes is None else numbers(axes))


@builtin("broadcast", "x", "shape", "axes")
def _broadcast(interpreter: Interpreter, x: Value, shape: Any, axes: Any = None) -> Value:
    sizes = numbers(shape)
    places = range(len(sizes) - x.rank, len(sizes)) if axes is None else numbers(axes)
    inner = tuple(size if axis in places else 1 for axis, size in enumerate(sizes))

    def function(array: Array) -> Array:
        lead = array.shape[: array.ndim - x.rank]
        return np.broadcast_to(array.reshape(*lead, *inner), (*lead, *sizes))

    return structural(function, interpreter.node(x))


@builtin("gather", "x", "positions", "axis")
def _gather(interpreter: Interpreter, x: Value, positions: Value, axis: Any = None) -> Value:
    (place,) = (0,) if axis is None else numbers(axis)
    return interpreter.gathered(interpreter.node(x), positions, place % x.rank)


@builtin("scatter", "x", "positions", "axis", "size")
def _scatter(interpreter: Interpreter, x: Value, positions: Value, axis: Any, size: Any) -> Value:
    x = interpreter.node(x)
    (place,), (count,) = numbers(axis), numbers(size)
    if ((positions.array < -count) | (positions.array >= count)).any():
        raise IndexError

    def function(array: Array) -> Array:
        """Positions last, flattened; the new axis takes their place."""
        lead = array.ndim - x.rank
        axes = range(lead + place, lead + place + positions.rank)
        moved = np.moveaxis(array, axes, range(-positions.rank, 0)) if positions.rank else array[..., np.newaxis]
        flat = merged(moved, max(positions.rank, 1))
        out = np.zeros((*flat.shape[:-1], count), array.dtype)
        at: Any = (..., positions.array.reshape(-1))
        np.add.at(out, at, flat)
        return np.moveaxis(out, -1, lead + place)

    found = summed(x, function, positions.array.size, x.dtype)
    if not np.isinf(positions.bound).any():
        return replace(found, dtype=x.dtype)
    return replace(found, dtype=x.dtype, bound=np.full(found.shape, np.inf))


@builtin("place", "x", "shape", "starts", "steps")
def _place(interpreter: Interpreter, x: Value, shape: Any, starts: Any, steps: Any) -> Value:
    sizes = numbers(shape)
    where = tuple(
        start + step * np.arange(count)
        for start, step, count in zip(numbers(starts), numbers(steps), x.shape, strict=True)
    )

    def function(array: Array) -> Array:
        out = np.zeros((*array.shape[: array.ndim - x.rank], *sizes), array.dtype)
        inside: Any = (..., *np.ix_(*where))
        out[inside] = array
        return out

    return structural(function, interpreter.node(x))

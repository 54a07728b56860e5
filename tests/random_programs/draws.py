"""Draws by the language's reference: a key for each place in the order of the text, and words of that key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tdsl.ops.random import random_word, standard_normal, standard_truncated_normal
from tdsl.syntax import nodes as syntax

from .builtins import BUILTINS, Builtin, numbers
from .values import Value, exact

if TYPE_CHECKING:
    from .interpreter import Interpreter

FURTHER_KEYS = -(2**63)


def places(file: syntax.File) -> dict[int, tuple[int, int]]:
    """The number of each draw by its place in the text, and how far apart those of two entries of a list are.  Entries
    draw in `let`s, one in each, alone."""
    found: dict[int, tuple[int, int]] = {}
    number = 1
    for item in file.items:
        if not isinstance(item, syntax.Entry):
            continue
        lets = [part for part in walk(item) if isinstance(part, syntax.Let) and isinstance(part.value, syntax.Call)]
        starts = sorted(let.value.span.start for let in lets if _is_draw(let.value))
        found |= {start: (number + place, len(starts)) for place, start in enumerate(starts)}
        number += len(starts) * (1 if item.each is None else int(item.each.values.span.text))
    return found


def walk(part: object) -> Iterator[object]:
    """Everything below a piece of syntax."""
    stack = [part]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack += one
        elif isinstance(one, syntax.Syntax):
            yield one
            stack += [getattr(one, field.name) for field in fields(one)]


def _is_draw(call: syntax.Expression) -> bool:
    return isinstance(call, syntax.Call) and isinstance(call.function, syntax.Name) and call.function.name in DRAWS


def _bits(interpreter: Interpreter, shape: tuple[int, ...]) -> Any:
    """Keys follow one another: of the call, of the place, and of each loop's step."""
    seed, calls = (int(number) for number in interpreter.random)
    key, stream = _further(seed, 0, calls)
    stream = _signed(stream + interpreter.place)
    for step in interpreter.steps:
        key, stream = _further(key, stream, step)
    return random_word(key, stream, np.arange(int(np.prod(shape)))).reshape(shape)


def _further(key: int, stream: int, number: int) -> tuple[int, int]:
    index = _signed(2 * number + FURTHER_KEYS)
    return int(random_word(key, stream, index)), int(random_word(key, stream, index + 1))


def _signed(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


def _shape(shape: Any, *values: Value) -> tuple[int, ...]:
    given = () if shape is None else numbers(shape)
    found: tuple[int, ...] = np.broadcast_shapes(given, *(value.shape for value in values))
    return found


def _scaled(interpreter: Interpreter, unit: Any, offset: Value, scale: Value) -> Value:
    dtype = interpreter.real if offset.written and scale.written else interpreter.alike([offset, scale])[0].dtype
    value = exact(np.asarray(unit, np.float32 if dtype == "f32" else np.float64), dtype)
    return interpreter.operator("+", interpreter.operator("*", value, scale), offset)


def _unit(interpreter: Interpreter, shape: tuple[int, ...], dtype: str) -> Any:
    kept = 24 if dtype == "f32" else 53
    bits = _bits(interpreter, shape).view(np.uint64) >> np.uint64(64 - kept)
    return bits.astype(np.float64) / 2.0**kept


def _uniform(interpreter: Interpreter, low: Value, high: Value, shape: Any = None) -> Value:
    dtype = interpreter.real if low.written and high.written else interpreter.alike([low, high])[0].dtype
    width = interpreter.operator("-", high, low)
    return _scaled(interpreter, _unit(interpreter, _shape(shape, low, high), dtype), low, width)


def _normal(quantile: Callable[[Any], Any]) -> Callable[..., Value]:
    def work(interpreter: Interpreter, mean: Value, deviation: Value, shape: Any = None) -> Value:
        return _scaled(interpreter, quantile(_bits(interpreter, _shape(shape, mean, deviation))), mean, deviation)

    return work


def _bernoulli(interpreter: Interpreter, p: Value, shape: Any = None) -> Value:
    unit = exact(_unit(interpreter, _shape(shape, p), "f64"), "f64")
    return interpreter.operator("<", unit, interpreter.converted(p, "f64").without_tangent())


def _randint(interpreter: Interpreter, low: Value, high: Value, shape: Any = None) -> Value:
    bits = _bits(interpreter, _shape(shape, low, high)).view(np.uint64)

    def element(word: int, least: int, end: int) -> int:
        return least if end <= least else least + (word * (end - least) >> 64)

    arrays = np.broadcast_arrays(bits, low.array.astype("i8"), high.array.astype("i8"))
    found = [element(*one) for one in zip(*(array.ravel().tolist() for array in arrays), strict=True)]
    drawn = exact(np.asarray(found, "i8").reshape(bits.shape), "i64")
    unknown = np.broadcast_to(np.asarray(low.bound) + np.asarray(high.bound), bits.shape) > 0
    return replace(drawn, bound=np.where(unknown, np.inf, 0.0))


DRAWS = {
    "uniform": Builtin(("low", "high", "shape"), _uniform),
    "normal": Builtin(("mean", "deviation", "shape"), _normal(standard_normal)),
    "truncated_normal": Builtin(("mean", "deviation", "shape"), _normal(standard_truncated_normal)),
    "bernoulli": Builtin(("p", "shape"), _bernoulli),
    "randint": Builtin(("low", "high", "shape"), _randint),
}
BUILTINS |= DRAWS

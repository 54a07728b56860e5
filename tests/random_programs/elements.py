"""Definitions by elements of random programs: how one is made, and what it means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tdsl.syntax import nodes as syntax

from .builtins import BUILTINS
from .draws import walk
from .pieces import ONE, Piece, Shape, Size, elements
from .values import Value, exact, structural

if TYPE_CHECKING:
    from .generator import Generator
    from .interpreter import Context, Interpreter, Scope

Indices = dict[str, Size]


def defined(g: Generator, shape: Shape, dtype: str, depth: int) -> Piece | None:
    """A sum of products over indices, another reduction, or an expression of elements."""
    if not 1 <= len(shape) <= 3 or ONE in shape:
        return None
    number = g.draft.lets
    left = {f"i{number}x{place}": size for place, size in enumerate(shape)}
    over = {f"j{number}x{place}": g.size() for place in range(g.random.randrange(3))}
    count = elements(tuple(over.values()))
    if not g.fits((*shape, *over.values())):
        return None
    every = {**left, **over}
    if over:
        name = g.random.choice(("sum", "sum", "sum", "sum", "mean", "max", "min", "std"))
        if name in ("max", "min", "mean", "std") and not count:
            name = "sum"
        factors = [_element(g, over, every, depth)]
        factors += [_element(g, {}, every, depth) for _ in range(g.random.randrange(1, 4))]
        g.random.shuffle(factors)
        limit = math.prod(factor.limit for factor in factors) * max(1, count)
        body = (" * " if name in ("sum", "mean") or g.chance(0.5) else " + ").join(factor.text for factor in factors)
        if g.chance(0.2):
            body = f"-({body}) / (1 + real({g.random.choice([*every])}))"
        text = f"{name}[{', '.join(over)}]({body})"
        if g.chance(0.3):
            factors.append(_element(g, {}, left, depth))
            text, limit = f"{text} - {factors[-1].text}", limit + factors[-1].limit
    else:
        factors = [_element(g, {}, left, depth) for _ in range(2)]
        first, second = (factor.text for factor in factors)
        text = g.random.choice((f"{first} * {second}", f"{first} + sin({second})", f"switch({first} < 0, 1, {second})"))
        limit = factors[0].limit * factors[1].limit + 16
        # A comparison has no derivative.
        factors = factors[text.startswith("switch") :]
        if g.chance(0.3):
            text = f"{text} + real({g.random.choice([*left])})"
    axes = ", ".join(f"{index} in {size.text}" for index, size in left.items())
    name = f"t{g.draft.lets}"
    g.draft.lets += 1
    g.draft.lines.append(f"let {name}[{axes}] = {text}")
    depends = frozenset[str]().union(*(factor.depends for factor in factors))
    return Piece(name, shape, dtype, depends | {name} if depends else depends, limit)


def _element(g: Generator, needed: Indices, every: Indices, depth: int) -> Piece:
    """An array at some of the indices, the needed ones among them: each alone, twice, or in a position."""
    others = [index for index in every if index not in needed and g.chance(0.5)]
    indices = [*needed, *others[: max(0, 3 - len(needed))]]
    g.random.shuffle(indices)
    shape = tuple(every[index] for index in indices)
    written = list(indices)
    if indices and len(shape) < 3 and g.chance(0.2):
        again = g.random.choice(indices)
        if g.chance(0.5):
            written.append(again)
            shape = (*shape, every[again])
        elif again not in needed and g.chance(0.5):
            written[indices.index(again)], whole = _run(g, again, indices, every)
            shape = tuple(whole if index == again else every[index] for index in indices)
        else:
            size = g.size()
            if size.number:
                offset, place = g.random.randrange(3), g.random.randrange(len(shape) + 1)
                inner = size.text if size.text.isalnum() else f"({size.text})"
                written.insert(place, f"({again} + {offset}) % {inner}")
                shape = (*shape[:place], size, *shape[place:])
    if not g.fits(shape):
        if not needed:
            return Piece("0.5", (), "real")
        written, shape = [*needed], tuple(needed.values())
    x = g.make(shape, "real", depth - 1)
    return Piece(f"{x.inner}[{', '.join(written)}]" if written else x.inner, (), "real", x.depends, x.limit)


def _run(g: Generator, index: str, indices: Sequence[str], every: Indices) -> tuple[str, Size]:
    """Positions that step evenly and lie inside an axis, and its size: of an index, or of it and another."""
    size, offset, step = every[index], g.random.randrange(3), g.random.choice((1, 1, 2))
    scaled = f"{step} * {index}" if step > 1 else index
    others = [other for other in every if other not in indices]
    if others and g.chance(0.5):
        other = g.random.choice(others)
        width = every[other]
        return f"{scaled} + {other}", Size(f"{step} * ({size.text}) + {width.text}", step * size.number + width.number)
    if g.chance(0.3):
        return f"{size.text} - 1 + {offset} - {index}", Size(f"{size.text} + {offset}", size.number + offset)
    return f"{scaled} + {offset}", Size(f"{step} * ({size.text}) + {offset}", step * size.number + offset)


def defined_value(self: Interpreter, definition: syntax.Elements, scope: Scope, context: Context) -> Value:
    """Every index is an array along an axis of its own, so that all of NumPy's meanings hold."""
    names = [axis.name.name for axis in definition.axes]
    for part in walk(definition.element):
        if isinstance(part, syntax.Index) and is_reduction(part):
            names += [index.name for index in part.indices if isinstance(index, syntax.Name)]
    sizes = {a.name.name: self._size(a.size, scope, context) for a in definition.axes if a.size is not None}
    for part in walk(definition.element):
        if isinstance(part, syntax.Index) and not is_reduction(part):
            for place, index in enumerate(part.indices):
                if isinstance(index, syntax.Name) and index.name in names and index.name not in sizes:
                    sizes[index.name] = self.value(part.value, scope, context).shape[place]
    axes = {name: place - len(names) for place, name in enumerate(names)}
    inside = self.inside(scope, {name: _along(sizes[name], axes[name], len(names)) for name in names})
    inside.names["indices"] = axes, sizes
    found = self.node(self.value(definition.element, inside, context))
    shape = tuple(sizes[name] if place < len(definition.axes) else 1 for place, name in enumerate(names))
    whole = _stretched(found, shape)
    left = shape[: len(definition.axes)]
    return structural(lambda a: a.reshape(*a.shape[: a.ndim - len(shape)], *left), whole)


def reduced_value(self: Interpreter, call: syntax.Call, scope: Scope, context: Context) -> Value:
    """`sum[j](…)`: the axes stay, of size 1."""
    over = call.function
    assert isinstance(over, syntax.Index) and isinstance(over.value, syntax.Name)
    axes, sizes = scope.find("indices")
    body = self.node(self.value(call.arguments[0].value, scope, context))
    wanted = [1] * len(axes)
    for place, size in enumerate(body.shape[-len(axes) :] if body.rank else ()):
        wanted[place] = size
    places = [axes[index.name] for index in over.indices if isinstance(index, syntax.Name)]
    for index in over.indices:
        assert isinstance(index, syntax.Name)
        wanted[axes[index.name]] = sizes[index.name]
    body = _stretched(body, tuple(wanted))
    axis = tuple(exact(place, "i64", True) for place in places)
    found: Value = BUILTINS[over.value.name].work(self, x=body, axis=axis, keepdims=exact(True, "bool"))
    if over.value.name not in ("sum", "mean"):
        return found
    # Factors may be added up before they meet an infinity, which an empty sum does not show.
    empty = any(wanted[place] == 0 for place in places)
    lost = empty | ~np.isfinite(body.array).all(axis=tuple(places), keepdims=True)
    bound = np.where(lost, np.inf, found.bound)
    off = None if found.tangent_bound is None else np.where(lost, np.inf, found.tangent_bound)
    return replace(found, bound=bound, tangent_bound=off)


def _along(size: int, axis: int, rank: int) -> Value:
    shape = [1] * rank
    shape[axis] = size
    return exact(np.arange(size).reshape(shape), "i64")


def _stretched(value: Value, shape: Sequence[int]) -> Value:
    def stretched(a: np.ndarray) -> np.ndarray:
        lead, rest = a.shape[: a.ndim - value.rank], a.shape[a.ndim - value.rank :]
        return np.broadcast_to(a.reshape(*lead, *(1,) * (len(shape) - value.rank), *rest), (*lead, *shape))

    return structural(stretched, value)


def is_reduction(part: object) -> bool:
    """Whether this is the `sum[j]` of `sum[j](…)`."""
    return (
        isinstance(part, syntax.Index) and isinstance(part.value, syntax.Name) and part.value.name in syntax.REDUCTIONS
    )

"""Derivatives by the language's reference: tangents for each element of a variable; a derivative of a derivative is a
central difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tdsl.syntax import nodes as syntax

from .values import BLURRED, UNIT, Array, Value, difference, exact, product_of_bounds, seeded

if TYPE_CHECKING:
    from .interpreter import Binding, Context, Function, Interpreter, Scope

# The step and the error of a derivative of a derivative.
CENTRAL, CENTRAL_ERROR = 1e-4, 1e-5

Of = Callable[["Context"], Value]


class Nested(Exception):
    """A derivative was asked for inside a derivative."""


@dataclass(frozen=True, eq=False)
class Jacobian:
    """The derivatives of y, with a leading axis of the elements of the variable, and their bounds."""

    variable: Value
    y: Value
    array: Array
    off: Array

    def value(self, array: Array, off: Array, dtype: str) -> Value:
        return Value(array, dtype, np.where(off <= BLURRED * (1 + np.abs(array)), off, np.inf))


def jacobian_of(self: Interpreter, of: Of, bindings: Sequence[Binding], context: Context) -> Jacobian | None:
    """By the first of the bindings that y depends on."""
    from .interpreter import Context

    if context.differentiating:
        raise Nested
    if context.updates is not None:
        of(context)  # makes the updates of its calls
    for binding in bindings:
        variable = self.node(self._bound(binding, context))
        inner = Context({**context.instead, binding: seeded(variable)}, differentiating=True)
        try:
            found = of(inner)
        except Nested:
            return _central(of, binding, variable, context)
        if found.tangent is not None and found.tangent_bound is not None:
            whole = (variable.array.size, *found.shape)
            off = np.broadcast_to(found.tangent_bound + (np.inf if inner.vertical else 0), whole)
            return Jacobian(variable, found, np.broadcast_to(found.tangent, whole), off)
    return None


def _central(of: Of, binding: Binding, variable: Value, context: Context) -> Jacobian:
    """A derivative of a derivative; two steps that disagree say nothing."""
    from .interpreter import Context

    def moved(place: int, step: float) -> Value:
        way = np.zeros(variable.array.size)
        way[place] = step
        array = variable.array + way.reshape(variable.shape)
        return of(Context({**context.instead, binding: replace(variable, array=array)}))

    y = of(Context(context.instead))
    estimates = []
    for step in (CENTRAL, 2 * CENTRAL):
        lines = np.zeros((variable.array.size, *y.shape))
        for place in range(variable.array.size):
            above, below = moved(place, step), moved(place, -step)
            lost = np.isinf(above.bound) | np.isinf(below.bound)
            lines[place] = np.where(lost, np.nan, (above.array - below.array) / (2 * step))
        estimates.append(lines)
    first, second = estimates
    size = 1 + np.abs(first)
    sure = np.isfinite(first) & (difference(first, second) < CENTRAL_ERROR * size)
    off = CENTRAL_ERROR * size if y.dtype == "f64" else 1e-3 * size
    return Jacobian(variable, y, first, np.where(sure, off, np.inf))


def variables(self: Interpreter, wrt: Any, scope: Scope, context: Context) -> list[Binding]:
    """A name; a parameter is a variable of its own, and a cost made before the call depends on its argument."""
    inner = self.value(wrt.value, scope, context).scope if isinstance(wrt, syntax.Attribute) else scope
    bindings: list[Binding] = [inner.find(wrt.name)]
    while isinstance(name := bindings[-1].expression, syntax.Name):
        scope_of = bindings[-1].scope
        assert scope_of is not None
        bindings.append(scope_of.find(name.name))
    return bindings


def gradient(self: Interpreter, of: Of, bindings: Sequence[Binding], context: Context) -> Value | None:
    found = jacobian_of(self, of, bindings, context)
    if found is None:
        return None
    shape = found.variable.shape
    return found.value(found.array.reshape(shape), found.off.reshape(shape), found.variable.dtype)


def derivative(self: Interpreter, name: str, given: dict[str, Any], scope: Scope, context: Context) -> Any:
    """A call of `grad`, `vjp`, `jvp`, `jacobian` or `hessian`."""
    wrt, y = given["wrt"], given.get("cost", given.get("y"))

    def of(inner: Context) -> Value:
        found: Value = self.node(self.value(y, scope, inner))
        return found

    if name == "jvp":
        return _jvp(self, of, given, scope, context)
    if isinstance(wrt, syntax.Tuple):
        return tuple(derivative(self, name, {**given, "wrt": part}, scope, context) for part in wrt.items)
    bindings = variables(self, wrt, scope, context)
    if name == "hessian":

        def slope(inner: Context) -> Value:
            found = derivative(self, "grad", given, scope, inner)
            assert isinstance(found, Value)
            return found

        of = slope
    found = jacobian_of(self, of, bindings, context)
    if found is None:
        # Only steps without a derivative lead there.
        variable = self.node(self._bound(bindings[0], context))
        shape = of(context).shape if name in ("jacobian", "hessian") else ()
        return exact(np.zeros((*shape, *variable.shape)), variable.dtype)
    shape, dtype = found.variable.shape, found.variable.dtype
    if name == "vjp":
        along = stretched(self.value(given["u"], scope, context), found.y)
        array, off = _weighed(found, along, tuple(range(1, 1 + found.y.rank)))
        return found.value(array.reshape(shape), off.reshape(shape), dtype)
    array, off = (np.moveaxis(side, 0, -1).reshape((*found.y.shape, *shape)) for side in (found.array, found.off))
    return found.value(array, off, dtype)


def _jvp(self: Interpreter, of: Of, given: dict[str, Any], scope: Scope, context: Context) -> Value:
    pairs = [(given["wrt"], given["v"])]
    if isinstance(given["wrt"], syntax.Tuple):
        pairs = list(zip(given["wrt"].items, given["v"].items, strict=True))
    y = of(context).without_tangent()
    total, total_off = np.zeros(y.shape), np.zeros(y.shape)
    for wrt, v in pairs:
        found = jacobian_of(self, of, variables(self, wrt, scope, context), context)
        if found is None:
            continue
        along = stretched(self.value(v, scope, context), found.variable)
        weights = (-1, *(1,) * y.rank)
        flat = replace(along, array=along.array.reshape(weights), bound=along.bound.reshape(weights))
        array, off = _weighed(found, flat, (0,))
        total, total_off = total + array, total_off + off + UNIT[y.dtype] * np.abs(array)
    # Where y is no number its slopes are none, times zero too.
    total_off = np.where(np.isfinite(y.array), total_off, np.inf)
    return Value(total, y.dtype, np.where(total_off <= BLURRED * (1 + np.abs(total)), total_off, np.inf))


def stretched(value: Value, like: Value) -> Value:
    return replace(
        value, array=np.broadcast_to(value.array, like.shape), bound=np.broadcast_to(value.bound, like.shape)
    )


def _weighed(found: Jacobian, along: Value, axes: tuple[int, ...]) -> tuple[Array, Array]:
    """Sums of derivatives times weights, over some axes."""
    size, weight = np.abs(found.array), np.abs(along.array)
    parts = product_of_bounds(found.off, weight) + product_of_bounds(size + found.off, along.bound)
    terms = int(np.prod([found.array.shape[axis] for axis in axes]))
    parts = parts + (terms + 2) * UNIT[found.variable.dtype] * size * weight
    return np.sum(found.array * along.array, axis=axes), np.sum(parts, axis=axes)


def own_value(self: Interpreter, function: Function, inner: Scope, context: Context) -> Value | None:
    """The value of an elementwise function with its own derivative, and the tangents that it says; nothing if no
    parameter has a tangent."""
    from .interpreter import Binding

    own = function.derivative
    assert own is not None
    names = [parameter.name.name for parameter in function.parameters]
    given = {name: self._bound(inner.names[name], context) for name in names}
    if all(value.tangent is None for value in given.values()):
        return None
    held = self.inside(function.scope, {name: value.without_tangent() for name, value in given.items()})
    assert not isinstance(function.body, syntax.Block)
    y = self.node(self.value(function.body, held, context))
    held.names[own.output.name] = Binding(own.output.name, value=y)
    held.names[own.gradient.name] = Binding(own.gradient.name, value=exact(np.ones(y.shape), y.dtype))
    found = self.value(own.body, held, context)
    parts = found if isinstance(found, tuple) else (found,)
    tangent, off = np.zeros(()), np.zeros(())
    for value, part in zip(given.values(), parts, strict=True):
        if value.tangent is None or value.tangent_bound is None:
            continue
        size = np.abs(part.array)
        blur = part.bound + 4 * UNIT[y.dtype] * size
        tangent = tangent + part.array * value.tangent
        off = off + product_of_bounds(size, value.tangent_bound)
        off = off + product_of_bounds(blur, np.abs(value.tangent) + value.tangent_bound)
    return replace(y, tangent=np.asarray(tangent), tangent_bound=np.asarray(off))

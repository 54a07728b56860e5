"""Whether a value in debug mode is that of NumPy, up to rounding.

A scope `exact` computes in f64, `rough` in f32 with errors: the difference shows how many digits an expression loses.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .elements import Element, first_element
from .evaluation import Scope

# Multiples of the unit in the last place: of one operation by its bytes, as NumPy is no more accurate than f64, and of
# all terms of a sum.
_ULPS, _ULPS_OF_SUMS = {4: 64, 8: 512}, 256
# Multiples of the least normal number, below which intermediate values underflow.
_LEAST = 1e6
# Multiples of the error that NumPy makes in the program's own precision.
_FACTOR = 64


def wrong_element(
    exact: Scope, rough: Scope, number: int, value: np.ndarray, unit: float, native: bool
) -> tuple[Element, object] | None:
    """An element of a node that differs from that of NumPy, and the latter.  From now on the node has the value.
    One that is not `native` code's may lose digits that the value keeps."""
    try:
        expected = exact.value(number)
        if exact.evaluation.node(number)[0] == "exchanged":
            return None  # values of other processes are in it
        allowed = _allowed(exact, rough, number, value, native) if value.dtype.kind == "f" else np.zeros(())
    except (ArithmeticError, IndexError, np.linalg.LinAlgError):
        return None  # the call itself reports that
    finally:
        for scope in (exact, rough):
            scope.values[number] = value
    wrong = unlike_element(value, expected, allowed)
    if not wrong:
        return None
    if value.dtype.kind != "f":
        return wrong if native else _undecided(exact, number, value, expected, unit)
    if not native:
        return wrong
    if exact.evaluation.node(number)[0] == "each":
        return unlike_element(value, expected, allowed + _error_of_operands(exact, number, expected, value.dtype))
    return unlike_element(value, expected, allowed + _out_of_range(exact, rough, number, value))


def _undecided(
    exact: Scope, number: int, value: np.ndarray, expected: np.ndarray, unit: float
) -> tuple[Element, object] | None:
    """An element of a bool or an integer that differs, also if reals that it depends on are a little larger or
    smaller, or equal where they nearly are."""
    kind, text, _, operands = exact.evaluation.node(number)
    if kind == "item":
        return None  # such as the steps of a loop that reals end
    if kind == "if":
        return unlike_element(value, expected, np.zeros(()))
    values = [exact.values[operand] for operand in operands]
    reals = [place for place, one in enumerate(values) if one.dtype.kind == "f"]
    finite = [np.max(np.abs(values[place]), where=np.isfinite(values[place]), initial=0) for place in reals]
    grid = _ULPS_OF_SUMS * unit * max(finite, default=0)
    changed = [{place: values[place] + error} for place in reals for error in (grid, -grid)]
    if grid:
        changed += [{place: turn(values[place] / grid) * grid for place in reals} for turn in (np.round, np.floor)]
    for one in changed:
        nearby = exact.evaluation.computed(text, [one.get(place, given) for place, given in enumerate(values)])
        expected = np.where(nearby == value, value, expected)
    return unlike_element(value, expected, np.zeros(()))


def _out_of_range(exact: Scope, rough: Scope, number: int, value: np.ndarray) -> np.ndarray:
    """The error of each element that is no mistake as some order of its sums or products leaves the range, or as
    it is small beside others that were computed with it."""
    del rough.values[number]
    overflows = ~np.isfinite(rough.value(number))
    rough.values[number] = value
    limits = np.finfo(value.dtype)
    kind, text, _, operands = exact.evaluation.node(number)
    if kind != "sum":
        largest = np.max(np.abs(value), where=np.isfinite(value), initial=0)
        return np.where(overflows, np.inf, _ULPS_OF_SUMS * limits.eps * largest)
    values = [exact.value(operand) for operand in operands]
    most = np.abs(exact.evaluation.computed(text, [_of_size(v, lambda size: np.maximum(size, 1)) for v in values]))
    least = np.abs(exact.evaluation.computed(text, [_of_size(v, lambda size: np.minimum(size, 1)) for v in values]))
    lost = np.where(least < limits.tiny, most * _LEAST * limits.tiny, 0)
    return np.where(overflows | (most > limits.max), np.inf, lost)


def _allowed(exact: Scope, rough: Scope, number: int, value: np.ndarray, native: bool) -> np.ndarray:
    """The error of each element that is no mistake."""
    expected, unit = exact.values[number], np.finfo(value.dtype).eps
    kind, text, _, operands = exact.evaluation.node(number)
    allowed = _ULPS[value.itemsize] * unit * np.abs(expected)
    if native and kind == "each":
        return allowed
    if kind == "sum":
        sizes = [_of_size(exact.value(operand)) for operand in operands]
        allowed = allowed + _ULPS_OF_SUMS * unit * np.abs(exact.evaluation.computed(text, sizes))
        if native:
            return allowed
    lost = _FACTOR * unit / np.finfo(np.float32).eps * np.abs(rough.value(number) - expected)
    if native:
        return allowed + np.max(lost, where=np.isfinite(lost), initial=0)
    known = np.isfinite(lost) & np.isfinite(expected)
    largest = np.max(np.abs(expected), where=known, initial=0)
    return np.where(known, allowed + lost + _ULPS_OF_SUMS * unit * largest, np.inf)


def _of_size(value: np.ndarray, within: Callable[[np.ndarray], np.ndarray] = np.abs) -> np.ndarray:
    """The sizes of reals; positions and conditions stay."""
    return within(np.abs(value)) if value.dtype.kind == "f" else value


def _error_of_operands(scope: Scope, number: int, expected: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The error of each element that errors of its operands make."""
    _, text, _, operands = scope.evaluation.node(number)
    values, step = [scope.values[operand] for operand in operands], np.finfo(np.float32).eps
    found = np.zeros(expected.shape)
    for place, value in enumerate(values):
        if value.dtype.kind == expected.dtype.kind == "f":
            moved = [*values[:place], value.astype(np.float64) * (1 + step), *values[place + 1 :]]
            found = found + np.abs(scope.evaluation.computed(text, moved) - expected)
    return np.where(np.isfinite(found), found, 0) * _ULPS[dtype.itemsize] * np.finfo(dtype).eps / step


def unlike_element(value: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> tuple[Element, object] | None:
    """The first element that differs from the expected one by more than is allowed, and the latter."""
    expected = np.broadcast_to(expected, value.shape)
    if value.dtype.kind != "f":
        wrong = value != expected
    else:
        narrow = expected.astype(value.dtype)
        same = (narrow == value) | (np.isnan(narrow) & np.isnan(value))
        near = np.abs(value.astype(np.float64) - expected) <= allowed + _LEAST * np.finfo(value.dtype).tiny
        wrong = ~(same | near | np.isinf(allowed))
    if not wrong.any():
        return None
    element = first_element(wrong)
    return element, expected[element].astype(value.dtype)

"""Which values become an array or scalar of a declared dtype, and the errors that say why others do not.

Widening is free; any real or integer becomes the real type asked for; integers narrow only if every value fits;
nothing else is converted.
"""

from __future__ import annotations

import operator
import sys
import warnings

import numpy as np

from .description import DTYPES, in_place_text, is_real

LARGE_COPY = 1 << 20


class CopyWarning(UserWarning):
    """A large argument had to be copied or converted, which costs time at every call."""


_KINDS = {
    **{"b": "truths", "i": "integers", "u": "integers", "f": "real numbers", "c": "complex numbers"},
    **{"U": "text", "S": "bytes"},
}
_warned_copies: set[str] = set()


def as_array(value: object, what: str, place: str) -> np.ndarray:
    """Whatever NumPy or DLPack can view, with its own dtype."""
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        return np.from_dlpack(value)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"{what} is no array: {error}{in_place_text(place)}") from None
    if array.size == 0 and not hasattr(value, "__array__"):
        return array.astype(np.bool_)  # an empty list has no type of its own
    return array


def converted_array(value: object, dtype: str, what: str, place: str) -> np.ndarray:
    """A C-contiguous, aligned array of the dtype in native byte order; the same object where it already is one."""
    source = as_array(value, what, place)
    target = DTYPES[dtype]
    kind = source.dtype.kind
    if kind not in {"b": "b", "u": "bui", "i": "bui", "f": "buif"}[target.kind]:
        found = _KINDS.get(kind, f"dtype {source.dtype}")
        if kind == "O":
            found = f"Python objects ({type(source.flat[0]).__name__})" if source.size else "Python objects"
        hint = ""
        if kind == "f" and target.kind in "iu":
            hint = "; convert them yourself if that is meant"
        raise TypeError(f"{what} holds {found}, expected {dtype}{hint}{in_place_text(place)}")
    if target.kind in "iu" and source.size and not np.can_cast(source.dtype, target, "safe"):
        limits = np.iinfo(target)
        for extreme in (int(source.min()), int(source.max())):
            if not limits.min <= extreme <= limits.max:
                raise ValueError(f"{what} holds {extreme}, which does not fit {dtype}{in_place_text(place)}")
    with np.errstate(over="ignore"):
        # np.ascontiguousarray would turn rank 0 into rank 1.
        result = np.asarray(source, dtype=target, order="C")
    if type(result) is not np.ndarray:
        result = np.asarray(result).view(np.ndarray)
    if not result.flags.aligned:
        result = result.copy()
    return result


def warn_of_copy(value: object, array: np.ndarray, what: str, dtype: str) -> None:
    """Once per argument of an entry."""
    if array is value or array.nbytes <= LARGE_COPY or what in _warned_copies:
        return
    if isinstance(value, np.ndarray) and np.may_share_memory(array, value):
        return
    _warned_copies.add(what)
    reason = "is not a C-contiguous, aligned array"
    if not isinstance(value, np.ndarray):
        reason = f"is a {type(value).__name__}"
    elif value.dtype != array.dtype:
        reason = f"is {value.dtype}"
    warnings.warn(
        f"{what} {reason}, so {array.nbytes / LARGE_COPY:.1f} MiB are copied at every call; pass C-contiguous {dtype}",
        CopyWarning,
        stacklevel=_level_of_caller(),
    )


def _level_of_caller() -> int:
    """As `warnings.warn` counts, seen from the function that asks: the first frame outside the module."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals is globals():
        frame, level = frame.f_back, level + 1
    return level


def checked_integer(value: object, what: str, least: int, most: int | None = None) -> int:
    """A setting such as a seed or a count."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{what} is {value!r}, expected an integer") from None
    if number < least or (most is not None and number > most):
        limit = f"at least {least}" if number < least else f"at most {most}"
        raise ValueError(f"{what} is {number}, expected {limit}")
    return number


def converted_scalar(value: object, dtype: str, what: str, place: str) -> float | int | bool:
    """A Python number; `value` may be anything that is an array of rank 0."""
    if isinstance(value, int) and not isinstance(value, bool) and dtype != "bool":
        if is_real(dtype):
            try:
                return float(value)
            except OverflowError:
                raise ValueError(f"{what} is too large for {dtype}{in_place_text(place)}") from None
        limits = np.iinfo(DTYPES[dtype])
        if not limits.min <= value <= limits.max:
            raise ValueError(f"{what} holds {value}, which does not fit {dtype}{in_place_text(place)}")
        return value
    array = converted_array(value, dtype, what, place)
    if array.ndim:
        raise ValueError(f"{what} has shape {array.shape}, expected a scalar{in_place_text(place)}")
    number: float | int | bool = array.item()
    return number

"""Which values become an array or scalar of a declared dtype, and the errors that say why others do not.

Widening is free; any real or integer becomes the real type asked for; integers narrow only if every value fits;
nothing else is converted.  No conversion depends on what `numpy.seterr` says.
"""

from __future__ import annotations

import operator
import sys
import warnings

import numpy as np

from .description import DTYPES, in_place_text, is_real
from .shared import shared

LARGE_COPY = 1 << 20
MOST_DIMENSIONS = 64  # of an array in NumPy


@shared
class CopyWarning(UserWarning):
    """A large argument had to be copied or converted, which costs time at every call."""


_KINDS = {
    **{"b": "truths", "i": "integers", "u": "integers", "f": "real numbers", "c": "complex numbers"},
    **{"U": "text", "S": "bytes"},
}
_warned_copies: set[str] = set()


def as_array(value: object, what: str, place: str) -> np.ndarray:
    """Whatever NumPy or DLPack can view, with its own dtype."""
    _refuse_masked(value, what, place)
    foreign = False
    try:
        foreign = hasattr(value, "__array__") or hasattr(value, "__dlpack__")
        array = np.from_dlpack(value) if foreign and not hasattr(value, "__array__") else np.asarray(value)  # type: ignore[arg-type]
    except MemoryError:
        raise
    except Exception as error:  # anything, where `__array__` or `__dlpack__` is somebody else's
        known = isinstance(error, (TypeError, ValueError, OverflowError))
        reason = str(error) if known else f"{type(error).__name__}: {error}"
        raise TypeError(f"{what} is no array: {reason}{in_place_text(place)}") from (error if foreign else None)
    if array.size == 0 and not foreign:
        return array.astype(np.bool_)  # an empty list has no type of its own
    return array


def _refuse_masked(value: object, what: str, place: str) -> None:
    """NumPy makes an array of a masked one, or of a list of them, as if nothing were masked."""
    masked = sys.modules.get("numpy.ma")
    items: list[object] = [value]
    for _ in range(MOST_DIMENSIONS if masked is not None else 0):
        kinds = set(map(type, items))  # a few, however many items there are
        if any(issubclass(kind, masked.MaskedArray) for kind in kinds) and any(map(masked.is_masked, items)):  # type: ignore[union-attr]
            hint = "fill them in yourself, as in value.filled(0)"
            raise TypeError(f"{what} holds masked elements; {hint}{in_place_text(place)}")
        if not any(issubclass(kind, (list, tuple)) for kind in kinds):
            break
        items = [inner for item in items if isinstance(item, (list, tuple)) for inner in item]


def converted_array(value: object, dtype: str, what: str, place: str) -> np.ndarray:
    """A C-contiguous, aligned array of the dtype in native byte order; the same object where it already is one."""
    source = as_array(value, what, place)
    if source.dtype.kind == "O":
        return _from_objects(source, dtype, what, place)
    target = DTYPES[dtype]
    if not _is_taken_as(source.dtype, target):
        found = _KINDS.get(source.dtype.kind, f"dtype {source.dtype}")
        hint = ""
        if source.dtype.kind == "f" and target.kind in "iu":
            hint = "; convert them yourself if that is meant"
        raise TypeError(f"{what} holds {found}, expected {dtype}{hint}{in_place_text(place)}")
    if target.kind in "iu" and source.size and not np.can_cast(source.dtype, target, "safe"):
        for extreme in (int(source.min()), int(source.max())):
            _refuse_beyond(extreme, dtype, what, place)
    with np.errstate(all="ignore"):
        # np.ascontiguousarray would turn rank 0 into rank 1.
        result = np.asarray(source, dtype=target, order="C")
    if type(result) is not np.ndarray:
        result = np.asarray(result).view(np.ndarray)
    if not result.flags.aligned:
        result = result.copy()
    # Memory from elsewhere may hold any byte as a bool, and each that is not 0 is true.
    if dtype == "bool" and result.size and result.view(np.uint8).max() > 1:
        result = result.view(np.uint8) != 0
    return result


def _is_taken_as(source: np.dtype, target: np.dtype) -> bool:
    """By kind; a type that came to NumPy from elsewhere, such as bfloat16, if it says that nothing is lost."""
    if source.kind == "V":
        return source.names is None and bool(np.can_cast(source, target, "safe"))
    return source.kind in {"b": "b", "u": "bui", "i": "bui", "f": "buif"}[target.kind]


def _refuse_beyond(number: int, dtype: str, what: str, place: str) -> None:
    limits = np.iinfo(DTYPES[dtype])
    if not limits.min <= number <= limits.max:
        raise ValueError(f"{what} holds {number}, which does not fit {dtype}{in_place_text(place)}")


def _from_objects(source: np.ndarray, dtype: str, what: str, place: str) -> np.ndarray:
    """Of numbers that NumPy has no dtype for, such as Fraction, Decimal and long integers; names the first other."""
    numbers: list[float | int | bool] = []
    for position, item in enumerate(source.flat):
        try:
            numbers.append(_number(item, DTYPES[dtype].kind))
        except OverflowError:
            raise ValueError(f"{what} is too large for {dtype}{in_place_text(place)}") from None
        except Exception:  # whatever the conversion of somebody else's number raises
            index = ", ".join(str(int(axis)) for axis in np.unravel_index(position, source.shape))
            at = f" at [{index}]" if source.ndim else ""
            got = f"{what} holds an object of type {type(item).__name__}{at}"
            raise TypeError(f"{got}, expected {dtype}{in_place_text(place)}") from None
        if DTYPES[dtype].kind in "iu":
            _refuse_beyond(int(numbers[-1]), dtype, what, place)
    with np.errstate(all="ignore"):
        return np.array(numbers, DTYPES[dtype]).reshape(source.shape)


def _number(item: object, kind: str) -> float | int | bool:
    if isinstance(item, (bool, np.bool_)):
        return bool(item)
    of_numpy = isinstance(item, np.generic) and item.dtype.kind not in "iufV"
    if kind == "b" or of_numpy or isinstance(item, (str, bytes, np.ndarray)):
        raise TypeError
    if kind in "iu":
        return int.__index__(operator.index(item))  # type: ignore[arg-type]
    return float(item)  # type: ignore[arg-type]


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
        number = int.__index__(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{what} is {value!r}, expected an integer") from None
    if number < least or (most is not None and number > most):
        limit = f"at least {least}" if number < least else f"at most {most}"
        raise ValueError(f"{what} is {number}, expected {limit}")
    return number


def converted_scalar(value: object, dtype: str, what: str, place: str) -> float | int | bool:
    """A Python number; `value` may be anything that is an array of rank 0."""
    if isinstance(value, int) and not isinstance(value, bool) and dtype != "bool":
        integer = int.__index__(value)  # of an IntEnum or another kind of integer
        if is_real(dtype):
            try:
                return float(integer)
            except OverflowError:
                raise ValueError(f"{what} is too large for {dtype}{in_place_text(place)}") from None
        _refuse_beyond(integer, dtype, what, place)
        return integer
    array = converted_array(value, dtype, what, place)
    if array.ndim:
        raise ValueError(f"{what} has shape {array.shape}, expected a scalar{in_place_text(place)}")
    number: float | int | bool = array.item()
    return number

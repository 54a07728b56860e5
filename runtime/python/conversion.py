"""Conversion of values to an array or scalar of a declared dtype, and the errors for all others.

Widening is allowed; any real or integer becomes the declared real type; integers narrow only if every value fits;
nothing else is converted.  No conversion depends on `numpy.seterr`.
"""

from __future__ import annotations

import math
import operator
import sys
import warnings

import numpy as np

from .description import DTYPES, ModuleTable, in_place_text, is_real
from .device_arrays import DeviceArrayLike, OnDevice, array_on_device, refuse_on_gpu
from .faults import raise_if_not_finite
from .shared import shared
from .value_text import value_text

LARGE_COPY = 1 << 20
MOST_DIMENSIONS = 64  # of an array in NumPy
_PLAIN = frozenset({bool, int, float, complex, str, bytes, type(None), np.ndarray})  # without masks


@shared
class CopyWarning(UserWarning):
    """A large argument had to be copied or converted, which costs time at every call."""


_KINDS = {
    **{"b": "booleans", "i": "integers", "u": "integers", "f": "real numbers", "c": "complex numbers"},
    **{"U": "text", "S": "bytes"},
}
_warned_copies: set[str] = set()


def as_array(value: object, what: str, place: str) -> np.ndarray:
    """The array that NumPy or DLPack makes of the value, with its own dtype."""
    foreign = False
    refuse_on_gpu(value, what, place)
    try:
        foreign = hasattr(value, "__array__") or hasattr(value, "__dlpack__")
        taken = foreign and not hasattr(value, "__array__")
        array = np.from_dlpack(value) if taken else _unmasked_array(value)  # type: ignore[arg-type]
    except MemoryError:
        raise
    except _Masked:
        hint = "fill them in yourself, as in value.filled(0)"
        raise TypeError(f"{what} holds masked elements; {hint}{in_place_text(place)}") from None
    except Exception as error:  # foreign `__array__` and `__dlpack__` raise anything
        known = isinstance(error, (TypeError, ValueError, OverflowError))
        reason = str(error) if known else f"{type(error).__name__}: {error}"
        raise TypeError(f"{what} is no array: {reason}{in_place_text(place)}") from (error if foreign else None)
    if array.size == 0 and not foreign:
        return array.astype(np.bool_)  # an empty list has no type of its own
    return array


class _Masked(Exception):
    """An element is masked."""


def _unmasked_array(value: object) -> np.ndarray:
    if _masked_type() is None:
        array = np.asarray(value)
        if _masked_type() is None:  # making the array has not imported it
            return array
    return np.asarray(_without_masks(value))


def _masked_type() -> type | None:
    """None if nothing can be masked: `numpy.ma` is not imported, or another thread is still importing it."""
    return getattr(sys.modules.get("numpy.ma.core"), "MaskedArray", None)


def _without_masks(value: object, depth: int = 0) -> object:
    """An equivalent value for NumPy, with arrays in place of objects that only provide one.

    NumPy itself ignores the mask of an array, also within a sequence.
    """
    kind = type(value)
    if kind in _PLAIN or issubclass(kind, np.generic):
        return value
    if kind is not list and kind is not tuple:
        if hasattr(value, "__array__"):
            array = np.asanyarray(value)
            if _is_masked(array):
                raise _Masked
            return value if isinstance(value, np.ndarray) else array
        if not _is_sequence(value):
            return value
        value = list(value)  # type: ignore[call-overload]
    kinds = set(map(type, value))  # type: ignore[call-overload]
    if depth == MOST_DIMENSIONS or all(issubclass(kind, np.generic) for kind in kinds - _PLAIN):
        return value
    return [_without_masks(item, depth + 1) for item in value]  # type: ignore[attr-defined]


def _is_masked(array: np.ndarray) -> bool:
    masked = _masked_type()
    if masked is None or not isinstance(array, masked):
        return False
    return array.dtype.names is None and bool(array.mask.any())  # type: ignore[attr-defined]


def _is_sequence(value: object) -> bool:
    """Whether NumPy treats it as a sequence: anything indexable except text, mappings and buffers."""
    kind = type(value)
    if not hasattr(kind, "__getitem__") or issubclass(kind, (str, bytes, dict, type)):
        return False
    # `hasattr` of a class also finds methods of its metaclass, such as those of enumerations.
    if not all(any(name in vars(base) for base in kind.__mro__) for name in ("__getitem__", "__len__")):
        return False
    try:
        memoryview(value)  # type: ignore[arg-type]
    except Exception:
        return not (hasattr(value, "__array_interface__") or hasattr(value, "__array_struct__"))
    return False


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
    # Foreign memory may hold any byte as a bool; every nonzero byte is true.
    if dtype == "bool" and result.size and result.view(np.uint8).max() > 1:
        result = result.view(np.uint8) != 0
    return result


def _is_taken_as(source: np.dtype, target: np.dtype) -> bool:
    """Decides by kind; a foreign dtype, such as bfloat16, is accepted if it declares the cast safe."""
    if source.kind == "V":
        return source.names is None and bool(np.can_cast(source, target, "safe"))
    return source.kind in {"b": "b", "u": "bui", "i": "bui", "f": "buif"}[target.kind]


def _refuse_beyond(number: int, dtype: str, what: str, place: str) -> None:
    limits = np.iinfo(DTYPES[dtype])
    if not limits.min <= number <= limits.max:
        raise ValueError(f"{what} holds {value_text(number)}, which does not fit {dtype}{in_place_text(place)}")


def _from_objects(source: np.ndarray, dtype: str, what: str, place: str) -> np.ndarray:
    """Converts numbers without a NumPy dtype, such as Fraction, Decimal and long integers; an error names any other."""
    numbers: list[float | int | bool] = []
    for position, item in enumerate(source.flat):
        try:
            numbers.append(_number(item, DTYPES[dtype].kind))
        except OverflowError:
            raise ValueError(f"{what} is too large for {dtype}{in_place_text(place)}") from None
        except Exception:  # foreign number types raise anything
            index = ", ".join(str(int(axis)) for axis in np.unravel_index(position, source.shape))
            at = f" at [{index}]" if source.ndim else ""
            got = f"{what} holds an object of type {type(item).__name__}{at}"
            raise TypeError(f"{got}, expected {dtype}{in_place_text(place)}") from None
        if DTYPES[dtype].kind in "iu":
            _refuse_beyond(int(numbers[-1]), dtype, what, place)
    with np.errstate(all="ignore"):
        array = np.array(numbers, DTYPES[dtype]).reshape(source.shape)
    if is_real(dtype):
        for position in np.flatnonzero(np.isinf(array)):
            _refuse_overflow(source.flat[position], array.flat[position], dtype, what, place)
    return array


def _refuse_overflow(number: object, rounded: float, dtype: str, what: str, place: str) -> None:
    """Only floating-point numbers may become infinite when rounded to a narrower type."""
    if np.isinf(rounded) and not isinstance(number, (float, np.floating)) and number != float(rounded):
        raise ValueError(f"{what} is too large for {dtype}{in_place_text(place)}")


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
    """Warns once per argument of an entry."""
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
        stacklevel=level_of_caller(),
    )


def level_of_caller() -> int:
    """The stack level of the first frame outside the module, as `warnings.warn` counts it."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals is globals():
        frame, level = frame.f_back, level + 1
    return level


def checked_integer(value: object, what: str, least: int, most: int | None = None) -> int:
    """A setting such as a seed or a count."""
    try:
        number = int.__index__(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{what} is {value_text(value)}, expected an integer") from None
    if number < least or (most is not None and number > most):
        limit = f"at least {least}" if number < least else f"at most {most}"
        raise ValueError(f"{what} is {value_text(number)}, expected {limit}")
    return number


def checked_boolean(value: object, what: str) -> bool:
    """A setting that is on or off."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{what} is {value_text(value)}, expected True or False")
    return bool(value)


def converted_scalar(value: object, dtype: str, what: str, place: str) -> float | int | bool:
    """A Python number; `value` may be anything that is an array of rank 0."""
    if isinstance(value, int) and not isinstance(value, bool) and dtype != "bool":
        integer = int.__index__(value)  # of an IntEnum or another kind of integer
        if is_real(dtype):
            try:
                number = float(integer)
            except OverflowError:
                number = math.inf
            with np.errstate(all="ignore"):
                _refuse_overflow(integer, DTYPES[dtype].type(number), dtype, what, place)
            return number
        _refuse_beyond(integer, dtype, what, place)
        return integer
    array = converted_array(value, dtype, what, place)
    if array.ndim:
        raise ValueError(f"{what} has shape {array.shape}, expected a scalar{in_place_text(place)}")
    element: float | int | bool = array.item()
    return element


def checked_value(
    module: ModuleTable, index: int, value: object, on_device: OnDevice | None = None
) -> np.ndarray | DeviceArrayLike:
    """A private array of the declared dtype and shape on the host, or one on the GPU of the model."""
    table = module["variables"][index]
    what, shape = f"{module['name']}.Model: variable '{table['name']}'", tuple(table["shape"])
    there = array_on_device(value, table["dtype"], on_device, what, table["place"])
    found = converted_array(value, table["dtype"], what, table["place"]) if there is None else there
    if found.shape != shape:
        raise ValueError(f"{what} has shape {found.shape}, expected {shape} ({table['place']})")
    refuse_nan = module["options"]["refuse_nan"] and is_real(table["dtype"])
    if there is not None and not refuse_nan:  # kernels flush the subnormal numbers that they read
        return there
    array = found if there is None else there.numpy()
    if refuse_nan:
        raise_if_not_finite(array, what, table["name"], table["place"])
    own = np.array(array, dtype=DTYPES[table["dtype"]], order="C", copy=True)
    if module["options"]["flush_subnormals"] and is_real(table["dtype"]):
        np.copysign(0, own, out=own, where=np.abs(own) < np.finfo(own.dtype).tiny)
    return own

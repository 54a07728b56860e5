"""Arrays on a GPU, of any library, where a value is expected.

A call on a GPU takes those that fit exactly; nothing is converted, and nothing is copied to the host unasked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from .description import DTYPES, in_place_text


class DeviceArrayLike(Protocol):
    """A native array on the GPU of a call, or a view of another library's."""

    shape: tuple[int, ...]
    dtype: object
    ndim: int
    nbytes: int
    read_only: bool
    __cuda_array_interface__: dict[str, object]

    def numpy(self) -> np.ndarray: ...


OnDevice = Callable[[object], object]
"""Of a value for a call on a GPU: the DeviceArrayLike there; None if it is no array on a GPU; or a text with the reason
that it cannot be used."""

_GPU_KINDS = (2, 13)  # of devices, in DLPack: memory of a GPU, and memory that it shares with the host


def is_on_gpu(value: object) -> bool:
    """Whether a value of another library, or of a module, is in the memory of a GPU."""
    kind = type(value)
    try:
        if hasattr(kind, "__dlpack_device__"):
            return int(value.__dlpack_device__()[0]) in _GPU_KINDS  # type: ignore[attr-defined]
        return hasattr(kind, "__cuda_array_interface__") and value.__cuda_array_interface__ is not None  # type: ignore[attr-defined]
    except Exception:  # foreign libraries raise anything
        return False


def refuse_on_gpu(value: object, what: str, place: str) -> None:
    """TypeError for an array on a GPU where values are on the host."""
    if is_on_gpu(value):
        how = "copy it to the host, as by x.numpy() here, x.cpu() in PyTorch, x.get() in CuPy"
        raise TypeError(f"{what} is on a GPU, and is needed on the host: {how}{in_place_text(place)}")


def array_on_device(
    value: object, dtype: str, on_device: OnDevice | None, what: str, place: str
) -> DeviceArrayLike | None:
    """The array of the declared dtype on the GPU of a call; None if the value is no array on a GPU."""
    if on_device is None:
        return None
    try:
        found = on_device(value)
    except (MemoryError, RuntimeError):
        raise
    except Exception as error:  # foreign libraries raise anything
        raise TypeError(f"{what} is no array: {error}{in_place_text(place)}") from error
    if found is None:
        return None
    if isinstance(found, str):
        raise TypeError(f"{what} {found}{in_place_text(place)}")
    array: DeviceArrayLike = found  # type: ignore[assignment]
    if str(array.dtype) != str(DTYPES[dtype]):
        hint = "arrays on a GPU are not converted"
        raise TypeError(f"{what} holds {array.dtype}, expected {DTYPES[dtype]}; {hint}{in_place_text(place)}")
    return array


def overlap_on_device(one: DeviceArrayLike, other: DeviceArrayLike) -> bool:
    """Whether two arrays share memory."""
    first, second = _address(one), _address(other)
    return first < second + other.nbytes and second < first + one.nbytes


def _address(array: DeviceArrayLike) -> int:
    address: int = array.__cuda_array_interface__["data"][0]  # type: ignore[index]
    return address

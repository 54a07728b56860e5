"""Arrays of another library on devices of the stand-in, and a reader of DLPack."""

from __future__ import annotations

import ctypes
from typing import Any, ClassVar

import numpy as np

from tests.cuda.driver.stand_in import StandIn

CPU, CUDA, CUDA_HOST, CUDA_MANAGED = 1, 2, 3, 13
_CODES = {"i": 0, "u": 1, "f": 2, "c": 5, "b": 6}
_TYPES = {(6, 8): "?", (1, 8): "u1", (0, 32): "i4", (0, 64): "i8", (2, 32): "f4", (2, 64): "f8"}


class Tensor(ctypes.Structure):
    _fields_: ClassVar = [
        ("data", ctypes.c_void_p),
        ("kind", ctypes.c_int32),
        ("number", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("offset", ctypes.c_uint64),
    ]


_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Managed(ctypes.Structure):
    _fields_: ClassVar = [("tensor", Tensor), ("context", ctypes.c_void_p), ("release", _RELEASE)]


class Versioned(ctypes.Structure):
    _fields_: ClassVar = [
        ("version", ctypes.c_uint32 * 2),
        ("context", ctypes.c_void_p),
        ("release", _RELEASE),
        ("flags", ctypes.c_uint64),
        ("tensor", Tensor),
    ]


KINDS: dict[str, Any] = {"dltensor": Managed, "dltensor_versioned": Versioned}
_api = ctypes.pythonapi
_api.PyCapsule_New.restype = ctypes.py_object
_api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_api.PyCapsule_GetPointer.restype = ctypes.c_void_p
_api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_api.PyCapsule_GetName.restype = ctypes.c_char_p
_api.PyCapsule_GetName.argtypes = [ctypes.py_object]
_api.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
# Of a capsule that is going, which nobody may refer to any more.
_is_valid = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_IsValid", _api))
_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_GetPointer", _api))
_names = {name: ctypes.c_char_p(name.encode()) for kind in KINDS for name in (kind, f"used_{kind}")}  # outlive capsules


@ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
def _capsule_goes(capsule: int) -> None:
    for name, kind in KINDS.items():
        if _is_valid(capsule, _names[name]):
            address = _pointer(capsule, _names[name])
            kind.from_address(address).release(address)


_tensors: list[Any] = []  # never freed, as their deleters are running when they go


class Memory:
    """A copy of an array on a device of the stand-in, until it goes."""

    def __init__(self, driver: StandIn, array: Any, device: int = 0, offset: int = 0) -> None:
        self.array = np.ascontiguousarray(array).reshape(np.shape(array))
        self.driver, self.device = driver, device
        self.base = driver.allocate(max(1, self.array.nbytes + offset), device)
        self.address = self.base + offset
        ctypes.memmove(self.address, self.array.ctypes.data, self.array.nbytes)

    def read(self) -> np.ndarray:
        found = np.empty_like(self.array)
        ctypes.memmove(found.ctypes.data, self.address, found.nbytes)
        return found

    def __del__(self) -> None:
        self.driver.release(self.base)


class ByInterface(Memory):
    """An array with `__cuda_array_interface__`; `items` replace some of its own."""

    def __init__(self, *arguments: Any, items: dict[str, Any] | None = None, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.items = items or {}

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {
            "shape": self.array.shape,
            "typestr": self.array.dtype.str,
            "data": (self.address if self.array.size else 0, False),
            "version": 3,
            **self.items,
        }


class ByDlpack(Memory):
    """An array with DLPack; `lent` counts the tensors that others hold."""

    kind = CUDA
    versioned = True
    flags = 0
    shape: tuple[int, ...] | None = None
    strides: tuple[int, ...] | None = None

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.streams: list[int | None] = []
        self.lent = 0

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.kind, self.device

    def __dlpack__(self, **wanted: Any) -> Any:
        if not self.versioned and set(wanted) - {"stream"}:
            raise TypeError("an unexpected keyword argument 'max_version'")
        self.streams.append(wanted.get("stream"))
        name = "dltensor_versioned" if self.versioned and wanted.get("max_version", (0, 0))[0] >= 1 else "dltensor"
        shape = (ctypes.c_int64 * 64)(*(self.shape or self.array.shape))
        made = KINDS[name]()
        tensor = made.tensor
        tensor.data, tensor.kind, tensor.number, tensor.rank = self.address, self.kind, self.device, self.array.ndim
        tensor.code, tensor.bits, tensor.lanes = _CODES[self.array.dtype.kind], 8 * self.array.dtype.itemsize, 1
        tensor.shape = shape
        strides = None if self.strides is None else (ctypes.c_int64 * 64)(*self.strides)
        if strides is not None:
            tensor.strides = strides

        holder = [self]

        def release(_: int) -> None:
            holder.pop().lent -= 1

        made.release = _RELEASE(release)
        if name == "dltensor_versioned":
            made.version[0], made.flags = 1, self.flags
        self.lent += 1
        _tensors.append((made, shape, strides))
        return _api.PyCapsule_New(ctypes.addressof(made), _names[name], _capsule_goes)


class OldDlpack(ByDlpack):
    """Without versions of DLPack."""

    versioned = False


class Taken:
    """The tensor of a capsule, as another library takes it."""

    def __init__(self, capsule: Any) -> None:
        self.name = _api.PyCapsule_GetName(capsule).decode()
        self._owner = KINDS[self.name].from_address(_api.PyCapsule_GetPointer(capsule, _names[self.name]))
        _api.PyCapsule_SetName(capsule, _names[f"used_{self.name}"])
        tensor = self.tensor = self._owner.tensor
        self.shape, self.strides = tensor.shape[: tensor.rank], tensor.strides[: tensor.rank]
        self.device = tensor.kind, tensor.number
        self.flags = getattr(self._owner, "flags", 0)

    def numpy(self) -> np.ndarray:
        found = np.empty(self.shape, _TYPES[self.tensor.code, self.tensor.bits])
        ctypes.memmove(found.ctypes.data, self.tensor.data + self.tensor.offset, found.nbytes)
        return found

    def release(self) -> None:
        """Calls the deleter, without the GIL."""
        self._owner.release(ctypes.addressof(self._owner))

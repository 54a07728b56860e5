"""The stand-ins for the CUDA driver and for cuBLASLt, in this process, and modules for them."""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.shared import once

HERE = Path(__file__).parent
LIBRARY = "libcuda.so.1"
CUBLAS = "libcublasLt.so.13"
COMPILER = shlex.join([sys.executable, str(HERE / "compiler.py")])
# For modules with code for both; kernels run as if on a GPU of compute capability 9.0.
SETTINGS = {"target": "cpp,cuda", "cuda_compiler": COMPILER, "cuda_arch": "sm_90"}


def folder() -> Path:
    """The folder with the driver, for the loader's path."""
    return once("stand_in_driver", lambda where: _build("driver.cpp", where / LIBRARY, "-O1"))


def cublas_folder() -> Path:
    """The folder with cuBLASLt."""
    return once("stand_in_cublas", lambda where: _build("cublas.cpp", where / CUBLAS, "-O3"))


def _build(source: str, library: Path, *options: str) -> None:
    compiler = os.environ.get("CXX") or shutil.which("g++") or "c++"
    options = ("-std=c++17", *options, "-shared", "-fPIC", "-fvisibility=hidden", f"-Wl,-soname,{library.name}")
    subprocess.run([compiler, *options, str(HERE / source), "-o", str(library)], check=True)


class Counts(NamedTuple):
    """Since the process began; the last four are of what there is now."""

    calls: int
    launches: int
    graph_launches: int
    captures: int
    uploaded: int
    downloaded: int
    bytes: int
    allocations: int
    streams: int
    graphs: int

    @property
    def live(self) -> tuple[int, int, int, int]:
        return self[6:]


class StandIn:
    """Controls of the library, which code that loads the driver finds from here on."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(str(folder() / LIBRARY), ctypes.RTLD_GLOBAL)
        self._library.stand_in_failed.restype = ctypes.c_char_p
        self._library.stand_in_allocate.restype = ctypes.c_int64
        self._library.stand_in_waits.restype = ctypes.c_int64

    @property
    def counts(self) -> Counts:
        counts = (ctypes.c_int64 * 10)()
        self._library.stand_in_counts(counts)
        return Counts(*counts)

    def fail(self, after: int, code: int = 719) -> None:
        """Makes a call fail: 0 is the next one."""
        self._library.stand_in_fail(ctypes.c_int64(after), code)

    def failed(self) -> str:
        """The function that has failed since `fail`; empty if none did."""
        name = bytes(self._library.stand_in_failed()).decode()
        self._library.stand_in_fail(ctypes.c_int64(-1), 0)
        return name

    def devices(self, count: int = 2, architecture: int = 90, bytes: int = 1 << 34) -> None:
        self._library.stand_in_devices(count, architecture, ctypes.c_int64(bytes))

    def waits(self, stream: int) -> int:
        """How often the host has waited for a stream, since the process began."""
        return int(self._library.stand_in_waits(ctypes.c_int64(stream)))

    def allocate(self, bytes: int, device: int) -> int:
        """The address of memory of a device."""
        return int(self._library.stand_in_allocate(ctypes.c_int64(bytes), device))

    def release(self, address: int) -> None:
        self._library.stand_in_release(ctypes.c_int64(address))


class CublasCounts(NamedTuple):
    """Since the process began; the last is of what there is now."""

    calls: int
    products: int
    recorded: int
    f32: int
    tf32: int
    f64: int
    questions: int
    computed: int
    descriptors: int


class Cublas:
    """Controls of the library, which modules that look for cuBLASLt find from here on."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(str(cublas_folder() / CUBLAS))

    @property
    def counts(self) -> CublasCounts:
        counts = (ctypes.c_int64 * 9)()
        self._library.stand_in_cublas_counts(counts)
        return CublasCounts(*counts)

    def fail(self, after: int) -> None:
        """Makes a call fail: 0 is the next one, -1 none."""
        self._library.stand_in_cublas_fail(ctypes.c_int64(after))

    def algorithms(self, there_are: bool) -> None:
        self._library.stand_in_cublas_algorithms(int(there_are))

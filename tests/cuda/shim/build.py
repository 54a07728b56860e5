"""Compiles device units to shared objects that run on the CPU, and launches their kernels.

`python -m tests.cuda.shim.build UNIT OBJECT [FLAG …]` compiles a file.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tdsl.resources import RUNTIME
from tests.lower.native import Fault

HERE = Path(__file__).parent
FLAGS = (
    "-std=c++20",
    "-O0",
    "-fPIC",
    "-ffp-contract=off",
    "-fno-strict-aliasing",
    "-U_FORTIFY_SOURCE",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-Wno-unknown-pragmas",
    "-Wno-tautological-compare",
    "-Wno-attributes",
)
# As shim.hpp has __global__.
_KERNEL = re.compile(r'extern "C" __attribute__\(\(visibility\("default"\), used\)\) void\s+(\w+)\s*\(')


def compiler() -> str:
    return os.environ.get("CXX") or shutil.which("g++") or "c++"


def compile_unit(unit: Path, target: Path, flags: Sequence[str] = (), main: str = "") -> None:
    """A shared object with every kernel of a device unit; with the text of `main`, a program instead."""
    includes = [f"-I{unit.parent}", f"-I{RUNTIME / 'include'}", f"-I{HERE}"]
    options = [*FLAGS, "-DTDSL_SHIM", *flags, *includes]
    command = [compiler(), *options, "-include", "shim.hpp", "-x", "c++"]
    text = subprocess.run([*command, "-E", str(unit)], check=True, capture_output=True, text=True).stdout
    names = [*dict.fromkeys(_KERNEL.findall(text))]
    whole = target.with_suffix(".shim.cpp")
    # Functions with C linkage have the same one in any namespace.
    registered = [f'static tdsl_shim::Registered<{name}> tdsl_shim_{name}("{name}");' for name in names]
    lines = [f'#include "{unit}"', '#include "scheduler.hpp"', "namespace tdsl_unit {}", "using namespace tdsl_unit;"]
    whole.write_text("\n".join([*lines, *registered, main, ""]))
    kind = [] if main else ["-shared"]
    subprocess.run([*command, *kind, str(whole), "-o", str(target), "-lpthread"], check=True)


class Launch(ctypes.Structure):
    """tdsl_launch."""

    _fields_ = [
        ("guard", ctypes.c_void_p),
        ("fault", ctypes.c_void_p),
        ("scratch", ctypes.c_void_p),
        ("phase", ctypes.c_int32),
        ("phases", ctypes.c_int32),
        ("multiplied", ctypes.c_int32),
        ("steps", ctypes.c_int64 * 4),
    ]


class Kernels:
    """A shared object made of a device unit."""

    def __init__(self, path: Path) -> None:
        self.library = ctypes.CDLL(str(path))
        self.fault = Fault()

    def seed(self, seed: int) -> None:
        """Chooses the order of blocks and threads."""
        self.library.tdsl_shim_seed(ctypes.c_uint64(seed))

    def parameters(self, kernel: str) -> list[int]:
        """The sizes of its parameters, with the tdsl_launch."""
        sizes = (ctypes.c_uint32 * 64)()
        count = self.library.tdsl_shim_parameters(kernel.encode(), sizes)
        if count < 0:
            raise KeyError(kernel)
        return list(sizes[:count])

    def launch(
        self,
        kernel: str,
        blocks: int,
        *given: np.ndarray | int | float | Any,
        threads: int = 256,
        phases: int = 1,
        scratch: int = 0,
        guard: np.ndarray | None = None,
        steps: Sequence[int] = (0, 0, 0, 0),
        products: np.ndarray | None = None,
    ) -> None:
        """Runs every phase of a kernel with arrays, numbers (int64_t and double) or values of ctypes; the faults of all
        launches gather in `fault`.  `products` are those that a library has computed."""
        memory = np.full(scratch + 256, 0xAA, np.uint8)
        start = -memory.ctypes.data % 256
        if products is not None:
            memory[start : start + products.nbytes] = np.frombuffer(products.tobytes(), np.uint8)
        values = [_parameter(value) for value in given]
        for phase in range(phases):
            call = Launch(
                None if guard is None else guard.ctypes.data,
                ctypes.addressof(self.fault),
                memory.ctypes.data + start,
                phase,
                phases,
                products is not None,
                (ctypes.c_int64 * 4)(*steps),
            )
            pointers = [ctypes.cast(ctypes.pointer(value), ctypes.c_void_p) for value in (call, *values)]
            outcome = self.library.tdsl_shim_launch(
                kernel.encode(), blocks, threads, (ctypes.c_void_p * len(pointers))(*pointers)
            )
            assert outcome == 0, f"{kernel}: {outcome}"
        assert (memory[start + scratch :] == 0xAA).all(), f"{kernel}: writes behind its scratch memory"


def _parameter(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    if isinstance(value, int):
        return ctypes.c_int64(value)
    if isinstance(value, float):
        return ctypes.c_double(value)
    return value


if __name__ == "__main__":
    compile_unit(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:])

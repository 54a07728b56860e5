"""What `tdsl doctor` looks for beside the compiler and the cache."""

from __future__ import annotations

import ctypes
import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tdsl.build.identity import processor


@dataclass(frozen=True)
class Finding:
    """`missing` is needed, `absent` would only be nice."""

    status: Literal["ok", "missing", "absent"]
    what: str
    detail: str
    fix: str = ""


def python_findings() -> Iterator[Finding]:
    yield Finding("ok", "Python", f"{sys.version.split()[0]}, {sys.executable}")
    for name in ("numpy", "pybind11", "lark", "click", "platformdirs"):
        found = _version(name)
        if found:
            yield Finding("ok", name, found)
        else:
            yield Finding("missing", name, "not installed", f"pip install {name}")


def optional_findings() -> Iterator[Finding]:
    yield Finding("ok", "vector level", vector_level(processor()))
    yield _package("ziglang", "zig", "a C++ compiler from PyPI", "zig")
    yield _package("nvidia-cuda-nvrtc", "NVRTC", "the CUDA target's compiler", "cuda")
    yield _driver()
    yield _package("mpi4py", "MPI", "several processes or machines", "mpi")


def vector_level(flags: str) -> str:
    words = set(flags.split())
    levels = {
        "AVX-512": {"avx512f", "avx512dq", "avx512bw", "avx512vl"},
        "AVX2": {"avx2", "fma"},
        "AVX": {"avx"},
        "SVE": {"sve"},
        "NEON": {"asimd"},
        "SSE2": {"sse2"},
    }
    return next((name for name, needed in levels.items() if needed <= words), "unknown")


def _package(distribution: str, what: str, purpose: str, extra: str) -> Finding:
    found = _version(distribution)
    if found:
        return Finding("ok", what, found)
    return Finding("absent", what, f"not installed ({purpose})", f"pip install tdsl[{extra}]")


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "present" if importlib.util.find_spec(distribution.replace("-", "_")) else ""


def _driver() -> Finding:
    version = ctypes.c_int(0)
    try:
        library = ctypes.CDLL("libcuda.so.1")
        failed = library.cuDriverGetVersion(ctypes.byref(version))
    except (OSError, AttributeError):
        return Finding("absent", "NVIDIA driver", "no libcuda.so.1", "install NVIDIA's driver if there is such a card")
    if failed:
        return Finding(
            "absent", "NVIDIA driver", f"does not answer (error {failed})", "restart or reinstall the driver"
        )
    return Finding("ok", "NVIDIA driver", f"CUDA {version.value // 1000}.{version.value % 1000 // 10}")

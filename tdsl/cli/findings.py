"""The findings of `tdsl doctor` beside the compiler and the cache."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator
from typing import Literal

from tdsl.build.identity import processor
from tdsl.build.mpi import launcher
from tdsl.record import record


@record(frozen=True)
class Finding:
    """`missing` is required, `absent` is optional."""

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
    yield _package("ziglang", "zig", "a C++ compiler from PyPI")
    yield _mpi()


def _mpi() -> Finding:
    path, package = launcher(), _version("mpi4py")
    if path and package:
        return Finding("ok", "MPI", f"mpi4py {package}, {path}")
    lacking = " and ".join(name for name, found in (("mpi4py", package), ("mpiexec", path)) if not found)
    return Finding("absent", "MPI", f"no {lacking} (training with several processes)", "pip install 'tdsl[mpi]'")


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


def _package(distribution: str, what: str, purpose: str) -> Finding:
    found = _version(distribution)
    if found:
        return Finding("ok", what, found)
    return Finding("absent", what, f"not installed ({purpose})", f"pip install {distribution}")


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "present" if importlib.util.find_spec(distribution.replace("-", "_")) else ""

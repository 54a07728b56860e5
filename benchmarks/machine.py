"""What was measured on, and with which versions."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from functools import cache
from pathlib import Path

import tdsl

NAMES = "numpy torch jax jaxlib pytensor numba llvmlite scipy-openblas64 onednn mkl"
LIST_VERSIONS = f"""
from importlib.metadata import PackageNotFoundError, version
for name in {NAMES.split()!r}:
    try:
        print(name, version(name))
    except PackageNotFoundError:
        pass
"""


@cache
def _processor() -> dict[str, str]:
    """The first processor as Linux describes it."""
    path = Path("/proc/cpuinfo")
    text = path.read_text().split("\n\n")[0] if path.exists() else ""
    return dict(re.findall(r"^([^\t\n]+?)\s*: (.*)$", text, re.M))


def has_avx512() -> bool:
    return "avx512f" in _processor().get("flags", "").split()


def describe() -> dict[str, str | int]:
    processor = _processor()
    vectors = next((name for name in ("avx512f", "avx2", "avx") if name in processor.get("flags", "").split()), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": processor.get("model name", platform.machine()),
        "family": processor.get("cpu family", ""),
        "cores": len(os.sched_getaffinity(0)),
        "vectors": {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX"}.get(vectors, platform.machine()),
        "memory": f"{memory / 2**30:.0f} GiB",
        "system": _system(),
        "compiler": _first_line([os.environ.get("CXX", "c++"), "--version"]),
        "python": platform.python_version(),
    }


def versions(python: Path) -> dict[str, str]:
    lines = subprocess.run([python, "-c", LIST_VERSIONS], capture_output=True, text=True, check=True).stdout
    return {"tdsl": tdsl.__version__, **dict(line.split() for line in lines.splitlines())}


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _first_line(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]

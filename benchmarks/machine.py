"""The machine of the measurements and the versions of the measured software."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import tdsl
from tdsl.cli.gpus import driver_findings

NAMES = "numpy torch triton jax jaxlib pytensor numba llvmlite scipy-openblas64 onednn mkl nvidia-cuda-nvrtc"
FAMILIES = {
    "AMD Zen 4": ("AuthenticAMD", "25", "17"),
    "AMD Zen 5": ("AuthenticAMD", "26"),
    "Intel Sapphire Rapids": ("GenuineIntel", "6", "143"),
    "Intel Emerald Rapids": ("GenuineIntel", "6", "207"),
}
LIST_VERSIONS = f"""
from importlib.metadata import PackageNotFoundError, version
for name in {NAMES.split()!r}:
    try:
        print(name, version(name))
    except PackageNotFoundError:
        pass
"""
READ_CUBLASLT = """
import ctypes
from importlib.util import find_spec
from pathlib import Path
spec = find_spec("nvidia")
folders = [Path(folder) for folder in spec.submodule_search_locations or ()] if spec else []
files = ["cu13/lib/libcublasLt.so.13", "cublas/lib/libcublasLt.so.12"]
for name in ("libcublasLt.so.13", *(str(folder / file) for file in files for folder in folders), "libcublasLt.so.12"):
    try:
        library = ctypes.CDLL(name)
    except OSError:
        continue
    library.cublasLtGetVersion.restype = ctypes.c_size_t
    print(library.cublasLtGetVersion())
    break
"""


@cache
def _processor() -> dict[str, str]:
    """The first processor as Linux describes it."""
    path = Path("/proc/cpuinfo")
    text = path.read_text().split("\n\n")[0] if path.exists() else ""
    return dict(re.findall(r"^([^\t\n]+?)\s*: (.*)$", text, re.M))


def has_avx512() -> bool:
    return "avx512f" in _processor().get("flags", "").split()


def _caches() -> str:
    """Data caches of the first core, nearest first, as Linux lists them."""
    found = []
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            kind, size = ((folder / name).read_text().strip() for name in ("type", "size"))
        except OSError:
            continue
        if kind != "Instruction":
            found.append(_bytes(size))
    return ", ".join(found)


def _bytes(size: str) -> str:
    """`32K` as 32 KiB, `1024K` as 1 MiB."""
    count = int(size.removesuffix("K"))
    return f"{count // 1024} MiB" if count % 1024 == 0 else f"{count} KiB"


def family(machine: Mapping[str, str | int]) -> str:
    """The family of processors that a machine is of, as far as benchmarks tell them apart."""
    key = machine.get("vendor", ""), str(machine.get("family", "")), str(machine.get("model", ""))
    known = next((name for name, parts in FAMILIES.items() if key[: len(parts)] == parts), None)
    return known or " ".join(str(part) for part in (*key[:1], "family", *key[1:2]) if part)


def describe() -> dict[str, str | int]:
    processor = _processor()
    vectors = next((name for name in ("avx512f", "avx2", "avx") if name in processor.get("flags", "").split()), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": processor.get("model name", platform.machine()),
        "vendor": processor.get("vendor_id", platform.machine()),
        "family": processor.get("cpu family", ""),
        "model": processor.get("model", ""),
        "caches": _caches(),
        "cores": len(os.sched_getaffinity(0)),
        "vectors": {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX"}.get(vectors, platform.machine()),
        "memory": f"{memory / 2**30:.0f} GiB",
        "system": _system(),
        "compiler": _first_line([os.environ.get("CXX", "c++"), "--version"]),
        "python": platform.python_version(),
    }


def gpu(python: Path) -> dict[str, str | int]:
    """The first GPU, with its driver and clocks if nvidia-smi tells them, and the cuBLASLt that modules find."""
    fields = "--query-gpu=name,driver_version,clocks.sm,clocks.max.sm,power.limit"
    try:
        line = _first_line(["nvidia-smi", "--id=0", "--format=csv,noheader", fields])
        name, driver, now, most, power = line.split(", ")
        described = f"{name}, driver {driver}, {now} of {most}, {power}"
    except (OSError, ValueError, IndexError, subprocess.CalledProcessError):
        found = [finding.detail for finding in driver_findings() if finding.what.startswith("GPU ")]
        described = found[0] if found else "no GPU"
    version = subprocess.run([python, "-c", READ_CUBLASLT], capture_output=True, text=True).stdout.strip()
    return {"gpu": described, "cuBLASLt": version or "absent"}


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

"""The findings of `tdsl doctor` about GPUs: all optional, as modules for CPUs need none of them."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Iterator
from pathlib import Path

from tdsl.build.cache import Cache
from tdsl.build.cuda import cuda_version, locate_cuda
from tdsl.cli.findings import Finding
from tdsl.settings import Settings
from tdsl.source import UserError

OLDEST_DRIVER = 13000
"""The first version of the driver's interface that runs what NVRTC 13.0 makes: that of driver 580."""
_LIBRARY = "libcuda.so.1"
_MAJOR, _MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_…


def gpu_findings(settings: Settings) -> Iterator[Finding]:
    yield _compiler(settings)
    yield from driver_findings()
    yield cublas_finding()


def _compiler(settings: Settings) -> Finding:
    try:
        toolchain = locate_cuda(settings)
        detail = cuda_version(toolchain, Cache.of(settings))
    except UserError as error:
        problem = error.diagnostics[0]
        return Finding("absent", "CUDA compiler", f"{problem.message} (for --target cuda)", problem.hints[0])
    return Finding("ok", "CUDA compiler", f"{detail}: compiles for GPUs, with or without one")


def driver_findings() -> Iterator[Finding]:
    """The driver and each GPU that it offers."""
    try:
        driver = ctypes.CDLL(_LIBRARY)
    except OSError:
        fix = "install NVIDIA's driver, 580 or later, where modules shall run on a GPU"
        yield Finding("absent", "CUDA driver", f"no {_LIBRARY}: modules run on the CPU only", fix)
        return
    number = ctypes.c_int()
    driver.cuDriverGetVersion(ctypes.byref(number))
    version = f"for CUDA {number.value // 1000}.{number.value % 1000 // 10}"
    if number.value < OLDEST_DRIVER:
        yield Finding("absent", "CUDA driver", f"{version}: too old", "install NVIDIA's driver, 580 or later")
        return
    yield Finding("ok", "CUDA driver", version)
    count = ctypes.c_int()
    status = driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count))
    if status or not count.value:
        yield Finding("absent", "GPU", f"none that the driver offers (status {status})", "see CUDA_VISIBLE_DEVICES")
    for gpu in range(0 if status else count.value):
        yield Finding("ok", f"GPU cuda:{gpu}", _gpu(driver, gpu))


def cublas_finding() -> Finding:
    """The library that modules find: their runtime/source/cuda_cublas.cpp looks in the same places."""
    packages = importlib.util.find_spec("nvidia")
    folders = map(Path, (packages and packages.submodule_search_locations) or ())
    files = [file for folder in folders for file in folder.glob("*/lib/libcublasLt.so.1[23]")]
    packaged = map(str, sorted(files, key=lambda file: file.name, reverse=True))
    for name in ("libcublasLt.so.13", *packaged, "libcublasLt.so.12"):
        try:
            number = ctypes.CFUNCTYPE(ctypes.c_size_t)(("cublasLtGetVersion", ctypes.CDLL(name)))()
        except (OSError, AttributeError):
            continue
        version = f"{number // 10_000}.{number // 100 % 100}.{number % 100}"
        return Finding("ok", "cuBLASLt", f"{version}, {name}: computes large products of matrices")
    detail = "not installed: large products of matrices are slower"
    return Finding("absent", "cuBLASLt", detail, "pip install nvidia-cublas, where modules shall run on a GPU")


def _gpu(driver: ctypes.CDLL, number: int) -> str:
    name, device, value = ctypes.create_string_buffer(100), ctypes.c_int(), ctypes.c_int()
    driver.cuDeviceGet(ctypes.byref(device), number)
    driver.cuDeviceGetName(name, len(name), device)
    capability = []
    for attribute in (_MAJOR, _MINOR):
        driver.cuDeviceGetAttribute(ctypes.byref(value), attribute, device)
        capability.append(str(value.value))
    return f"{name.value.decode(errors='replace')}, compute capability {'.'.join(capability)}"

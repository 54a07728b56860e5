"""The package with cuBLASLt, which modules with code for GPUs use for large products if somebody has installed it."""

from __future__ import annotations

import os

# The files of the packages nvidia-cublas and nvidia-cublas-cu12 in the folder `nvidia`.
_CUBLAS_FILES = (("cu13", "lib", "libcublasLt.so.13"), ("cublas", "lib", "libcublasLt.so.12"))


def installed_cublas() -> bytes:
    """The path of the newest, or nothing."""
    import importlib.util

    try:
        found = importlib.util.find_spec("nvidia")
    except ValueError:  # somebody has made a module of this name
        return b""
    folders = list(found.submodule_search_locations or ()) if found else []
    paths = (os.path.join(folder, *file) for file in _CUBLAS_FILES for folder in folders)
    return os.fsencode(next((path for path in paths if os.path.isfile(path)), ""))

"""What modules know of cuBLASLt is in its header, where that is installed: with CUDA, or in packages from PyPI."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

from tdsl.resources import RUNTIME
from tests.cuda.shim.build import compiler

HERE = Path(__file__).parent


def test_the_header_has_the_same_numbers_and_types() -> None:
    packages = importlib.util.find_spec("nvidia")
    roots = [*map(Path, (packages and packages.submodule_search_locations) or ()), Path("/usr/local")]
    folders = [folder for root in roots for folder in sorted(root.glob("*/include"))]
    for header in ("cublasLt.h", "driver_types.h"):
        if not any((folder / header).exists() for folder in folders):
            pytest.skip(f"there is no {header}")
    options = ["-std=c++20", "-fsyntax-only", f"-I{RUNTIME / 'source'}", *(f"-I{folder}" for folder in folders)]
    subprocess.run([compiler(), *options, str(HERE / "cublas_header.cpp")], check=True)

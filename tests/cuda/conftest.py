"""Device units of the tests, compiled once for all workers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cuda.shapes import Shapes, compile_shapes
from tests.cuda.shim.build import Kernels, compile_unit
from tests.shared import once

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def kernels(shared_cache: None) -> Callable[..., Kernels]:
    """The kernels of a unit in this folder, compiled with the given flags."""

    def compiled(name: str, *flags: str) -> Kernels:
        label = "_".join(["cuda", name, *(flag.lstrip("-") for flag in flags)])
        folder = once(label, lambda folder: compile_unit(HERE / name, folder / "unit.so", flags))
        return Kernels(folder / "unit.so")

    return compiled


@pytest.fixture(scope="session")
def shapes(shared_cache: None) -> Shapes:
    return Shapes(once("cuda_shapes", compile_shapes))

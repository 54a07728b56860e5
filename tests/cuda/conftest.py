"""Device units of the tests, compiled once for all workers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tdsl
from tests.cuda.driver.stand_in import SETTINGS, StandIn
from tests.cuda.shapes import Shapes, compile_shapes
from tests.cuda.shim.build import Kernels, compile_unit
from tests.shared import once

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--gpu` those tests of this folder that run modules on a GPU, and need no stand-in."""
    if config.getoption("--gpu"):
        unfit = [item for item in items if item.path.is_relative_to(HERE) and not _is_for_gpus(item)]
        config.hook.pytest_deselected(items=unfit)
        items[:] = [item for item in items if item not in unfit]


def _is_for_gpus(item: pytest.Item) -> bool:
    fixtures = item.fixturenames if isinstance(item, pytest.Function) else []
    return "for_gpus" in fixtures and "stand_in" not in fixtures


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


@pytest.fixture(scope="session")
def stand_in(shared_cache: None) -> StandIn:
    """The driver of tests that need to control it."""
    return StandIn()


@pytest.fixture(scope="session")
def for_gpus(request: pytest.FixtureRequest, shared_cache: None) -> Callable[..., Any]:
    """Compiles programs for the CPU and for CUDA: for the stand-in, or for a GPU with `--gpu`."""
    real = request.config.getoption("--gpu")
    if not real:
        StandIn()
    made: dict[tuple[object, ...], ModuleType] = {}

    def compiled(text: str, name: str = "module", **settings: Any) -> ModuleType:
        key = (text, name, *map(str, settings.items()))
        if key not in made:
            wanted = {"target": "cpp,cuda", "cuda_arch": "sm_90"} if real else SETTINGS
            made[key] = tdsl.compile(text, name=name, **{**wanted, **settings})
        return made[key]

    return compiled

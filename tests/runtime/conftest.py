"""The same modules twice: natively with the C++ binding, and with the NumPy core."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tdsl.describe.table import as_literal
from tdsl.emit.bundle import bundle
from tests.shared import once

sys.path.insert(0, str(Path(__file__).parent))

import programs
import tables


@pytest.fixture(scope="session")
def native_paths() -> dict[str, Path]:
    def fill(folder: Path) -> None:
        tables.build(made, folder)

    made = list(programs.MODULES.values())
    return tables.modules(made, once("runtime", fill))


@pytest.fixture(scope="session")
def native_modules(native_paths: dict[str, Path]) -> dict[str, ModuleType]:
    return {name: tables.load(name, path) for name, path in native_paths.items()}


@pytest.fixture(scope="session")
def numpy_modules() -> dict[str, ModuleType]:
    code = compile(bundle(), "<bundle>", "exec")
    modules = {}
    for name, table in programs.MODULES.items():
        module = modules[name] = ModuleType(name)
        exec(code, module.__dict__)
        made = module.__dict__["numpy_module"](as_literal(table), programs.KERNELS[name], programs.INITIALISE[name])
        module.__dict__.update(made)
    return modules


@pytest.fixture(params=["native", "numpy"])
def modules(request: pytest.FixtureRequest) -> Iterator[dict[str, ModuleType]]:
    found: dict[str, ModuleType] = request.getfixturevalue(f"{request.param}_modules")
    before = {name: sys.modules.get(name) for name in found}
    sys.modules.update(found)  # pickles find classes by the name of their module
    yield found
    for name, module in before.items():
        if module is None:
            del sys.modules[name]
        else:
            sys.modules[name] = module


@pytest.fixture
def affine(modules: dict[str, ModuleType]) -> ModuleType:
    return modules["affine"]


@pytest.fixture
def plain(modules: dict[str, ModuleType]) -> ModuleType:
    return modules["plain"]


@pytest.fixture
def strict(modules: dict[str, ModuleType]) -> ModuleType:
    return modules["strict"]

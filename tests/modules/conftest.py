"""Whole modules from text, for both targets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tdsl
from tests import sanitized
from tests.modules.programs import compiled


@pytest.fixture(scope="session", autouse=True)
def without_settings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if sanitized.NAMES:
            patch.setenv("TDSL_FLAGS", f'sanitize="{",".join(sanitized.NAMES)}",opt=1')
        patch.delenv("TDSL_NUM_THREADS", raising=False)
        patch.setenv("PYTHONPATH", str(Path(tdsl.__file__).parent.parent))
        yield


@pytest.fixture(params=("cpp", "numpy"))
def target(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def module(target: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Modules by name, importable while the test runs."""

    def found(name: str) -> ModuleType:
        made = compiled(name, target)
        monkeypatch.setitem(sys.modules, name, made)
        return made

    return found


@pytest.fixture
def affine(module: Callable[[str], Any]) -> Any:
    return module("affine")


@pytest.fixture
def plain(module: Callable[[str], Any]) -> Any:
    return module("plain")


@pytest.fixture
def strict(module: Callable[[str], Any]) -> Any:
    return module("strict")


@pytest.fixture
def deep(module: Callable[[str], Any]) -> Any:
    return module("deep")


@pytest.fixture
def drawn(module: Callable[[str], Any]) -> Any:
    return module("drawn")

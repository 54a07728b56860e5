"""The stand-in compiler as fixtures; `tests/cli` takes them from here as well."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import IO

import pytest

import tdsl
from tdsl import resources
from tdsl.build.identity import compiler_identity
from tdsl.settings import Settings

_HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def stand_in() -> ModuleType:
    spec = importlib.util.spec_from_file_location("stand_in", _HERE / "stand_in.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def runtime(stand_in: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stand_in.write_runtime(tmp_path_factory.mktemp("runtime"))


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests that do not ask how it is filled: the runtime is compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def compiler(
    stand_in: ModuleType, runtime: Path, warm_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The stand-in takes the driver's place; files go to a folder of their own, which is also the current one."""
    for name, module in stand_in.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(tdsl, "driver", sys.modules["tdsl.driver"], raising=False)
    monkeypatch.setattr(resources, "RUNTIME", runtime)
    monkeypatch.setenv("TDSL_CACHE_DIR", str(warm_cache))
    monkeypatch.delenv("TDSL_FLAGS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    compiler_identity.cache_clear()
    yield
    compiler_identity.cache_clear()


@pytest.fixture
def settings(warm_cache: Path) -> Settings:
    return Settings(cache_dir=str(warm_cache))


Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def spawn(runtime: Path, tmp_path: Path) -> Spawn:
    """Starts the command line with the stand-in in a process of its own, without the streams whose numbers `close`
    has."""

    def start(*arguments: str, stdout: int | IO[str] = subprocess.PIPE, close: str = "", **environment: str):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TDSL_")}
        command = [sys.executable, str(_HERE / "stand_in.py"), *arguments]
        closed = " ".join(f"{number}>&-" for number in close)
        command = ["sh", "-c", f'ulimit -c 0; exec "$@" {closed}', "sh", *command]
        return subprocess.Popen(
            command,
            cwd=tmp_path,
            env={
                **inherited,
                "PYTHONPATH": str(Path(tdsl.__file__).parent.parent),
                "STAND_IN_RUNTIME": str(runtime),
                "HOME": str(tmp_path / "home"),
                **environment,
            },
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )

    return start

"""The library of a program and the module of it, compiled once."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.build.cache import Cache
from tdsl.build.reading import read_source
from tdsl.clock import Clock
from tdsl.compilation import compile_source
from tdsl.settings import Settings

HERE = Path(__file__).parent


def make_library(program: Path, folder: Path, **settings: Any) -> Path:
    """The folder with the library and header of a program."""
    chosen = Settings(opt=1, **settings)
    artefact = compile_source(read_source(program), chosen, Cache.of(chosen), Clock(), is_library=True)
    artefact.install(folder)
    return folder


class Library:
    """A library by ctypes: arrays are passed by their memory, floats as f32, a list of one array receives a number."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.functions = ctypes.CDLL(str(folder / f"lib{name}.so"))

    def address(self, function: str, *arguments: object) -> int | None:
        found = self.function(function)
        found.restype = ctypes.c_void_p
        return found(*map(_passed, arguments))  # type: ignore[no-any-return]

    def status(self, function: str, *arguments: object) -> int:
        return int(self.function(function)(*map(_passed, arguments)))

    def function(self, name: str) -> Any:
        # A new object each time: the types of results differ.
        return self.functions[f"{self.name}_{name}"]

    def error(self) -> str:
        found = self.function("error")
        found.restype = ctypes.c_char_p
        return str(found().decode())

    def value(self, model: object, name: str, dtype: object, shape: tuple[int, ...]) -> np.ndarray:
        array = np.empty(shape, dtype)  # type: ignore[call-overload]
        assert self.status("get", model, name, array, ctypes.c_size_t(array.nbytes)) == 0, self.error()
        return array


def _passed(value: object) -> object:
    match value:
        case np.ndarray():
            return ctypes.c_void_p(value.ctypes.data)
        case str():
            return value.encode()
        case float():
            return ctypes.c_float(value)
        case int():
            return ctypes.c_int64(value)
        case _:
            return value


@pytest.fixture(scope="session")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(make_library(HERE / "tried.tdsl", tmp_path_factory.mktemp("library")), "tried")


@pytest.fixture(scope="session")
def module() -> ModuleType:
    return tdsl.compile(HERE / "tried.tdsl", opt=1)


@pytest.fixture
def model(tried: Library) -> Iterator[ctypes.c_void_p]:
    made = ctypes.c_void_p(tried.address("create", 3))
    assert made.value, tried.error()
    yield made
    tried.function("destroy")(made)

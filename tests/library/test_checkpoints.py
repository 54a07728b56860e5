"""Checkpoints that a library and a module exchange, and damaged ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.library.conftest import Library
from tests.library.test_calls import Y_HAT, X, same, state_of

BAD_FILE = 8


@pytest.fixture
def trained(tried: Library, model: object) -> object:
    assert tried.status("train", model, 50, X, Y_HAT, 0.01, None) == 0
    return model


def test_the_module_reads_it(tried: Library, module: ModuleType, trained: object, tmp_path: Path) -> None:
    path = tmp_path / "saved.npz"
    for _ in range(2):
        assert tried.status("save", trained, str(path)) == 0, tried.error()
    other = module.Model()
    assert other.load(path).same_source is True
    assert same(state_of(tried, trained, module), other.state_dict())
    assert np.load(path)["W"].tolist() == other.W.tolist()
    assert [file.name for file in tmp_path.iterdir()] == ["saved.npz"]


def by_module(model: object, path: Path) -> None:
    model.save(path)  # type: ignore[attr-defined]


def by_numpy(model: object, path: Path) -> None:
    np.savez(path, **model.state_dict())  # type: ignore[attr-defined]


def compressed(model: object, path: Path) -> None:
    np.savez_compressed(path, **model.state_dict())  # type: ignore[attr-defined]


@pytest.mark.parametrize("save", [by_module, by_numpy, compressed])
def test_it_reads_files_of_python(
    save: Callable[[object, Path], None], tried: Library, module: ModuleType, model: object, tmp_path: Path
) -> None:
    other = module.Model(seed=8)
    other.train(X, Y_HAT)
    save(other, tmp_path / "saved.npz")
    assert tried.status("load", model, str(tmp_path / "saved.npz")) == 0, tried.error()
    assert same(state_of(tried, model, module), other.state_dict())


def test_differences_have_the_words_of_the_module(
    tried: Library, module: ModuleType, model: object, tmp_path: Path
) -> None:
    path, other = tmp_path / "other.npz", module.Model()
    values = {**other.state_dict(), "W": np.zeros((3, 2), np.float32), "b": np.zeros(3), "other": np.zeros(1)}
    del values["v"]
    before = state_of(tried, model, module)
    np.savez(path, **values)
    with pytest.raises(ValueError, match="is missing") as raised:
        other.load(path)
    assert tried.status("load", model, str(path)) == BAD_FILE
    assert str(raised.value).startswith(f"{tried.error()}\n")  # what follows is for Python
    assert same(state_of(tried, model, module), before)


def test_no_file(tried: Library, model: object, tmp_path: Path) -> None:
    assert tried.status("load", model, str(tmp_path / "none.npz")) == BAD_FILE
    assert tried.error() == f"tried.Model.load: {tmp_path}/none.npz: No such file or directory"
    assert tried.status("load", model, str(tmp_path)) == BAD_FILE
    assert tried.error() == f"tried.Model.load: {tmp_path}: is no regular file"
    assert tried.status("save", model, str(tmp_path / "none" / "a.npz")) == BAD_FILE
    assert tried.error() == f"tried.Model.save: {tmp_path}/none/a.npz: No such file or directory"


@pytest.mark.parametrize("save", [by_module, compressed])
def test_damaged_files(
    save: Callable[[object, Path], None], tried: Library, module: ModuleType, model: object, tmp_path: Path
) -> None:
    """Whatever stands in a file, it is refused or read: values change as a whole or not at all."""
    path, chosen, other = tmp_path / "damaged.npz", random.Random(1), module.Model(seed=8)
    save(other, path)
    whole, before = path.read_bytes(), state_of(tried, model, module)
    after = other.state_dict()
    refused = 0
    for _ in range(100):
        damaged = bytearray(whole[: chosen.randrange(len(whole))] if chosen.random() < 0.2 else whole)
        for _ in range(chosen.randrange(1, 4)):
            if damaged:
                damaged[chosen.randrange(len(damaged))] = chosen.randrange(256)
        path.write_bytes(damaged)
        status = tried.status("load", model, str(path))
        assert status in (0, BAD_FILE)
        refused += status == BAD_FILE
        assert same(state_of(tried, model, module), before if status else after)
        if not status:
            assert tried.status("reset", model, 3) == 0
    assert refused > 50

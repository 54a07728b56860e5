"""A library without models, that refuses numbers which are not finite."""

from __future__ import annotations

import ctypes
import re
from types import ModuleType

import numpy as np
import pytest

import tdsl
from tests.library.conftest import Library, make_library

TEXT = """\
dim N
entry square(x: f64) -> x * x
entry logs(x: real[N, 2]) -> log(x)
entry get(k: i64[N], c: bool) -> (k[::-1], not c)
"""
NOT_FINITE = 6


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "plain.tdsl").write_text(TEXT)
    return Library(make_library(folder / "plain.tdsl", folder, nan="refuse"), "plain")


@pytest.fixture(scope="module")
def module(plain: Library) -> ModuleType:
    return tdsl.compile(plain.folder / "plain.tdsl", opt=1, nan="refuse")


def test_functions(plain: Library) -> None:
    found, turned, other = np.zeros(()), np.zeros(3, np.int64), np.zeros((), bool)
    assert plain.status("square", ctypes.c_double(-3), found) == 0
    assert found == 9
    assert plain.status("get", 3, np.arange(3), ctypes.c_bool(False), turned, other) == 0
    assert turned.tolist() == [2, 1, 0] and other


def test_the_header_has_no_models(plain: Library) -> None:
    text = (plain.folder / "plain.h").read_text()
    assert "plain_model" not in text
    assert set(re.findall(r"\b(plain_\w+)\(", text)) == {
        *("plain_error", "plain_set_threads"),
        *("plain_square", "plain_logs", "plain_get"),
    }


def test_refused_numbers(plain: Library, module: ModuleType) -> None:
    x = np.array([[1, 2], [3, np.inf]], np.float32)
    with pytest.raises(FloatingPointError) as raised:
        module.logs(x)
    assert plain.status("logs", 2, x, None) == NOT_FINITE
    assert plain.error() == str(raised.value)
    with pytest.raises(FloatingPointError) as raised:
        module.logs(-np.ones((2, 2), np.float32))
    assert plain.status("logs", 2, -np.ones((2, 2), np.float32), None) == NOT_FINITE
    assert plain.error() == str(raised.value).partition("\n")[0].partition("; ")[0]

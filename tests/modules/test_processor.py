"""A module on a processor that lacks features it was compiled for: no code of it runs before the check."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tdsl

_TEXT = "dim N\nentry f(x: real[N], w: real[N, N]) -> sum(x @ w) / N"
_EMULATOR = shutil.which("qemu-x86_64")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("moved")
    (folder / "moved.tdsl").write_text(_TEXT)
    command = [sys.executable, "-m", "tdsl", "compile", "-q", "--opt", "1", "moved.tdsl"]
    march = ["--march", "x86-64-v4"] if platform.machine() == "x86_64" else []
    subprocess.run([*command, *march], cwd=folder, check=True)
    return folder


@pytest.mark.skipif(platform.machine() != "x86_64" or not _EMULATOR, reason="no qemu-x86_64")
def test_an_older_processor_is_an_error(built: Path) -> None:
    command = [_EMULATOR or "", "-cpu", "Haswell", str(Path(sys.executable).resolve()), "-S", "-c", "import moved"]
    done = subprocess.run(command, cwd=built, capture_output=True, text=True, check=False)
    error = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert error.startswith("ImportError: moved was compiled for another processor, and this one has no avx512f, ")
    assert "compile moved.tdsl on this machine" in error and "--march x86-64-v3" in error
    assert "avx2" not in error.partition(";")[0]


@pytest.mark.skipif(not shutil.which("nm"), reason="no nm")
def test_nothing_runs_before_the_init_function(built: Path) -> None:
    (module,) = built.glob("moved*.so")
    listed = subprocess.run(["nm", str(module)], capture_output=True, text=True, check=True).stdout
    assert "tdsl_this_processor" in listed
    assert "_GLOBAL__sub_I" not in listed, "a static initialiser"
    assert tdsl.compile(_TEXT, opt=1).f([1], [[2]]) == 2

"""Sanitizers: their flags, their libraries, and a Python that was started without them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tdsl
from tdsl.build import sanitizers
from tdsl.build.flags import compiling, linking
from tdsl.build.toolchain import Toolchain, locate
from tdsl.settings import Settings
from tdsl.source import UserError

PROGRAM = "entry f(x: real) -> x ** 2\n"


def test_flags() -> None:
    settings, toolchain = Settings(sanitize=("address", "undefined")), locate(Settings())
    kinds = "-fsanitize=address,undefined,float-cast-overflow"
    assert kinds in compiling(settings, 3, toolchain) and kinds in linking(settings)
    assert "-O1" in compiling(settings, 3, toolchain) and "-O0" in compiling(settings, 0, toolchain)
    assert not [flag for flag in compiling(Settings(), 3, toolchain) if "sanitize" in flag]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("memory", "expected address, undefined or thread, not memory"),
        ("address,thread", "address and thread cannot watch the same code"),
        ("3", "expected address, undefined or thread, not 3"),
    ],
)
def test_names(value: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        tdsl.compile(PROGRAM, sanitize=value)


def test_a_python_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    with pytest.raises(UserError) as caught:
        tdsl.compile(PROGRAM, sanitize="undefined,thread")
    assert str(caught.value) == (
        "tdsl: error[TD0417]: this Python was started without the sanitizer thread, which has to be loaded first\n"
        "= hint: run the script by `tdsl run --sanitize undefined,thread SCRIPT`"
    )


def test_a_compiler_without_them() -> None:
    with pytest.raises(UserError, match=r"TD0417\]: true has no library of the sanitizer address"):
        sanitizers.libraries(["address"], Toolchain(("true",), "true"))


def test_the_process_that_loads_them(tmp_path: Path) -> None:
    """The library is there before Python, and compilers do not inherit it."""
    try:
        before = sanitizers.command(["address"], locate(Settings()))
    except UserError:
        pytest.skip("the compiler has no sanitizers")
    script = tmp_path / "script.py"
    script.write_text(
        "import ctypes, os\n"
        "from tdsl.build.process import run\n"
        "from tdsl.build.sanitizers import require\n"
        "assert hasattr(ctypes.CDLL(None), '__asan_init')\n"
        "require(['address', 'undefined'])\n"
        "assert 'LD_PRELOAD' not in run(['env']).output\n"
    )
    subprocess.run([*before, sys.executable, str(script)], check=True, timeout=60)

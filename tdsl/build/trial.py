"""An installed compiler may lack its library or Python's headers: this compiles a few lines to find out."""

from __future__ import annotations

import sysconfig
import tempfile
from pathlib import Path

from tdsl.build.cache import Cache
from tdsl.build.compiler import invoke
from tdsl.build.flags import compiling, linking
from tdsl.build.process import Processes
from tdsl.build.toolchain import Toolchain
from tdsl.settings import Settings

_PROGRAM = """#include <Python.h>
#include <atomic>
#include <span>
std::atomic<int> counter{0};
int total(std::span<const int> numbers) { return counter.load() + numbers.front(); }
"""


def try_compiler(settings: Settings, toolchain: Toolchain, cache: Cache) -> None:
    """UserError TD0402 if a C++20 extension cannot be made."""
    with tempfile.TemporaryDirectory(prefix="tdsl-") as name:
        folder = Path(name)
        (folder / "trial.cpp").write_text(_PROGRAM, encoding="utf-8")
        arguments = [
            *compiling(settings, 0, toolchain),
            f"-I{sysconfig.get_path('include')}",
            "trial.cpp",
            *linking(settings),
        ]
        invoke(toolchain, [*arguments, "-o", "trial.so"], folder, "a trial program", cache, Processes())

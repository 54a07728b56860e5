"""The sanitizers of the C++ compiler: their flags, their libraries, and the environment of a Python that loads code
compiled with them.

Python has none of its own, so their libraries are loaded before all others.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from tdsl.build.process import run
from tdsl.build.toolchain import Toolchain
from tdsl.source import fail

_KINDS = {"address": "address", "undefined": "undefined,float-cast-overflow", "thread": "thread"}
# Those of gcc and of clang.
_LIBRARIES = {
    "address": ("libasan.so", "libclang_rt.asan-x86_64.so", "libclang_rt.asan-aarch64.so"),
    "undefined": ("libubsan.so", "libclang_rt.ubsan_standalone-x86_64.so", "libclang_rt.ubsan_standalone-aarch64.so"),
    "thread": ("libtsan.so", "libclang_rt.tsan-x86_64.so", "libclang_rt.tsan-aarch64.so"),
}
_OPTIONS = {
    # Allocations of sizes that no machine has are refused.  Python frees little when it ends.
    "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:exitcode=66:die_after_fork=0",
    "PYTHONMALLOC": "malloc",
}
_PRELOAD = "LD_PRELOAD"


def flags(sanitizers: Sequence[str]) -> list[str]:
    """Those of the compiler and of the link; any report ends the process."""
    if not sanitizers:
        return []
    kinds = ",".join(_KINDS[name] for name in sanitizers)
    return [f"-fsanitize={kinds}", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g1"]


def libraries(sanitizers: Sequence[str], toolchain: Toolchain) -> list[str]:
    """The files to load first; UserError TD0417 if the compiler has none."""
    found = [_library(_LIBRARIES[name], toolchain) for name in sanitizers]
    if missing := [name for name, path in zip(sanitizers, found, strict=True) if path is None]:
        message = f"{toolchain.name} has no library of the sanitizer {missing[0]}"
        raise fail("TD0417", message, None, hint="take another compiler: --compiler g++, or --compiler clang++")
    # Exceptions are thrown by the C++ library, whose functions the sanitizers replace.
    return [path for path in (*found, _library(("libstdc++.so",), toolchain)) if path]


def environment(sanitizers: Sequence[str], toolchain: Toolchain) -> dict[str, str]:
    """The variables of a process that loads code compiled with these."""
    loaded = [*libraries(sanitizers, toolchain), *filter(None, [os.environ.get(_PRELOAD)])]
    return {_PRELOAD: " ".join(loaded), **{name: os.environ.get(name, value) for name, value in _OPTIONS.items()}}


def command(sanitizers: Sequence[str], toolchain: Toolchain) -> list[str]:
    """The beginning of the command of such a process, which sets its variables."""
    variables = [f"{name}={value}" for name, value in environment(sanitizers, toolchain).items()]
    # Addresses may be more random than the sanitizer of threads can bear.
    fixed = ["setarch", "-R"] if "thread" in sanitizers and shutil.which("setarch") else []
    return [*fixed, "env", *variables]


def require(sanitizers: Sequence[str]) -> None:
    """UserError TD0417 if code compiled with these would end this process as soon as it is loaded."""
    needed = [name for name in sanitizers if name != "undefined"]
    loaded = os.environ.get(_PRELOAD, "")
    if all(any(file.removesuffix(".so") in loaded for file in _LIBRARIES[name]) for name in needed):
        return
    message = f"this Python was started without the sanitizer {needed[0]}, which has to be loaded first"
    hint = f"run the script by `tdsl run --sanitize {','.join(sanitizers)} SCRIPT`"
    raise fail("TD0417", message, None, hint=hint)


def _library(names: Sequence[str], toolchain: Toolchain) -> str | None:
    for name in names:
        asked = run([*toolchain.command, f"-print-file-name={name}"])
        path = Path(asked.output.strip())
        if asked.status == 0 and path.is_absolute() and path.exists():
            return str(path)
    return None

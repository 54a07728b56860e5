"""The flags of the C++ compiler and linker, from the settings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise

from tdsl.build import sanitizers
from tdsl.build.toolchain import Toolchain
from tdsl.settings import Settings

STANDARD = 20
MEANING = (
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=off",
    # gcc 12 adds the address of an array that a loop reads forwards and backwards to 0, takes that for an access to 0,
    # which never returns, and leaves out what follows.
    "-fno-delete-null-pointer-checks",
)
"""What generated code and the runtime mean in C++."""
_ALWAYS = ("-fPIC", "-fvisibility=hidden", *MEANING)
# At the link these make gcc flush subnormals to zero in the whole process that imports the module.
_NEVER_AT_LINK = ("-ffast-math", "-Ofast", "-funsafe-math-optimizations")
# Flags that choose instructions.
_OF_PROCESSOR = ("-march", "-mcpu", "-mtune", "-mavx", "-msse", "-mfma", "-mbmi", "-mf16c", "-mpopcnt", "-mlzcnt")


def compiling(settings: Settings, level: int | str, toolchain: Toolchain, standard: int = STANDARD) -> list[str]:
    if settings.mode == "debug":
        chosen = ["-O1", "-g", "-D_GLIBCXX_ASSERTIONS", "-ffile-prefix-map=./="]
    else:
        # Optimised code of sanitizers takes long to compile, and hides accesses.
        chosen = [f"-O{1 if settings.sanitize and level in (2, 3) else level}"]
    if settings.march != "none":
        # Zig spells x86-64-v3 with underscores.
        chosen.append(f"-march={settings.march.replace('-', '_') if toolchain.is_zig else settings.march}")
    return [f"-std=c++{standard}", *_ALWAYS, *chosen, *sanitizers.flags(settings.sanitize), *settings.flags]


def portable(settings: Settings, toolchain: Toolchain) -> list[str]:
    """The flags of code that must run on any processor that Python runs on."""
    # Zig compiles for this machine by default.
    chosen = ["-O1", *(["-mcpu=baseline"] if toolchain.is_zig else [])]
    own = [flag for flag in settings.flags if not flag.startswith(_OF_PROCESSOR)]
    return [f"-std=c++{STANDARD}", *_ALWAYS, *chosen, *own]


def of_parts(parts: int, objects: int) -> list[list[str]]:
    """The flags that divide a unit among objects, a range of its parts each; the whole unit needs none."""
    if objects == 1:
        return [[]]
    bounds = pairwise(parts * number // objects for number in range(objects + 1))
    return [[f"-DTDSL_FIRST_PART={first + 1}", f"-DTDSL_LAST_PART={end}"] for first, end in bounds]


OF_MODULE = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)
"""The flags of the link of a Python module."""


def of_library(file: str, symbols: str) -> tuple[str, ...]:
    """Those of a library of that file name, which programs are linked with; `symbols` is a script that names those for
    them."""
    if sys.platform == "darwin":
        return "-dynamiclib", f"-Wl,-install_name,@rpath/{file}"
    return "-shared", f"-Wl,-soname,{file}", f"-Wl,--version-script={symbols}"


def linking(settings: Settings, kind: Sequence[str] = OF_MODULE) -> list[str]:
    sanitizing = sanitizers.flags(settings.sanitize)
    return [*kind, "-pthread", *sanitizing, *(flag for flag in settings.flags if flag not in _NEVER_AT_LINK)]

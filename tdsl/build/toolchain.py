"""The C++ compiler: the setting, else `$CXX`, c++, g++, clang++, zig.  Its version is queried once per machine."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tdsl.build.identity import digest
from tdsl.record import record
from tdsl.settings import Settings
from tdsl.source import Diagnostic, UserError

if TYPE_CHECKING:
    from tdsl.build.cache import Cache

FIXES = (
    "install one: apt install g++, dnf install gcc-c++, or xcode-select --install",
    "or take the one from PyPI: pip install ziglang",
    "or do without: --target numpy makes a module of pure Python and NumPy",
)


@record(frozen=True)
class Toolchain:
    """`identity` changes when any program of the command is replaced; `title` is its name, if the command's is not."""

    command: tuple[str, ...]
    identity: str
    title: str = ""

    @property
    def name(self) -> str:
        if self.title:
            return self.title
        return "zig c++" if self.is_zig else Path(self.command[0]).name

    @property
    def is_zig(self) -> bool:
        return "ziglang" in self.command or Path(self.command[0]).stem == "zig"


def locate(settings: Settings, environment: Mapping[str, str] | None = None) -> Toolchain:
    """Finds the compiler without starting it."""
    environment = os.environ if environment is None else environment
    for asked, origin in ((settings.compiler, "the setting compiler"), (environment.get("CXX", ""), "$CXX")):
        if asked.strip():
            try:
                found = command(asked, environment)
            except ValueError as problem:
                raise _missing(f"{asked!r}, asked for by {origin}, is no command: {problem}") from None
            if found is None:
                raise _missing(f"there is no C++ compiler {asked!r}, asked for by {origin}")
            return found
    for name in ("c++", "g++", "clang++"):
        found = command(name, environment)
        if found is not None:
            return found
    zig = importlib.util.find_spec("ziglang")
    if zig is not None and zig.origin is not None:
        binary = Path(zig.origin).with_name("zig")
        return Toolchain((sys.executable, "-m", "ziglang", "c++"), digest(_stamp(binary)))
    raise _missing("there is no C++ compiler on this machine")


def _missing(message: str) -> UserError:
    return UserError(Diagnostic("TD0401", message, None, hints=FIXES))


def command(text: str, environment: Mapping[str, str]) -> Toolchain | None:
    """Splits a command such as `ccache g++ -m64`; every word that is a program counts for the identity.

    Relative paths are resolved here, as the compiler runs in another folder.
    """
    path = environment.get("PATH")
    # A path with spaces needs no quotes.
    words = [text.strip()] if shutil.which(text.strip(), path=path) else shlex.split(text)
    programs = [shutil.which(word, path=path) for word in words]
    if not words or programs[0] is None:
        return None
    found = [os.path.abspath(programs[0])]
    for word, program in zip(words[1:], programs[1:], strict=True):
        found.append(os.path.abspath(word) if program and "/" in word else word)
    return Toolchain(tuple(found), digest(found, [_stamp(Path(program)) for program in programs if program]))


def _stamp(program: Path) -> tuple[str, int, int]:
    real = program.resolve()
    try:
        status = real.stat()
    except OSError:
        return str(real), 0, 0
    return str(real), status.st_mtime_ns, status.st_size


def version(toolchain: Toolchain, cache: Cache) -> str:
    """The first line of `--version`, or nvcc's with the release, remembered while the compiler is the same file."""
    remembered = cache.read_text("toolchains", toolchain.identity)
    if remembered is not None:
        return remembered
    from tdsl.build.process import run

    try:
        answer = run([*toolchain.command, "--version"], timeout=60)
    except (OSError, ValueError) as problem:
        raise _missing(f"{toolchain.name} cannot be started: {problem}") from None
    lines = answer.output.strip().splitlines()
    if answer.status != 0:
        said = f": {lines[0]}" if lines else ""
        raise _missing(f"{toolchain.name} --version failed with exit code {answer.status}{said}")
    if not lines:
        raise _missing(f"{toolchain.name} says nothing to --version: it is no C++ compiler")
    found = next((line for line in lines if ", release " in line), lines[0])
    cache.write_text("toolchains", toolchain.identity, found)
    return found

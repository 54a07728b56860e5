"""One run of the C++ compiler, and what is told and kept of it when it fails."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from tdsl.build.cache import Cache
from tdsl.build.identity import digest
from tdsl.build.process import Finished, Processes
from tdsl.build.toolchain import FIXES, Toolchain
from tdsl.source import Diagnostic, UserError

_ERROR = re.compile(r"\b(?:fatal )?error: |undefined reference|undefined symbol|cannot find -l|Error: ")
_MISSING_HEADERS = {
    "Python.h": "install Python's headers: apt install python3-dev, or dnf install python3-devel",
    "numpy/": "NumPy was installed without its headers: pip install --force-reinstall numpy",
    "pybind11/": "pip install --force-reinstall pybind11",
}


def invoke(
    toolchain: Toolchain, arguments: Sequence[str], folder: Path, what: str, cache: Cache, processes: Processes
) -> None:
    """Runs the compiler in `folder`; UserError TD0402 with its first errors if it fails."""
    try:
        finished = processes.run([*toolchain.command, *arguments], folder)
    except (OSError, ValueError) as problem:
        message = f"{toolchain.name} cannot be started: {problem}"
        raise UserError(Diagnostic("TD0401", message, None, hints=FIXES)) from None
    if finished.status != 0:
        raise _failed(finished, toolchain, what, cache)


def _failed(finished: Finished, toolchain: Toolchain, what: str, cache: Cache) -> UserError:
    lines = finished.output.splitlines()
    errors = [line.strip() for line in lines if _ERROR.search(line)] or [line.strip() for line in lines if line.strip()]
    if finished.status < 0:
        errors.append(f"it was stopped by signal {-finished.status}; if it was out of memory, try --opt 1")
    text = f"$ {shlex.join(finished.command)}\n{finished.output}\n(exit code {finished.status})\n"
    title = re.sub(r"[^A-Za-z0-9_]+", "-", what)
    log = cache.write_text("logs", f"{title}-{digest(text)[:12]}.log", text)
    hints = [mended for header, mended in _MISSING_HEADERS.items() if any(header in error for error in errors[:3])]
    return UserError(
        Diagnostic(
            "TD0402",
            f"{toolchain.name} failed on {what}: {errors[0] if errors else 'without a word'}",
            None,
            hints=(*(f"then: {error}" for error in errors[1:4]), *hints, f"its whole output is in {log}"),
        )
    )

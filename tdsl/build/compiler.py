"""One run of the C++ compiler, and the report of a failure."""

from __future__ import annotations

import contextlib
import errno
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
_FULL = {"No space left on device": errno.ENOSPC, "Disk quota exceeded": errno.EDQUOT}
_MOST_LINES = 12
_MISSING_HEADERS = {
    "Python.h": "install Python's headers: apt install python3-dev, or dnf install python3-devel",
    "numpy/": "NumPy was installed without its headers: pip install --force-reinstall numpy",
    "pybind11/": "pip install --force-reinstall pybind11",
}


def invoke(
    toolchain: Toolchain, arguments: Sequence[str], folder: Path, what: str, cache: Cache, processes: Processes
) -> None:
    """Runs the compiler in `folder`; UserError TD0402 with its first errors if it fails, OSError on a full disk."""
    try:
        finished = processes.run([*toolchain.command, *arguments], folder)
    except (OSError, ValueError) as problem:
        message = f"{toolchain.name} cannot be started: {problem}"
        raise UserError(Diagnostic("TD0401", message, None, hints=FIXES)) from None
    full = next((words for words in _FULL if words in finished.output), None)
    if finished.status != 0 and full is not None:
        raise OSError(_FULL[full], full, str(folder))
    if finished.status != 0:
        raise _failed(finished, toolchain, what, cache)
    wanted = folder / arguments[arguments.index("-o") + 1]
    if not wanted.is_file() or wanted.stat().st_size == 0:
        message = f"{toolchain.name} ended without an error on {what}, but has not written {wanted.name}"
        output = tuple(f"it said: {line}" for line in finished.output.splitlines()[:_MOST_LINES])
        raise UserError(
            Diagnostic("TD0402", message, None, hints=(*output, "is it a C++ compiler? tdsl doctor tries it"))
        )


def _failed(finished: Finished, toolchain: Toolchain, what: str, cache: Cache) -> UserError:
    lines = [line.strip() for line in finished.output.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.search(line)] or lines
    if finished.status < 0:
        errors = [*errors, f"it was stopped by signal {-finished.status}; if it was out of memory, try --opt 1"]
    hints = [hint for header, hint in _MISSING_HEADERS.items() if any(header in error for error in errors[:3])]
    return UserError(
        Diagnostic(
            "TD0402",
            f"{toolchain.name} failed on {what}: {errors[0] if errors else 'without a word'}",
            None,
            hints=(*(f"then: {error}" for error in errors[1:4]), *hints, *_whole(finished, what, cache)),
        )
    )


def _whole(finished: Finished, what: str, cache: Cache) -> Sequence[str]:
    """The file with the whole output; or the beginning of the output, if no file can be written."""
    text = f"$ {shlex.join(finished.command)}\n{finished.output}\n(exit code {finished.status})\n"
    title = re.sub(r"[^A-Za-z0-9_]+", "-", what)[:100]
    with contextlib.suppress(UserError):
        log = cache.write_text("logs", f"{title}-{digest(text)[:12]}.log", text)
        if not cache.is_temporary:
            return [f"its whole output is in {log}"]
    return [f"it said: {line}" for line in finished.output.splitlines()[:_MOST_LINES]]

"""Putting a module beside its source: all of it or nothing, and never in place of what tdsl has not made."""

from __future__ import annotations

import contextlib
import os
import shutil
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from tdsl.build.housekeeping import lives
from tdsl.build.identity import MARK
from tdsl.source import UserError, fail


def install(name: str, files: list[Path], folder: Path) -> list[Path]:
    """Copies the files into `folder` and removes what an earlier target left there; the paths written."""
    targets = [folder / file.name for file in files]
    siblings = [folder / f"{name}{suffix}" for suffix in (*EXTENSION_SUFFIXES, ".py", ".pyi")]
    for present in dict.fromkeys([*targets, *siblings]):
        if os.path.lexists(present) and not made_by_tdsl(present):
            raise fail(
                "TD0408",
                f"{present} was not made by tdsl and is left alone; `import {name}` would be ambiguous",
                None,
                hint="rename that file or the program, or choose another folder with -o",
            )
    if (folder / name / "__init__.py").exists():
        raise fail(
            "TD0408",
            f"the package {folder / name} would hide the module {name}",
            None,
            hint="rename one of them, or choose another folder with -o",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _place(list(zip(files, targets, strict=True)))
        for stale in siblings:
            if stale not in targets:
                stale.unlink(missing_ok=True)
    except OSError as problem:
        raise _unwritable(folder, problem) from None
    return targets


def _unwritable(folder: Path, problem: OSError) -> UserError:
    return fail("TD0409", f"{folder} cannot be written: {problem.strerror}", None, hint="choose another folder with -o")


def _place(pairs: list[tuple[Path, Path]]) -> None:
    """Everything is copied before anything is replaced; a file that is the same already is not touched."""
    waiting: list[tuple[Path, Path]] = []
    try:
        for file, target in pairs:
            if target.is_file() and target.read_bytes() == file.read_bytes():
                continue
            _sweep(target)
            temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
            waiting.append((temporary, target))
            shutil.copyfile(file, temporary)
        for temporary, target in waiting:
            os.replace(temporary, target)
    finally:
        for temporary, _ in waiting:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Removes what installations of this file that were killed have left."""
    for left in target.parent.glob(f".{target.name}.*.tmp"):
        process = left.name.split(".")[-2]
        if process.isdigit() and not lives(int(process)):
            left.unlink(missing_ok=True)


def made_by_tdsl(path: Path) -> bool:
    try:
        return path.is_file() and MARK.encode() in path.read_bytes()
    except OSError:
        return False

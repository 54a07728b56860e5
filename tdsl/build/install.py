"""Installing a module beside its source: all files or none, and never over a file that tdsl has not made."""

from __future__ import annotations

import contextlib
import errno
import os
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from tdsl.build.marks import MOST_MODULE, made_by_tdsl
from tdsl.build.replacing import written_beside
from tdsl.files import read_regular
from tdsl.source import UserError, fail


def install(name: str, files: list[Path], folder: Path, is_library: bool = False) -> list[Path]:
    """Copies the files into `folder` and removes those of an earlier target there; the paths written.  A C library may
    lie beside the module of its name."""
    targets = [folder / file.name for file in files]
    suffixes = () if is_library else (*EXTENSION_SUFFIXES, ".py", ".pyi")
    siblings = [folder / f"{name}{suffix}" for suffix in suffixes]
    ambiguous = "" if is_library else f": `import {name}` would be ambiguous"
    for present in dict.fromkeys([*targets, *siblings]):
        if os.path.lexists(present) and not made_by_tdsl(present, name):
            raise fail(
                "TD0408",
                f"{present} was not made by tdsl, or was changed since, and is left alone",
                None,
                hint=f"rename it or the program, or choose another folder with -o{ambiguous}",
            )
    if not is_library and (folder / name / "__init__.py").exists():
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
    hint = "choose another folder with -o"
    if problem.errno == errno.ENAMETOOLONG:
        hint = "give the program a shorter name"
    return fail("TD0409", f"{folder} cannot be written: {problem.strerror}", None, hint=hint)


def _place(pairs: list[tuple[Path, Path]]) -> None:
    """Copies everything before it replaces anything; an identical file is not touched."""
    with contextlib.ExitStack() as copies:
        waiting: list[tuple[Path, Path]] = []
        for file, target in pairs:
            content = read_regular(file, MOST_MODULE)
            if target.is_file() and read_regular(target, MOST_MODULE) == content:
                continue
            waiting.append((copies.enter_context(written_beside(content, target)), target))
        for temporary, target in waiting:
            os.replace(temporary, target)

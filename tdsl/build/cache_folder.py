"""The folder of a cache: where it is, its mark, and whether it may be used.

Modules from a cache are run, so no other user may write there.  Its entries are removed without asking, so it must be
tdsl's own from the start.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tdsl.files import read_regular, who_else_writes
from tdsl.settings import Settings

KINDS = ("modules", "objects", "images", "manifests", "toolchains", "grammars", "limits", "logs")
SUBFOLDERS = ("tmp", "locks")
_TAG = "CACHEDIR.TAG"
_MARK = b"# Made by tdsl; may be removed at any time."
_CONTENT = b"Signature: 8a477f597d28d172789f06886806bc55\n" + _MARK + b"\n"
_BEGUN = ".tdsl-"


def cache_root(settings: Settings) -> Path:
    """The path from the settings; relative if there is no home folder."""
    if settings.cache_dir:
        return Path(settings.cache_dir)
    import platformdirs

    try:
        return Path(platformdirs.user_cache_dir("tdsl"))
    except RuntimeError:
        return Path("~", ".cache", "tdsl")


def objection(root: Path) -> str | None:
    """Why the folder may not serve as a cache, in words; None if it may, or may be made."""
    if not root.is_absolute():
        return "there is no home folder"
    try:
        status = os.stat(root)
        if not stat.S_ISDIR(status.st_mode):
            return "it is no folder"
        if not is_marked(root) and not _is_empty(root):
            return "it holds files that are not tdsl's"
        return who_else_writes(status) or _objection_inside(root)
    except FileNotFoundError:
        return None
    except OSError as problem:
        return problem.strerror or str(problem)


def _objection_inside(root: Path) -> str | None:
    for name in (*KINDS, *SUBFOLDERS):
        try:
            status = os.lstat(root / name)
        except FileNotFoundError:
            continue
        reason = who_else_writes(status) if stat.S_ISDIR(status.st_mode) else "it is no folder"
        if reason:
            return f"{name}: {reason}"
    return None


def is_marked(root: Path) -> bool:
    try:
        return _MARK in read_regular(root / _TAG, 4096, follow=False)
    except OSError:
        return False


def _is_empty(root: Path) -> bool:
    return all(name.startswith(_BEGUN) for name in os.listdir(root))


def prepare(root: Path, kind: str) -> None:
    """Makes missing parts, the mark first: a folder with content but without a mark is left alone."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_marked(root):
        begun = root / f"{_BEGUN}{os.urandom(8).hex()}"
        try:
            begun.write_bytes(_CONTENT)
            os.replace(begun, root / _TAG)
        finally:
            begun.unlink(missing_ok=True)
    for name in (*SUBFOLDERS, kind):
        (root / name).mkdir(mode=0o700, exist_ok=True)

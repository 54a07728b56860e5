"""Keeping the cache small: what was not used for longest goes first, and what killed processes left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tdsl.build.cache import CONTENTS

KINDS = ("modules", "objects", "manifests", "toolchains", "logs")
_RECENT_SECONDS = 600.0
_ABANDONED_SECONDS = 86400.0


@dataclass(frozen=True)
class Entry:
    path: Path
    kind: str
    size: int
    used: float


def entries(root: Path) -> Iterator[Entry]:
    for kind in KINDS:
        with contextlib.suppress(OSError), os.scandir(root / kind) as found:
            for one in found:
                with contextlib.suppress(OSError):
                    yield _entry(Path(one.path), kind)


def _entry(path: Path, kind: str) -> Entry:
    if not path.is_dir():
        status = path.lstat()
        return Entry(path, kind, status.st_size, status.st_mtime)
    size = sum(inner.lstat().st_size for inner in path.iterdir())
    contents = path / CONTENTS
    return Entry(path, kind, size, contents.stat().st_mtime if contents.exists() else 0.0)


def trim(root: Path, limit_bytes: int, recent_seconds: float = _RECENT_SECONDS) -> int:
    """Removes the longest unused until four fifths of the limit are left; what is in use now stays.  Bytes freed."""
    found = sorted(entries(root), key=lambda entry: entry.used)
    total = sum(entry.size for entry in found)
    if total <= limit_bytes:
        return 0
    freed = 0
    for entry in found:
        if total - freed <= limit_bytes * 4 // 5 or time.time() - entry.used < recent_seconds:
            break
        remove(root, entry.path)
        freed += entry.size
    return freed


def clear(root: Path) -> int:
    """Removes all entries; locks stay, as someone may hold them.  Bytes freed."""
    freed = 0
    for entry in list(entries(root)):
        remove(root, entry.path)
        freed += entry.size
    sweep(root)
    return freed


def remove(root: Path, path: Path) -> None:
    """A folder is first renamed away: nobody ever sees half of it."""
    with contextlib.suppress(OSError):
        if path.is_symlink() or path.is_file():
            path.unlink()
            return
        away = root / "tmp" / f"{socket.gethostname()}@{os.getpid()}@removed-{time.monotonic_ns()}"
        os.rename(path, away)
        shutil.rmtree(away, ignore_errors=True)


def sweep(root: Path) -> None:
    """Removes the temporary folders of processes that are no more."""
    with contextlib.suppress(OSError), os.scandir(root / "tmp") as found:
        for one in found:
            host, _, rest = one.name.partition("@")
            process = rest.partition("@")[0]
            with contextlib.suppress(OSError):
                dead = host == socket.gethostname() and process.isdigit() and not lives(int(process))
                if dead or time.time() - one.stat(follow_symlinks=False).st_mtime > _ABANDONED_SECONDS:
                    if one.is_dir(follow_symlinks=False):
                        shutil.rmtree(one.path, ignore_errors=True)
                    else:
                        os.unlink(one.path)


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

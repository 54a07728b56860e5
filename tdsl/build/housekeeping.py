"""Keeping the cache small: entries unused for longest are removed first, and the remains of killed processes.

Only in a folder with the cache's mark, and only entries with the names of a cache.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from tdsl.build.cache_folder import KINDS, is_marked
from tdsl.build.locks import is_claimed, locked
from tdsl.build.seals import CONTENTS, is_key
from tdsl.record import record

_RECENT_SECONDS = 600.0
_ABANDONED_SECONDS = 86400.0


@record(frozen=True)
class CacheEntry:
    path: Path
    kind: str
    size: int
    used: float


def entries(root: Path) -> Iterator[CacheEntry]:
    if not is_marked(root):
        return
    for kind in KINDS:
        with contextlib.suppress(OSError):
            if (root / kind).is_symlink():
                continue
            for name in os.listdir(root / kind):
                with contextlib.suppress(OSError):
                    if is_key(name):
                        yield _entry(root / kind / name, kind)


def _entry(path: Path, kind: str) -> CacheEntry:
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return CacheEntry(path, kind, status.st_size, status.st_mtime)
    inner = {one: one.lstat() for one in path.rglob("*")}
    contents = inner.get(path / CONTENTS)
    size = sum(one.st_size for one in inner.values() if stat.S_ISREG(one.st_mode))
    return CacheEntry(path, kind, size, contents.st_mtime if contents else 0.0)


def trim(root: Path, limit_bytes: int, recent_seconds: float = _RECENT_SECONDS) -> int:
    """Removes the entries unused for longest, down to four fifths of the limit; entries in use stay.  Bytes freed."""
    found = sorted(entries(root), key=lambda entry: entry.used)
    total = sum(entry.size for entry in found)
    if total <= limit_bytes:
        return 0
    freed = 0
    for entry in found:
        if total - freed <= limit_bytes * 4 // 5 or time.time() - entry.used < recent_seconds:
            break
        with contextlib.suppress(OSError):
            remove(root, entry.path)
            freed += entry.size
    return freed


def clear(root: Path) -> tuple[int, list[OSError]]:
    """Removes all entries; locks stay, as someone may hold them.  Bytes freed, and paths that could not be removed."""
    freed, problems = 0, []
    for entry in list(entries(root)):
        try:
            remove(root, entry.path)
            freed += entry.size
        except OSError as problem:
            problems.append(problem)
    with contextlib.suppress(OSError), sweeping(root):
        sweep(root)
    return freed, problems


def remove(root: Path, path: Path) -> None:
    """Renames a folder before removing it, so that no process ever sees half of it.  A missing path is no failure."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISDIR(path.lstat().st_mode):
            path.unlink()
            return
        away = root / "tmp" / os.urandom(16).hex()
        os.rename(path, away)
        shutil.rmtree(away, ignore_errors=True)


@contextlib.contextmanager
def sweeping(root: Path) -> Iterator[None]:
    """No other process makes or sweeps anything under tmp during this context."""
    with locked(root / "locks" / "tmp.lock"):
        yield


def sweep(root: Path) -> None:
    """Removes unclaimed folders under tmp, within `sweeping`."""
    if not is_marked(root):
        return
    with contextlib.suppress(OSError), os.scandir(root / "tmp") as found:
        for one in found:
            with contextlib.suppress(OSError):
                if re.fullmatch("[0-9a-f]{32}", one.name) and _is_abandoned(one):
                    if one.is_dir(follow_symlinks=False):
                        shutil.rmtree(one.path, ignore_errors=True)
                    else:
                        os.unlink(one.path)


def _is_abandoned(one: os.DirEntry[str]) -> bool:
    claimed = is_claimed(Path(one.path))
    old = time.time() - one.stat(follow_symlinks=False).st_mtime > _ABANDONED_SECONDS
    return old if claimed is None else not claimed

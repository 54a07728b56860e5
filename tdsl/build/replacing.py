"""Files that are replaced at once: a reader finds the old content or the new one, also after a kill."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from tdsl.build.bytecode import outdate
from tdsl.build.locks import claimed, is_claimed

_ABANDONED_SECONDS = 60.0


def replace(path: Path, content: bytes) -> None:
    """Replaces a file, or makes it with its folder; links to it, its permissions and its owner stay."""
    target = Path(os.path.realpath(path))
    make_folder(target.parent)
    with written_beside(content, target) as temporary:
        with contextlib.suppress(FileNotFoundError):
            before = target.stat()
            with contextlib.suppress(PermissionError):
                os.chown(temporary, before.st_uid, before.st_gid)
            temporary.chmod(stat.S_IMODE(before.st_mode))
        os.replace(temporary, target)


def make_folder(folder: Path) -> None:
    """With those around it; a NotADirectoryError if one of them is a file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None


@contextlib.contextmanager
def written_beside(content: bytes, target: Path) -> Iterator[Path]:
    """A new file beside the target under a name that cannot be guessed; gone afterwards unless it was renamed."""
    _sweep(target.parent)
    temporary = target.with_name(f".tdsl-{os.urandom(16).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(temporary, flags, 0o644)
        with open(descriptor, "wb") as file, claimed(temporary):
            file.write(content)
            file.flush()
            if target.suffix == ".py":
                outdate(temporary, target)
            yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Removes the remains of killed processes."""
    for left in folder.glob(".tdsl-*.tmp"):
        with contextlib.suppress(OSError):
            status = left.lstat()
            named = re.fullmatch(r"\.tdsl-[0-9a-f]{32}\.tmp", left.name)
            mine = status.st_uid == os.geteuid() and stat.S_ISREG(status.st_mode)
            if named and mine and time.time() - status.st_mtime > _ABANDONED_SECONDS and is_claimed(left) is not True:
                left.unlink()

"""Files that are replaced whole: readers see the old one or the new one, whatever happens meanwhile."""

from __future__ import annotations

import contextlib
import os
import typing
from collections.abc import Iterator

TEMPORARY_END = ".tmp"


@contextlib.contextmanager
def replaced_file(path: str) -> Iterator[typing.BinaryIO]:
    """What is written to it takes the place of `path` at the end; on any error nothing does.

    A link stays what it is: the file behind it is replaced, and keeps its mode and, where that is allowed, its owner.
    """
    import errno
    import zlib

    before, place = _status(path), os.path.realpath(path)
    if before is not None and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    folder, name = os.path.split(place)
    # Names may already be as long as the file system takes them.
    begin = f".tdsl-{zlib.crc32(os.fsencode(name)):08x}-"
    _sweep(folder, begin)
    temporary = ""
    try:
        temporary, descriptor = _create(folder, begin, 0o666 if before is None else 0o600, path)
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            if before is not None and os.name == "posix":
                with contextlib.suppress(OSError):
                    os.fchown(descriptor, before.st_uid, before.st_gid)
                os.fchmod(descriptor, before.st_mode & 0o7777)
            os.fsync(descriptor)
            os.replace(temporary, place)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError) and temporary and error.filename == temporary:
            raise OSError(error.errno, error.strerror, path) from None
        raise
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def regular_file(path: str) -> typing.BinaryIO:
    """Opened to read; never what could block or has no end."""
    _status(path)
    return open(path, "rb")


def _status(path: str) -> os.stat_result | None:
    """Of a regular file, through links; None where there is nothing, and an OSError for everything else."""
    import errno
    import stat

    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "Not a regular file", path)
    return found


def _create(folder: str, begin: str, mode: int, path: str) -> tuple[str, int]:
    """A new file that only this process knows, and that its lock shows to be in use."""
    while True:
        temporary = os.path.join(folder, f"{begin}{os.urandom(8).hex()}{TEMPORARY_END}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from None
        # Somebody who sweeps may have found it before it was locked.
        if _lock(descriptor) is not False and os.path.exists(temporary):
            return temporary, descriptor
        os.close(descriptor)
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _lock(descriptor: int) -> bool | None:
    """Whether the lock, which ends with the process, is now ours; None where there are no locks."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return None
    return True


def _sweep(folder: str, begin: str) -> None:
    """Removes what processes that were killed have left of the same file."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if not (name.startswith(begin) and name.endswith(TEMPORARY_END)):
                continue
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
                try:
                    if _lock(descriptor):
                        os.unlink(path)
                finally:
                    os.close(descriptor)

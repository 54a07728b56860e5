"""Files that are replaced atomically: readers see the old one or the new one."""

from __future__ import annotations

import contextlib
import os
import typing
from collections.abc import Iterator

TEMPORARY_END = ".tmp"


@contextlib.contextmanager
def replaced_file(path: str) -> Iterator[typing.BinaryIO]:
    """A file that replaces `path` at the end; on any error nothing changes.

    A link stays a link: the file behind it is replaced, and keeps its mode and, if that is allowed, its owner.
    """
    before, place = _refuse_unwritable(path), os.path.realpath(path)
    folder, name = os.path.split(place)
    begin = _begin(name)
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
        # The system's errors of writing name no file.
        if isinstance(error, OSError) and error.errno is not None and error.filename in (None, temporary):
            raise OSError(error.errno, error.strerror, path) from None
        raise
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def prepare_folder(path: str) -> None:
    """Makes the folder of a file that is to be replaced later; an OSError if that file could not be written."""
    import errno

    folder, name = os.path.split(os.path.realpath(path))
    try:
        os.makedirs(folder, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None
    _refuse_unwritable(path)
    temporary, descriptor = _create(folder, _begin(name), 0o600, path)
    os.close(descriptor)
    with contextlib.suppress(OSError):
        os.unlink(temporary)


def regular_file(path: str) -> typing.BinaryIO:
    """Opens a file to read; never one that could block or has no end."""
    _status(path)
    return open(path, "rb")


def _begin(name: str) -> str:
    """The first part of the names of temporary files; that of the file may be as long as the file system allows."""
    import zlib

    return f".tdsl-{zlib.crc32(os.fsencode(name)):08x}-"


def _refuse_unwritable(path: str) -> os.stat_result | None:
    """The status of the file, if there is one."""
    import errno

    before = _status(path)
    if before is not None and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    return before


def _status(path: str) -> os.stat_result | None:
    """The status of a regular file, through links; None if it is missing, and an OSError for everything else."""
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
    """A new temporary file; its lock marks it as in use."""
    while True:
        temporary = os.path.join(folder, f"{begin}{os.urandom(8).hex()}{TEMPORARY_END}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from None
        # A sweep may have found it before it was locked.
        if _lock(descriptor) is not False and os.path.exists(temporary):
            return temporary, descriptor
        os.close(descriptor)
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _lock(descriptor: int) -> bool | None:
    """Whether the lock, which ends with the process, is acquired; None on a file system without locks."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return None
    return True


def _sweep(folder: str, begin: str) -> None:
    """Removes the temporary files that killed processes have left of the same file."""
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

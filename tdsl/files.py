"""Reading files that somebody else may have written: only regular files of bounded size, without ever blocking.

It also finds who else can write them: settings that start programs are not taken from files that others can change.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")

_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_regular(path: Path, most: int, *, follow: bool = True) -> bytes:
    """The content of a regular file of at most that many bytes; OSError for any other."""
    return _with_regular(path, most, follow, lambda file: file.read(most + 1))


def read_with_doubt(path: Path, most: int) -> tuple[bytes, str | None]:
    """The content of such a file, and the other users who may have written it, see `who_else_writes`."""
    return _with_regular(path, most, True, lambda file: (file.read(most + 1), who_else_writes(os.fstat(file.fileno()))))


def regular_digest(path: Path, most: int, *, follow: bool = True) -> str:
    """The SHA-256 of a regular file of at most that many bytes; OSError for any other."""
    return _with_regular(path, most, follow, _digest)


def _digest(file: io.BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _with_regular(path: Path, most: int, follow: bool, use: Callable[[io.BufferedReader], Found]) -> Found:
    # Otherwise opening a pipe without a writer would block.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW)
    with open(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(status.st_mode):
            kind = next((name for fits, name in _KINDS if fits(status.st_mode)), "something else")
            raise OSError(errno.EINVAL, f"it is {kind}, not a regular file", str(path))
        if status.st_size > most:
            raise too_large(path, most)
        found = use(file)
        if file.tell() > most:
            raise too_large(path, most)
        return found


def too_large(path: Path, most: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {most >> 20} MiB", str(path))


def who_else_writes(status: os.stat_result) -> str | None:
    """The users besides this one and root who may change a file or folder, in words; None if there are none."""
    if status.st_uid not in (os.geteuid(), 0):
        return f"it belongs to {_user(status.st_uid)}"
    if status.st_mode & stat.S_IWOTH:
        return "everybody may write it"
    if status.st_mode & stat.S_IWGRP and status.st_gid != 0 and not _is_private(status.st_gid, status.st_uid):
        return f"all of group {_group(status.st_gid)} may write it"
    return None


def _user(number: int) -> str:
    import pwd

    try:
        return f"user {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"user {number}"


def _group(number: int) -> str:
    import grp

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _is_private(group: int, user: int) -> bool:
    """Whether it is the group of that user alone, as many systems give to everyone."""
    import grp
    import pwd

    try:
        owner, members = pwd.getpwuid(user), grp.getgrgid(group)
    except KeyError:
        return False
    return members.gr_name == owner.pw_name and set(members.gr_mem) <= {owner.pw_name}

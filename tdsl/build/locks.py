"""Locks that the kernel holds and drops with their holder, whoever shares the folder: no process numbers.

Where a file system knows no locks, work goes on without: two may do the same work, but nobody sees half of it.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CAREFUL = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_UNKNOWN = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EINVAL)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone among all who lock that file, which stays: nobody can delete one without a race."""
    with _holding(os.open(path, os.O_RDWR | os.O_CREAT | _CAREFUL, 0o600)):
        yield


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    """A folder or file in use for as long as this lasts."""
    with _holding(os.open(path, os.O_RDONLY | _CAREFUL)):
        yield


@contextmanager
def _holding(descriptor: int) -> Iterator[None]:
    held = False
    try:
        held = _lock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        if held:
            # A child that was forked meanwhile has the same lock open.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def is_claimed(path: Path) -> bool | None:
    """Whether somebody claims it; None where that cannot be told."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _CAREFUL)
    except OSError as problem:
        # A link or a socket was left by no one who claims.
        return False if problem.errno in (errno.ELOOP, errno.ENXIO) else None
    try:
        return False if _lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB) else None
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


def _lock(descriptor: int, how: int) -> bool:
    """Whether the lock is held now; False where the file system knows none."""
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        raise
    except OSError as problem:
        if problem.errno in _UNKNOWN:
            return False
        raise
    return True

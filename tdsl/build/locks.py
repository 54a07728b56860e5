"""Locks that the kernel drops when their holder ends, also between containers: no process numbers.

Work continues unlocked on a file system without locks: two processes may do the same work, but none sees half of it.
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
    """Exclusive among all holders of that file, which is never deleted: deleting it would be a race."""
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
            # A forked child holds the same lock.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def is_claimed(path: Path) -> bool | None:
    """Whether somebody claims it; None if that is unknown."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _CAREFUL)
    except OSError as problem:
        # Claims are never links or sockets.
        return False if problem.errno in (errno.ELOOP, errno.ENXIO) else None
    try:
        return False if _lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB) else None
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


def _lock(descriptor: int, how: int) -> bool:
    """Whether the lock is held now; False on a file system without locks."""
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        raise
    except OSError as problem:
        if problem.errno in _UNKNOWN:
            return False
        raise
    return True

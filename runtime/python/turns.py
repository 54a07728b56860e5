"""Locks of the NumPy core, also across a fork of the process.

Each is the context of its own `with`, where an interrupt finds no gap between a lock and its owner.
"""

from __future__ import annotations

import os
import threading
import weakref


class Turn:
    """One call of a model at a time."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        _turns.add(self)


def kernel_lock() -> threading.RLock:
    """Held while this thread runs a kernel: a fork waits for its end, as a BLAS forked within a product hangs."""
    lock: threading.RLock | None = getattr(_thread, "lock", None)
    if lock is None:
        with _forking:
            lock = _thread.lock = threading.RLock()
            _kernels.add(lock)
    return lock


def _before_fork() -> None:
    _forking.acquire()
    for lock in list(_kernels):
        lock.acquire()
        _held.append(lock)


def _after_fork() -> None:
    while _held:
        _held.pop().release()
    _forking.release()


def _after_fork_in_child() -> None:
    """In the child, the thread that had the turn does not exist."""
    _after_fork()
    for turn in list(_turns):
        if not turn.lock._is_owned():
            turn.lock = threading.RLock()


_turns: weakref.WeakSet[Turn] = weakref.WeakSet()
_kernels: weakref.WeakSet[threading.RLock] = weakref.WeakSet()
_held: list[threading.RLock] = []
_forking = threading.RLock()
_thread = threading.local()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)

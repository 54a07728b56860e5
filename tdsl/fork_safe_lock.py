"""Locks between the threads of a process; a forked child does not inherit them from threads that it lacks."""

from __future__ import annotations

import os
import threading


class ForkSafeLock:
    """One thread at a time; in a child process the lock is free."""

    def __init__(self) -> None:
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *exception: object) -> None:
        self._lock.release()

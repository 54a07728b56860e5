"""Locks between the threads of a process that a forked one does not inherit from threads it does not have."""

from __future__ import annotations

import os
import threading


class Turn:
    """One thread at a time; a child process begins with nobody's."""

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

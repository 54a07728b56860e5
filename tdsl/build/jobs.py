"""Jobs that run in parallel, one per CPU, the longest first.  A failure or an interruption ends them all, with the
processes that they started."""

from __future__ import annotations

import contextlib
import heapq
import os
import threading
from collections.abc import Callable
from types import TracebackType

from tdsl.build.process import Processes

Work = Callable[[], None]


class Jobs:
    """A context: an exception stops the running jobs and drops the waiting ones."""

    def __init__(self) -> None:
        self.processes = Processes()
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, Work]] = []
        self._added = self._running = 0
        self._threads: list[threading.Thread] = []
        self._problem: BaseException | None = None
        self._closed = False

    def add(self, seconds: float, work: Work) -> None:
        """`seconds` estimates how long the job takes."""
        with self._changed:
            heapq.heappush(self._waiting, (-seconds, self._added, work))
            self._added += 1
            if len(self._threads) < min(cpus(), self._running + len(self._waiting)):
                thread = threading.Thread(target=self._work, name="tdsl-job", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify_all()

    def wait(self) -> None:
        """Waits for all jobs and raises the first failure; after a failure no job begins until it is raised."""
        with self._changed:
            self._changed.wait_for(lambda: self._problem or not (self._waiting or self._running))
            problem, self._problem = self._problem, None
            self._changed.notify_all()
        if problem is not None:
            raise problem

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: (self._waiting and self._problem is None) or self._closed)
                if self._closed:
                    return
                _, _, work = heapq.heappop(self._waiting)
                self._running += 1
            problem: BaseException | None = None
            try:
                work()
            except BaseException as raised:
                problem = raised
            with self._changed:
                self._running -= 1
                self._problem = self._problem or problem
                self._changed.notify_all()

    def __enter__(self) -> Jobs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        if kind is not None:
            self.processes.end()
        for thread in self._threads:
            thread.join()


def cpus() -> int:
    with contextlib.suppress(AttributeError, OSError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

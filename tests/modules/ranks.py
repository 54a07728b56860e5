"""Processes that train together, as threads of this one: each has a communicator of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np


class Communicator:
    """What a training needs of a communicator of mpi4py; sums are those in the order of the ranks."""

    def __init__(self, rank: int, sent: list[np.ndarray], barrier: threading.Barrier) -> None:
        self.rank, self.size = rank, len(sent)
        self._sent, self._barrier = sent, barrier

    def Allreduce(self, sent: np.ndarray, received: np.ndarray) -> None:
        arrays = self._exchanged(sent)
        assert len({(array.shape, array.dtype) for array in arrays}) == 1
        received[...] = arrays[0]
        for other in arrays[1:]:
            received += other

    def Bcast(self, array: np.ndarray, root: int) -> None:
        array[...] = self._exchanged(array)[root]

    def add_up(self, array: np.ndarray) -> None:
        """The function of `set_allreduce`."""
        self.Allreduce(array.copy(), array)

    def _exchanged(self, array: np.ndarray) -> list[np.ndarray]:
        self._sent[self.rank] = array.copy()
        self._barrier.wait()
        found = list(self._sent)
        self._barrier.wait()
        return found


def together(ranks: int, work: Callable[[Communicator], Any]) -> list[Any]:
    """The results of `work(communicator)` for each rank, or its exception."""
    barrier = threading.Barrier(ranks, timeout=60)
    sent: list[np.ndarray] = [np.empty(0)] * ranks
    results: list[Any] = [None] * ranks

    def run(rank: int) -> None:
        try:
            results[rank] = work(Communicator(rank, sent, barrier))
        except (Exception, KeyboardInterrupt) as error:
            results[rank] = error

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

"""Processes that train together, as threads of this one: each gives its model a function that adds up an array."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

Work = Callable[[int, Callable[[np.ndarray], None]], Any]


def together(ranks: int, work: Work) -> list[Any]:
    """The results of `work(rank, function)` for each rank, or its exception."""
    barrier = threading.Barrier(ranks, timeout=60)
    sent: list[np.ndarray] = [np.empty(0)] * ranks
    results: list[Any] = [None] * ranks

    def function_of(rank: int) -> Callable[[np.ndarray], None]:
        def add_up(array: np.ndarray) -> None:
            sent[rank] = array.copy()
            barrier.wait()
            total = sent[0].copy()
            for other in sent[1:]:
                total += other
            barrier.wait()
            array[:] = total

        return add_up

    def run(rank: int) -> None:
        try:
            results[rank] = work(rank, function_of(rank))
        except Exception as error:
            results[rank] = error
            barrier.abort()

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

"""The record of a training that the steps of a core need."""

from __future__ import annotations

import math
import typing

import numpy as np

from .description import EntryTable, is_real

SECONDS_PER_CHUNK = 0.05  # the longest that a signal has to wait


class Run(typing.NamedTuple):
    """An entry, called for every minibatch of its arguments.

    `_steps(run, epochs, row, totals)` runs at least one minibatch, until so many epochs or `seconds` are over, and
    commits each by itself.  The first epoch begins at that row, with these totals so far of the results that are
    summed.  It returns the totals of the completed epochs, then row and totals of the current one.
    """

    entry: int  # its index
    arguments: tuple[object, ...]
    batched: tuple[bool, ...]  # which arguments are cut into minibatches
    order: np.ndarray | None  # of the rows in this epoch; None: as they are
    batch_size: int
    seconds: float
    series: tuple[tuple[int, np.ndarray], ...] = ()  # scalar arguments and their values, from the first step on
    sums: tuple[int, ...] = ()  # indices of the results that are summed, each times the rows of its minibatch
    rank: int = 0  # of this process among `ranks`, which share the rows of each minibatch
    ranks: int = 1

    @property
    def rows(self) -> int:
        """The length of the arguments that are cut into minibatches."""
        return next((len(value) for value, cut in zip(self.arguments, self.batched, strict=True) if cut), 1)  # type: ignore


def summed_results(entry: EntryTable) -> tuple[int, ...]:
    """The indices of the real scalars that an entry returns; the first one is its cost."""
    return tuple(
        index
        for index, table in enumerate(entry["results"])
        if table["role"] == "return" and not table["shape"] and is_real(table["dtype"])
    )


def mean(totals: tuple[float, ...], rows: int) -> float:
    """That of the first result; NaN without one."""
    return totals[0] / rows if totals else math.nan

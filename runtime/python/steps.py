"""The record of a training that the steps of a core need."""

from __future__ import annotations

import math
import typing

import numpy as np

from .description import EntryTable, is_real

SECONDS_PER_CHUNK = 0.05  # the longest that a signal has to wait
MOST_STEPS = (1 << 63) - 1


class Run(typing.NamedTuple):
    """An entry, called for every minibatch of its arguments.

    `_steps(run, epochs, row, totals)` runs at least one minibatch, until so many epochs, `most_steps` or `seconds` are
    over, and commits each by itself.  The first epoch begins at that row, with these totals so far of the results that
    are summed.  It returns the totals of the completed epochs, then row and totals of the current one.
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
    most_steps: int = MOST_STEPS

    @property
    def rows(self) -> int:
        """The length of the arguments that are cut into minibatches."""
        return next((len(value) for value, cut in zip(self.arguments, self.batched, strict=True) if cut), 1)  # type: ignore

    def own_rows(self, rows: int) -> tuple[int, int]:
        """The first of a minibatch's rows that this process computes, and the one behind its last."""
        return rows * self.rank // self.ranks, rows * (self.rank + 1) // self.ranks


def summed_results(entry: EntryTable) -> tuple[int, ...]:
    """The indices of the real scalars that an entry returns; the first one is its cost."""
    return tuple(
        index
        for index, table in enumerate(entry["results"])
        if table["role"] == "return" and not table["shape"] and is_real(table["dtype"])
    )


def trained_results(entry: EntryTable) -> dict[int, str]:
    """The results that a training sums, with their names: the cost, and further real scalars that have names."""
    cost = summed_results(entry)[:1]
    further: dict[str, int] = {}
    for index in summed_results(entry)[1:]:
        further.setdefault(entry["results"][index]["name"], index)
    further.pop("", None)
    return {**dict.fromkeys(cost, "cost"), **{index: name for name, index in further.items()}}


def mean(totals: tuple[float, ...], rows: int) -> float:
    """That of the first result; NaN without one."""
    return totals[0] / rows if totals else math.nan

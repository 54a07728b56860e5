"""The record of a training that the steps of a core need."""

from __future__ import annotations

import typing

import numpy as np


class Run(typing.NamedTuple):
    """An entry, called for every minibatch of its arguments.

    `_steps(run, epochs, row, total)` runs at least one minibatch, until so many epochs or `seconds` are over, and
    commits each by itself.  The first epoch begins at that row, with that total cost so far.  It returns the totals of
    the completed epochs, then row and total of the current one.
    """

    entry: int  # its index
    arguments: tuple[object, ...]
    batched: tuple[bool, ...]  # which arguments are cut into minibatches
    order: np.ndarray | None  # of the rows in this epoch; None: as they are
    batch_size: int
    seconds: float

    @property
    def rows(self) -> int:
        """The length of the arguments that are cut into minibatches."""
        return next((len(value) for value, cut in zip(self.arguments, self.batched, strict=True) if cut), 1)  # type: ignore

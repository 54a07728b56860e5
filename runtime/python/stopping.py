"""Early stopping: the best value of a monitored column, the values of the model then, and when to wait no longer."""

from __future__ import annotations

import math
import typing
from collections.abc import Sequence

import numpy as np

from .value_text import value_text

MODES = ("min", "max")


class Monitor(typing.NamedTuple):
    """What is monitored, and how."""

    column: str
    mode: str
    min_delta: float
    patience: int | None

    def improves(self, value: float, best: float) -> bool:
        """Whether a value is better than the best one, by more than `min_delta`; NaN never is."""
        gain = best - value if self.mode == "min" else value - best
        return gain > self.min_delta or (math.isnan(best) and not math.isnan(value))

    def stops(self, epoch: int, best: Best) -> bool:
        """Whether too many epochs were no better."""
        return self.patience is not None and epoch - best.epoch >= self.patience


class Best(typing.NamedTuple):
    """The best epoch so far; the first one is until another is better."""

    epoch: int
    value: float
    values: dict[str, np.ndarray]  # of the model


def chosen_monitor(
    where: str, columns: Sequence[str], monitor: str | None, mode: str, min_delta: float, patience: int | None
) -> Monitor | None:
    """Without a name the first column of `columns`; None where nothing is monitored."""
    if monitor is None and patience is None:
        return None
    name = columns[0] if monitor is None else monitor
    if name not in columns:
        matching = [column for column in columns if column.partition(".")[2] == name]
        if len(matching) != 1:
            raise ValueError(f"{where}: monitor {value_text(name)} is no column, only {', '.join(columns)}")
        name = matching[0]
    return Monitor(name, mode, min_delta, patience)

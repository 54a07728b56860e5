"""A training as a recorder hears of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

RUN: dict[str, object] = {
    "module": "miku",
    "source": "miku.tdsl",
    "entry": "train",
    "epochs": 4,
    "rows": 1000,
    "batch_size": 300,
    "seed": 3,
    "arguments": {"lr": 0.5, "far": math.inf},
    "data": {"x": {"shape": [1000, 2], "dtype": "f32", "digest": "ab"}},
    "versions": {"python": "3.11.7"},
    "first_epoch": 0,
    "first_step": 0,
}


def row(epoch: int, cost: float) -> dict[str, float]:
    return {"epoch": epoch, "step": 4 * (epoch + 1), "seconds": 0.5 * epoch, "cost": cost, "validation.error": cost / 2}


def record(
    recorder: Any, costs: list[float], first: int = 0, reason: str = "done", before: Sequence[float] = ()
) -> None:
    """The calls of `fit` for epochs from `first` on, with the costs before; without a reason the process is killed."""
    done = [row(epoch, cost) for epoch, cost in enumerate(before)]
    columns = {name: [one[name] for one in done] for name in row(0, 0)}
    resumed = {"first_epoch": first, "first_step": 4 * first, "history": {"epochs": columns, "steps": {}}}
    recorder.begin({**RUN, **(resumed if first else {})})
    for epoch, cost in enumerate(costs, first):
        recorder.row(row(epoch, cost))
    if reason:
        recorder.end(reason)

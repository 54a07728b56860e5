"""The training loop: epochs, shuffled minibatches, callbacks; the steps themselves are the core's."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from .arguments import prepare
from .conversion import checked_integer
from .description import EntryTable, ModuleTable
from .progress import Progress

if typing.TYPE_CHECKING:
    from .model import ModelMethods

FitCallback = Callable[[int, float, object], object]

MOST = (1 << 63) - 1
SECONDS_PER_CHUNK = 0.05  # how long a signal may have to wait


def batched_arguments(module: ModuleTable, entry: EntryTable) -> tuple[bool, ...]:
    """Which arguments are cut into minibatches: those whose leading size is that of the first array."""
    arrays = [argument for argument in entry["arguments"] if argument["shape"]]
    leading = arrays[0]["shape"][0]["dim"] if arrays and arrays[0]["shape"][0]["size"] < 0 else -1
    if leading < 0:
        return (False,) * len(entry["arguments"])
    batched = []
    for argument in entry["arguments"]:
        dims = [extent["dim"] if extent["size"] < 0 else -1 for extent in argument["shape"]]
        if leading in dims[1:]:
            raise ValueError(
                f"{module['name']}.{entry['name']}: argument '{argument['name']}' has size"
                f" {module['dims'][leading]} on an axis that is not its first, so there are no minibatches of it"
            )
        batched.append(dims[:1] == [leading])
    return tuple(batched)


def _entry_index(module: ModuleTable, name: str) -> int:
    names = [entry["name"] for entry in module["entries"]]
    if name not in names:
        raise ValueError(f"{module['name']}.Model.fit: no entry '{name}', only {', '.join(names)}")
    return names.index(name)


def fit_model(
    model: ModelMethods,
    data: Sequence[object],
    keywords: Mapping[str, object],
    entry_name: str,
    epochs: int,
    batch_size: int | None,
    shuffle: bool,
    seed: int,
    callback: FitCallback | Sequence[FitCallback] | None,
    progress: bool | None,
) -> list[float]:
    """The mean cost of each epoch, weighted by rows; NaN where the entry returns no real scalar."""
    module = model._module
    index = _entry_index(module, entry_name)
    entry = module["entries"][index]
    where = f"{module['name']}.{entry_name}"
    epochs = checked_integer(epochs, f"{where}: epochs", 0, MOST)
    batched = batched_arguments(module, entry)
    arguments = prepare(module, entry, data, keywords)
    rows = next((value.shape[0] for value, cut in zip(arguments, batched, strict=True) if cut), 1)  # type: ignore
    size = max(rows, 1) if batch_size is None else checked_integer(batch_size, f"{where}: batch_size", 1, MOST)
    seed = checked_integer(seed, f"{where}: seed", 0)
    several = isinstance(callback, Iterable) and not callable(callback)
    callbacks = list(callback) if several else [callback] if callback is not None else []
    for call in callbacks:
        if not callable(call):
            raise TypeError(f"{where}: callback {call!r} is no function")
    if rows == 0 and epochs:
        raise ValueError(f"{where}: there are no rows to fit")
    history: list[float] = []
    shown = Progress(progress, epochs, rows)
    try:
        while len(history) < epochs:
            epoch, order = len(history), None
            if shuffle and rows > size:
                order = np.random.default_rng([seed, epoch]).permutation(rows).astype(np.int64, copy=False)
            # Only new orders and callbacks need Python between two epochs.
            together = epochs if order is None and not callbacks else 1
            history += _epochs(model, index, arguments, batched, order, rows, size, epoch, together, shown)
            if callbacks and _told(callbacks, epoch, history[-1], model, shown):
                break
    finally:
        shown.close()
    return history


def _told(callbacks: Sequence[FitCallback], epoch: int, cost: float, model: ModelMethods, shown: Progress) -> bool:
    """Whether one of the callbacks wants to stop; every one hears of the epoch, and what they return means nothing."""
    stop = False
    shown.hide()
    try:
        for call in callbacks:
            try:
                call(epoch, cost, model)
            except model.StopTraining:
                stop = True
    finally:
        shown.show()
    return stop


def _epochs(
    model: ModelMethods,
    index: int,
    arguments: tuple[object, ...],
    batched: tuple[bool, ...],
    order: np.ndarray | None,
    rows: int,
    size: int,
    first: int,
    count: int,
    shown: Progress,
) -> list[float]:
    """So many epochs in chunks, so that signals and the progress line get their turn between two of them."""
    costs: list[float] = []
    row, total = 0, 0.0
    while len(costs) < count:
        totals, row, total = model._steps(
            index, arguments, batched, order, count - len(costs), row, total, size, SECONDS_PER_CHUNK
        )
        costs += [value / rows for value in totals]
        begun = first + len(costs)
        if row:
            shown.update(begun, row, total / row)
        else:
            shown.update(begun - 1, rows, costs[-1])
    return costs

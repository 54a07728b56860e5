"""The training loop: epochs, shuffled minibatches, callbacks; the steps themselves are the core's."""

from __future__ import annotations

import typing
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from .arguments import prepare
from .conversion import checked_integer, checked_truth
from .description import EntryTable, ModuleTable
from .progress import Progress
from .value_text import value_text

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
        raise ValueError(f"{module['name']}.Model.fit: no entry {value_text(name)}, only {', '.join(names)}")
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
    shuffle = checked_truth(shuffle, f"{where}: shuffle")
    progress = progress if progress is None else checked_truth(progress, f"{where}: progress")
    several = isinstance(callback, Iterable) and not callable(callback)
    callbacks = list(callback) if several else [callback] if callback is not None else []
    for call in callbacks:
        if not callable(call):
            raise TypeError(f"{where}: callback {value_text(call)} is no function")
    if rows == 0 and epochs:
        raise ValueError(f"{where}: there are no rows to fit")
    history: list[float] = []
    shown = Progress(progress, epochs, rows)
    kept = _Kept(where, entry, arguments)
    try:
        while len(history) < epochs:
            epoch, order = len(history), None
            if shuffle and rows > size:
                order = np.random.default_rng([seed, epoch]).permutation(rows).astype(np.int64, copy=False)
            # Only new orders and callbacks need Python between two epochs.
            together = epochs if order is None and not callbacks else 1
            history += _epochs(model, index, kept, batched, order, rows, size, epoch, together, shown)
            if callbacks and _told(callbacks, epoch, history[-1], model, shown):
                break
    finally:
        shown.close()
    return history


class _Kept:
    """The arguments of a training, which go on to be what they were when it began."""

    def __init__(self, where: str, entry: EntryTable, arguments: tuple[object, ...]) -> None:
        self._where, self._entry, self._arguments = where, entry, arguments
        self._before = [_layout(value) for value in arguments]
        # NumPy resizes no array that has a weak reference, be it asked to do so without looking for others.
        self._references: list[weakref.ref[np.ndarray]] = []
        for value in arguments:
            while isinstance(value, np.ndarray):
                self._references.append(weakref.ref(value))
                value = value.base

    def arguments(self) -> tuple[object, ...]:
        """As given; a ValueError names the first that has another shape or dtype by now."""
        for argument, value, before in zip(self._entry["arguments"], self._arguments, self._before, strict=True):
            if (now := _layout(value)) != before:
                changed = f"argument '{argument['name']}' has shape {now[0]} and dtype {now[1]}"
                raise ValueError(f"{self._where}: {changed} by now, and had {before[0]} and {before[1]} at the start")
        return self._arguments


def _layout(value: object) -> tuple[object, ...]:
    return (value.shape, value.dtype, value.strides) if isinstance(value, np.ndarray) else ()


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
    kept: _Kept,
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
            index, kept.arguments(), batched, order, count - len(costs), row, total, size, SECONDS_PER_CHUNK
        )
        costs += [value / rows for value in totals]
        begun = first + len(costs)
        if row:
            shown.update(begun, row, total / row)
        else:
            shown.update(begun - 1, rows, costs[-1])
    return costs

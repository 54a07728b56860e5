"""The training loop: epochs, shuffled minibatches, callbacks.  The core runs the steps."""

from __future__ import annotations

import typing
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from .arguments import prepare
from .conversion import checked_boolean, checked_integer
from .description import EntryTable, ModuleTable
from .progress import Progress
from .steps import Run
from .value_text import value_text
from .values import ModelValues

FitCallback = Callable[[int, float, object], object]

MOST = (1 << 63) - 1
SECONDS_PER_CHUNK = 0.05  # the longest that a signal has to wait


class FitOptions(typing.NamedTuple):
    """The options of `Model.fit`."""

    epochs: int
    batch_size: int | None
    shuffle: bool
    seed: int
    callback: FitCallback | Sequence[FitCallback] | None
    progress: bool | None

    def checked(self, where: str) -> FitOptions:
        """The same with exact types, and all callbacks in a list."""
        several = isinstance(self.callback, Iterable) and not callable(self.callback)
        callbacks = list(self.callback) if several else [self.callback] if self.callback is not None else []  # type: ignore[arg-type]
        checked = FitOptions(
            epochs=checked_integer(self.epochs, f"{where}: epochs", 0, MOST),
            batch_size=None
            if self.batch_size is None
            else checked_integer(self.batch_size, f"{where}: batch_size", 1, MOST),
            seed=checked_integer(self.seed, f"{where}: seed", 0),
            shuffle=checked_boolean(self.shuffle, f"{where}: shuffle"),
            progress=None if self.progress is None else checked_boolean(self.progress, f"{where}: progress"),
            callback=typing.cast("list[FitCallback]", callbacks),
        )
        for call in callbacks:
            if not callable(call):
                raise TypeError(f"{where}: callback {value_text(call)} is no function")
        return checked


def batched_arguments(module: ModuleTable, entry: EntryTable) -> tuple[bool, ...]:
    """Whether each argument is cut into minibatches: those whose leading size is that of the first array are."""
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
        if argument["binds"] and argument["binds"]["dim"] == leading:
            raise ValueError(
                f"{module['name']}.{entry['name']}: argument '{argument['name']}' is the size of each minibatch, so"
                " fit cannot give it one for all"
            )
        batched.append(dims[:1] == [leading])
    return tuple(batched)


def _entry_index(module: ModuleTable, name: str) -> int:
    names = [entry["name"] for entry in module["entries"]]
    if name not in names:
        raise ValueError(f"{module['name']}.Model.fit: no entry {value_text(name)}, only {', '.join(names)}")
    return names.index(name)


class _UnchangedArguments:
    """Watches the arguments of a training: their shapes and dtypes must stay as they were at the start."""

    def __init__(self, where: str, entry: EntryTable, arguments: tuple[object, ...]) -> None:
        self._where, self._entry, self._arguments = where, entry, arguments
        self._before = [_layout(value) for value in arguments]
        # NumPy never resizes an array that has a weak reference, even with refcheck=False.
        self._references: list[weakref.ref[np.ndarray]] = []
        for value in arguments:
            while isinstance(value, np.ndarray):
                self._references.append(weakref.ref(value))
                value = value.base

    def check(self) -> None:
        """A ValueError names the first argument that has another shape or dtype now."""
        for argument, value, before in zip(self._entry["arguments"], self._arguments, self._before, strict=True):
            if (now := _layout(value)) != before:
                changed = f"argument '{argument['name']}' has shape {now[0]} and dtype {now[1]}"
                raise ValueError(f"{self._where}: {changed} by now, and had {before[0]} and {before[1]} at the start")


def _layout(value: object) -> tuple[object, ...]:
    return (value.shape, value.dtype, value.strides) if isinstance(value, np.ndarray) else ()


def fit_model(
    model: ModelValues, name: str, data: Sequence[object], keywords: Mapping[str, object], options: FitOptions
) -> list[float]:
    """The mean cost of each epoch, weighted by rows; NaN if the entry returns no real scalar."""
    module = model._module
    index = _entry_index(module, name)
    entry = module["entries"][index]
    where = f"{module['name']}.{name}"
    options = options.checked(where)
    batched = batched_arguments(module, entry)
    arguments = prepare(module, entry, data, keywords, model._on_device, ("entry", *FitOptions._fields))
    run = Run(index, arguments, batched, None, 1, SECONDS_PER_CHUNK)
    run = run._replace(batch_size=max(run.rows, 1) if options.batch_size is None else options.batch_size)
    if run.rows == 0 and options.epochs:
        raise ValueError(f"{where}: there are no rows to fit")
    progress = Progress(options.progress, options.epochs, run.rows)
    try:
        return _fit(model, run, options, _UnchangedArguments(where, entry, arguments), progress)
    finally:
        model._forget_steps()
        progress.close()


def _fit(
    model: ModelValues, run: Run, options: FitOptions, arguments: _UnchangedArguments, progress: Progress
) -> list[float]:
    callbacks = typing.cast("list[FitCallback]", options.callback)
    history: list[float] = []
    while len(history) < options.epochs:
        epoch, order = len(history), None
        if options.shuffle and run.rows > run.batch_size:
            order = np.random.default_rng([options.seed, epoch]).permutation(run.rows).astype(np.int64, copy=False)
        # Only new orders and callbacks need Python between two epochs.
        together = options.epochs if order is None and not callbacks else 1
        history += _epochs(model, run._replace(order=order), arguments, range(epoch, epoch + together), progress)
        if callbacks and _notify(callbacks, epoch, history[-1], model, progress):
            break
    return history


def _epochs(
    model: ModelValues, run: Run, arguments: _UnchangedArguments, epochs: range, progress: Progress
) -> list[float]:
    """The costs of some epochs, run in chunks: signals and the progress line are served between two chunks."""
    costs: list[float] = []
    row, total = 0, 0.0
    while len(costs) < len(epochs):
        arguments.check()
        totals, row, total = model._steps(run, len(epochs) - len(costs), row, total)
        costs += [value / run.rows for value in totals]
        current = epochs.start + len(costs)
        if row:
            progress.update(current, row, total / row)
        else:
            progress.update(current - 1, run.rows, costs[-1])
    return costs


def _notify(callbacks: Sequence[FitCallback], epoch: int, cost: float, model: ModelValues, progress: Progress) -> bool:
    """Calls every callback, and returns whether one of them stops the training; their results are ignored."""
    stop = False
    progress.hide()
    try:
        for call in callbacks:
            try:
                call(epoch, cost, model)
            except model.StopTraining:
                stop = True
    finally:
        progress.show()
    return stop

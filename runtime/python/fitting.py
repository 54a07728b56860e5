"""The training loop: epochs, shuffled minibatches, callbacks, recorders.  The core runs the steps."""

from __future__ import annotations

import time
import typing
from collections.abc import Mapping, Sequence

import numpy as np

from .arguments import prepare
from .batches import UnchangedArguments, batched_arguments
from .description import ModuleTable
from .fit_options import FitCallback, FitOptions
from .history import History
from .manifest import run_manifest
from .progress import Progress
from .recording import Recorder, Recording, ending
from .steps import Run, mean, summed_results
from .value_text import value_text
from .values import ModelValues

SECONDS_PER_CHUNK = 0.05  # the longest that a signal has to wait


def _entry_index(module: ModuleTable, name: str) -> int:
    names = [entry["name"] for entry in module["entries"]]
    if name not in names:
        raise ValueError(f"{module['name']}.Model.fit: no entry {value_text(name)}, only {', '.join(names)}")
    return names.index(name)


def fit_model(
    model: ModelValues, name: str, data: Sequence[object], keywords: Mapping[str, object], options: FitOptions
) -> History:
    """The history of the training."""
    module = model._module
    index = _entry_index(module, name)
    entry = module["entries"][index]
    where = f"{module['name']}.{name}"
    options = options.checked(where)
    batched = batched_arguments(module, entry)
    arguments = prepare(module, entry, data, keywords, model._on_device, ("entry", *FitOptions._fields))
    run = Run(index, arguments, batched, None, 1, SECONDS_PER_CHUNK, sums=summed_results(entry)[:1])
    run = run._replace(batch_size=max(run.rows, 1) if options.batch_size is None else options.batch_size)
    if run.rows == 0 and options.epochs:
        raise ValueError(f"{where}: there are no rows to fit")
    progress = Progress(options.progress, options.epochs, run.rows)
    training = _Training(where, model, run, options, progress)
    try:
        return training.fit()
    finally:
        model._forget_steps()
        progress.close()


class _Training:
    """A training and how far it has come."""

    def __init__(self, where: str, model: ModelValues, run: Run, options: FitOptions, progress: Progress) -> None:
        self.model, self.run, self.options, self.progress = model, run, options, progress
        entry = model._module["entries"][run.entry]
        self.watch = UnchangedArguments(where, entry, run.arguments)
        self.recording = Recording(where, typing.cast("list[Recorder]", options.record))
        self.callbacks = typing.cast("list[FitCallback]", options.callback)
        self.history = History()
        self.start = time.monotonic()

    def fit(self) -> History:
        """Runs all epochs; recorders hear the end, whatever it is."""
        failure: BaseException | None = None
        stopped = False
        try:
            self.recording.begin(lambda: run_manifest(self.model, self.run, self.options))
            stopped = self._epochs()
        except BaseException as error:
            failure = error
            raise
        finally:
            self.history.reason = ending(failure, stopped)
            self.recording.end(self.history.reason)
        return self.history

    def _epochs(self) -> bool:
        """Whether a callback has stopped the training."""
        options, run = self.options, self.run
        while (epoch := len(self.history)) < options.epochs:
            order = None
            if options.shuffle and run.rows > run.batch_size:
                order = np.random.default_rng([options.seed, epoch]).permutation(run.rows).astype(np.int64, copy=False)
            # Only new orders, callbacks and recorders need Python between two epochs.
            together = options.epochs - epoch if order is None and not self.callbacks and not self.recording else 1
            self._run(run._replace(order=order), range(epoch, epoch + together))
            if together == 1 and self._notify(epoch):
                return True
        return False

    def _run(self, run: Run, epochs: range) -> None:
        """Runs some epochs in chunks: signals and the progress line are served between two chunks."""
        row, sums = 0, (0.0,) * len(run.sums)
        while (epoch := len(self.history)) < epochs.stop:
            self.watch.check()
            completed, row, sums = self.model._steps(run, epochs.stop - epoch, row, sums)
            for totals in completed:
                self._finish(mean(totals, run.rows))
            epoch += len(completed)
            if row:
                self.progress.update(epoch, row, mean(sums, row))
            else:
                self.progress.update(epoch - 1, run.rows, self.history[-1])

    def _finish(self, cost: float) -> None:
        """Adds an epoch to the history."""
        epoch = len(self.history)
        steps = (epoch + 1) * -(-self.run.rows // self.run.batch_size)
        row = {"epoch": epoch, "step": steps, "seconds": time.monotonic() - self.start, "cost": cost}
        self.history._add(row)
        self.recording.row(row)

    def _notify(self, epoch: int) -> bool:
        """Calls every callback, and returns whether one of them stops the training; their results are ignored."""
        stop = False
        self.progress.hide()
        try:
            for call in self.callbacks:
                try:
                    call(epoch, self.history[epoch], self.model)
                except self.model.StopTraining:
                    stop = True
        finally:
            self.progress.show()
        return stop

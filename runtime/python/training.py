"""The training loop: epochs, shuffled minibatches, metrics, checkpoints.  The core runs the steps."""

from __future__ import annotations

import functools
import math
import time
import typing
from collections.abc import Sequence

import numpy as np

from .batches import UnchangedArguments
from .description import EntryTable
from .fit_options import FitCallback, FitOptions
from .history import History
from .interrupts import Interrupts
from .manifest import Digests, data_digests, run_manifest, training_identity
from .metrics import Metric
from .progress import Progress
from .rates import Rates
from .recording import Recorder, Recording, ending
from .state import load_state
from .step_rows import StepRows
from .steps import Run, mean, trained_results
from .stopping import Best, chosen_monitor
from .training_file import (
    Progressed,
    load_training,
    prepare_checkpoint,
    refuse_damage,
    save_training,
)
from .values import ModelValues

OWN_COLUMNS = ("epoch", "step", "seconds", "cost")


class Training:
    """A training and how far it has come: `row` of the epoch behind those in the history."""

    def __init__(
        self, where: str, model: ModelValues, run: Run, options: FitOptions, rates: Rates, metrics: Sequence[Metric]
    ) -> None:
        self.where, self.model, self.run, self.options, self.rates = where, model, run, options, rates
        self.metrics, self.rows = metrics, run.rows
        self.steps = -(-self.rows // run.batch_size)  # of an epoch
        self.watch = UnchangedArguments(where, model._module["entries"][run.entry], run.arguments)
        self.recording = Recording(where, typing.cast("list[Recorder]", options.record))
        self.callbacks = typing.cast("list[FitCallback]", options.callback)
        if twice := next((column for column in rates.columns if column in OWN_COLUMNS), None):
            raise ValueError(f"{where}: argument '{twice}' cannot change, as the history has a column of that name")
        self.further = _further_columns(model._module["entries"][run.entry], (*OWN_COLUMNS, *rates.columns))
        measured = [column for metric in metrics for column in metric.columns]
        self.columns = (*OWN_COLUMNS, *self.further, *rates.columns, *measured)
        chosen = (options.monitor, options.mode, options.min_delta, options.patience)
        # The first one that is measured on the validation data, if any is.
        measured.sort(key=lambda name: not name.startswith("validation."))
        self.monitor = chosen_monitor(where, (*measured, "cost", *self.further, *rates.columns), *chosen)
        self.history, self.row, self.sums = History(self.columns), 0, (0.0,) * len(run.sums)
        self.step_rows = StepRows(options.record_steps, len(run.sums))
        self.best: Best | None = None
        self.stopped = False  # by a callback
        self.is_whole = True  # rows and values are those of the same step
        self.before: dict[str, np.ndarray] | None = None  # the values before the callbacks of an epoch
        self.identity: dict[str, object] = {}
        self.ended: dict[str, np.ndarray] | None = None  # the last values, once the best ones are those of the model
        if options.checkpoint is not None or options.resume:
            self.identity = training_identity(model, run, options, self.monitor, self.columns, self.digests)
        self.seconds = self._resume() if options.resume else 0.0
        self.start = time.monotonic() - self.seconds
        self.saved_at, self.saved_epoch = time.monotonic(), len(self.history)
        self.progress = Progress(
            options.progress, options.epochs, self.rows, done=len(self.history) * self.rows + self.row
        )
        self.interrupts = Interrupts()

    def fit(self) -> History:
        """Runs all epochs; recorders hear the end, whatever it is."""
        failure: BaseException | None = None
        try:
            if self.options.checkpoint is not None:
                prepare_checkpoint(self.where, typing.cast(str, self.options.checkpoint))
            self.recording.begin(self._manifest)
            with self.interrupts:
                try:
                    self._epochs()
                except BaseException:
                    self._save()
                    raise
                self._finish()
        except BaseException as error:
            failure = error
            raise
        finally:
            self.history.reason = ending(failure, self._is_over())
            self.recording.end(self.history.reason)
        return self.history

    def _manifest(self) -> dict[str, object]:
        own: dict[str, object] = {
            "first_epoch": len(self.history),
            "first_step": self._recorded_steps(),
            "columns": list(self.columns),
        }
        if self._recorded_steps():
            own["history"] = {"epochs": self.history.to_dict(), "steps": self.history.steps}
        chosen = self.options, self.metrics, self.monitor, self.rates, self.digests
        return run_manifest(self.model, self.run, *chosen) | own

    @functools.cached_property
    def digests(self) -> Digests:
        """Those of all data, which are read once for them."""
        return data_digests(self.model._module, self.run, self.metrics)

    def _steps_done(self) -> int:
        return len(self.history) * self.steps + -(-self.row // self.run.batch_size)

    def _recorded_steps(self) -> int:
        """The number of steps whose rows, if they are due, are noted."""
        return self._steps_done() - (self.row == self.rows or self._is_row_due())

    def _is_row_due(self) -> bool:
        """Whether the row of the steps until now is missing."""
        return self.step_rows.every is not None and self.step_rows.is_due(self._steps_done())

    def _is_over(self) -> bool:
        """Whether the training is to be stopped before its last epoch."""
        waits = self.monitor is None or self.best is None or not self.monitor.stops(len(self.history) - 1, self.best)
        return self.stopped or not waits

    def _epochs(self) -> None:
        options, run = self.options, self.run
        while (epoch := len(self.history)) < options.epochs and not self._is_over():
            order = None
            if options.shuffle and self.rows > run.batch_size:
                order = np.random.default_rng([options.seed, epoch]).permutation(self.rows).astype(np.int64, copy=False)
            # Only new orders, and what is done after each epoch, need Python between two epochs.
            together = 1
            hears = self.callbacks or self.recording or self.metrics or self.monitor or self.step_rows.every
            if order is None and not hears:
                left = options.epochs - epoch
                together = min(left, self.rates.most_epochs_together, options.checkpoint_epochs or left)
            with self.interrupts.released():
                self.rates.begin(epoch)
            self._run(run._replace(order=order), epoch + together, together == 1)

    def _run(self, run: Run, stop: int, alone: bool) -> None:
        """Runs the epochs before `stop` in chunks; signals, files and the progress line are served between two."""
        while len(self.history) < stop:
            if self.row < self.rows and not self._is_row_due():
                self._run_chunk(run, stop, alone)
            if self.row == self.rows:
                self._close_epoch()
            elif self._is_row_due():
                self._close_steps()
            elif self.row:
                self.progress.update(len(self.history), self.row, mean(self.sums, self.row))
            else:
                self.progress.update(len(self.history) - 1, self.rows, self.history[-1])
            self.interrupts.check()
            if self._is_due():
                self._save()

    def _run_chunk(self, run: Run, stop: int, alone: bool) -> None:
        """Runs steps until the next row, or until signals are to be served."""
        epoch, steps, before = len(self.history), self.step_rows, self.row
        self.watch.check()
        rest, sums = run._replace(series=self.rates.series(epoch, stop, before // run.batch_size)), self.sums
        if steps.every is not None:  # sums of the epoch, and since the last row
            rest = rest._replace(sums=2 * run.sums, most_steps=steps.most_steps(self._steps_done()))
            sums += steps.sums
        self.is_whole = False
        completed, row, sums = self.model._steps(rest, stop - epoch, before, sums)
        if alone and completed:
            row, sums, completed = self.rows, completed[0], []
        for totals in completed:
            self._add(self._measured(totals))
        if steps.every is not None:
            steps.rows, steps.sums = steps.rows + row - before, sums[len(run.sums) :]
            sums = sums[: len(run.sums)]
        self.row, self.sums, self.is_whole = row, sums, True

    def _row_of_steps(self) -> dict[str, float]:
        """The columns of the steps since the last row."""
        own = {"epoch": len(self.history), "step": self._steps_done(), "seconds": time.monotonic() - self.start}
        means = self.step_rows.means() or (math.nan,)
        return {**own, **dict(zip(("cost", *self.further), means, strict=True))}

    def _close_steps(self) -> None:
        """Tells the row of steps within an epoch."""
        row = self._row_of_steps()
        with self.interrupts.released():
            self.recording.steps(row)
        self._add_steps(row)

    def _add_steps(self, row: dict[str, float]) -> None:
        self.history._add_steps(row)
        self.step_rows.restart()

    def _measured(self, totals: tuple[float, ...]) -> dict[str, float]:
        """The columns of the epoch whose steps are done, metrics excepted."""
        epoch, seconds = len(self.history), time.monotonic() - self.start
        row = {"epoch": epoch, "step": (epoch + 1) * self.steps, "seconds": seconds, "cost": mean(totals, self.rows)}
        if self.further:
            row |= zip(self.further, (total / self.rows for total in totals[1:]), strict=True)
        return row | self.rates.row(epoch) if self.rates.columns else row

    def _close_epoch(self) -> None:
        """Measures an epoch whose steps are done.  Nothing is noted before all of it has succeeded."""
        of_steps = self._row_of_steps() if self._is_row_due() else None
        row = self._measured(self.sums)
        for metric in self.metrics:
            row |= metric.evaluated(self.model, self.interrupts.check)
        best = self.best
        if self.monitor is not None:
            value = row[self.monitor.column]
            if best is None or self.monitor.improves(value, best.value):
                best = Best(len(self.history), value, self.model.state_dict())
        shown = {name: row[name] for metric in self.metrics for name in metric.columns}
        self.progress.update(len(self.history), self.rows, row["cost"], shown)
        if self.callbacks and self.options.checkpoint is not None:
            self.before = self.model.state_dict()
        with self.interrupts.released():
            if of_steps is not None:
                self.recording.steps(of_steps)
            self.recording.row(row)
            stopped = self._notify(row["cost"])
        self.before, self.best, self.stopped = None, best, stopped
        if of_steps is not None:
            self._add_steps(of_steps)
        self._add(row)
        self.row, self.sums = 0, (0.0,) * len(self.sums)

    def _add(self, row: dict[str, float]) -> None:
        self.history._add(row)
        if self.best is not None:
            self.history.best_epoch = self.best.epoch

    def _notify(self, cost: float) -> bool:
        """Calls every callback, and returns whether one of them stops the training; their results are ignored."""
        if not self.callbacks:
            return False
        stop = False
        self.progress.hide()
        try:
            for call in self.callbacks:
                try:
                    call(len(self.history), cost, self.model)
                except self.model.StopTraining:
                    stop = True
        finally:
            self.progress.show()
        return stop

    def _finish(self) -> None:
        """The values become those of the best epoch, if there is one."""
        if self.best is not None:
            self.ended = self.model.state_dict()
            load_state(self.model, self.best.values, True)
        self._save()

    def _is_due(self) -> bool:
        options = self.options
        if options.checkpoint is None:
            return False
        every, seconds = options.checkpoint_epochs, options.checkpoint_seconds
        if every is not None and self.row == 0 and len(self.history) - self.saved_epoch >= every:
            return True
        return seconds is not None and time.monotonic() - self.saved_at >= seconds

    def _save(self) -> None:
        """Writes the checkpoint, if there is one; not after a step that has failed."""
        if self.options.checkpoint is None or not self.is_whole:
            return
        sets = {"": self.model.state_dict() if self.before is None else self.before}
        if self.ended is not None:
            sets["last"] = self.ended
        elif self.best is not None:
            sets["best"] = self.best.values
        progressed = Progressed(
            identity=self.identity,
            row=self.row,
            sums=list(self.sums),
            seconds=time.monotonic() - self.start,
            history=self.history.to_dict(),
            steps=self.history.steps,
            step_sums=list(self.step_rows.sums),
            step_rows=self.step_rows.rows,
            best_epoch=None if self.best is None else self.best.epoch,
            best_value=0.0 if self.best is None else self.best.value,
            stopped=self.stopped,
        )
        save_training(self.model, typing.cast(str, self.options.checkpoint), sets, progressed)
        self.saved_at, self.saved_epoch = time.monotonic(), len(self.history)

    def _resume(self) -> float:
        """Takes over a file, and returns the seconds that it took to make it."""
        path = typing.cast(str, self.options.resume)
        sets, progressed = load_training(self.model, path, self.where, self.identity)
        refuse_damage(self.where, path, progressed, self.columns, len(self.sums), self.run.rows)
        load_state(self.model, sets.get("last", sets[""]), True)
        if (epoch := progressed["best_epoch"]) is not None:
            self.best = Best(epoch, progressed["best_value"], sets.get("best", sets[""]))
        for values in zip(*progressed["history"].values(), strict=True):
            self._add(dict(zip(progressed["history"], values, strict=True)))
        self.history.steps = progressed["steps"]
        self.step_rows.resume(progressed["step_rows"], progressed["step_sums"])
        self.row, self.sums, self.stopped = progressed["row"], tuple(progressed["sums"]), progressed["stopped"]
        return progressed["seconds"]


def _further_columns(entry: EntryTable, taken: Sequence[str]) -> tuple[str, ...]:
    """Those of the results besides the cost; one whose name is taken has that of the entry before its own."""
    names = list(trained_results(entry).values())[1:]
    return tuple(f"{entry['name']}.{name}" if name in taken else name for name in names)

"""The parameters of `Model.fit`, checked."""

from __future__ import annotations

import os
import typing
from collections.abc import Callable, Iterable, Sequence

from .conversion import checked_boolean, checked_integer
from .recording import Recorder, checked_recorders
from .stopping import MODES
from .training_file import training_path
from .value_text import value_text

FitCallback = Callable[[int, float, object], object]

MOST = (1 << 63) - 1
SECONDS_BETWEEN_CHECKPOINTS = 60.0  # unless the user says how often


class FitOptions(typing.NamedTuple):
    """Those besides the arguments of the entry."""

    epochs: int
    batch_size: int | None
    shuffle: bool
    seed: int
    callback: FitCallback | Sequence[FitCallback] | None
    progress: bool | None
    validate: object
    metrics: str | Sequence[str] | None
    patience: int | None
    monitor: str | None
    mode: str
    min_delta: float
    checkpoint: str | os.PathLike[str] | None
    checkpoint_epochs: int | None
    checkpoint_seconds: float | None
    resume: bool | str | os.PathLike[str]
    record: Recorder | Sequence[Recorder] | None
    record_steps: int | None
    comm: object

    def checked(self, where: str) -> FitOptions:
        """The same with exact types, and all callbacks, recorders and names of metrics in lists."""
        several = isinstance(self.callback, Iterable) and not callable(self.callback)
        callbacks = list(self.callback) if several else [self.callback] if self.callback is not None else []  # type: ignore[arg-type]
        for call in callbacks:
            if not callable(call):
                raise TypeError(f"{where}: callback {value_text(call)} is no function")

        def optional(name: str, least: int) -> int | None:
            value = getattr(self, name)
            return None if value is None else checked_integer(value, f"{where}: {name}", least, MOST)

        checked = FitOptions(
            epochs=checked_integer(self.epochs, f"{where}: epochs", 0, MOST),
            batch_size=optional("batch_size", 1),
            seed=checked_integer(self.seed, f"{where}: seed", 0),
            shuffle=checked_boolean(self.shuffle, f"{where}: shuffle"),
            progress=None if self.progress is None else checked_boolean(self.progress, f"{where}: progress"),
            callback=typing.cast("list[FitCallback]", callbacks),
            validate=self.validate,
            metrics=_names(self.metrics, where),
            patience=optional("patience", 1),
            monitor=self.monitor,
            mode=self.mode,
            min_delta=_least_number(self.min_delta, f"{where}: min_delta"),
            checkpoint=_path(self.checkpoint, f"{where}: checkpoint"),
            checkpoint_epochs=optional("checkpoint_epochs", 1),
            checkpoint_seconds=None
            if self.checkpoint_seconds is None
            else _least_number(self.checkpoint_seconds, f"{where}: checkpoint_seconds"),
            resume=self.resume,
            record=checked_recorders(self.record, where),
            record_steps=optional("record_steps", 1),
            comm=self.comm,
        )
        return checked._with_files(where)

    def _with_files(self, where: str) -> FitOptions:
        """`resume` as a path or False; the intervals of checkpoints, an infinite number where there is none."""
        if not isinstance(self.monitor, str | None):
            raise TypeError(f"{where}: monitor is {value_text(self.monitor)}, expected the name of a column")
        if self.mode not in MODES:
            raise ValueError(f"{where}: mode is {value_text(self.mode)}, expected 'min' or 'max'")
        if self.monitor is None and self.patience is None and (self.mode != MODES[0] or self.min_delta):
            raise ValueError(f"{where}: mode and min_delta need monitor=, a column, or patience=")
        if self.checkpoint is None and (self.checkpoint_epochs or self.checkpoint_seconds) is not None:
            raise ValueError(f"{where}: checkpoint_epochs and checkpoint_seconds need checkpoint=, a file")
        resume = self.resume
        if resume is True:
            if self.checkpoint is None:
                raise ValueError(f"{where}: resume=True needs checkpoint=, the file to go on from")
            resume = self.checkpoint if os.path.exists(self.checkpoint) else False
        elif resume is not False:
            resume = _path(resume, f"{where}: resume") or False
        seconds = self.checkpoint_seconds
        if seconds is None and self.checkpoint_epochs is None:
            seconds = SECONDS_BETWEEN_CHECKPOINTS
        return self._replace(resume=resume, checkpoint_seconds=seconds)


def _names(given: object, where: str) -> list[str]:
    names = [given] if isinstance(given, str) else [] if given is None else given
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"{where}: metrics is {value_text(given)}, expected the name of an entry or a list of names")
    return list(names)


def _least_number(value: object, what: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise TypeError(f"{what} is {value_text(value)}, expected a number") from None
    if not number >= 0:
        raise ValueError(f"{what} is {value_text(value)}, expected at least 0")
    return number


def _path(value: object, what: str) -> str | None:
    if value is None:
        return None
    try:
        path = training_path(value)
    except TypeError:
        raise TypeError(f"{what} is {value_text(value)}, expected a path") from None
    if not path:
        raise ValueError(f"{what} is empty, expected a path")
    return path

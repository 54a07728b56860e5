"""The parameters of `Model.fit`, checked."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Sequence

from .conversion import checked_boolean, checked_integer
from .recording import Recorder, checked_recorders
from .value_text import value_text

FitCallback = Callable[[int, float, object], object]

MOST = (1 << 63) - 1


class FitOptions(typing.NamedTuple):
    """Those besides the arguments of the entry."""

    epochs: int
    batch_size: int | None
    shuffle: bool
    seed: int
    callback: FitCallback | Sequence[FitCallback] | None
    progress: bool | None
    record: Recorder | Sequence[Recorder] | None

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
            record=checked_recorders(self.record, where),
        )
        for call in callbacks:
            if not callable(call):
                raise TypeError(f"{where}: callback {value_text(call)} is no function")
        return checked

"""Recorders of a training: objects that are told how it begins, what was measured after each epoch, and how it ends."""

from __future__ import annotations

import typing
import warnings
from collections.abc import Callable, Sequence

from .conversion import level_of_caller
from .value_text import value_text

RECORDER_METHODS = ("begin", "row", "end")


class Recorder(typing.Protocol):
    """What `fit(record=…)` takes.

    `begin(run)` gets everything that the training depends on, as values of JSON; `row(values)` the history's columns of
    an epoch that is over; `end(reason)` "done", "stopped early", "interrupted" or "failed: …".  With `record_steps` a
    recorder that has a method `steps(values)` gets the rows between epochs too.
    """

    def begin(self, run: dict[str, object], /) -> object: ...
    def row(self, values: dict[str, float], /) -> object: ...
    def end(self, reason: str, /) -> object: ...


def checked_recorders(given: object, where: str) -> list[Recorder]:
    """One or several as a list; a TypeError names the one that is none."""
    several = isinstance(given, Sequence) and not isinstance(given, str)
    recorders = list(given) if several else [given] if given is not None else []  # type: ignore[call-overload]
    for recorder in recorders:
        missing = [name for name in RECORDER_METHODS if not callable(getattr(recorder, name, None))]
        if isinstance(recorder, type):
            raise TypeError(f"{where}: record {value_text(recorder)} is a class, expected a recorder made of it")
        if missing:
            reason = f"it has no method {' and no '.join(missing)}"
            raise TypeError(f"{where}: record {value_text(recorder)} is no recorder: {reason}")
    return recorders


class Recording:
    """Calls the recorders.  An error in `begin` ends the training before its first step; a recorder that fails later is
    left out from then on, with a warning."""

    def __init__(self, where: str, recorders: Sequence[Recorder]) -> None:
        self._where, self._waiting = where, list(recorders)
        self._begun: list[Recorder] = []

    def begin(self, run: Callable[[], dict[str, object]]) -> None:
        """Each recorder gets a description of its own; without recorders none is made."""
        while self._waiting:
            recorder = self._waiting[0]
            recorder.begin(run())
            self._begun.append(self._waiting.pop(0))

    def row(self, values: dict[str, float]) -> None:
        """The values of an epoch."""
        self._each("row", lambda recorder: recorder.row(dict(values)))

    def steps(self, values: dict[str, float]) -> None:
        """The values of steps within an epoch, for recorders that take them."""
        self._each("steps", lambda recorder: getattr(recorder, "steps", lambda values: None)(dict(values)))

    def end(self, reason: str) -> None:
        """The last call, for those that have begun."""
        interrupt: BaseException | None = None
        for recorder in list(self._begun):
            try:
                self._tell("end", recorder, lambda recorder: recorder.end(reason))
            except BaseException as error:
                interrupt = error  # the others hear the end first
        self._begun = []
        if interrupt is not None:
            raise interrupt

    def __bool__(self) -> bool:
        return bool(self._begun or self._waiting)

    def _each(self, name: str, call: Callable[[Recorder], object]) -> None:
        for recorder in list(self._begun):
            self._tell(name, recorder, call)

    def _tell(self, name: str, recorder: Recorder, call: Callable[[Recorder], object]) -> None:
        try:
            call(recorder)
        except Exception as error:
            self._begun.remove(recorder)
            failed = f"{type(recorder).__name__}.{name} failed: {type(error).__name__}: {error}"
            warnings.warn(f"{self._where}: {failed}; it records nothing more", RuntimeWarning, level_of_caller())


def ending(error: BaseException | None, stopped: bool) -> str:
    """The reason of an end."""
    if error is None:
        return "stopped early" if stopped else "done"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    text = str(error).partition("\n")[0]
    return f"failed: {type(error).__name__}{': ' * bool(text)}{text}"

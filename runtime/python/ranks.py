"""A training by several processes: each takes its rows of every batch, and the first alone writes.

All exchanges of a training are sums of vectors of one length, so that one by which a process tells its failure meets
any other.  The last number are rows, and NaN where a process has failed; the processes then exchange the messages.
"""

from __future__ import annotations

import signal
import threading
import types
import typing
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from .description import DTYPES, EntryTable, in_place_text
from .fit_options import FitCallback, FitOptions
from .recording import Recorder
from .state import load_state
from .steps import Run
from .value_text import value_text
from .values import ModelValues

LONGEST_MESSAGE = 500
_DIGESTS = 1 << 24  # whole numbers that each type of exchanges has


class Communicator(typing.Protocol):
    """What a training needs of a communicator of mpi4py."""

    @property
    def rank(self) -> int: ...
    @property
    def size(self) -> int: ...
    def Allreduce(self, sent: np.ndarray, received: np.ndarray) -> object: ...
    def Bcast(self, array: np.ndarray, root: int) -> object: ...


def checked_communicator(value: object, where: str) -> Communicator | None:
    if value is None:
        return None
    if not all(hasattr(value, name) for name in ("rank", "size", "Allreduce", "Bcast")):
        raise TypeError(f"{where}: comm is {value_text(value)}, expected a communicator of mpi4py")
    return typing.cast(Communicator, value)


class Ranks:
    """The processes of one training, or this one alone.  As a context, it tells the others of an exception, and ends
    once all have come to its end."""

    def __init__(self, where: str, model: ModelValues, entry: EntryTable, comm: Communicator | None) -> None:
        self.where, self.model, self.entry = where, model, entry
        self.comm = None if comm is None or comm.size == 1 else comm
        self.rank, self.size = (0, 1) if self.comm is None else (self.comm.rank, self.comm.size)
        self._one = np.zeros(2)  # before the training has begun
        self._exchanged = self._sums = self._one
        self._is_over = False  # all processes know of a failure
        self._before: object = None
        self._handler: object = None
        self._interrupted = False

    def __enter__(self) -> Ranks:
        if self.comm is not None and self.rank and threading.current_thread() is threading.main_thread():
            # The first process ends the training of all, as it writes the checkpoint.
            self._handler = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: types.TracebackType | None) -> None:
        try:
            if self.comm is not None and not self._is_over:
                self._meet(error)
        except RuntimeError:
            if not self._interrupted:
                raise
        finally:
            if self._exchanged is not self._one:
                self.model.set_allreduce(self._before)
            if self._handler is not None:
                signal.signal(signal.SIGINT, self._handler)  # type: ignore[arg-type]
        if self._interrupted:
            raise KeyboardInterrupt from error

    def _note(self, number: int, frame: object) -> None:
        self._interrupted = True

    def own(self, options: FitOptions) -> FitOptions:
        """The options of this process: callbacks run in all, and files and the progress line are those of the first."""
        if self.comm is None:
            return options
        if not self.entry["exchanged"]:
            name = f"{self.model._module['name']}.{self.entry['name']}"
            if not self.model._module["options"]["data_parallel"]:
                made = f"compile {self.model._module['source']} with --data-parallel"
                raise ValueError(f"{self.where}: comm has {self.size} processes, and the module is for one: {made}")
            place = in_place_text(self.entry["place"])
            raise ValueError(f"{name}{place}: comm has {self.size} processes, which have nothing to exchange in it")
        callbacks = typing.cast("list[FitCallback]", options.callback)
        if self._meet(None, len(callbacks)):
            options = options._replace(callback=[self._together(callbacks)])
        if self.rank:
            options = options._replace(progress=False, checkpoint=None, record=typing.cast("list[Recorder]", []))
        return options

    def share(self, run: Run) -> Run:
        """The steps of this process."""
        return run._replace(rank=self.rank, ranks=self.size)

    def begin(self, terms: Callable[[], Mapping[str, object]]) -> None:
        """Gives all processes the values of the first, once their terms are equal."""
        if self.comm is None:
            return
        import json

        self._meet(None)
        own = {name: str(value) for name, value in terms().items()}
        first = json.loads(self._text_of_first(json.dumps(own).encode()))
        different = next((name for name in {**own, **first} if own.get(name) != first.get(name)), None)
        problem = None
        if different is not None:
            told = f"{different} is {own.get(different)} in process {self.rank} and {first.get(different)} in process 0"
            problem = ValueError(f"{self.where}: {told}")
        self._meet(problem)
        if problem is not None:
            raise problem
        values = self.model.state_dict()
        for value in values.values():
            self.comm.Bcast(value.reshape(-1).view(np.uint8), root=0)
        if self.rank:
            load_state(self.model, values, True)
        self._before = getattr(self.model, "_exchange", None)
        dtype = DTYPES[self.entry["exchanged_dtype"]]
        self._exchanged, self._sums = np.zeros(self.entry["exchanged"], dtype), np.zeros(self.entry["exchanged"], dtype)
        self.model.set_allreduce(self._add_up)

    def agree(self, what: str, parts: Iterable[bytes]) -> None:
        """Raises a ValueError if `what`, in parts, is not that of the first process."""
        if self.comm is None:
            return
        import zlib

        digest = 0
        for part in parts:
            digest = zlib.crc32(part, digest)
        digest %= _DIGESTS
        if digest != self._meet(None, 0 if self.rank else digest):
            raise ValueError(f"{self.where}: {what} differs between process {self.rank} and process 0")

    def _text_of_first(self, text: bytes) -> bytes:
        comm = typing.cast(Communicator, self.comm)
        length = np.array([len(text)], np.int64)
        comm.Bcast(length, root=0)
        array = np.zeros(int(length[0]), np.uint8) if self.rank else np.frombuffer(text, np.uint8).copy()
        comm.Bcast(array, root=0)
        return array.tobytes()

    def _together(self, callbacks: list[FitCallback]) -> FitCallback:
        """All callbacks as one, which stops the training if any of them does in any process; values that they set
        have to be the same in all."""

        def call(epoch: int, cost: float, model: object) -> None:
            stop = 0
            for one in callbacks:
                try:
                    one(epoch, cost, model)
                except self.model.StopTraining:
                    stop = 1
            stops = self._meet(None, stop)
            values = self.model.state_dict().values()
            self.agree("a value that a callback has set", (value.tobytes() for value in values))
            if stops:
                raise self.model.StopTraining

        return call

    def _add_up(self, array: np.ndarray) -> None:
        has_failed = bool(np.isnan(array[-1]))
        typing.cast(Communicator, self.comm).Allreduce(array, self._sums)
        array[:] = self._sums
        if np.isnan(array[-1]):
            self._raise_failure("a step has failed" if has_failed else "", has_failed)

    def _meet(self, error: BaseException | None, number: int = 0) -> int:
        """An exchange outside of a step: with an error it tells all others, otherwise it raises theirs; the sum of the
        numbers."""
        sent = np.zeros_like(self._exchanged)
        received = np.empty_like(sent)
        sent[0] = number
        if error is not None:
            sent[-1] = np.nan
        typing.cast(Communicator, self.comm).Allreduce(sent, received)
        if np.isnan(received[-1]):
            self._raise_failure("" if error is None else _message(error), error is not None)
        return int(received[0])

    def _raise_failure(self, own: str, is_own: bool = False) -> None:
        """Exchanges the messages; raises that of another process, unless this one has failed itself."""
        self._is_over = True
        sent = np.zeros((self.size, LONGEST_MESSAGE), np.uint8)
        received = np.empty_like(sent)
        _write(sent[self.rank], own)
        typing.cast(Communicator, self.comm).Allreduce(sent, received)
        if is_own:
            return
        told = [(rank, text) for rank, text in enumerate(map(_read, received)) if text and rank != self.rank]
        rank, text = told[0] if told else (self.rank, "a step has failed")
        raise RuntimeError(f"{self.where}: process {rank} of {self.size} has failed: {text}")


def _message(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _write(row: np.ndarray, text: str) -> None:
    """The beginning of a text that fits."""
    encoded = text.encode("utf-8", "replace")[: row.size]
    row[: len(encoded)] = np.frombuffer(encoded, np.uint8)


def _read(row: np.ndarray) -> str:
    return row.tobytes().rstrip(b"\0").decode("utf-8", "ignore")

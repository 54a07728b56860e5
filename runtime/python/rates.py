"""Scalar arguments of a training that change: a function of the epoch, or a value for each epoch or step."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from .conversion import converted_array, converted_scalar
from .description import DTYPES, ArgumentTable, EntryTable

MOST_EPOCHS_TOGETHER = 1000


class Rate(typing.NamedTuple):
    """An argument, and its function of the epoch or its values."""

    index: int
    argument: ArgumentTable
    what: str
    call: Callable[[int], object] | None
    values: np.ndarray

    def in_epoch(self, epoch: int) -> np.ndarray:
        """The value of a function, as an array of one."""
        assert self.call is not None
        value = converted_scalar(
            self.call(epoch), self.argument["dtype"], f"{self.what} in epoch {epoch}", self.argument["place"]
        )
        with np.errstate(all="ignore"):
            return np.array([value], DTYPES[self.argument["dtype"]])


class Rates:
    """All arguments of a training that change."""

    def __init__(
        self,
        where: str,
        entry: EntryTable,
        rates: Sequence[Rate],
        epochs: int,
        steps: int,
        agree: Callable[[str, Iterable[bytes]], None],
    ) -> None:
        """`steps` are those of an epoch; all processes of the training `agree` on the values of functions."""
        self._rates, self._steps, self._agree = rates, steps, agree
        self._now: dict[int, np.ndarray] = {}
        for rate in rates:
            if rate.call is None and len(rate.values) not in (epochs, epochs * steps):
                wanted = f"{epochs}, one for each epoch, or {epochs * steps}, one for each step"
                raise ValueError(f"{rate.what} has {len(rate.values)} values, expected {wanted}")
        self._per_step = {rate.index for rate in rates if rate.call is None and len(rate.values) != epochs}
        self.most_epochs_together = 1 if any(rate.call for rate in rates) else MOST_EPOCHS_TOGETHER if rates else epochs
        self.columns = tuple(rate.argument["name"] for rate in rates)

    def described(self) -> dict[str, object]:
        """The arguments by name, for a manifest."""
        return {
            rate.argument["name"]: "a function of the epoch" if rate.call else list(map(shortest, rate.values))
            for rate in self._rates
        }

    def begin(self, epoch: int) -> None:
        """Calls the functions for an epoch."""
        functions = [rate for rate in self._rates if rate.call]
        self._now = {rate.index: rate.in_epoch(epoch) for rate in functions}
        for rate in functions:
            self._agree(f"argument '{rate.argument['name']}' in epoch {epoch}", [self._now[rate.index].tobytes()])

    def series(self, epoch: int, stop: int, step: int) -> tuple[tuple[int, np.ndarray], ...]:
        """The values of all steps before the epoch `stop`, from a step of an epoch on."""
        found: list[tuple[int, np.ndarray]] = []
        for rate in self._rates:
            if rate.index in self._per_step:
                values = rate.values[epoch * self._steps : stop * self._steps]
            else:
                values = np.repeat(self._now.get(rate.index, rate.values[epoch:stop]), self._steps)
            found.append((rate.index, values[step:]))
        return tuple(found)

    def row(self, epoch: int) -> dict[str, float]:
        """The values in the last step of an epoch."""
        last = {
            rate.argument["name"]: rate.values[(epoch + 1) * self._steps - 1]
            if rate.index in self._per_step
            else self._now.get(rate.index, rate.values[epoch : epoch + 1])[0]
            for rate in self._rates
        }
        return {name: float(value) for name, value in last.items()}


def shortest(value: np.generic) -> object:
    """As a number of Python; a real as the shortest decimal that is this number in its type."""
    return float(str(value)) if isinstance(value, np.floating) else value.item()


def split_rates(where: str, entry: EntryTable, values: Sequence[object]) -> tuple[list[object], list[Rate]]:
    """The values of the first step, and the arguments that change."""
    first, rates = list(values), []
    for index, (argument, value) in enumerate(zip(entry["arguments"], values, strict=True)):
        if argument["shape"] or argument["binds"] or not (callable(value) or _is_sequence_of_values(value)):
            continue
        what, place = f"{where}: argument '{argument['name']}'", argument["place"]
        if callable(value):
            rate = Rate(index, argument, what, value, np.empty(0, DTYPES[argument["dtype"]]))
            first[index] = rate.values.dtype.type(0)  # until the first epoch begins
        else:
            array = converted_array(value, argument["dtype"], what, place)
            if array.ndim != 1 or not array.size:
                continue  # an error of its shape follows
            rate = Rate(index, argument, what, None, array)
            first[index] = array[0]
        rates.append(rate)
    return first, rates


def _is_sequence_of_values(value: object) -> bool:
    # An array of another library may have a shape that is no tuple, or none.
    shape = getattr(value, "shape", None)
    return isinstance(value, (list, tuple)) or (isinstance(shape, tuple) and len(shape) == 1)

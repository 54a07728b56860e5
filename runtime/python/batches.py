"""The rows of a training: which arguments are cut into minibatches, and that none changes its shape meanwhile."""

from __future__ import annotations

import weakref

import numpy as np

from .arguments import Sizes
from .description import EntryTable, ModuleTable
from .steps import Run


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


def check_batches(module: ModuleTable, entry: EntryTable, run: Run) -> None:
    """The sizes of the minibatches that this process computes; a ValueError names the one that does not fit."""
    sizes = Sizes(module, entry, run.arguments)
    if not any(run.batched):
        return sizes.check()
    if run.rows == 0:
        return None
    leading = next(table["shape"][0]["dim"] for table in entry["arguments"] if table["shape"])
    most, last = min(run.batch_size, run.rows), run.rows % run.batch_size
    for rows in (most, last) if last and last != most else (most,):
        first, end = run.own_rows(rows)
        sizes.dims[leading] = end - first
        try:
            sizes.check()
        except ValueError as error:
            if rows == run.rows:
                raise
            which = "each minibatch" if rows == most else "the last minibatch of an epoch"
            raise ValueError(f"{error}, in {which}") from None
    return None


class UnchangedArguments:
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

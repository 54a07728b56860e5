"""The core in NumPy, with the guarantees of the native binding, for modules whose kernels are Python functions.

A kernel is `run(arguments, dims, variables) -> (results, updates, fault)`; a fault is None or
(site, value, bound, step of each loop around it …).  Where processes train together it is also given the function that
adds up an array over all of them.
"""

from __future__ import annotations

import threading
import time
import types
import typing
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from .arguments import bound_dims, prepare
from .closed import Closed
from .description import DTYPES, EntryTable, ModuleTable, is_real, sizes_of
from .devices import CPU
from .entry_text import entry_document, entry_signature, result_class, text_signature
from .faults import checked_out, print_results, raise_assertion, raise_fault, refusal
from .memory import is_too_large_for_numpy, refuse_call, refuse_too_large
from .module import module_attributes
from .nesting import nested
from .row_order import row_order
from .steps import Run
from .turns import Turn, kernel_lock

if typing.TYPE_CHECKING:
    import inspect

Fault = tuple[int, ...] | None
Exchange = Callable[[np.ndarray], object] | None
Kernel = Callable[..., tuple[Sequence[object], Sequence[object], Fault]]


def _owned(value: object, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """A fresh array: kernels may return their inputs, or a value that only broadcasts to the shape."""
    array = np.empty(shape, DTYPES[dtype])
    array[...] = value
    return array


def _kept(value: object, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """A value of a model, over bytes, so that it can be neither written to nor resized."""
    return np.ndarray(shape, DTYPES[dtype], np.broadcast_to(np.asarray(value, DTYPES[dtype]), shape).tobytes())


def run_kernel(
    module: ModuleTable,
    entry: EntryTable,
    kernel: Kernel,
    values: Sequence[object],
    variables: list[np.ndarray],
    exchange: Exchange = None,
) -> tuple[list[np.ndarray], dict[int, np.ndarray]]:
    """Checked results and new values of one call, for the caller to commit."""
    with np.errstate(all="ignore"):
        arguments = [
            np.asarray(value, DTYPES[argument["dtype"]])
            for value, argument in zip(values, entry["arguments"], strict=True)
        ]
    dims = bound_dims(module, entry, arguments)
    refuse_too_large(module, entry, dims)
    if module["options"]["refuse_nan"]:
        for index, (argument, array) in enumerate(zip(entry["arguments"], arguments, strict=True)):
            if is_real(argument["dtype"]):
                _raise_refused(refusal(module, entry, "argument", index, array))
    shapes = [sizes_of(table["shape"], dims) for table in entry["results"]]
    with np.errstate(all="ignore"):
        try:
            with kernel_lock():
                call = arguments, dims, variables
                found, updated, fault = kernel(*call) if exchange is None else kernel(*call, exchange)
            results = [
                _owned(value, table["dtype"], shape)
                for value, table, shape in zip(found, entry["results"], shapes, strict=True)
            ]
        except ValueError:
            if is_too_large_for_numpy(entry, dims):
                refuse_call(module, entry, dims)
            raise
        updates = {
            index: _kept(value, module["variables"][index]["dtype"], tuple(module["variables"][index]["shape"]))
            for index, value in zip(entry["updates"], updated, strict=True)
        }
    _judge(module, entry, results, updates, fault, (arguments, dims, variables))
    return results, updates


def _judge(
    module: ModuleTable,
    entry: EntryTable,
    results: list[np.ndarray],
    updates: dict[int, np.ndarray],
    fault: Fault,
    call: tuple[list[np.ndarray], list[int], list[np.ndarray]],
) -> None:
    roles = [table["role"] for table in entry["results"]]
    if "print" in roles:
        shown = [_handed_out(array) for role, array in zip(roles, results, strict=True) if role == "print"]
        print_results(entry, shown)
    if fault is not None:
        site, value, bound, *steps = fault
        raise_fault(module, entry, site, value, bound, steps)
    for index, (role, array) in enumerate(zip(roles, results, strict=True)):
        if role == "assert" and not array[()]:
            raise_assertion(module, entry, index)
    if module["options"]["refuse_nan"]:
        for index, (table, array) in enumerate(zip(entry["results"], results, strict=True)):
            if is_real(table["dtype"]) and table["role"] == "return":
                _raise_refused(refusal(module, entry, "result", index, array, call))
        for index, array in enumerate(updates.values()):
            if array.dtype.kind == "f":
                _raise_refused(refusal(module, entry, "update", index, array, call))


def _raise_refused(text: str) -> None:
    if text:
        raise FloatingPointError(text)


def _handed_out(array: np.ndarray) -> object:
    return array if array.ndim else array.item()


def _snapshot(array: np.ndarray) -> object:
    """An array over the same bytes, with its own shape."""
    return _handed_out(np.ndarray(array.shape, array.dtype, typing.cast(bytes, array.base)))


def exchange_of(model: object) -> Exchange:
    """The function of `Model.set_allreduce`."""
    found: Exchange = getattr(model, "_exchange", None)
    return found


class NumpyEntry(Closed):
    # An entry as a function, or as a method of its model.  Its docstring is its own.
    __slots__ = ("__doc__", "__name__", "__qualname__", "__text_signature__", "__weakref__", "_entry", "_kernel")
    __slots__ += ("_module", "_result", "_stateful")
    _module: ModuleTable
    _entry: EntryTable
    _kernel: Kernel
    _result: type | None
    _stateful: bool
    __name__: str

    @staticmethod
    def made(module: ModuleTable, entry: EntryTable, kernel: Kernel) -> NumpyEntry:
        self = object.__new__(NumpyEntry)
        stateful = bool(module["variables"])
        values = {"_module": module, "_entry": entry, "_kernel": kernel, "_stateful": stateful}
        values["_result"] = result_class(module, entry)
        values["__name__"] = entry["name"]
        values["__qualname__"] = f"Model.{entry['name']}" if stateful else entry["name"]
        values["__doc__"] = entry_document(module, entry)
        values["__text_signature__"] = text_signature(entry, stateful)
        for name, value in values.items():
            object.__setattr__(self, name, value)
        return self

    @property
    def __signature__(self) -> inspect.Signature:
        return entry_signature(self._entry, self._stateful)

    @property
    def Result(self) -> type:
        if self._result is None:
            raise AttributeError(f"the results of {self.__name__} have no names")
        return self._result

    def __get__(self, instance: object, owner: type | None = None) -> object:
        return self if instance is None or not self._stateful else types.MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<entry {self._module['name']}.{self._entry['name']}>"

    def __reduce__(self) -> str:
        return self.__qualname__  # copies and pickles refer to the entry by name

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        model: NumpyCore | None = None
        if self._stateful:
            if not args or not isinstance(args[0], NumpyCore):
                raise TypeError(f"{self._module['name']}.{self.__name__} is a method of Model")
            model, args = args[0], args[1:]
        named = {argument["name"] for argument in self._entry["arguments"]}
        out = kwargs.pop("out", None) if "out" not in named else None
        values = prepare(self._module, self._entry, args, kwargs)
        arrays = None
        if out is not None:
            arrays = checked_out(self._module, self._entry, out, self._shapes(values), values)
        if model is None:
            results, _ = run_kernel(self._module, self._entry, self._kernel, values, [])
            return self._answer(results, arrays, out)
        with model._alone(self._entry["name"]):
            results, updates = run_kernel(
                self._module, self._entry, self._kernel, values, model._current, exchange_of(model)
            )
            answer = self._answer(results, arrays, out)
            model._commit(updates)  # last: everything before may fail
        return answer

    def _answer(self, results: Sequence[np.ndarray], arrays: list[np.ndarray] | None, out: object) -> object:
        returned = [
            array for table, array in zip(self._entry["results"], results, strict=True) if table["role"] == "return"
        ]
        if arrays is not None:
            for array, result in zip(arrays, returned, strict=True):
                array[...] = result
            return out
        handed = [_handed_out(array) for array in returned]
        if len(handed) > 1 or self._entry["nesting"] or self._result:
            return nested(handed, self._entry["nesting"], self._result)
        return handed[0] if handed else None

    def _shapes(self, values: Sequence[object]) -> list[tuple[int, ...]]:
        dims = bound_dims(self._module, self._entry, values)
        return [sizes_of(table["shape"], dims) for table in self._entry["results"] if table["role"] == "return"]


class NumpyCore:
    """The values of one model.  Arrays in `_current` cannot be written to, so snapshots stay as they are."""

    __slots__ = ("_current", "_turn")
    _table: ModuleTable
    _kernels: dict[str, Kernel]
    _initial: Kernel
    _current: list[np.ndarray]
    _turn: Turn

    def __new__(cls, *args: object, **kwargs: object) -> NumpyCore:
        core = super().__new__(cls)
        core._current = [_kept(0, table["dtype"], tuple(table["shape"])) for table in cls._table["variables"]]
        core._turn = Turn()
        return core

    def _alone(self, name: str) -> threading.RLock:
        """The lock of one call at a time; an error within a call of the same model, which would deadlock."""
        if self._turn.lock._is_owned():
            where = f"{self._table['name']}.{name}"
            raise RuntimeError(f"{where}: the model is in use by the call that this one is part of")
        return self._turn.lock

    def _get(self, index: int) -> object:
        return _snapshot(self._current[index])

    def _copy(self, index: int) -> np.ndarray:
        return self._current[index].copy()

    def _values(self) -> list[object]:
        return [_snapshot(array) for array in self._current]

    def _copies(self) -> list[np.ndarray]:
        return [array.copy() for array in self._current]

    def _assign(self, values: dict[int, np.ndarray]) -> None:
        tables = self._table["variables"]
        kept = {
            index: _kept(value, tables[index]["dtype"], tuple(tables[index]["shape"]))
            for index, value in values.items()
        }
        with self._alone("Model"):
            self._commit(kept)

    def _commit(self, values: Mapping[int, np.ndarray]) -> None:
        self._current = [values.get(index, array) for index, array in enumerate(self._current)]

    def _initialise(self, seed: int) -> None:
        table = self._table["initialise"]
        if table is None:
            return
        with self._alone(table["name"]):
            values = prepare(self._table, table, [seed], {})
            _, updates = run_kernel(self._table, table, self._initial, values, self._current)
            self._commit(updates)

    def _device(self) -> int:
        return CPU

    def _on_device(self, value: object) -> None:
        pass

    def _use_device(self, number: int) -> None:
        if number != CPU:
            raise ValueError(f"{self._table['name']}: was not compiled for GPUs, only for NumPy")

    def _row_order(self, seed: int, epoch: int, rows: int) -> np.ndarray:
        return row_order(seed, epoch, rows)

    def _forget_steps(self) -> None:
        pass

    def _steps(
        self, run: Run, epochs: int, row: int, totals: tuple[float, ...]
    ) -> tuple[list[tuple[float, ...]], int, tuple[float, ...]]:
        """See Run."""
        entry = self._table["entries"][run.entry]
        completed: list[tuple[float, ...]] = []
        end, late, count, step = time.monotonic() + run.seconds, False, run.rows, 0
        kernel = self._kernels[entry["name"]]
        # Views: the caller may give an array another shape while a step prints.
        arguments = [value[...] if cut else value for value, cut in zip(run.arguments, run.batched, strict=True)]  # type: ignore[index]
        with self._alone(entry["name"]):
            while len(completed) < epochs and step < run.most_steps and not late:
                stop = min(count, row + run.batch_size)
                first, last = (row + own for own in run.own_rows(stop - row))
                rows: object = slice(first, last) if run.order is None else run.order[first:last]
                values = [value[rows] if cut else value for value, cut in zip(arguments, run.batched, strict=True)]  # type: ignore
                for argument, series in run.series:
                    values[argument] = series[step]
                results, updates = run_kernel(self._table, entry, kernel, values, self._current, exchange_of(self))
                self._commit(updates)
                summed = (float(results[index]) * (stop - row) for index in run.sums)
                totals = tuple(total + value for total, value in zip(totals, summed, strict=True))
                row, late, step = stop, time.monotonic() >= end, step + 1
                if row == count:
                    completed.append(totals)
                    row, totals = 0, (0.0,) * len(totals)
        return completed, row, totals


def numpy_module(
    module: ModuleTable, kernels: dict[str, Kernel], initialise: Kernel | None = None
) -> dict[str, object]:
    """All attributes of a module of the NumPy target, from its description and its kernels by entry name."""
    entries = {entry["name"]: NumpyEntry.made(module, entry, kernels[entry["name"]]) for entry in module["entries"]}
    NumpyEntry.close()
    core: type | None = None
    if module["variables"]:
        assert initialise is not None, "variables need initial values"
        parts: dict[str, object] = {"__slots__": (), "_table": module, "_kernels": kernels}
        parts["_initial"] = staticmethod(initialise)  # not a method of the core
        core = type("NumpyCore", (NumpyCore,), parts)
    return module_attributes(module, core, entries)

"""The class `Model` of a module with variables: its attributes, mapping, copies and pickles."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from .checkpoint import load_checkpoint, save_checkpoint
from .conversion import checked_integer
from .declared_training import make_training
from .description import ModuleTable, type_text
from .devices import device_number, device_text
from .fit_options import FitCallback, FitOptions
from .fitting import fit_model
from .history import History
from .mapping import NamedValues, PartTable, parts_of, viewed
from .recording import Recorder
from .shared import shared
from .state import load_state, source_hash
from .state_report import StateReport
from .value_text import value_text

# Names an entry or variable cannot have in a module with variables.
RESERVED_NAMES = (
    *(
        "build_info",
        "copy",
        "device",
        "fit",
        "flat_objective",
        "flatten",
        "get_value",
        "items",
        "keys",
        "load",
        "load_state_dict",
        "Model",
        "reset",
        "save",
    ),
    *("set_allreduce", "set_value", "state_dict", "StopTraining", "unflatten", "values"),
)


class ModelMethods(NamedValues):
    """The methods of every model besides its own entries and variables."""

    __slots__ = ()

    @shared
    class StopTraining(Exception):
        """Raised by a callback of `fit`: training ends with this epoch."""

    def __init__(self, seed: int = 0, device: str | None = None) -> None:
        self._move(device, "Model")
        self._initialise(_checked_seed(self, "Model", seed))

    def reset(self, seed: int = 0) -> None:
        """Back to the initial values of a seed."""
        self._initialise(_checked_seed(self, "Model.reset", seed))

    @property
    def device(self) -> str:
        """Where the values are and calls run: "cpu" or "cuda:0"."""
        return device_text(self._device())

    def _move(self, device: str | None, where: str) -> None:
        if device is not None:
            self._use_device(device_number(device, f"{self._module['name']}.{where}: device"))

    def save(self, path: object) -> None:
        """Writes all values to an .npz file, atomically, or to a file object."""
        save_checkpoint(self, path)

    def load(self, path: object, strict: bool = True, renamed: Mapping[str, str] | None = None) -> StateReport:
        """Reads a file of `save`, checking every name, dtype and shape first; as `load_state_dict`."""
        return load_checkpoint(self, path, strict, renamed)

    def fit(
        self,
        /,
        *data: object,
        entry: str = "train",
        epochs: int = 1,
        batch_size: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        callback: FitCallback | Sequence[FitCallback] | None = None,
        progress: bool | None = None,
        validate: object = None,
        metrics: str | Sequence[str] | None = None,
        patience: int | None = None,
        monitor: str | None = None,
        mode: str = "min",
        min_delta: float = 0.0,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_epochs: int | None = None,
        checkpoint_seconds: float | None = None,
        resume: bool | str | os.PathLike[str] = False,
        record: Recorder | Sequence[Recorder] | None = None,
        record_steps: int | None = None,
        comm: object = None,
        **arguments: object,
    ) -> History:
        """Calls an entry for every minibatch of every epoch; the mean cost of each epoch."""
        options = FitOptions(
            *(epochs, batch_size, shuffle, seed, callback, progress, validate, metrics),
            *(patience, monitor, mode, min_delta),
            *(checkpoint, checkpoint_epochs, checkpoint_seconds, resume, record, record_steps, comm),
        )
        return fit_model(self, entry, data, arguments, options)

    def set_allreduce(self, function: Callable[[np.ndarray], object] | None) -> None:
        """The function that every call adds up an array with, in place, over all processes that train this model; None:
        this process trains alone."""
        where = f"{self._module['name']}.Model.set_allreduce"
        if not self._module["options"]["data_parallel"]:
            made = f"compile {self._module['source']} with --data-parallel"
            raise ValueError(f"{where}: {self._module['name']} was compiled for one process alone: {made}")
        if function is not None and not callable(function):
            raise TypeError(f"{where}: {value_text(function)} is no function")
        self._exchange = function

    def copy(self, device: str | None = None) -> ModelMethods:
        """An independent model with the same values, on the same device or another one."""
        twin: ModelMethods = type(self).__new__(type(self))
        twin._use_device(self._device())
        twin._move(device, "Model.copy")
        twin._assign(dict(enumerate(self._copies())))
        getattr(twin, "__dict__", {}).update(getattr(self, "__dict__", {}))
        return twin

    def __copy__(self) -> ModelMethods:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, object]) -> ModelMethods:
        import copy

        twin = memo[id(self)] = self.copy()
        if hasattr(twin, "__dict__"):
            twin.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return twin

    def __reduce__(self) -> tuple[object, ...]:
        import copyreg

        # Only subclasses have attributes of their own, and an __init__ that may want arguments.
        attributes: dict[str, object] = getattr(self, "__dict__", {})
        return copyreg.__newobj__, (type(self),), (source_hash(self._module), self.state_dict(), attributes)  # type: ignore[attr-defined]

    def __setstate__(self, state: tuple[str, dict[str, np.ndarray], dict[str, object]]) -> None:
        _, values, attributes = state
        load_state(self, values, True)
        getattr(self, "__dict__", {}).update(attributes)

    def _path(self) -> str:
        return f"{self._module['name']}.Model"

    def __repr__(self) -> str:
        return f"{type(self).__module__}.{type(self).__qualname__}({self._types()})"


def _checked_seed(model: ModelMethods, where: str, seed: object) -> int:
    return checked_integer(seed, f"{model._module['name']}.{where}: seed", -(1 << 63), (1 << 63) - 1)


def _variable_property(index: int, name: str, doc: str) -> property:
    def read(self: ModelMethods) -> object:
        return self._get(index)

    def write(self: ModelMethods, value: object) -> None:
        self.set_value(name, value)

    return property(read, write, doc=doc)


def entry_lists(entries: Mapping[str, object]) -> dict[str, tuple[object, ...]]:
    """The entries `pretrain[0]`, `pretrain[1]`, … by the name of their list."""
    found: dict[str, tuple[object, ...]] = {}
    for name, entry in entries.items():
        if "[" in name:
            base = name.partition("[")[0]
            found[base] = (*found.get(base, ()), entry)
    return found


class EntryList:
    """A list of entries as an attribute: a tuple of methods of the model."""

    __slots__ = ("_entries",)

    def __init__(self, entries: tuple[object, ...]) -> None:
        self._entries = entries

    def __get__(self, model: object, owner: type | None = None) -> tuple[object, ...]:
        return tuple(entry.__get__(model, owner) for entry in self._entries)  # type: ignore[attr-defined]


def _part_property(part: PartTable | tuple[PartTable, ...]) -> property:
    return property(lambda self: viewed(self, part))


def make_model(module: ModuleTable, core: type, entries: Mapping[str, object]) -> type:
    """The class of a module's models, with an attribute for every entry, instance and variable without dots."""
    namespace: dict[str, object] = {
        "__slots__": ("__weakref__", "_exchange") if module["options"]["data_parallel"] else ("__weakref__",),
        "__doc__": module["doc"] or f"One independent set of the variables of {module['source']}.",
        "__module__": __name__,
        "_module": module,
        "_index": {table["name"]: index for index, table in enumerate(module["variables"])},
    }
    for index, table in enumerate(module["variables"]):
        if "." not in table["name"]:
            doc = f"{type_text(table['dtype'], table['shape'])}  {table['doc']}".rstrip()
            namespace[table["name"]] = _variable_property(index, table["name"], doc)
    for name, part in parts_of(module["variables"]).items():
        namespace[name] = _part_property(part)
    namespace.update(entries)
    namespace.update({training["name"]: make_training(module, training) for training in module["trainings"]})
    namespace.update({name: EntryList(listed) for name, listed in entry_lists(entries).items()})
    return type("Model", (ModelMethods, core), namespace)

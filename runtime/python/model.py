"""The class `Model` of a module with variables: its attributes, mapping, copies and pickles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from .checkpoint import load_checkpoint, save_checkpoint
from .conversion import checked_integer, checked_value
from .description import ModuleTable, type_text
from .fitting import FitCallback, FitOptions, fit_model
from .shared import shared
from .state import StateReport, load_state, source_hash
from .value_text import value_text
from .values import ModelValues

# Names an entry or variable cannot have in a module with variables.
RESERVED_NAMES = (
    *("build_info", "copy", "fit", "get_value", "items", "keys", "load", "load_state_dict", "Model", "reset", "save"),
    *("set_value", "state_dict", "StopTraining", "values"),
)


class ModelMethods(ModelValues):
    """The methods of every model besides its own entries and variables."""

    __slots__ = ()

    @shared
    class StopTraining(Exception):
        """Raised by a callback of `fit`: training ends with this epoch."""

    def __init__(self, seed: int = 0) -> None:
        self._initialise(_checked_seed(self, "Model", seed))

    def reset(self, seed: int = 0) -> None:
        """Back to the initial values of a seed."""
        self._initialise(_checked_seed(self, "Model.reset", seed))

    def get_value(self, name: str) -> np.ndarray:
        """A copy of the value of a variable."""
        return self._copy(_variable_index(self, name))

    def set_value(self, name: str, value: object) -> None:
        """Replaces the value of a variable, if the new one fits its declaration."""
        index = _variable_index(self, name)
        self._assign({index: checked_value(self._module, index, value)})

    def __getitem__(self, name: str) -> object:
        return self._get(_variable_index(self, name))

    def __setitem__(self, name: str, value: object) -> None:
        self.set_value(name, value)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def keys(self) -> list[str]:
        """The names of the variables."""
        return list(self._index)

    def values(self) -> list[object]:
        """Read-only snapshots of all values."""
        return self._values()

    def items(self) -> list[tuple[str, object]]:
        """Names and read-only snapshots."""
        return list(zip(self._index, self._values(), strict=True))

    def load_state_dict(self, state: Mapping[str, object], strict: bool = True) -> StateReport:
        """Takes over all values or, on any error, none; strict=False takes those that fit and reports the others."""
        return load_state(self, state, strict)

    def save(self, path: object) -> None:
        """Writes all values to an .npz file, atomically, or to a file object."""
        save_checkpoint(self, path)

    def load(self, path: object, strict: bool = True) -> StateReport:
        """Reads a file of `save`, checking every name, dtype and shape first."""
        return load_checkpoint(self, path, strict)

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
        **arguments: object,
    ) -> list[float]:
        """Calls an entry for every minibatch of every epoch; the mean cost of each epoch."""
        options = FitOptions(epochs, batch_size, shuffle, seed, callback, progress)
        return fit_model(self, entry, data, arguments, options)

    def copy(self) -> ModelMethods:
        """An independent model with the same values."""
        twin: ModelMethods = type(self).__new__(type(self))
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

    def __repr__(self) -> str:
        tables = self._module["variables"]
        variables = (f"{table['name']}: {type_text(table['dtype'], table['shape'])}" for table in tables)
        return f"{type(self).__module__}.{type(self).__qualname__}({', '.join(variables)})"


def _checked_seed(model: ModelMethods, where: str, seed: object) -> int:
    return checked_integer(seed, f"{model._module['name']}.{where}: seed", -(1 << 63), (1 << 63) - 1)


def _variable_index(model: ModelMethods, name: str) -> int:
    try:
        return model._index[name]
    except KeyError:
        known = ", ".join(model._index)
        raise KeyError(f"{model._module['name']}.Model has no variable {value_text(name)}, only {known}") from None


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


def make_model(module: ModuleTable, core: type, entries: Mapping[str, object]) -> type:
    """The class of a module's models, with an attribute for every entry and every variable without dots."""
    namespace: dict[str, object] = {
        "__slots__": ("__weakref__",),
        "__doc__": module["doc"] or f"One independent set of the variables of {module['source']}.",
        "__module__": __name__,
        "_module": module,
        "_index": {table["name"]: index for index, table in enumerate(module["variables"])},
    }
    for index, table in enumerate(module["variables"]):
        if "." not in table["name"]:
            doc = f"{type_text(table['dtype'], table['shape'])}  {table['doc']}".rstrip()
            namespace[table["name"]] = _variable_property(index, table["name"], doc)
    namespace.update(entries)
    namespace.update({name: EntryList(listed) for name, listed in entry_lists(entries).items()})
    return type("Model", (ModelMethods, core), namespace)

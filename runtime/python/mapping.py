"""Values by name, as a mapping: all of a model, or those of one of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from .conversion import checked_value
from .description import DTYPES, VariableTable, type_text
from .flat import Objective, assign_flattened, flat_objective, flattened_values
from .state import load_state
from .state_report import StateReport
from .value_text import value_text
from .values import ModelValues


class NamedValues(ModelValues):
    """The methods of a model that concern its values only."""

    __slots__ = ()

    def get_value(self, name: str) -> np.ndarray:
        """A copy of the value of a variable."""
        return self._copy(_variable_index(self, name))

    def set_value(self, name: str, value: object) -> None:
        """Replaces the value of a variable, if the new one fits its declaration."""
        index = _variable_index(self, name)
        self._assign({index: checked_value(self._module, index, value, self._on_device)})

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

    def load_state_dict(
        self, state: Mapping[str, object], strict: bool = True, renamed: Mapping[str, str] | None = None
    ) -> StateReport:
        """Takes over all values or, on any error, none; strict=False takes those that fit and reports the others.
        `renamed` has the names in the source of values and instances that have others here."""
        return load_state(self, state, strict, renamed)

    def flatten(self) -> np.ndarray:
        """The `shared` values in the order of the program as one vector of doubles."""
        return flattened_values(self)

    def unflatten(self, vector: object) -> None:
        """Takes over all elements of such a vector or, on any error, none."""
        assign_flattened(self, vector)

    def flat_objective(self, /, *data: object, entry: str | None = None, **arguments: object) -> Objective:
        """A function that takes over a vector and calls an entry: the cost and the vector of its derivatives."""
        if entry is None:
            raise TypeError(f"{self._path()}.flat_objective: missing argument 'entry', which gives C and grad(C)")
        return flat_objective(self, getattr(self, "_whole", self), entry, data, arguments)

    def __repr__(self) -> str:
        return f"{self._path()}({self._types()})"

    def _types(self) -> str:
        tables = self._module["variables"]
        types = (type_text(tables[index]["dtype"], tables[index]["shape"]) for index in self._index.values())
        return ", ".join(f"{name}: {type}" for name, type in zip(self._index, types, strict=True))


def _variable_index(model: NamedValues, name: str) -> int:
    try:
        return model._index[name]
    except KeyError:
        known = ", ".join(model._index)
        raise KeyError(f"{model._path()} has no variable {value_text(name)}, only {known}") from None


class PartTable:
    """An instance of a model within the program's: the indices of its variables by their names in it, and the
    instances inside, lists of them as tuples."""

    __slots__ = ("index", "name", "parts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.index: dict[str, int] = {}
        self.parts: dict[str, PartTable | tuple[PartTable, ...]] = {}


def parts_of(variables: list[VariableTable]) -> dict[str, PartTable | tuple[PartTable, ...]]:
    """The instances of a program, by the dotted names of its variables."""
    found: dict[str, PartTable] = {}
    for index, table in enumerate(variables):
        words = table["name"].split(".")
        # The states of a rule belong to the value that it updates.
        depth = len(words) - (3 if table["kind"] == "rule" else 1)
        for length in range(1, depth + 1):
            name = ".".join(words[:length])
            found.setdefault(name, PartTable(name)).index[".".join(words[length:])] = index
    top = PartTable("")
    # Inner ones first, so that the parts of a list are there when the list is.
    for name, part in sorted(found.items(), key=lambda item: -item[0].count(".")):
        outer, _, word = name.rpartition(".")
        inner: PartTable | tuple[PartTable, ...] = part
        if part.parts and next(iter(part.parts)).isdecimal():
            length = 1 + max(map(int, part.parts))
            inner = tuple(found.get(f"{name}.{number}") or PartTable(f"{name}.{number}") for number in range(length))
        (found[outer] if outer else top).parts[word] = inner
    return top.parts


class ModelPart(NamedValues):
    """A view of the values of one instance: reads and writes are those of the whole model."""

    __slots__ = ("_assign", "_copy", "_get", "_index", "_module", "_on_device", "_part", "_whole")
    _part: PartTable
    _whole: NamedValues

    def __init__(self, whole: NamedValues, part: PartTable) -> None:
        values = {"_whole": whole, "_part": part, "_index": part.index, "_module": whole._module}
        values.update(_get=whole._get, _copy=whole._copy, _assign=whole._assign, _on_device=whole._on_device)
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _path(self) -> str:
        return f"{self._whole._path()}.{self._part.name}"

    def _values(self) -> list[object]:
        values = self._whole._values()
        return [values[index] for index in self._index.values()]

    def _copies(self) -> list[np.ndarray]:
        dtypes = (DTYPES[self._module["variables"][index]["dtype"]] for index in self._index.values())
        return [np.array(value, dtype) for value, dtype in zip(self._values(), dtypes, strict=True)]

    def __getattr__(self, name: str) -> object:
        if name in self._part.parts:
            return viewed(self._whole, self._part.parts[name])
        if name in self._index:
            return self[name]
        raise AttributeError(f"{self._path()} has no {value_text(name)}, only {', '.join(self.__dir__())}")

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self._index:
            raise AttributeError(f"{self._path()} has no variable {value_text(name)}, only {', '.join(self._index)}")
        self.set_value(name, value)

    def __dir__(self) -> list[str]:
        return [*self._part.parts, *(name for name in self._index if "." not in name)]

    def __reduce__(self) -> str:
        raise TypeError(f"{self._path()} is a view of a model; copy or pickle the model, or the state_dict() of this")


def viewed(whole: NamedValues, part: PartTable | tuple[PartTable, ...]) -> object:
    """The view of an instance, or those of a list."""
    return ModelPart(whole, part) if isinstance(part, PartTable) else tuple(ModelPart(whole, one) for one in part)

"""All trained values as one vector, and a cost with its derivatives as a function of that vector, for optimisers that
know vectors only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from .arguments import entry_index, prepare
from .conversion import checked_value, converted_array
from .description import EntryTable, VariableTable, is_real, type_text
from .elements import element_text, first_element
from .values import ModelValues

Objective = Callable[[object], tuple[float, np.ndarray]]


def _trained(model: ModelValues) -> dict[str, int]:
    """The indices of the `shared` values by name, in the order of the program."""
    tables = model._module["variables"]
    return {name: index for name, index in model._index.items() if tables[index]["kind"] == "shared"}


def _element_count(table: VariableTable) -> int:
    return int(np.prod(table["shape"], dtype=np.int64))


def flattened_values(model: ModelValues) -> np.ndarray:
    """The values of one moment as a new vector of doubles."""
    values = dict(zip(model._index, model._values(), strict=True))
    return _joined([values[name] for name in _trained(model)])


def _joined(values: Sequence[object]) -> np.ndarray:
    flat = [np.ravel(value) for value in values]  # type: ignore[call-overload]
    return np.concatenate(flat, dtype=np.float64, casting="same_kind") if flat else np.empty(0)


def assign_flattened(model: ModelValues, vector: object, where: str = "unflatten") -> None:
    """Takes over all elements or, on any error, none."""
    what = f"{model._path()}.{where}: the vector"
    array = converted_array(vector, "f64", what, "")
    module, trained = model._module, _trained(model)
    sizes = [_element_count(module["variables"][index]) for index in trained.values()]
    if array.shape != (sum(sizes),):
        parts = " + ".join(f"{size} of {name}" for name, size in zip(trained, sizes, strict=True))
        raise ValueError(f"{what} has shape {array.shape}, expected ({sum(sizes)},): {parts or 'nothing is trained'}")
    values: dict[int, np.ndarray] = {}
    start = 0
    for (name, index), size in zip(trained.items(), sizes, strict=True):
        part = array[start : start + size].reshape(module["variables"][index]["shape"])
        if np.isnan(part).any():
            at, element = start + int(np.argmax(np.isnan(part))), first_element(np.isnan(part))
            raise ValueError(f"{what} is nan at {at}, which is {element_text(name, element)}")
        values[index] = checked_value(module, index, part)
        start += size
    model._assign(values)


def flat_objective(
    part: ModelValues, whole: ModelValues, name: str, data: Sequence[object], keywords: Mapping[str, object]
) -> Objective:
    """A function that takes over a vector and calls the entry: the cost, and its derivatives as one vector."""
    module, where = whole._module, f"{part._path()}.flat_objective"
    table = module["entries"][entry_index(module, name, where)]
    _check_results(part, where, table)
    arguments = prepare(module, table, data, keywords, whole._on_device, ("entry",))
    base, _, number = name.rstrip("]").partition("[")
    entry = getattr(whole, base)[int(number)] if number else getattr(whole, base)

    def objective(vector: object) -> tuple[float, np.ndarray]:
        assign_flattened(part, vector, "flat_objective")
        cost, *derivatives = _leaves(entry(*arguments))
        return float(cost), _joined(derivatives)  # type: ignore[arg-type]

    return objective


def _leaves(results: object) -> list[object]:
    """The results without the tuples that they are nested in."""
    found: list[object] = []
    stack = [results]
    while stack:
        value = stack.pop()
        if isinstance(value, tuple):
            stack += reversed(value)
        else:
            found.append(value)
    return found


def _check_results(model: ModelValues, where: str, entry: EntryTable) -> None:
    """Raises `ValueError` unless the results are a cost and its derivative by each trained value, in order."""
    tables = model._module["variables"]
    expected = {
        name: type_text(tables[index]["dtype"], tables[index]["shape"]) for name, index in _trained(model).items()
    }
    returned = [result for result in entry["results"] if result["role"] == "return"]
    types = [type_text(result["dtype"], result["shape"]) for result in returned]
    fits = bool(returned) and not returned[0]["shape"] and is_real(returned[0]["dtype"])
    fits = fits and types[1:] == list(expected.values())
    # The compiler names a derivative dC_dW, or dC_denc_W.  Equal ones have one name, that of the first.
    spelled = [tables[index]["name"].replace(".", "_") for index in _trained(model).values()]
    names = dict(zip(spelled, (result["name"] for result in returned[1:]), strict=False))
    for by, name in names.items():
        others = [other for other in names if name.endswith(f"_d{other}")]
        fits = fits and (not others or by in others or any(names[other] == name for other in others))
    if not fits:
        named = (f"{result['name']}: {type}".removeprefix(": ") for result, type in zip(returned, types, strict=True))
        by = ", ".join(f"{name}: {type}" for name, type in expected.items())
        raise ValueError(
            f"{where}: entry '{entry['name']}' returns ({', '.join(named)}), expected a cost, then its derivatives by"
            f" {by}, as (C, grad(C)) has them"
        )

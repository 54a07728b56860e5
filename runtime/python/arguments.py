"""The arguments of a call, checked by name, then by dtype, then by size; each mismatch has its own error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .conversion import converted_array, converted_scalar, warn_of_copy
from .description import (
    ArgumentTable,
    EntryTable,
    ExtentTable,
    ModuleTable,
    argument_text,
    default_value,
    evaluate,
    in_place_text,
    shape_text,
)
from .device_arrays import OnDevice, array_on_device
from .memory import refuse_uncountable
from .value_text import value_text


def entry_index(module: ModuleTable, name: str, where: str) -> int:
    """The index of an entry that a caller names."""
    names = [entry["name"] for entry in module["entries"]]
    if name not in names:
        if (called := called_by_training(module, name)) is not None:
            raise ValueError(f"{where}: {name} is a training: call model.{name}(…), or name the entry '{called}'")
        raise ValueError(f"{where}: no entry {value_text(name)}, only {', '.join(names)}")
    return names.index(name)


def called_by_training(module: ModuleTable, name: str) -> str | None:
    """The entry that a training of this name calls."""
    entries = (training["entry"] for training in module["trainings"] if training["name"] == name)
    return next((module["entries"][index]["name"] for index in entries), None)


def prepare(
    module: ModuleTable,
    entry: EntryTable,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    on_device: OnDevice | None = None,
    options: Sequence[str] = (),
) -> tuple[object, ...]:
    """The arguments in order: exact arrays, on the host or the GPU of the call, and Python numbers for rank 0.

    `options` are names that the caller takes besides, to suggest for an unknown one.
    """
    prepared = converted(module, entry, args, kwargs, on_device, options)
    bound_dims(module, entry, prepared)
    return prepared


def converted(
    module: ModuleTable,
    entry: EntryTable,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    on_device: OnDevice | None = None,
    options: Sequence[str] = (),
) -> tuple[object, ...]:
    """The same before sizes are checked."""
    where = f"{module['name']}.{entry['name']}"
    values = named_arguments(entry, where, args, kwargs, options)
    prepared: list[object] = []
    for argument, value in zip(entry["arguments"], values, strict=True):
        what, at = f"{where}: argument '{argument['name']}'", in_place_text(argument["place"])
        there = array_on_device(value, argument["dtype"], on_device, what, argument["place"])
        if there is not None:
            if argument["binds"]:
                raise TypeError(f"{what} is a size, and sizes are numbers on the host{at}")
            if there.ndim and not argument["shape"]:
                raise ValueError(f"{what} has shape {there.shape}, expected a scalar{at}")
            prepared.append(there)
        elif argument["shape"]:
            array = converted_array(value, argument["dtype"], what, argument["place"])
            warn_of_copy(value, array, what, argument["dtype"])
            prepared.append(array)
        else:
            number = converted_scalar(value, argument["dtype"], what, argument["place"])
            if argument["binds"] and number < 0:
                raise ValueError(f"{what} is a size and cannot be {number}{at}")
            prepared.append(number)
    return tuple(prepared)


def named_arguments(
    entry: EntryTable,
    where: str,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    options: Sequence[str] = (),
) -> list[object]:
    """One value for each argument, defaults filled in."""
    arguments = entry["arguments"]
    names = [argument["name"] for argument in arguments]
    if len(args) > len(names):
        taken = f"{len(names)} argument{'s' if len(names) != 1 else ''} ({', '.join(names)})"
        raise TypeError(f"{where}: takes {taken}, got {len(args)}")
    for name in kwargs:
        if name not in names:
            import difflib

            close = difflib.get_close_matches(name, names, 1, 0.5) or difflib.get_close_matches(name, options, 1, 0.75)
            hint = f"did you mean '{close[0]}'?" if close else f"it takes {', '.join(names) or 'nothing'}"
            raise TypeError(f"{where}: unexpected argument '{name}'; {hint}")
        if names.index(name) < len(args):
            raise TypeError(f"{where}: argument '{name}' is given twice")
    values: list[object] = []
    for position, argument in enumerate(arguments):
        if position < len(args):
            values.append(args[position])
        elif argument["name"] in kwargs:
            values.append(kwargs[argument["name"]])
        elif (default := default_value(argument)) is not None:
            values.append(default)
        else:
            wanted = f"'{argument['name']}', {argument_text(argument)}"
            raise TypeError(f"{where}: missing argument {wanted}{in_place_text(argument['place'])}")
    return values


def bound_dims(module: ModuleTable, entry: EntryTable, values: Sequence[object]) -> list[int]:
    """The dims of a call, each bound by the first argument that uses it; -1 if none does."""
    sizes = Sizes(module, entry, values)
    sizes.check()
    return sizes.dims


class Sizes:
    """The dims that the arguments of a call bind, and the arguments that do."""

    def __init__(self, module: ModuleTable, entry: EntryTable, values: Sequence[object]) -> None:
        self._module, self._entry, self._where = module, entry, f"{module['name']}.{entry['name']}"
        self.dims = dims = [-1] * len(module["dims"])
        self._binder = [""] * len(dims)
        self._shapes = [_sizes(argument, value) for argument, value in zip(entry["arguments"], values, strict=True)]
        for argument, shape in zip(entry["arguments"], self._shapes, strict=True):
            extents = _extents(argument)
            wrong = len(shape) != len(extents)
            for extent, size in zip(extents, shape, strict=False):
                if extent["size"] >= 0:
                    wrong |= size != extent["size"]
                elif extent["dim"] >= 0 and not wrong:
                    if dims[extent["dim"]] < 0:
                        dims[extent["dim"]], self._binder[extent["dim"]] = size, argument["name"]
                    wrong |= size != dims[extent["dim"]]
            if wrong:
                raise ValueError(_size_error(module, self._where, argument, shape, dims, self._binder))

    def check(self) -> None:
        """A ValueError names a size that is not that of its formula, or a condition that the dims do not fulfil."""
        module, entry, where, dims = self._module, self._entry, self._where, self.dims
        for argument, shape in zip(entry["arguments"], self._shapes, strict=True):
            for extent, size in zip(_extents(argument), shape, strict=True):
                if extent["size"] < 0 and extent["dim"] < 0 and size != evaluate(extent["formula"], dims):
                    raise ValueError(_size_error(module, where, argument, shape, dims, self._binder))
        for requirement in entry["requirements"]:
            if evaluate(requirement["formula"], dims) < 0:
                known = _known_dims(module, requirement["text"], dims, self._binder)
                got = f" with {known}" if known else ""
                raise ValueError(f"{where}: needs {requirement['text']}{got}{in_place_text(requirement['place'])}")
        refuse_uncountable(module, entry, dims)


def _extents(argument: ArgumentTable) -> list[ExtentTable]:
    return [argument["binds"]] if argument["binds"] else argument["shape"]


def _sizes(argument: ArgumentTable, value: object) -> tuple[int, ...]:
    """The sizes of an array, or the number that is itself one."""
    return (int(value),) if argument["binds"] else getattr(value, "shape", ())  # type: ignore[call-overload,no-any-return]


def _size_error(
    module: ModuleTable,
    where: str,
    argument: ArgumentTable,
    shape: tuple[int, ...],
    dims: list[int],
    binder: list[str],
) -> str:
    expected = [extent["text"] for extent in _extents(argument)]
    blamed = " ".join(
        extent["text"]
        for axis, extent in enumerate(_extents(argument))
        if extent["size"] < 0 and axis < len(shape) and not _own_size(extent["dim"], shape[axis], dims)
    )
    known = _known_dims(module, blamed, dims, binder) if len(shape) == len(expected) else ""
    reason = f" with {known}" if known else ""
    name = argument["name"]
    got = f"argument '{name}' has shape {shape}, expected {shape_text(expected)}"
    if argument["binds"]:
        got = f"argument '{name}' is {shape[0]}, expected {expected[0]}"
    return f"{where}: {got}{reason}{in_place_text(argument['place'])}"


def _own_size(dim: int, size: int, dims: list[int]) -> bool:
    return dim >= 0 and dims[dim] in (-1, size)


def _known_dims(module: ModuleTable, text: str, dims: list[int], binder: list[str]) -> str:
    """`B = 100 bound by 'x'` for every bound dim that the text mentions; `B = 100` where that was given."""
    words = set(re.findall(r"\w+", text))
    return " and ".join(
        f"{name} = {size}" + f" bound by '{by}'" * (by != name)
        for name, size, by in zip(module["dims"], dims, binder, strict=True)
        if name in words and size >= 0
    )

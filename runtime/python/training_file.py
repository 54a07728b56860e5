"""The file of an interrupted training: a checkpoint of the values, with all else that is needed to go on.

The values are those that `Model.load` takes.  Beside them there may be the best ones (folder `__best__`) or, once the
best ones are those of the model, the last ones (`__last__`), and the member `__training__.json`.
"""

from __future__ import annotations

import os
import typing
from collections.abc import Mapping

import numpy as np

from .checkpoint import damage_reported, read_text, read_values, write_values
from .replacing import prepare_folder, regular_file, replaced_file
from .value_text import value_text
from .values import ModelValues

TRAINING_MEMBER = "__training__.json"
VERSION = 2
LARGEST_TRAINING = 1 << 30
FOLDERS = ("best", "last")


class Progressed(typing.TypedDict):
    """How far a training has come: `row` of the epoch after those in `history`, with the sums of its rows so far.

    `steps` are the rows between epochs, `step_sums` those of the `step_rows` rows since the last of them.  If all rows
    of that epoch are done, it still has to be measured.  `identity` are the parameters that cannot change.
    """

    identity: dict[str, object]
    row: int
    sums: list[float]
    seconds: float
    history: dict[str, list[float]]
    steps: dict[str, list[float]]
    step_sums: list[float]
    step_rows: int
    best_epoch: int | None
    best_value: float
    stopped: bool


def prepare_checkpoint(where: str, path: str) -> None:
    """Makes its folder; an OSError before the first step if the file cannot be written."""
    try:
        prepare_folder(path)
    except OSError as error:
        raise type(error)(f"{where}: checkpoint {path} cannot be written: {error.strerror}") from None


def save_training(
    model: ModelValues, path: str, sets: Mapping[str, Mapping[str, np.ndarray]], progressed: Progressed
) -> None:
    """`sets` are the values, under the name "", and those of the folders."""
    import json

    values = {
        f"__{folder}__/{name}" if folder else name: value for folder, own in sets.items() for name, value in own.items()
    }
    text = json.dumps({"format": "tdsl training", "version": VERSION, **progressed})
    with replaced_file(path) as file:
        write_values(model._module, values, file, {TRAINING_MEMBER: text})


def load_training(
    model: ModelValues, path: str, where: str, identity: Mapping[str, object]
) -> tuple[dict[str, dict[str, np.ndarray]], Progressed]:
    """What `save_training` has saved; a ValueError if it holds no training, or another one than that of `identity`."""
    import json
    import zipfile

    with regular_file(path) as file:
        with damage_reported(f"{where}: {path}"):
            archive = zipfile.ZipFile(file)
            names = archive.namelist()
            text = read_text(archive, TRAINING_MEMBER, LARGEST_TRAINING) if TRAINING_MEMBER in names else b""
            progressed = _checked(json.loads(text)) if text else None
        if progressed is None:
            hint = "Model.load takes these over for a new training"
            raise ValueError(f"{where}: {path} holds the values of a model and no training; {hint}")
        refuse_other_training(where, path, progressed["identity"], identity)
        folders = [folder for folder in FOLDERS if any(name.startswith(f"__{folder}__/") for name in names)]
        sets = {
            folder: read_values(model, archive, f"__{folder}__/" * bool(folder), f"{where}: {path}")[1]
            for folder in ("", *folders)
        }
    return sets, progressed


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_numbers(value: object) -> bool:
    return isinstance(value, list) and all(type(number) in (int, float) for number in value)


def _are_columns(value: object) -> bool:
    return (
        isinstance(value, dict) and all(map(_are_numbers, value.values())) and len(set(map(len, value.values()))) <= 1
    )


_FITS: dict[str, typing.Callable[[object], bool]] = {
    "identity": lambda value: isinstance(value, dict),
    "row": _is_whole,
    "sums": _are_numbers,
    "seconds": lambda value: _are_numbers([value]),
    "history": _are_columns,
    "steps": _are_columns,
    "step_sums": _are_numbers,
    "step_rows": _is_whole,
    "best_epoch": lambda value: value is None or _is_whole(value),
    "best_value": lambda value: _are_numbers([value]),
    "stopped": lambda value: isinstance(value, bool),
}


def _checked(found: dict[str, typing.Any]) -> Progressed:
    if found.pop("format", None) != "tdsl training" or found.pop("version", None) != VERSION:
        raise ValueError("a training of another version")
    for name, fits in _FITS.items():
        if name not in found or not fits(found[name]):
            raise ValueError(f"{name} is {value_text(found[name])}" if name in found else f"{name} is missing")
    return typing.cast(Progressed, found)


def refuse_damage(
    where: str, path: str, progressed: Progressed, columns: tuple[str, ...], sums: int, rows: int
) -> None:
    """A ValueError if the training of the file cannot be one of these columns, sums and rows."""
    fits = tuple(progressed["history"]) in ((), columns) and len(progressed["sums"]) == sums
    fits &= len(progressed["step_sums"]) in (0, sums)
    if not fits or progressed["row"] > rows:
        raise ValueError(f"{where}: {path}: not a readable checkpoint (its parts do not fit each other)")


def refuse_other_training(where: str, path: str, then: Mapping[str, object], now: Mapping[str, object]) -> None:
    """A ValueError names the first parameter that is another one now."""
    for name, value in now.items():
        before = then.get(name)
        if before == value:
            continue
        if isinstance(value, dict) and isinstance(before, dict):
            part = next(part for part in {**value, **before} if value.get(part) != before.get(part))
            told = f"{name.replace('_', ' ')} '{part}' {_told_difference(before.get(part), value.get(part))}"
        elif name == "columns" and isinstance(before, list) and isinstance(value, list):
            told = _columns_text([str(column) for column in before], value)
        elif name == "source_hash":
            told = "another text of the program; Model.load takes its values over for a new training"
        else:
            then = f"no {name}" if before is None else f"{name} {value_text(before)}"
            told = f"{then}, now {'there is none' if value is None else f'it is {value_text(value)}'}"
        raise ValueError(f"{where}: cannot resume {path}: it was made with {told}")


def _columns_text(before: list[str], now: list[str]) -> str:
    if new := [column for column in now if column not in before]:
        return f"no column '{new[0]}', which there is now"
    return f"a column '{next((column for column in before if column not in now), before[-1])}', which is missing now"


def _told_difference(before: object, now: object) -> str:
    if not isinstance(before, dict) or not isinstance(now, dict):
        return "missing" if before is None else "that is missing now"
    then = before.get("shape"), before.get("dtype")
    if isinstance(then[0], list) and then != (now["shape"], now["dtype"]):
        return f"of shape {tuple(then[0])} and {then[1]}, now {tuple(now['shape'])} and {now['dtype']}"
    return "of the same shape and other values"


def training_path(path: object) -> str:
    """A path as text."""
    return os.fsdecode(os.fspath(path))  # type: ignore[call-overload]

"""The runs and rows of a recording: as values of JSON, which knows no NaN and no infinity, and those that stay when a
training is resumed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

Row = Mapping[str, float]


def json_text(value: object) -> str:
    """JSON in which numbers that are not finite are texts that `float` reads: "NaN", "Infinity", "-Infinity"."""
    return json.dumps(_finite(value), allow_nan=False, ensure_ascii=False, default=_number)


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {name: _finite(part) for name, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, list | tuple) else value


def _number(value: object) -> object:
    """A number of NumPy; anything else is a TypeError."""
    item = getattr(value, "item", None)
    if item is None:
        raise TypeError(f"a {type(value).__name__} is no value of JSON")
    return _finite(item())


def rows_of(columns: Mapping[str, Sequence[float]]) -> list[dict[str, float]]:
    """The rows of a history."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def without_history(run: Mapping[str, object]) -> dict[str, object]:
    """All that a training depends on, without the rows that it has had before it was interrupted."""
    return {name: value for name, value in run.items() if name != "history"}


def first_step(run: Mapping[str, object]) -> int:
    """The number of steps that an interrupted training has recorded; 0 for one that begins."""
    return int(run.get("first_step", 0))  # type: ignore[call-overload, no-any-return]


def is_recorded(values: Row, run: Mapping[str, object]) -> bool:
    """Whether the training that is resumed does not come to this row of an epoch again."""
    return values["epoch"] < run["first_epoch"]  # type: ignore[operator]


def is_recorded_step(values: Row, run: Mapping[str, object]) -> bool:
    """The same for a row between epochs."""
    return values["step"] <= first_step(run)

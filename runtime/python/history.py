"""The history of a training: the cost of each epoch, and columns of everything else that was measured after it."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping

from .shared import shared
from .value_text import value_text

MOST_COLUMNS = 8  # in a text


@shared
class History(list[float]):
    """The mean cost of each epoch, weighted by rows; `history["seconds"]` is another column of the same length.

    `best_epoch` is that of the best value of the monitored column, or None; `reason` says why the training ended;
    `steps` has columns of the rows between epochs, if these were asked for.
    """

    best_epoch: int | None
    reason: str
    steps: dict[str, list[float]]
    _values: dict[str, list[float]]

    def __init__(self, columns: Iterable[str] = ()) -> None:
        super().__init__()
        self.best_epoch, self.reason, self.steps = None, "", {}
        self._values = {name: [] for name in columns}

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(self._values)

    @typing.overload  # type: ignore[override]
    def __getitem__(self, key: str, /) -> list[float]: ...
    @typing.overload
    def __getitem__(self, key: typing.SupportsIndex, /) -> float: ...
    @typing.overload
    def __getitem__(self, key: slice, /) -> list[float]: ...
    def __getitem__(self, key: str | typing.SupportsIndex | slice, /) -> float | list[float]:
        if not isinstance(key, str):
            return super().__getitem__(key)
        if key not in self._values:
            raise KeyError(f"no column {value_text(key)}, only {', '.join(self._values) or 'none'}")
        return list(self._values[key])

    def to_dict(self) -> dict[str, list[float]]:
        """All columns by name."""
        return {name: list(values) for name, values in self._values.items()}

    def _add(self, row: Mapping[str, float]) -> None:
        """The values of one more epoch."""
        for name, value in row.items():
            self._values[name].append(value)
        self.append(row["cost"])

    def _add_steps(self, row: Mapping[str, float]) -> None:
        """The values of one more row between epochs."""
        for name, value in row.items():
            self.steps.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        if not self:
            return "History: no epochs"
        if len(self) != len(self._values.get("step", ())):  # a list to which the caller has added others
            return super().__repr__()
        steps = self._values["step"][-1]
        lasted = f"{len(self)} epoch{'s' if len(self) > 1 else ''}, {steps} step{'s' if steps != 1 else ''}"
        head = f"History: {lasted}, {self._values['seconds'][-1]:.3g} s, {self.reason or 'going on'}"
        names = [name for name in self._values if name not in ("epoch", "step", "seconds")][:MOST_COLUMNS]
        rows = [("first", 0), ("last", len(self) - 1)]
        if self.best_epoch is not None:
            rows.insert(1, ("best", self.best_epoch))
        texts = [["", "epoch", *names]]
        texts += [[label, str(at), *(f"{self._values[name][at]:.6g}" for name in names)] for label, at in rows]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        lines = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in texts]
        return "\n".join([head, *lines])

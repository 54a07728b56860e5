"""The results of measurements, as they are written to JSON and read for the tables."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Self

from benchmarks.plan import paired_ratio
from benchmarks.row import OWN

Unit = Literal["s", "B"]


@dataclass(frozen=True)
class Measured:
    """Samples of one contender; `ratio` is tdsl's time over this one's, paired by round."""

    median: float
    minimum: float
    samples: list[float]
    ratio: float | None
    error: float | None = None


@dataclass(frozen=True)
class Share:
    """The limit of the machine, per second, measured in the same rounds, and the share of it that tdsl reached."""

    kind: str
    median: float
    share: float


@dataclass(frozen=True)
class Result:
    name: str
    group: str
    title: str
    unit: Unit
    measured: dict[str, Measured]
    failed: dict[str, str] = field(default_factory=dict)
    limit: Share | None = None

    @classmethod
    def of(
        cls,
        name: str,
        group: str,
        title: str,
        unit: Unit,
        samples: Mapping[str, Sequence[float]],
        failed: Mapping[str, str],
        errors: Mapping[str, float],
        limit: Share | None = None,
    ) -> Self:
        own = samples.get(OWN)
        measured = {
            contender: Measured(
                statistics.median(values),
                min(values),
                list(values),
                paired_ratio(own, values) if own else None,
                errors.get(contender),
            )
            for contender, values in samples.items()
        }
        return cls(name, group, title, unit, measured, dict(failed), limit)

    def fastest_peer(self) -> str | None:
        """The peer that tdsl is the least ahead of."""
        peers = {name: found.ratio or 0 for name, found in self.measured.items() if name.split(",")[0] != OWN}
        return max(peers, key=peers.__getitem__) if peers else None


@dataclass(frozen=True)
class Report:
    date: str
    machine: dict[str, str | int]
    versions: dict[str, str]
    rounds: int
    rows: list[Result]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        told = json.loads(path.read_text(encoding="utf-8"))
        rows = []
        for row in told.pop("rows"):
            measured = {name: Measured(**found) for name, found in row.pop("measured").items()}
            limit = row.pop("limit")
            rows.append(Result(**row, measured=measured, limit=Share(**limit) if limit else None))
        return cls(**told, rows=rows)

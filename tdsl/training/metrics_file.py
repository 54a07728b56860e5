"""A recorder that writes a line of JSON for each epoch."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tdsl.training.replaced_text import replace_text
from tdsl.training.rows import Row, first_epoch, json_text


class MetricsFile:
    """Lines of JSON: `{"run": …}` with the manifest, a row for each epoch as it ends, `{"end": "done"}`.

    A training that is resumed goes on behind the rows of the epochs before, and so does a second one of the same
    recorder; any other replaces the file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._has_begun = False

    def begin(self, run: dict[str, object]) -> None:
        if not self._has_begun:
            replace_text(self.path, "".join(_kept_lines(self.path, first_epoch(run))))
        self._has_begun = True
        self._add({"run": run})

    def row(self, values: Row) -> None:
        self._add(values)

    def end(self, reason: str) -> None:
        self._add({"end": reason})

    def _add(self, value: object) -> None:
        """One line, written at once."""
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(f"{json_text(value)}\n")


def _kept_lines(path: Path, epochs: int) -> list[str]:
    """The lines of a file without the rows of later epochs, which the training that is resumed does again."""
    if not epochs or not path.exists():
        return []
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        try:
            value = json.loads(line)
        except ValueError:
            continue  # half a line, of a process that was killed
        if isinstance(value, dict) and ("epoch" not in value or value["epoch"] < epochs) and line.endswith("\n"):
            kept.append(line)
    return kept

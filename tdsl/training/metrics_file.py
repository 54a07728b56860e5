"""A recorder that writes a line of JSON for each row."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tdsl.build.replacing import replace
from tdsl.training.rows import Row, first_step, is_recorded, is_recorded_step, json_text, without_history
from tdsl.training.writing import told


class MetricsFile:
    """Lines of JSON: `{"run": …}` with the manifest, a row for each epoch as it ends, `{"steps": …}` with a row between
    epochs, `{"end": "done"}`.

    A training that is resumed goes on behind the rows that it has, and a second one of the same recorder behind the
    first; any other replaces the file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._has_begun = False

    def begin(self, run: dict[str, object]) -> None:
        resumes = first_step(run) > 0
        if resumes or not self._has_begun:
            with told(self.path):
                replace(self.path, b"".join(_kept_lines(self.path, run) if resumes else []))
        self._has_begun = True
        self._add({"run": without_history(run)})

    def row(self, values: Row) -> None:
        self._add(values)

    def steps(self, values: Row) -> None:
        self._add({"steps": values})

    def end(self, reason: str) -> None:
        self._add({"end": reason})

    def _add(self, value: object) -> None:
        """One line, written at once."""
        line = f"{json_text(value)}\n".encode()
        with told(self.path), open(self.path, "ab", buffering=0) as file:
            while line:
                line = line[file.write(line) :]


def _kept_lines(path: Path, run: dict[str, object]) -> list[bytes]:
    """The lines of a file without the last rows, which the training that is resumed does again."""
    if not path.exists():
        return []
    kept: list[bytes] = []
    is_last = True
    for line in reversed(path.read_bytes().splitlines(keepends=True)):
        try:
            value = json.loads(line)
        except ValueError:
            continue  # half a line, of a process that was killed
        if not isinstance(value, dict) or not line.endswith(b"\n"):
            continue
        if "epoch" in value or "steps" in value:
            stays = is_recorded(value, run) if "epoch" in value else is_recorded_step(value["steps"], run)
            if is_last and not stays:
                continue
            is_last = False
        # The training that is resumed began here.
        is_last &= not ("run" in value and first_step(value["run"]) == 0)
        kept.insert(0, line)
    return kept

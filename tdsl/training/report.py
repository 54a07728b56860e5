"""A recorder that writes a report as one HTML page: curves, pictures, and all that the training depends on."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tdsl.build.replacing import replace
from tdsl.training.report_page import DATA, report_page
from tdsl.training.rows import Row, first_step, is_recorded, is_recorded_step, row_of
from tdsl.training.writing import told

PAUSE = 20  # times as long as writing takes


class Report:
    """A page that is rewritten after each epoch, so that a browser shows how the training goes.

    `pictures` is called for each version and gives pictures by their titles: arrays [height, width] or
    [height, width, 3], or bytes of PNG.  Epochs that follow quickly share a version, so that writing takes no more than
    a twentieth of the time.
    """

    def __init__(
        self, path: str | os.PathLike[str], pictures: Callable[[], Mapping[str, object]] | None = None
    ) -> None:
        if pictures is not None and not callable(pictures):
            raise TypeError(f"Report: pictures is a {type(pictures).__name__}, expected a function that makes them")
        self.path, self._pictures = Path(path), pictures
        self._run: dict[str, object] = {}
        self._rows: list[dict[str, float]] = []
        self._steps: list[dict[str, float]] = []  # rows between epochs
        self._next = 0.0

    def begin(self, run: dict[str, object]) -> None:
        if first_step(run):
            if not self._rows and not self._steps:
                self._rows, self._steps = _rows_of(self.path)
            # The training that is resumed does these again.
            while self._rows and not is_recorded(self._rows[-1], run):
                self._rows.pop()
            while self._steps and not is_recorded_step(self._steps[-1], run):
                self._steps.pop()
        self._run = run
        self._write("")
        self._next = 0.0  # the first epoch is shown at once

    def row(self, values: Row) -> None:
        self._rows.append(dict(values))
        self._show()

    def steps(self, values: Row) -> None:
        self._steps.append(dict(values))
        self._show()

    def _show(self) -> None:
        if time.monotonic() >= self._next:
            self._write("")

    def end(self, reason: str) -> None:
        self._write(reason)

    def _write(self, reason: str) -> None:
        start = time.monotonic()
        pictures = dict(self._pictures()) if self._pictures is not None and self._rows else {}
        text = report_page(self._run, self._rows, self._steps, pictures, reason)
        with told(self.path):
            replace(self.path, text.encode())
        self._next = time.monotonic() + PAUSE * (time.monotonic() - start)


def _rows_of(path: Path) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """The rows in a report, of epochs and between them; none if there is no such file, or another one."""
    if not path.exists():
        return [], []
    found = re.search(f"{DATA[0]}(.*?){DATA[1]}", path.read_text(encoding="utf-8"), re.DOTALL)
    data = json.loads(found[1]) if found else {"rows": [], "steps": []}
    return list(map(row_of, data["rows"])), list(map(row_of, data["steps"]))

"""A recorder that writes a report as one HTML page: curves, pictures, and all that the training depends on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tdsl.build.replacing import replace
from tdsl.training.report_page import report_page
from tdsl.training.rows import Row, first_step, rows_of, without_history
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
        self._first_row = self._first_step_row = 0  # of the last training
        self._next = 0.0

    def begin(self, run: dict[str, object]) -> None:
        if first_step(run):
            history: Any = run["history"]
            self._rows[self._first_row :] = rows_of(history["epochs"])
            self._steps[self._first_step_row :] = rows_of(history["steps"])
        else:
            self._first_row, self._first_step_row = len(self._rows), len(self._steps)
        self._run = without_history(run)
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

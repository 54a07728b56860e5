"""The progress of a training: one line rewritten in a terminal or notebook, an occasional line in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import TextIO

BAR_WIDTH = 24
SECONDS_BEFORE_FIRST_LINE = 0.3
SECONDS_BETWEEN_REWRITES = 0.1
SECONDS_BETWEEN_LOG_LINES = 10.0


def _is_first_rank() -> bool:
    import os

    ranks = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID")
    return all(os.environ.get(name, "0") == "0" for name in ranks)


def _clock_text(seconds: float) -> str:
    whole = int(seconds + 0.5)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


class Progress:
    """Written to stderr; `shown` None means: after a short wait on a terminal or in a notebook, rarely in a log."""

    def __init__(self, shown: bool | None, epochs: int, rows: int, stream: TextIO | None = None, done: int = 0) -> None:
        """`done` rows are those of a training that is resumed."""
        self.stream = stream or sys.stderr  # None without a console, or once writing has failed
        self.epochs, self.rows, self.before = epochs, rows, done
        self.rewrites = "ipykernel" in sys.modules or self._is_terminal()
        self.silent = self.stream is None or shown is False or (shown is None and not _is_first_rank())
        self.start = time.monotonic()
        wait = SECONDS_BEFORE_FIRST_LINE if self.rewrites else SECONDS_BETWEEN_LOG_LINES
        self.next_time = self.start if shown else self.start + wait
        self.width = 0
        self.line = ""
        self.behind: tuple[int, int, float] | None = None  # progress since the last line
        self.measured = ""  # metrics of the last epoch

    def _is_terminal(self) -> bool:
        try:
            return bool(self.stream.isatty())  # type: ignore[union-attr]
        except Exception:  # none, or one without such a method, or closed
            return False

    def update(self, epoch: int, rows_done: int, cost: float, metrics: Mapping[str, float] | None = None) -> None:
        """`rows_done` of the epoch of that index, with the mean cost so far, and metrics if there are new ones."""
        if self.silent:
            return
        if metrics is not None:
            self.measured = "".join(f"  {name} {value:.6g}" for name, value in metrics.items())
        now = time.monotonic()
        self.behind = epoch, rows_done, cost
        finished = epoch == self.epochs - 1 and rows_done == self.rows
        if now < self.next_time and not (finished and self.width):
            return
        self._write(now, epoch, rows_done, cost)

    def _write(self, now: float, epoch: int, rows_done: int, cost: float) -> None:
        self.behind = None
        finished = epoch == self.epochs - 1 and rows_done == self.rows
        self.next_time = now + (SECONDS_BETWEEN_REWRITES if self.rewrites else SECONDS_BETWEEN_LOG_LINES)
        done, total = epoch * self.rows + rows_done, self.epochs * self.rows
        spent = max(now - self.start, 1e-9)
        line = f"epoch {min(epoch + 1, self.epochs)}/{self.epochs}"
        if self.rewrites:
            filled = BAR_WIDTH * done // max(total, 1)
            line += f" [{'#' * filled}{'.' * (BAR_WIDTH - filled)}]"
        here = max(done - self.before, 1)
        line += f" cost {cost:.6g}{self.measured}  {here / spent:.3g} rows/s"
        left = spent * (total - done) / here
        line += f"  {_clock_text(spent)}" if finished else f"  {_clock_text(left)} left"
        self._put(f"\r{line.ljust(self.width)}" if self.rewrites else f"{line}\n")
        self.width, self.line = len(line), line

    def _put(self, text: str) -> None:
        """Writes the text; a failure does not end the training."""
        try:
            if self.stream is not None:
                self.stream.write(text)
                self.stream.flush()
        except Exception:  # a pipe without a reader, a closed file, any exception of a notebook's stream
            self.stream, self.silent = None, True

    def hide(self) -> None:
        """Clears the line, so that callbacks can print."""
        if self.rewrites and self.width:
            self._put(f"\r{' ' * self.width}\r")

    def show(self) -> None:
        """Shows the hidden line again."""
        if self.rewrites and self.width:
            self._put(f"\r{self.line}")

    def close(self) -> None:
        """Ends the line; a training that ends early leaves its last progress."""
        if self.width and self.behind:
            self._write(time.monotonic(), *self.behind)
        if self.rewrites and self.width:
            self._put("\n")

"""Rows of a training between its epochs: after every so many steps, the means over the steps since the row before."""

from __future__ import annotations

from .steps import MOST_STEPS


class StepRows:
    """When such a row is due, and the sums since the one before; without an interval there are none."""

    def __init__(self, every: int | None, sums: int) -> None:
        """`sums` results of each step are summed."""
        self.every, self.rows = every, 0
        self.sums = (0.0,) * sums if every else ()

    def most_steps(self, step: int) -> int:
        """The number of steps until the next row, after `step` steps."""
        return MOST_STEPS if self.every is None else self.every - step % self.every

    def is_due(self, step: int) -> bool:
        """Whether the row after `step` steps is missing."""
        return self.every is not None and self.rows > 0 and step % self.every == 0

    def means(self) -> tuple[float, ...]:
        return tuple(total / self.rows for total in self.sums)

    def restart(self) -> None:
        """After a row."""
        self.rows, self.sums = 0, (0.0,) * len(self.sums)

    def resume(self, rows: int, sums: list[float]) -> None:
        """Those of a file, which has none if it was made without an interval."""
        if self.every is not None and len(sums) == len(self.sums):
            self.rows, self.sums = rows, tuple(sums)

"""Random digits to copy or to sort."""

from __future__ import annotations

import numpy as np

DIGITS = 8
TASKS = ["copy", "sort"]


def tasks(count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Texts of digits, a sign for the task and the answer up to its last digit; answers; tasks."""
    digits = random.integers(0, 10, (count, DIGITS))
    task = random.integers(0, 2, count)
    answer = np.where(task[:, None] == 0, digits, np.sort(digits, axis=1))
    return np.concatenate([digits, 10 + task[:, None], answer[:, :-1]], axis=1), answer, task

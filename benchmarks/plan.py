"""The order of measuring: A, B, C, A, B, C …, so that other work of the machine affects all of them equally."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Protocol


class ContenderError(Exception):
    """Why a contender has no time."""


class Contender(Protocol):
    def sample(self) -> float: ...


def interleave(contenders: Mapping[str, Contender], rounds: int) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Samples of each contender, one a round, and the reasons of those that failed on the way."""
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    failed: dict[str, str] = {}
    for _ in range(rounds):
        for name in list(samples):
            try:
                samples[name].append(contenders[name].sample())
            except ContenderError as error:
                failed[name] = str(error)
                del samples[name]
    return samples, failed


def paired_ratio(numerator: Sequence[float], denominator: Sequence[float]) -> float:
    """The median over rounds of the ratio within a round."""
    return statistics.median(a / b for a, b in zip(numerator, denominator, strict=True))

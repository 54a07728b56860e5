"""Samples that train on real data, beside a peer that trains the same model on the same data for as long.

Each module has a `ROW`, and `peer()`, which prints nothing and returns the same figure as the sample prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from runpy import run_path
from types import SimpleNamespace

from benchmarks.place import ROOT


@dataclass(frozen=True)
class Trained:
    """`figure` finds the figure in the output of the sample: a pattern with one group."""

    sample: str
    title: str
    measure: str
    figure: str
    peer_name: str
    peer: Callable[[], float]
    arguments: tuple[str, ...] = ()


def of_sample(name: str, file: str) -> SimpleNamespace:
    """What a file of a sample defines, so that a peer reads the same data."""
    return SimpleNamespace(**run_path(str(ROOT / "samples" / name / file)))

"""Short runs of the samples that train on real data: the figures that they reach."""

from __future__ import annotations

from typing import NamedTuple


class Trained(NamedTuple):
    """`figure` finds the last of a sample's figures: a pattern with one group; `picture` is the file that it makes."""

    sample: str
    arguments: tuple[str, ...]
    figure: str
    least: float
    most: float
    picture: str = ""


TRAINED: tuple[Trained, ...] = ()

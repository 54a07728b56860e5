"""Regions of an array: two that are called apart share no element, and regions apart of its size fill it."""

from __future__ import annotations

import itertools
import random

import pytest

from tdsl.ir.regions import Region, are_apart, have_size
from tdsl.types import ONE, ZERO, Dim

N = Dim.symbol("N")


def region(*axes: tuple[Dim | int, int, Dim | int]) -> Region:
    """A start, a step and a size for each axis."""
    starts, steps, sizes = zip(*axes, strict=True) if axes else ((), (), ())
    return tuple(map(dim, starts)), steps, tuple(map(dim, sizes))


def dim(size: Dim | int) -> Dim:
    return size if isinstance(size, Dim) else Dim.of(size)


def elements(made: Region) -> set[tuple[int, ...]]:
    ranges = [
        range(start.constant, start.constant + step * size.constant, step)  # type: ignore[operator]
        for start, step, size in zip(*made, strict=True)
    ]
    return set(itertools.product(*ranges))


def drawn(chance: random.Random, rank: int, steps: tuple[int, ...]) -> Region:
    return region(*((chance.randrange(4, 9), chance.choice(steps), chance.randint(1, 3)) for _ in range(rank)))


@pytest.mark.parametrize("seed", range(200))
def test_regions_apart_share_no_element(seed: int) -> None:
    """Of steps 1 and -1, all that share none are found to be apart."""
    chance = random.Random(seed)
    steps = (1, -1) if seed % 2 else (1, -1, 2, -2, 3)
    regions = [drawn(chance, 1 + seed % 3, steps) for _ in range(2 + seed % 5)]
    share_none = sum(map(len, map(elements, regions))) == len(set[tuple[int, ...]]().union(*map(elements, regions)))
    if steps == (1, -1):
        assert are_apart(regions) == share_none
    else:
        assert share_none or not are_apart(regions)


@pytest.mark.parametrize(
    ("regions", "apart"),
    [
        ([region()], True),
        ([region(), region()], False),
        ([region((0, 2, N)), region((1, 2, N))], True),
        ([region((0, 2, N)), region((2, 2, N))], False),
        ([region((0, 2, N)), region((1, 3, N))], False),
        ([region((0, 1, N)), region((N, 1, 4))], True),
        ([region((0, 1, N)), region((N - 1, 1, 4))], False),
        ([region((N - 1, -1, N)), region((N, 1, 1))], True),
        ([region((0, 1, N), (2, 1, 1)), region((0, 1, N), (3, 1, 1))], True),
        # So many of sizes that only a call knows are not compared.
        ([region((N * number, 1, N)) for number in range(128)], True),
        ([region((N * number, 1, N)) for number in range(129)], False),
    ],
)
def test_sizes_that_only_a_call_knows(regions: list[Region], apart: bool) -> None:
    assert are_apart(regions) == apart


def test_regions_of_the_size_of_an_array() -> None:
    halves = [region((ZERO, 2, N), (0, 1, 3)), region((ONE, 2, N), (0, 1, 3))]
    assert have_size(halves, (N * 2, Dim.of(3)))
    assert not have_size(halves, (N * 2 + 1, Dim.of(3))) and not have_size(halves[:1], (N * 2, Dim.of(3)))

"""Two hundred random entries as native code: right values, the same bits for every number of threads, and right with
each pass left out; arguments unchanged, results and kept values written in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from .generator import Generator
from .native import native_misses, ways

ENTRIES = 25
OPTIMISED = range(200 // ENTRIES)


@pytest.mark.parametrize("seed", OPTIMISED)
def test_native(seed: int, tmp_path: Path) -> None:
    found = native_misses(Generator(seed, large=seed % 2 == 1).file(ENTRIES), tmp_path)
    assert not found, str(found[0])


@pytest.mark.parametrize(("seed", "way"), [(100 + i, way) for i, way in enumerate(ways()) if way != "native"])
def test_native_without_a_pass(seed: int, way: str, tmp_path: Path) -> None:
    found = native_misses(Generator(seed).file(ENTRIES), tmp_path, way, threads=(2,))
    assert not found, str(found[0])

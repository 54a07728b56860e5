"""Random entries as native code and on devices: right values, the same bits for every number of threads, and right with
each pass left out and in debug mode; arguments unchanged, results and kept values written in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from .native import native_misses
from .selection import NATIVE, OTHER_WAYS, SOME, native


@pytest.mark.parametrize(("seed", "way"), NATIVE)
def test_native(seed: int, way: str, tmp_path: Path) -> None:
    found = native_misses(native(seed), tmp_path, way)
    assert not found, str(found[0])


@pytest.mark.parametrize(("seed", "way"), OTHER_WAYS)
def test_native_without_a_pass(seed: int, way: str, tmp_path: Path) -> None:
    found = native_misses(native(seed, SOME), tmp_path, way, threads=(2,))
    assert not found, str(found[0])

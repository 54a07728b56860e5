"""Misses that a soak has found stay fixed."""

from __future__ import annotations

from pathlib import Path

import pytest

from .compare import misses
from .native import native_misses
from .program import Program
from .selection import KEPT


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_kept(path: Path, tmp_path: Path) -> None:
    program = Program(path.read_text())
    found = misses(program) + native_misses(program, tmp_path, threads=(1, 2))
    assert not found, str(found[0])

"""A row from its program to its result, with real processes; no time is looked at."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from benchmarks import steady
from benchmarks.place import Place
from benchmarks.row import OWN, REFERENCE
from benchmarks.work import ROWS
from benchmarks.work.adam import ROWS as ADAM

ROUNDS = 2


@pytest.mark.slow
def test_row(tmp_path: Path) -> None:
    """One of three contenders cannot be found."""
    builds = {OWN: ADAM[0].contenders[OWN], "absent": ADAM[0].contenders[OWN], REFERENCE: ADAM[0].contenders[REFERENCE]}
    row = dataclasses.replace(ADAM[0], contenders=builds)
    result = steady.measure(row, Place(Path(sys.executable), tmp_path), ROUNDS, 0.001)
    assert list(result.measured) == [OWN, REFERENCE]
    assert all(len(found.samples) == ROUNDS and min(found.samples) > 0 for found in result.measured.values())
    assert all(0 <= (found.error or 0) <= row.tolerance for found in result.measured.values())
    assert result.measured[OWN].ratio == 1
    assert result.failed == {"absent": "KeyError: 'absent'"}
    assert result.limit is not None and result.limit.kind == "copy" and result.limit.share > 0


@pytest.mark.slow
def test_program_that_does_not_compile(tmp_path: Path) -> None:
    """The peers are measured all the same."""
    scalar = next(row for row in ROWS if row.name == "scalar")
    broken = dataclasses.replace(scalar.program, text="entry f(x: real) -> y\n")
    builds = {name: scalar.contenders[name] for name in (OWN, REFERENCE)}
    row = dataclasses.replace(scalar, program=broken, contenders=builds)
    result = steady.measure(row, Place(Path(sys.executable), tmp_path), ROUNDS, 0.001)
    assert list(result.measured) == [REFERENCE]
    assert result.failed[OWN].startswith("does not compile: ")
    assert "y" in result.failed[OWN]

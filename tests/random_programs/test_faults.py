"""The faults that random programs must notice are still possible; those marked so are put in and noticed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .faults import Fault, copied, faults, noticed

FAULTS = faults()


def test_every_piece_is_there_once() -> None:
    found = {str(fault): [path.name for path, *_ in fault.places()] for fault in FAULTS}
    assert {fault: files for fault, files in found.items() if len(files) != 1} == {}


def test_a_copy_of_the_compiler_needs_nothing_else(tmp_path: Path) -> None:
    copied(tmp_path)
    used = "tests.random_programs.selection, tests.random_programs.native, tests.cuda.driver.compiler, tdsl"
    imports = f"import {used}; print(tdsl.__file__)"
    done = subprocess.run([sys.executable, "-c", imports], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(str(tmp_path)), done.stderr


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.tried], ids=str)
def test_noticed(fault: Fault) -> None:
    assert noticed(fault, fault.way)

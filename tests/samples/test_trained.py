"""Samples that train on real data reach their figures, in runs as short as that allows, and make their pictures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tdsl.resources import SAMPLES

from .trained import TRAINED, Trained


@pytest.mark.parametrize("case", TRAINED, ids=lambda case: case.sample)
def test_reaches_its_figure(case: Trained, tmp_path: Path) -> None:
    script = SAMPLES / case.sample / "run.py"
    done = subprocess.run(
        [sys.executable, str(script), *case.arguments],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = re.findall(case.figure, done.stdout)
    assert found, done.stdout
    assert case.least <= float(found[-1]) <= case.most, done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [case.picture] * bool(case.picture)

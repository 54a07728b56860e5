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


def run(sample: str, arguments: tuple[str, ...], folder: Path, flags: str) -> str:
    done = subprocess.run(
        [sys.executable, str(SAMPLES / sample / "run.py"), *arguments],
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "agg", "TDSL_FLAGS": flags},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("case", TRAINED, ids=lambda case: case.sample)
def test_reaches_its_figure(case: Trained, tmp_path: Path) -> None:
    out = run(case.sample, case.arguments, tmp_path, "opt=1")  # trains in a third of the time
    found = re.findall(case.figure, out)
    assert found, out
    assert case.least <= float(found[-1]) <= case.most, out
    assert [path.name for path in tmp_path.iterdir()] == [case.picture] * bool(case.picture)


@pytest.mark.parametrize(
    ("sample", "const", "arguments"),
    [
        ("36_vae", "Z=3", ("--epochs", "1")),
        ("42_autoencoders", "H=30", ("--epochs", "1")),
        ("45_rbm", "H=50", ("--epochs", "1")),
        ("49_clusters", "K=4", ("--steps", "5")),
    ],
)
def test_a_script_takes_other_sizes(sample: str, const: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    """The sizes that a reader of a program changes first."""
    run(sample, arguments, tmp_path, f"defines={const},target=numpy")
    assert len(list(tmp_path.glob("*.png"))) == 1

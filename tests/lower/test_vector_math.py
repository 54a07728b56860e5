"""The accuracy of the float functions, over one float in ten thousand; `benchmarks/accuracy.py` takes them all."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tdsl.resources import RUNTIME

from .native import FLAGS, compiler

LIMITS = {"exp": 1.0, "log": 1.0, "sigmoid": 1.0, "erf": 1.0, "erfc": 5.0} | dict.fromkeys(
    ("expm1", "log1p", "tanh", "softplus", "log1mexp"), 2.0
)
STEP = 10007


def test_errors_are_small(tmp_path: Path) -> None:
    source, program = Path(__file__).with_name("vector_math.cpp"), tmp_path / "sweep"
    subprocess.run([compiler(), *FLAGS, "-O3", f"-I{RUNTIME / 'include'}", source, "-o", program], check=True)
    found = subprocess.run([program, str(STEP)], check=True, capture_output=True, text=True).stdout
    lines = [line.split() for line in found.splitlines()]
    assert {name for name, *_ in lines} == set(LIMITS)
    assert all(float(worst) <= LIMITS[name] and wrong == "0" for name, worst, wrong in lines), found

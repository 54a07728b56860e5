"""Sixteen processes at once on one cold cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_crowd_compiles_the_same_and_different_programs(tmp_path: Path) -> None:
    script = (
        "import sys, tdsl; n = int(sys.argv[1]);"
        "m = tdsl.compile(f'entry f(x: real) -> x + {n % 4}', name='crowd', target='numpy'); print(m.f(1), m.__file__)"
    )
    environment = {**os.environ, "TDSL_CACHE_DIR": str(tmp_path / "cold"), "OPENBLAS_NUM_THREADS": "1"}
    crowd = [
        subprocess.Popen([sys.executable, "-c", script, str(n)], env=environment, stdout=-1, stderr=-1, text=True)
        for n in range(16)
    ]
    told = [process.communicate(timeout=600) for process in crowd]
    assert [process.returncode for process in crowd] == [0] * 16, told
    answers = [out.split() for out, _ in told]
    assert [float(value) for value, _ in answers] == [1 + n % 4 for n in range(16)]
    assert len({path for _, path in answers}) == 4
    assert not list((tmp_path / "cold" / "tmp").iterdir())

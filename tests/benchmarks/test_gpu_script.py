"""Without a GPU the script for GPUs ends at once, and says so."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from benchmarks.place import ROOT
from tests.cuda.driver.stand_in import folder


@pytest.mark.parametrize(
    ("has_driver", "why"),
    [
        (False, "NVIDIA's driver (libcuda.so.1) is not installed"),
        (True, "NVIDIA's driver offers none (status 100)"),
    ],
)
def test_there_is_no_gpu(tmp_path: Path, shared_cache: None, has_driver: bool, why: str) -> None:
    (tmp_path / "libcuda.so.1").write_text("no library")
    libraries = folder() if has_driver else tmp_path
    environment = {**os.environ, "LD_LIBRARY_PATH": str(libraries), "STAND_IN_DEVICES": "0"}
    environment["TDSL_BENCHMARKS_VENV"] = str(tmp_path / "venv")
    done = subprocess.run(["sh", ROOT / "benchmarks" / "gpu.sh"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"gpu.sh: there is no GPU here: {why}\n"
    assert not (tmp_path / "venv").exists()

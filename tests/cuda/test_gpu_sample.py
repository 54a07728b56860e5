"""The sample of the slide on GPUs prints the times of both sides; the CPU's alone on a machine without a GPU."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tdsl.resources import SAMPLES
from tests.cuda.driver.stand_in import SETTINGS, folder

SCRIPT = SAMPLES / "29_gpu" / "run.py"


def run(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    flags = f"opt=0,cuda_compiler={SETTINGS['cuda_compiler']},cuda_arch={SETTINGS['cuda_arch']}"
    return subprocess.run(
        [sys.executable, str(SCRIPT), "40"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.getcwd(), "TDSL_FLAGS": flags, **environment},
        capture_output=True,
        text=True,
    )


def test_on_both(tmp_path: Path, shared_cache: None) -> None:
    done = run(tmp_path, LD_LIBRARY_PATH=str(folder()))
    assert done.returncode == 0, done.stderr
    assert re.sub(r"\d[\d.e+-]* (s|GB|times)", r"# \1", done.stdout).splitlines() == [
        "40 × 40",
        "CPU: it costs # s",
        "GPU: it costs # s, # times faster.  GPU is not helpful?  Why?",
        "     # GB of operands and product travel between host and device in this time.",
        "GPU: it costs # s where they stay on the device, # times faster.",
    ]


def test_without_a_gpu(tmp_path: Path, shared_cache: None) -> None:
    done = run(tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"40 × 40\nCPU: it costs \S+ s\n", done.stdout)
    assert done.stderr.startswith("GPU: ")
    assert "NVIDIA driver" in done.stderr

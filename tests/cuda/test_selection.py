"""The tests that run on a GPU, and those of them that compute-sanitizer watches, compile for NVIDIA's driver."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

# Stands before the plugins of pytest: no test compiles, and none finds the stand-in.
PLUGIN = """\
import pytest

import tdsl
from tests.cuda.driver.stand_in import COMPILER, StandIn


def compiled(text, **settings):
    assert COMPILER not in settings.values() and settings["target"] == "cpp,cuda"
    pytest.skip("compiled for a GPU")


def refused(self):
    raise AssertionError("the stand-in")


tdsl.compile = compiled
StandIn.__init__ = refused
"""


def test_sanitized_tests_run_on_a_gpu(tmp_path: Path) -> None:
    (tmp_path / "no_compiler.py").write_text(PLUGIN)
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no_compiler", "tests/cuda", "--gpu", "-m", "sanitized"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.getcwd()])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = re.findall(r"^tests/cuda/test_(\w+)\.py::\S+ (\w+)", done.stdout, re.M)
    assert {*outcomes} == {(name, "SKIPPED") for name in ("templates", "host_calls", "host_fit", "host_routines")}
    assert 8 <= len(outcomes) <= 20

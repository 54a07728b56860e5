"""The findings of `tdsl doctor` about GPUs: what is there, what is not, and what to install then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cuda.driver.stand_in import folder

FIND = """
import json, os
from dataclasses import astuple
from tdsl.cli.gpus import driver_findings, gpu_findings
from tdsl.settings import Settings
kind = driver_findings() if os.environ.get("LD_LIBRARY_PATH") else gpu_findings(Settings())
print(json.dumps([astuple(finding) for finding in kind]))
"""


def gpus(path: str = "", packages: str = "", **environment: str) -> dict[str, list[str]]:
    """The status, detail and fix of each finding; of the driver alone if the folder of a library is given."""
    made = {**os.environ, "LD_LIBRARY_PATH": path, "PYTHONPATH": f"{packages}{os.pathsep}{os.getcwd()}", **environment}
    done = subprocess.run([sys.executable, "-c", FIND], env=made, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {what: [status, *rest] for status, what, *rest in json.loads(done.stdout)}


def test_without_a_driver(tmp_path: Path) -> None:
    (tmp_path / "libcuda.so.1").write_text("no library")
    fix = "install NVIDIA's driver, 580 or later, where modules shall run on a GPU"
    assert gpus(str(tmp_path)) == {
        "CUDA driver": ["absent", "no libcuda.so.1: modules run on the CPU only", fix],
    }


def test_gpus(shared_cache: None) -> None:
    card = ["ok", "stand-in, compute capability 12.0", ""]
    found = gpus(str(folder()), STAND_IN_CAPABILITY="120")
    assert found == {"CUDA driver": ["ok", "for CUDA 13.0", ""], "GPU cuda:0": card, "GPU cuda:1": card}


def test_an_old_driver(shared_cache: None) -> None:
    found = gpus(str(folder()), STAND_IN_VERSION="12080")
    assert found == {"CUDA driver": ["absent", "for CUDA 12.8: too old", "install NVIDIA's driver, 580 or later"]}


def test_no_gpu_is_visible(shared_cache: None) -> None:
    found = gpus(str(folder()), STAND_IN_DEVICES="0")
    assert found["GPU"] == ["absent", "none that the driver offers (status 100)", "see CUDA_VISIBLE_DEVICES"]


def test_doctor_shows_them() -> None:
    done = subprocess.run([sys.executable, "-m", "tdsl", "doctor"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "CUDA compiler" in done.stdout and "CUDA driver" in done.stdout


PACKAGES = {
    "missing": {"cuda/__init__.py": ""},
    "broken": {"cuda/__init__.py": "", "cuda/bindings/__init__.py": "raise ImportError('of another Python')"},
    "without NVRTC": {
        "cuda/__init__.py": "",
        "cuda/bindings/__init__.py": "",
        "cuda/bindings/nvrtc.py": "def nvrtcVersion():\n    raise RuntimeError('Failed to dlopen libnvrtc.so.13')\n",
    },
}
PROBLEMS = {
    "missing": "the package cuda-python, which compiles for GPUs, is not installed",
    "broken": "cuda.bindings cannot be imported: of another Python",
    "without NVRTC": "the library of NVRTC is missing or does not fit: Failed to dlopen libnvrtc.so.13",
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_packages_that_cannot_compile(tmp_path: Path, problem: str) -> None:
    for name, text in PACKAGES[problem].items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = gpus(packages=str(tmp_path), TDSL_CACHE_DIR=str(tmp_path / "cache"))["CUDA compiler"]
    assert found[0] == "absent" and PROBLEMS[problem] in found[1]
    assert found[2] == 'install the packages: pip install "tdsl[cuda]"'

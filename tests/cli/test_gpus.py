"""The findings of `tdsl doctor` about GPUs: what is there, what is not, and what to install then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cuda.driver.stand_in import folder

HERE_IS_NONE = "no libcuda.so.1: modules run on the CPU only"


def gpus(path: str = "", packages: Path | None = None, **environment: str) -> dict[str, tuple[str, str]]:
    """What doctor finds, with its status and the rest of its line."""
    made = {**os.environ, "COLUMNS": "300", "LD_LIBRARY_PATH": path, **environment}
    made["PYTHONPATH"] = os.pathsep.join([*([str(packages)] if packages else []), os.getcwd()])
    done = subprocess.run([sys.executable, "-m", "tdsl", "doctor"], env=made, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    found = {}
    for status, rest in lines:
        for what in ("CUDA compiler", "CUDA driver", "GPU cuda:0", "GPU cuda:1", "GPU"):
            if rest.startswith(f"{what} "):
                found[what] = status, " ".join(rest.removeprefix(what).split())
                break
    return found


def test_without_a_driver(tmp_path: Path, shared_cache: None) -> None:
    (tmp_path / "libcuda.so.1").write_text("no library")
    fix = "install NVIDIA's driver, 580 or later, where modules shall run on a GPU"
    found = gpus(str(tmp_path))
    assert found["CUDA driver"] == ("absent", f"{HERE_IS_NONE} {fix}")
    assert not any(name.startswith("GPU") for name in found)


def test_gpus(shared_cache: None) -> None:
    found = gpus(str(folder()), STAND_IN_CAPABILITY="120")
    assert found["CUDA driver"] == ("ok", "for CUDA 13.0")
    assert found["GPU cuda:0"] == found["GPU cuda:1"] == ("ok", "stand-in, compute capability 12.0")


def test_an_old_driver(shared_cache: None) -> None:
    found = gpus(str(folder()), STAND_IN_VERSION="12080")
    assert found["CUDA driver"] == ("absent", "for CUDA 12.8: too old install NVIDIA's driver, 580 or later")
    assert not any(name.startswith("GPU") for name in found)


def test_no_gpu_is_visible(shared_cache: None) -> None:
    found = gpus(str(folder()), STAND_IN_DEVICES="0")
    assert found["GPU"] == ("absent", "none that the driver offers (status 100) see CUDA_VISIBLE_DEVICES")


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
def test_packages_that_cannot_compile(tmp_path: Path, problem: str, shared_cache: None) -> None:
    for name, text in PACKAGES[problem].items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    status, text = gpus(packages=tmp_path)["CUDA compiler"]
    assert status == "absent" and PROBLEMS[problem] in text
    assert text.endswith('(for --target cuda) install the packages: pip install "tdsl[cuda]"')

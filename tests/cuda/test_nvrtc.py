"""The templates for devices compile for every architecture, and keep their values in registers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tdsl.build
from tdsl.build.cuda import flags
from tdsl.settings import Settings
from tests.cuda.scalars import one_element_unit

pytest.importorskip("cuda.bindings.nvrtc", reason="the extra tdsl[cuda] is not installed")
HERE = Path(__file__).parent


def compiled(unit: Path, architecture: str, *more: str) -> str:
    """The compiler's report."""
    program = Path(tdsl.build.__file__).with_name("nvrtc.py")
    options = [*flags(Settings(), architecture), "--ptxas-options=-v", *more]
    command = [sys.executable, "-P", str(program), *options, str(unit), "-o", str(unit.with_suffix(".image"))]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.parametrize("architecture", ["sm_80", "sm_90", "sm_100", "sm_120"])
def test_templates_compile_without_spills(tmp_path: Path, architecture: str) -> None:
    unit = tmp_path / "unit.cu"
    unit.write_text("".join((HERE / name).read_text() for name in ("nests.cu", "reduce.cu")))
    report = compiled(unit, architecture, "-DFEW")
    assert "warning" not in report, report
    names = re.findall(r"Compiling entry function '(\w+)'", report)
    assert {"map_rows", "transpose", "elements_in_order", "faulty", "rows_sum_f32", "columns_sum_f32"} <= {*names}
    frames = re.findall(r"(\d+) bytes stack frame, (\d+) bytes spill stores", report)
    assert len(frames) >= len(names) and {*frames} == {("0", "0")}, report


def test_routines_compile_without_spills(tmp_path: Path) -> None:
    unit = tmp_path / "unit.cu"
    unit.write_text((HERE / "routines.cu").read_text())
    report = compiled(unit, "sm_80", "-DFEW")
    names = re.findall(r"Compiling entry function '(\w+)'", report)
    assert {"sort_float", "cholesky_float", "eigh_float", "prod_others_3_float", "binomials"} <= {*names}
    frames = re.findall(r"(\d+) bytes stack frame, (\d+) bytes spill stores", report)
    assert len(frames) >= len(names) and {*frames} == {("0", "0")}, report


@pytest.mark.parametrize("architecture", ["sm_80", "sm_120"])
def test_products_compile_without_spills(tmp_path: Path, architecture: str) -> None:
    """Those of the golden programs are f32."""
    unit = tmp_path / "unit.cu"
    unit.write_text((HERE / "gemm.cu").read_text())
    report = compiled(unit, architecture, "-DFEW")
    assert {*re.findall(r"Compiling entry function '(\w+)'", report)} == {"sums_double", "patches_double"}
    assert {*re.findall(r"(\d+) bytes spill stores", report)} == {"0"}, report


def test_scalar_functions_compile(tmp_path: Path) -> None:
    unit = tmp_path / "unit.cu"
    unit.write_text(one_element_unit())
    assert "warning" not in compiled(unit, "compute_80")

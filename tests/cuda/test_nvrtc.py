"""The templates for devices compile for every architecture, and keep their values in registers."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

import tdsl.build
from tdsl.build.cuda import flags
from tdsl.loops.language import Call, Reduce
from tdsl.loops.routines import ROUTINES
from tdsl.settings import Settings
from tdsl.types import F32, F64
from tests.cuda.every_op import UNITS, spilled, templates

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


@pytest.mark.parametrize("unit", UNITS)
def test_every_op_compiles_without_spills(tmp_path: Path, unit: str) -> None:
    """For other architectures: `python -m tests.cuda.every_op`."""
    count, names = spilled(UNITS[unit](), "sm_90", tmp_path)
    assert count > 50 and not names


def test_every_elementwise_op_compiles_to_ptx(tmp_path: Path) -> None:
    spilled(UNITS["elementwise"](), "compute_75", tmp_path)


def test_the_templates_are_those_of_the_tables() -> None:
    used = templates()
    routines = {(line.routine, line.dtype) for line in used.values() if isinstance(line, Call)}
    on_devices = [name for name, routine in ROUTINES.items() if not routine.exchanges]  # the host's part otherwise
    assert {*product(on_devices, (F32, F64))} <= routines
    combiners = {line.combiner for line in used.values() if isinstance(line, Reduce)}
    assert combiners == {"sum", "prod", "max", "min", "any", "all", "argmax", "argmin"}


@pytest.mark.parametrize("architecture", ["sm_80", "sm_120"])
def test_products_compile_without_spills(tmp_path: Path, architecture: str) -> None:
    """Those of the golden programs are f32."""
    unit = tmp_path / "unit.cu"
    unit.write_text((HERE / "gemm.cu").read_text())
    report = compiled(unit, architecture, "-DFEW")
    assert {*re.findall(r"Compiling entry function '(\w+)'", report)} == {"sums_double", "patches_double"}
    assert {*re.findall(r"(\d+) bytes spill stores", report)} == {"0"}, report

"""The tables of a report made up, to JSON and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import machine
from benchmarks.results import Report, Result, Share
from benchmarks.table import BEGIN, END, GPU_BEGIN, GPU_END, full, quantity, readme_region, replace_region, summary

STEP = Result.of(
    "miku",
    "steps",
    "Miku step",
    "s",
    {"tdsl": [0.010, 0.012, 0.011], "JAX": [0.020, 0.020, 0.022], "NumPy": [0.1, 0.1, 0.1]},
    {"torch.compile": "differs from NumPy in f64 by 3.0e-01"},
    {"tdsl": 1e-6},
    Share("fma", 5e11, 0.875),
)
ALONE = Result.of("compile", "start", "tdsl compile", "s", {"tdsl": [0.1]}, {}, {})
REPORT = Report("2026-01-31", machine.describe(), {"tdsl": "1.2.3"}, 3, [STEP, ALONE])


def test_json(tmp_path: Path) -> None:
    REPORT.write(tmp_path / "results.json")
    assert Report.read(tmp_path / "results.json") == REPORT


def test_full() -> None:
    text = full(REPORT)
    assert "| work | tdsl | JAX | NumPy | torch.compile | of the limit |" in text
    assert "| Miku step | 11.0 ms | 20.0 ms (0.50) | 100 ms (0.11) | failed | 88 % of FMA peak |" in text
    assert "Miku step: torch.compile: differs from NumPy in f64 by 3.0e-01" in text
    assert "| tdsl compile | 100 ms |  |" in text
    assert "2026-01-31" in text and "tdsl 1.2.3" in text


def test_families() -> None:
    assert machine.family({"vendor": "GenuineIntel", "family": "6", "model": "143"}) == "Intel Sapphire Rapids"
    assert machine.family({"vendor": "AuthenticAMD", "family": "26", "model": "2"}) == "AMD Zen 5"
    assert machine.family({"vendor": "GenuineIntel", "family": "6", "model": "1"}) == "GenuineIntel family 6"
    assert f"({machine.family(machine.describe())}, " in full(REPORT)


def test_readme() -> None:
    region = readme_region(REPORT)
    assert "| Miku step | 11.0 ms | JAX 20.0 ms | 0.50 | 88 % of FMA peak |" in region
    assert replace_region(f"above\n{BEGIN}\nold\n{END}\nbelow\n", REPORT) == f"above\n{region}\nbelow\n"
    with pytest.raises(ValueError, match="no lines"):
        replace_region("a README without a place for it", REPORT)


def test_readme_of_a_gpu() -> None:
    report = replace(REPORT, machine={**REPORT.machine, "gpu": "NVIDIA H200, driver 580.1", "cuBLASLt": "130100"})
    made = replace_region(f"{BEGIN}\nCPU\n{END}\n{GPU_BEGIN}\nold\n{GPU_END}\n", report)
    assert made.startswith(
        f"{BEGIN}\nCPU\n{END}\n{GPU_BEGIN}\n{report.date}. NVIDIA H200, driver 580.1, cuBLASLt 130100; "
    )
    assert "old" not in made


def test_readme_has_the_region() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert text.count(GPU_BEGIN) == text.count(GPU_END) == 1
    assert text.index(BEGIN) < text.index(END) < text.index(GPU_BEGIN) < text.index(GPU_END)


def test_summary() -> None:
    assert summary(ALONE) == "tdsl compile: tdsl 100 ms"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(2.5, "s", "2.50 s"), (0.0123, "s", "12.3 ms"), (6.5e-8, "s", "65.0 ns"), (3 * 2**20, "B", "3.00 MiB")],
)
def test_quantity(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text  # type: ignore[arg-type]

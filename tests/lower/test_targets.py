"""The headers of the runtime for every processor that the compilers at hand know: other vectors, other branches of #if.

Code for other processors is only compiled.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from tdsl.resources import RUNTIME

from .native import FLAGS, compiler

CROSS = "aarch64-linux-gnu-g++"
KERNELS = """
#include "tdsl/reduce.hpp"

void rows(int64_t n, int64_t m, const float *x, float *top, float *y) {
    tdsl::for_row_blocks(n, {m}, [=](int64_t first, int64_t last) {
        tdsl::reduce_rows<tdsl::Max<float>>({last - first}, {m}, top + first, [=](int64_t row) {
            return [=](int64_t i) { return x[(first + row) * m + i]; };
        });
        tdsl::map({last - first, m}, [=](int64_t row) {
            const int64_t place = (first + row) * m;
            return [=](int64_t i) { y[place + i] = tdsl::exp(x[place + i] - top[first + row]); };
        });
    });
}
void columns(int64_t n, int64_t m, const double *x, double *y) {
    tdsl::reduce_columns<tdsl::Sum<double>>({m}, {n}, y, [=](int64_t row) {
        return [=](int64_t i) { return tdsl::tanh(x[row * m + i]); };
    });
}
void any(int64_t n, const uint8_t *x, uint8_t *y) {
    tdsl::reduce_rows<tdsl::Any<bool>>({1}, {n}, y, [=](int64_t) { return [=](int64_t i) { return x[i] != 0; }; });
}
"""


def _flags(target: str) -> list[str]:
    return [flag for flag in FLAGS if not flag.startswith("-march=")] + ([f"-march={target}"] if target else [])


@pytest.mark.parametrize("target", ["x86-64", "x86-64-v3", "x86-64-v4"])
@pytest.mark.skipif(platform.machine() != "x86_64", reason="its compiler knows no x86-64")
def test_x86(target: str, tmp_path: Path) -> None:
    _compile([compiler(), *_flags(target)], tmp_path)


@pytest.mark.skipif(not shutil.which(CROSS), reason=f"no {CROSS}")
def test_arm(tmp_path: Path) -> None:
    _compile([CROSS, *_flags("")], tmp_path)


def _compile(command: list[str], folder: Path) -> None:
    source = folder / "kernels.cpp"
    source.write_text(KERNELS)
    units = [source, *(RUNTIME / "source" / f"{name}.cpp" for name in ("nests", "reductions"))]
    for unit in units:
        subprocess.run([*command, "-O3", f"-I{RUNTIME / 'include'}", "-c", unit, "-o", folder / "unit.o"], check=True)

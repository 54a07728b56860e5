"""Kernels for CUDA devices, and the functions that launch them."""

from __future__ import annotations

import re

from tdsl.emit.cuda import SUPPORT
from tdsl.resources import RUNTIME


def test_the_kernels_of_every_unit_have_the_numbers_of_the_runtime() -> None:
    folder = RUNTIME / "include" / "tdsl" / "cuda"
    kernels = re.findall(r"^TDSL_KERNEL (\w+)\(", (folder / "support.hpp").read_text(), flags=re.MULTILINE)
    launches = (folder / "launch.hpp").read_text()
    numbered = re.search(r"enum SupportKernel : int32_t \{(.*?)support_count", launches, flags=re.DOTALL)
    assert numbered
    assert sorted(kernels) == sorted(SUPPORT)
    assert [f"tdsl_{name}" for name in re.findall(r"support_(\w+)", numbered[1])] == list(SUPPORT)

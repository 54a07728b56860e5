"""Elementwise functions of a device have the bits that they have on a CPU with FMA."""

from __future__ import annotations

import ctypes
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tdsl.resources import RUNTIME
from tests.cuda.scalars import cpu_unit, device_unit, operands
from tests.cuda.shim.build import FLAGS, Kernels, compile_unit, compiler
from tests.shared import once

COUNT = 20011


def fill(folder: Path) -> None:
    def on_the_cpu() -> None:
        source = folder / "cpu.cpp"
        source.write_text(cpu_unit())
        options = [*FLAGS, "-shared", f"-I{RUNTIME / 'include'}", "-o", str(folder / "cpu.so")]
        subprocess.run([compiler(), *options, str(source)], check=True)

    (folder / "unit.cu").write_text(device_unit())
    with ThreadPoolExecutor() as pool:
        made = [pool.submit(on_the_cpu), pool.submit(compile_unit, folder / "unit.cu", folder / "unit.so")]
        for one in made:
            one.result()


@pytest.fixture(scope="session")
def units(shared_cache: None) -> tuple[ctypes.CDLL, Kernels]:
    folder = once("cuda_scalars", fill)
    return ctypes.CDLL(str(folder / "cpu.so")), Kernels(folder / "unit.so")


@pytest.mark.parametrize("name", operands())
def test_bits_are_those_of_the_cpu(units: tuple[ctypes.CDLL, Kernels], name: str) -> None:
    cpu, device = units
    count = operands()[name]
    draw = np.random.default_rng(0)
    any_bits = np.linspace(0, 2**32 - 1, COUNT).astype(np.uint32).view(np.float32)
    usual = draw.normal(0, 3, COUNT).astype(np.float32)
    inputs = [np.concatenate([draw.permutation(any_bits), draw.permutation(usual)]) for _ in range(count)]
    expected, found = np.zeros(2 * COUNT, np.float32), np.ones(2 * COUNT, np.float32)
    pointers = [ctypes.c_void_p(each.ctypes.data) for each in (*inputs, expected)]
    getattr(cpu, f"{name}_f32")(ctypes.c_int64(2 * COUNT), *pointers)
    device.launch(f"{name}_f32", 7, 2 * COUNT, *inputs, found)
    same = (expected.view(np.uint32) == found.view(np.uint32)) | (np.isnan(expected) & np.isnan(found))
    assert same.all(), [each[~same][:3] for each in (*inputs, expected, found)]

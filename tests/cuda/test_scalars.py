"""Elementwise ops of a device give the bits of the CPU with FMA, of every type that they take."""

from __future__ import annotations

import ctypes
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.ir.attributes import Bound, Named
from tdsl.ir.interp import evaluate
from tdsl.resources import RUNTIME
from tdsl.types import BOOL, F32, I64, DType, Kind
from tests.cuda.scalars import CASES, cpu_unit, device_unit, has_function
from tests.cuda.shim.build import FLAGS, Kernels, compile_unit, compiler
from tests.lower.cases import Case
from tests.shared import once

Array = np.ndarray[Any, Any]
COUNT = 20011
FEW = 401  # of what NumPy computes number by number
SITE = 6
OWN_VALUES: dict[str, tuple[int, int]] = {
    "within": (0, 9),
    "assertion": (0, 1),
    "random_binomial": (0, 200),
    "polygamma": (-1, 6),
    "polygamma_difference": (-1, 6),
}


class Units:
    def __init__(self, folder: Path) -> None:
        self.cpu, self.device = ctypes.CDLL(str(folder / "cpu.so")), Kernels(folder / "unit.so")
        self.names: dict[str, str] = json.loads((folder / "names.json").read_text())

    def launch(self, case: Case, inputs: list[Array], result: Array) -> None:
        kernel = self.names[case.name]
        (root,) = case.roots
        bound = [root.get(Bound).size.evaluate({})] if root.op.name == "within" else []
        given = [result.size, *bound, *inputs, result]
        site = [ctypes.c_int32(SITE)] * (len(self.device.parameters(kernel)) - 1 - len(given))
        self.device.fault.site = 0
        self.device.launch(kernel, 7, *given, *site)


def fill(folder: Path) -> None:
    def on_the_cpu() -> None:
        source = folder / "cpu.cpp"
        source.write_text(cpu_unit([*CASES.values()]))
        options = [*FLAGS, "-shared", f"-I{RUNTIME / 'include'}", "-o", str(folder / "cpu.so")]
        subprocess.run([compiler(), *options, str(source)], check=True)

    text, names = device_unit([*CASES.values()])
    (folder / "unit.cu").write_text(text)
    (folder / "names.json").write_text(json.dumps(names))
    with ThreadPoolExecutor() as pool:
        made = [pool.submit(on_the_cpu), pool.submit(compile_unit, folder / "unit.cu", folder / "unit.so")]
        for one in made:
            one.result()


@pytest.fixture(scope="session")
def units(shared_cache: None) -> Units:
    return Units(once("cuda_scalars", fill))


def values(dtype: DType, draw: np.random.Generator) -> Array:
    """Any bits and usual values; of integers the limits too."""
    if dtype == BOOL:
        return draw.random(2 * COUNT) < 0.5
    if dtype.kind is Kind.REAL:
        limit, unsigned = (2**32, np.uint32) if dtype == F32 else (2**64, np.uint64)
        bits = np.linspace(0, limit - limit // COUNT, COUNT).astype(unsigned).view(dtype.numpy)
        return np.concatenate([draw.permutation(bits), draw.normal(0, 3, COUNT).astype(dtype.numpy)])
    limits = np.iinfo(dtype.numpy)
    any_bits = draw.integers(limits.min, limits.max, COUNT, dtype.numpy, endpoint=True)
    near = draw.integers(-9 if limits.min else 0, 70, COUNT - 100).astype(dtype.numpy)
    return np.concatenate([any_bits, near, draw.choice([limits.min, limits.max], 100).astype(dtype.numpy)])


def operands(case: Case) -> list[Array]:
    draw = np.random.default_rng(0)
    (root,) = case.roots
    found = [values(node.type.dtype, draw) for node in case.inputs]
    place = 1 if root.op.name == "random_binomial" else 0
    if root.op.name in OWN_VALUES:
        found[place] = draw.integers(*OWN_VALUES[root.op.name], 2 * COUNT)
    if root.op.name == "random_binomial":
        found[2] = draw.choice([0, 0.25, 0.3, 0.9, 1 - 2.0**-53, 1], 2 * COUNT)
    if root.may_fault and root.op.fault == "division":
        found[1] = np.where(found[1] == 0, 1, found[1]).astype(found[1].dtype)
    return found if has_function(case) or not root.op.name.startswith("random_") else [x[-FEW:].copy() for x in found]


def cast(x: Array, dtype: DType) -> Array:
    """Reals that do not fit are the least integer, of which u8 has the last 8 bits."""
    bits = 64 if dtype == I64 else 32
    fits = (x >= -(2.0 ** (bits - 1))) & (x < 2.0 ** (bits - 1))
    whole = np.where(fits, np.where(fits, x, 0).astype(np.int64), -(2 ** (bits - 1)))
    return whole.astype(dtype.numpy)


def expected(case: Case, units: Units, inputs: list[Array]) -> Array:
    (root,) = case.roots
    if root.op.name == "cast" and root.type.dtype.kind is Kind.INTEGER and inputs[0].dtype.kind == "f":
        return cast(inputs[0], root.type.dtype)
    if not has_function(case):
        given = {node.get(Named).name: x for node, x in zip(case.inputs, inputs, strict=True)}
        with np.errstate(all="ignore"):
            return np.asarray(evaluate([root], given, {"N": inputs[0].size}, {})[0])
    found = np.zeros(inputs[0].size, root.type.dtype.numpy)
    pointers = [ctypes.c_void_p(each.ctypes.data) for each in (*inputs, found)]
    getattr(units.cpu, case.name)(ctypes.c_int64(found.size), *pointers)
    return found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bits_are_those_of_the_cpu(units: Units, case: Case) -> None:
    inputs = operands(case)
    wanted = expected(case, units, inputs)
    found = np.ones_like(wanted)
    units.launch(case, inputs, found)
    unsigned = f"u{wanted.itemsize}"
    same = wanted.view(unsigned) == found.view(unsigned)
    if wanted.dtype.kind == "f":
        same |= np.isnan(wanted) & np.isnan(found)
    assert same.all(), [each[~same][:3] for each in (*inputs, wanted, found)]
    assert units.device.fault.site == 0


DIVIDING = [case for case in CASES.values() if case.roots[0].op.fault == "division" and case.roots[0].may_fault]


@pytest.mark.parametrize("case", DIVIDING, ids=lambda case: case.name)
def test_a_division_by_zero_is_a_fault(units: Units, case: Case) -> None:
    inputs = operands(case)
    place = 3 * COUNT // 2
    inputs[1][place] = 0
    found = np.ones_like(inputs[0])
    units.launch(case, inputs, found)
    assert (units.device.fault.site, units.device.fault.value) == (SITE + 1, inputs[0][place])
    assert found[place] == 0

"""Every op in a whole module, called through Python at the edges of sizes: arrays in any form give the same bits or the
same error, and sizes beyond a machine are refused."""

from __future__ import annotations

import importlib.util
import math
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tdsl.build.cache import Cache
from tdsl.build.native import build_native
from tdsl.build.toolchain import locate
from tdsl.clock import Clock
from tdsl.ir.attributes import Named
from tdsl.ir.node import topological
from tdsl.settings import Settings
from tdsl.types import BOOL
from tests import sanitized
from tests.lower.cases import Case, M, N, all_cases, argument, arguments, program
from tests.lower.odd import odd
from tests.stages import stages


def sized(case: Case) -> Case:
    """Every size is that of an argument, as it is in each program that has been checked."""
    known = {name for node in case.inputs for size in node.type.shape if size.degree == 1 for name in size.symbols()}
    return case if known >= {"N", "M"} else replace(case, inputs=(*case.inputs, argument("sizes", BOOL, N, M)))


CASES = [sized(case) for case in all_cases()]
SIZES = ((0, 0), (0, 3), (3, 0), (1, 1), (1, 17), (7, 1), (5, 13), (15, 16), (16, 7), (17, 31), (33, 2))
HUGE = ((1 << 45, 3), (3, 1 << 45), (1 << 45, 0), (0, 1 << 45))


def built(name: str) -> Path:
    """Modules of `tdsl.compile`, with ops that no pass has rewritten."""
    made = program(CASES, name)
    settings = Settings(
        opt=1 if sanitized.NAMES else 0, sanitize=sanitized.NAMES, cache_dir=os.environ["TDSL_CACHE_DIR"]
    )
    unit = stages(made).unit
    folder = build_native(name, unit, "", settings, locate(settings), Cache.of(settings), Clock())
    return folder / f"{name}{EXTENSION_SUFFIXES[0]}"


@pytest.fixture(scope="module")
def every_op() -> ModuleType:
    found = importlib.util.spec_from_file_location("every_op", built("every_op"))
    assert found and found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def counted() -> Iterator[Counter[str]]:
    """Calls by their outcome, reported at the end."""
    ends: Counter[str] = Counter()
    yield ends
    print(f"\n{ends.total()} calls of a module of {len(CASES)} entries: {dict(ends)}")


def unaligned(array: np.ndarray) -> np.ndarray:
    view = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


def second(array: np.ndarray) -> np.ndarray:
    """Every second element along every axis of a larger array."""
    larger = np.zeros([2 * size for size in array.shape], array.dtype)
    view = larger[(..., *[slice(None, None, 2)] * array.ndim)]
    view[...] = array
    return view


def backwards(array: np.ndarray) -> np.ndarray:
    turned = (..., *[slice(None, None, -1)] * array.ndim)
    return array[turned].copy()[turned]


def one_further(array: np.ndarray) -> np.ndarray:
    """Aligned for its elements and not for vectors."""
    view = np.zeros(array.size + 1, array.dtype)[1:].reshape(array.shape)
    view[...] = array
    return view


FORMS = {
    "as they are": np.array,
    "Fortran": lambda array: np.array(array, order="F"),
    "unaligned": unaligned,
    "every second": second,
    "backwards": backwards,
    "one further": one_further,
    "other byte order": lambda array: array.astype(array.dtype.newbyteorder()),
}


def ending(entry: Any, values: dict[str, np.ndarray], out: Any = None) -> tuple[str, ...] | list[bytes]:
    """The bits of the results, or the error."""
    try:
        found = entry(**values) if out is None else entry(**values, out=out)
    except (IndexError, ValueError, MemoryError, ArithmeticError, AssertionError) as error:
        return type(error).__name__, str(error)
    return [np.asarray(value).tobytes() for value in (found if isinstance(found, tuple) else (found,))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_any_form_gives_the_same(every_op: ModuleType, case: Case, counted: Counter[str]) -> None:
    entry, rng = getattr(every_op, case.name), np.random.default_rng(7)
    for n, m in SIZES:
        if min(n, m) < case.smallest:
            continue
        values = odd(arguments(case, {"N": n, "M": m}, rng), rng)
        expected = ending(entry, values)
        for form, make in FORMS.items():
            given = {name: make(value) for name, value in values.items()}
            assert ending(entry, given) == expected, (form, n, m)
            counted["result" if isinstance(expected, list) else expected[0]] += 1
        if isinstance(expected, list) and all(value.ndim for value in values.values()):
            results = entry(**values)
            arrays = results if isinstance(results, tuple) else (results,)
            if all(isinstance(result, np.ndarray) for result in arrays):
                out = tuple(one_further(result) for result in arrays)
                assert ending(entry, values, out if isinstance(results, tuple) else out[0]) == expected, (n, m)
                counted["result"] += 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_sizes_beyond_a_machine(every_op: ModuleType, case: Case, counted: Counter[str]) -> None:
    entry, rng = getattr(every_op, case.name), np.random.default_rng(8)
    loops = any(node.op.name == "scan" for node in topological(case.roots))
    for n, m in HUGE:
        if loops and m == 0:  # a step takes time even if it has nothing to compute
            continue
        few, dims = arguments(case, {"N": 1, "M": 1}, rng), {"N": n, "M": m}
        shapes = {node.get(Named).name: [size.evaluate(dims) for size in node.type.shape] for node in case.inputs}
        if max(math.prod(filter(None, shape)) for shape in shapes.values()) >= 1 << 60:  # NumPy has no such view
            continue
        values = {name: np.broadcast_to(few[name].ravel()[:1].reshape(()), shape) for name, shape in shapes.items()}
        found = ending(entry, values)
        counted["result" if isinstance(found, list) else found[0]] += 1
        if isinstance(found, list):
            assert sum(map(len, found)) < 1 << 21
        else:
            assert found[0] in ("MemoryError", "IndexError", "ValueError", "ZeroDivisionError"), found

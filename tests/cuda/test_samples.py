"""Golden programs and samples give the same on a device as on the CPU: elementwise results to the bit, sums nearly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.describe.table import ArgumentTable, EntryTable, Extent, ModuleTable
from tdsl.driver import Stages
from tdsl.ir.node import OPS, Work
from tdsl.loops.body import Compute
from tdsl.loops.language import Contraction, Map, Reduce, Scatter, Statement, walk
from tdsl.resources import SAMPLES
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.types import F64, Kind
from tests.golden.test_golden import HERE as GOLDEN
from tests.samples.small import defines

DTYPES = {"bool": "?", "u8": "u1", "i32": "i4", "i64": "i8", "f32": "f4", "f64": "f8"}
# Functions of real numbers; of f32 the C++ of tdsl computes all but the second ones, which are NVIDIA's on a GPU.
FUNCTIONS = {
    op.name for op in OPS.values() if op.family == "elementwise" and op.cost is Work.FUNCTION and Kind.REAL in op.kinds
}
OF_LIBRARIES = FUNCTIONS & {
    *("log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh"),
    *("pow", "atan2"),
}
PROGRAMS = [*sorted(GOLDEN.glob("*.tdsl")), *sorted(SAMPLES.glob("*/*.tdsl"))]


def size(extent: Extent, dims: dict[str, int]) -> int:
    if extent.size >= 0:
        return extent.size
    return [*dims.values()][extent.dim] if extent.value is None else extent.value.evaluate(dims)


def value(argument: ArgumentTable, dims: dict[str, int], random: np.random.Generator) -> Any:
    """Small positive numbers; integers may be positions."""
    if argument.binds:
        return size(argument.binds, dims)
    shape = tuple(size(extent, dims) for extent in argument.shape)
    dtype = np.dtype(DTYPES[argument.dtype])
    made = random.uniform(0.1, 0.9, shape) if dtype.kind == "f" else random.integers(0, 2, shape)
    return np.asarray(made, dtype) if shape else dtype.type(made).item()


def outcome(model: Any, entry: EntryTable, given: list[Any]) -> list[Any]:
    try:
        found = getattr(model, entry.name)(*given)
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    return leaves(found)


def leaves(found: Any) -> list[Any]:
    return [leaf for part in found for leaf in leaves(part)] if isinstance(found, tuple) else [found]


def assert_alike(found: Any, expected: Any, exact: bool) -> None:
    if expected is None or isinstance(expected, str):
        assert found == expected
        return
    found, expected = np.asarray(found), np.asarray(expected)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    if exact:
        assert found.tobytes() == expected.tobytes()
    else:
        # A cancelled sum is as exact as its terms; Adam divides a gradient by its size, however small.
        scale = float(np.max(np.abs(expected), initial=0))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 + 1e-3 * scale)


def may_differ(statement: Statement) -> bool:
    """Whether it sums in an order of its own, or NVIDIA's functions compute it."""
    if isinstance(statement, Contraction | Reduce):
        return True
    body = statement.body if isinstance(statement, Map | Scatter) else ()
    computed = [line for line in body if isinstance(line, Compute)]
    return any(line.op in OF_LIBRARIES or (line.dtype == F64 and line.op in FUNCTIONS) for line in computed)


def described(path: Path, text: str) -> tuple[ModuleTable, dict[str, bool]]:
    """The description of a program, and for each entry whether a GPU gives the bits of the CPU."""
    settings = Settings(target="cpp,cuda", defines=tuple(defines(path.parent.name).items()))
    stages = Stages(Source(path.name, text, path), settings, Path.read_text)
    exact = {routine.name: not any(map(may_differ, walk(routine.statements))) for routine in stages.scheduled.routines}
    return stages.description, exact


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_results(path: Path, for_gpus: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    text = path.read_text(encoding="utf-8")
    table, exact = described(path, text)
    name = path.stem
    small = {"defines": sizes} if (sizes := defines(path.parent.name)) else {}
    if table.variables:
        made = for_gpus(text, name, **small)
        models = made.Model(seed=3), made.Model(seed=3, device="cuda:0")
    else:
        models = for_gpus(text, name, **small), for_gpus(text, name, **small, device="cuda:0")
    same = all(exact.values())
    for entry in table.entries:
        for least in (5, 1):
            dims = {dim: least + number for number, dim in enumerate(table.dims)}
            random = np.random.default_rng(1)
            given = [value(argument, dims, random) for argument in entry.arguments]
            (expected, shown), (found, shown_there) = (
                (outcome(model, entry, given), capsys.readouterr().out) for model in models
            )
            assert len(found) == len(expected) and shown == shown_there
            for pair in zip(found, expected, strict=True):
                assert_alike(*pair, exact[entry.name] and same)
            for variable in table.variables:
                assert_alike(*(model[variable.name] for model in reversed(models)), same)

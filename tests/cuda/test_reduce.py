"""Reductions on a device against NumPy, with every order of threads and blocks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.cuda.shapes import Shapes
from tests.cuda.shim.build import Kernels

Compiled = Callable[..., Kernels]
SEEDS = (0, 1, 2)
DTYPES = {"f32": np.float32, "f64": np.float64, "i32": np.int32, "i64": np.int64, "u8": np.uint8}
NUMPY = {"sum": np.sum, "prod": np.prod, "max": np.max, "min": np.min, "any": np.any, "all": np.all}
# Rows, and elements of a row: one thread, a part of a warp, a warp and a block for each row, and several blocks.
MATRICES = [
    (0, 0), (0, 3), (3, 0), (1, 1), (1, 31), (31, 1), (2, 32), (33, 7), (257, 8), (5, 33), (300, 40), (3, 511),
    (7, 513), (20, 2049), (2, 9000), (1, 70000), (70001, 1), (9000, 2), (700, 33), (5000, 3),
]  # fmt: skip


def identity(combiner: str, dtype: np.dtype) -> float | int:
    if combiner in ("max", "min"):
        low, high = (-np.inf, np.inf) if dtype.kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        return low if combiner == "max" else high
    return 1 if combiner in ("prod", "all") else 0


def expected(combiner: str, x: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    if x.size == 0:
        return np.full(NUMPY["sum"](x, axis=axis).shape, identity(combiner, x.dtype), x.dtype)
    if combiner in ("sum", "prod"):
        # Integers wrap around; reals have more digits.
        wide = np.float64 if x.dtype.kind == "f" else x.dtype
        return NUMPY[combiner](x.astype(wide), axis=axis, dtype=wide)
    return NUMPY[combiner](x, axis=axis).astype(x.dtype)


def drawn(combiner: str, dtype: type, shape: tuple[int, ...]) -> np.ndarray:
    draw = np.random.default_rng(shape)
    if combiner in ("any", "all"):
        return (draw.random(shape) < (0.01 if combiner == "any" else 0.99)).astype(np.uint8)
    if np.dtype(dtype).kind != "f":
        info = np.iinfo(dtype)
        return draw.integers(info.min, info.max, shape, dtype, endpoint=True)
    if combiner == "prod":
        return np.exp(draw.normal(0, 0.01, shape)).astype(dtype)
    return draw.normal(0, 1, shape).astype(dtype)


def check(found: np.ndarray, wanted: np.ndarray, x: np.ndarray, what: object) -> None:
    if x.dtype.kind == "f" and wanted.dtype == np.float64 and x.dtype != wanted.dtype:
        size = np.sqrt(max(1, x.size / max(1, wanted.size)))
        assert np.allclose(found, wanted, rtol=1e-6 * size, atol=1e-6 * size), what
    elif x.dtype.kind == "f":
        assert np.allclose(found, wanted, rtol=1e-12, atol=1e-11), what
    else:
        assert np.array_equal(found, wanted), what


@pytest.fixture(scope="session")
def unit(kernels: Compiled) -> Kernels:
    return kernels("reduce.cu")


def results(
    unit: Kernels, shapes: Shapes, kernel: str, shape: tuple[int, int, int, int], sizes: tuple[int, ...],
    x: np.ndarray, count: int, dtype: np.dtype,
) -> np.ndarray:  # fmt: skip
    """The result, which has the same bits for each order of the threads, and nothing behind it."""
    found = []
    for seed in SEEDS:
        unit.seed(seed)
        y = np.full(count + 8, 77, dtype)
        shapes.launch(unit, kernel, shape, *sizes, x, y)
        assert (y[count:] == 77).all()
        found.append(y[:count])
    assert all(each.tobytes() == found[0].tobytes() for each in found), kernel
    return found[0]


KINDS = [(combiner, name) for name in DTYPES for combiner in ("sum", "max")]
KINDS += [(combiner, name) for name in ("f32", "i64") for combiner in ("prod", "min")]


@pytest.mark.parametrize("combiner, name", [*KINDS, ("any", "bool"), ("all", "bool")])
def test_matrices(unit: Kernels, shapes: Shapes, combiner: str, name: str) -> None:
    sizes = MATRICES if name in ("f32", "bool") else MATRICES[:: 3 if combiner == "max" else 4]
    for n0, n1 in sizes:
        x = drawn(combiner, DTYPES.get(name, np.uint8), (n0, n1))
        for kernel, count, axis in (("line", n0, 1), ("column", n1, 0)):
            shape = shapes.of(kernel, x.itemsize, n0, n1)
            y = results(unit, shapes, f"{kernel}_{combiner}_{name}", shape, (n0, n1), x, count, x.dtype)
            check(y, expected(combiner, x, axis), x, (kernel, n0, n1))


NESTS = [
    (2, 3, 4, 5),
    (1, 1, 100, 300),
    (3, 2, 700, 11),
    (2, 1, 3, 0),
    (4, 33, 2, 35),
    (1, 2, 1, 20000),
    (2, 90, 90, 3),
]


@pytest.mark.parametrize("sizes", NESTS)
def test_nests(unit: Kernels, shapes: Shapes, sizes: tuple[int, int, int, int]) -> None:
    n0, n1, _, n3 = sizes
    for combiner, name in (("sum", "f32"), ("max", "i64")):
        x = drawn(combiner, DTYPES[name], sizes)
        for kernel, count, axis in (("rows", n0 * n1, (2, 3)), ("columns", n0 * n3, (1, 2))):
            shape = shapes.of(kernel, x.itemsize, *sizes)
            y = results(unit, shapes, f"{kernel}_{combiner}_{name}", shape, sizes, x, count, x.dtype)
            check(y, expected(combiner, x, axis).ravel(), x, (kernel, sizes))


@pytest.mark.parametrize("combiner, name", [each for each in KINDS if each[0] in ("max", "min")])
def test_positions(unit: Kernels, shapes: Shapes, combiner: str, name: str) -> None:
    numpy = np.argmax if combiner == "max" else np.argmin
    for n0, n1 in MATRICES if name == "f32" else MATRICES[::4]:
        x = drawn("", DTYPES[name], (n0, n1))
        variants = [x]
        if x.dtype.kind == "f" and x.size:
            ties = np.round(x)
            with_nan = x.copy()
            with_nan[np.random.default_rng(1).random(x.shape) < 2 / n1] = np.nan
            variants += [ties, with_nan]
        for given in variants:
            shape = shapes.of("arg", x.itemsize, n0, n1)
            y = results(unit, shapes, f"arg_{combiner}_{name}", shape, (n0, n1), given, n0, np.dtype(np.int64))
            assert np.array_equal(y, numpy(given, axis=1) if n1 else np.zeros(n0)), (n0, n1)


def test_nan_propagates(unit: Kernels, shapes: Shapes) -> None:
    for n0, n1 in ((3, 7), (4, 100), (2, 3000), (1, 20000)):
        for where in (0, n1 // 2, n1 - 1):
            x = drawn("max", np.float32, (n0, n1))
            x[0, where] = np.nan
            for combiner in ("max", "min", "sum", "prod"):
                y = results(
                    unit, shapes, f"line_{combiner}_f32", shapes.of("line", 4, n0, n1), (n0, n1), x, n0, x.dtype
                )
                assert np.isnan(y[0]) and not np.isnan(y[1:]).any()


def test_large_sums_are_accurate(unit: Kernels, shapes: Shapes) -> None:
    x = np.full((1, 1_000_000), 0.1, np.float32)
    y = results(unit, shapes, "line_sum_f32", shapes.of("line", 4, *x.shape), x.shape, x, 1, x.dtype)
    assert abs(y[0] / np.sum(x, dtype=np.float64) - 1) < 3e-7
    y = results(unit, shapes, "column_sum_f32", shapes.of("column", 4, x.size, 1), (x.size, 1), x, 1, x.dtype)
    assert abs(y[0] / np.sum(x, dtype=np.float64) - 1) < 3e-7

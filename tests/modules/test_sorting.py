"""Order along an axis: every dtype, short lines and long ones, equal elements, zeros of both signs, nan; the same bits
for any number of threads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl

DTYPES = ("f32", "f64", "i32", "i64", "u8", "bool")
TEXT = "dim N, M, K\n" + "".join(
    f"entry {dtype}(x: {dtype}[M, N], dim K) -> (sort(x), argsort(x), topk(x, K), sort(x, 0), argsort(x, axis=0))\n"
    for dtype in DTYPES
)
TEXT += "".join(
    f"entry find_{d}(s: {d}[N], v: {d}[M]) -> (searchsorted(s, v), searchsorted(s, v, true))\n" for d in DTYPES
)
TEXT += """
entry slopes(x: f64[M, N], u: f64[M, N], w: f64[M, K]) -> (
    vjp(sort(x), x, u), vjp(sort(x, 0), x, u), vjp(topk(x, K)[0], x, w), jvp(sort(x), x, u), jvp(topk(x, K)[0], x, u)
)
entry curves(x: f64[N], u: f64[N]) -> hessian(sum(sort(x * x) ** 2 * u), x)
"""
LENGTHS = (0, 1, 2, 15, 16, 17, 127, 128, 129, 255, 256, 257, 3001)
LONG = 140_001
NUMPY = {"f32": "f4", "f64": "f8", "i32": "i4", "i64": "i8", "u8": "u1", "bool": "?"}


@pytest.fixture(scope="module", params=["numpy", "cpp"])
def module(request: pytest.FixtureRequest) -> Any:
    return tdsl.compile(TEXT, name="sorting", target=request.param)


def values(dtype: str, shape: tuple[int, ...], few: bool) -> Any:
    rng = np.random.default_rng(len(shape) + 2 * few)
    if dtype in ("f32", "f64"):
        x = rng.normal(size=shape)
        x = np.round(x * 3) if few else x
        edges = rng.choice([np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-310, -1e-310], shape)
        return np.where(rng.random(shape) < 0.1, edges, x).astype(NUMPY[dtype])
    info = np.iinfo(NUMPY[dtype]) if dtype != "bool" else None
    low, high = (0, 1) if info is None else (-2, 2) if few and info.min else (0, 3) if few else (info.min, info.max)
    return rng.integers(low, high, shape, dtype="i8" if info is None else info.dtype, endpoint=True).astype(
        NUMPY[dtype]
    )


def same_bits(found: Any, expected: Any) -> None:
    """The signs of zeros count."""
    np.testing.assert_array_equal(found, expected)
    if expected.dtype.kind == "f":
        zero = expected == 0
        np.testing.assert_array_equal(np.signbit(found)[zero], np.signbit(expected)[zero])


@pytest.mark.parametrize("dtype", DTYPES)
def test_all_lengths(module: Any, dtype: str) -> None:
    entry = getattr(module, dtype)
    for length in LENGTHS:
        for few in (False, True):
            x = values(dtype, (3, length), few)
            for k in {0, min(1, length), length // 3, length}:
                ascending, order, (largest, places), columns, down = entry(x, K=k)
                expected = np.argsort(x, kind="stable")
                np.testing.assert_array_equal(order, expected)
                same_bits(ascending, np.take_along_axis(x, expected, 1))
                back = length - 1 - np.argsort(x[:, ::-1], kind="stable")[:, ::-1]
                np.testing.assert_array_equal(places, back[:, :k])
                same_bits(largest, np.take_along_axis(x, places, 1))
                np.testing.assert_array_equal(down, np.argsort(x, axis=0, kind="stable"))
                same_bits(columns, np.take_along_axis(x, down, 0))


@pytest.mark.parametrize("dtype", DTYPES)
def test_places(module: Any, dtype: str) -> None:
    for length in (0, 1, 7, 300):
        line, v = np.sort(values(dtype, (length,), True)), values(dtype, (70,), True)
        for found, side in zip(getattr(module, f"find_{dtype}")(line, v), ("left", "right"), strict=True):
            np.testing.assert_array_equal(found, np.searchsorted(line, v, side))


def test_derivatives_go_to_the_places_of_elements(module: Any) -> None:
    """Of equal ones too, each by its position."""
    rng = np.random.default_rng(3)
    x, u, w = rng.integers(0, 4, (5, 9)) * 1.0, rng.normal(size=(5, 9)), rng.normal(size=(5, 4))
    rows, columns, largest, along, along_largest = module.slopes(x, u, w)
    order, down = np.argsort(x, kind="stable"), np.argsort(x, axis=0, kind="stable")
    expected = np.zeros(x.shape)
    np.put_along_axis(expected, order, u, 1)
    np.testing.assert_array_equal(rows, expected)
    np.put_along_axis(expected, down, u, 0)
    np.testing.assert_array_equal(columns, expected)
    places = np.argsort(-x, kind="stable")[:, :4]
    expected[...] = 0
    np.put_along_axis(expected, places, w, 1)
    np.testing.assert_array_equal(largest, expected)
    np.testing.assert_array_equal(along, np.take_along_axis(u, order, 1))
    np.testing.assert_array_equal(along_largest, np.take_along_axis(u, places, 1))


def test_second_derivatives(module: Any) -> None:
    rng = np.random.default_rng(4)
    x, u = rng.normal(size=7), rng.normal(size=7)
    rank = np.argsort(np.argsort(x * x))
    np.testing.assert_allclose(module.curves(x, u), np.diag(12 * x**2 * u[rank]), rtol=1e-12)


@pytest.mark.parametrize("k", [-1, 4])
def test_more_than_there_are(module: Any, k: int) -> None:
    with pytest.raises(ValueError, match="K"):
        module.f32(np.zeros((2, 3), np.float32), K=k)


CALLS = f"""
import importlib.util, sys, zlib
import numpy as np
spec = importlib.util.spec_from_file_location("sorting", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
rng = np.random.default_rng(0)
for shape in ((1, {LONG}), (40, 3000), (3000, 40), (9, 2 * {LONG} // 9)):
    x = rng.normal(size=shape).astype("f4")
    order = np.argsort(x, kind="stable")
    found = module.f32(x, K=9)
    assert (found[1] == order).all() and (found[2][1] == order[:, :-10:-1]).all(), shape
    assert (found[0] == np.take_along_axis(x, order, 1)).all(), shape
    assert (module.f64(x.astype("f8"), K=9)[1] == order).all(), shape
    print(zlib.crc32(found[3].tobytes()), zlib.crc32(found[4].tobytes()))
"""


def test_any_number_of_threads() -> None:
    path = str(Path(tdsl.compile(TEXT, name="sorting").__file__))
    found = set()
    for threads in ("1", "2", "3", "8"):
        run = [sys.executable, "-c", CALLS, path]
        done = subprocess.run(run, env={"TDSL_NUM_THREADS": threads}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1

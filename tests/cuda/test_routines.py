"""The routines of the runtime on the shim of a device: results of NumPy, and the same bits in any order of threads."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tdsl.ops import random
from tests.cuda.shim.build import Kernels
from tests.lower.native import Fault

C = {np.float32: "float", np.float64: "double", np.int32: "int32_t", np.int64: "int64_t", np.uint8: "uint8_t"}
REALS = (np.float32, np.float64)
SEEDS = (0, 5)


@pytest.fixture(scope="module")
def unit(kernels: Callable[..., Kernels]) -> Kernels:
    return kernels("routines.cu")


class Routine:
    """A routine for one dtype: numbers, sizes and then outputs, inputs and scratch memory."""

    def __init__(self, unit: Kernels, name: str, dtype: type, kernel: str = "") -> None:
        self.unit, self.name = unit, f"{kernel or name}_{C[dtype]}"
        self.shape = unit.library[f"shape_{name}_{C[dtype]}"]

    def __call__(
        self, sizes: tuple[int, ...], outputs: tuple[np.ndarray, ...], *inputs: np.ndarray, more: int | None = None
    ) -> None:
        """Fills the outputs, by two schedules that must not differ."""
        given = (ctypes.c_int64 * 8)(*sizes, *([] if more is None else [more]))
        found = (ctypes.c_int64 * 4)()
        self.shape(given, found)
        blocks, threads, phases, scratch = found
        kept: list[np.ndarray] = []
        for seed in SEEDS:
            self.unit.seed(seed)
            memory = tuple(each.copy() for each in inputs)
            for output in outputs:
                output.view(np.uint8).fill(0xAA) if output.size else None
            self.unit.launch(
                self.name, blocks, *sizes, *outputs, *memory, threads=threads, phases=phases, scratch=scratch
            )
            assert not kept or all(one.tobytes() == other.tobytes() for one, other in zip(kept, outputs, strict=True))
            kept = [each.copy() for each in outputs]


def scratch(count: int) -> np.ndarray:
    return np.zeros(max(1, int(count)))


def numbers(dtype: type, shape: tuple[int, ...], seed: int = 0, specials: bool = False) -> np.ndarray:
    source = np.random.default_rng(seed)
    if np.issubdtype(dtype, np.floating):
        x = source.standard_normal(shape).astype(dtype).round(1)
        if specials and x.size > 8:
            places = source.integers(0, x.size, x.size // 3)
            x.ravel()[places] = source.choice([0.0, -0.0, np.nan, np.inf, -np.inf, 1e-40, 2.0], places.size)
        return x
    return source.integers(0 if dtype is np.uint8 else -50, 50, shape).astype(dtype)


LINES = ((1, 0, 1), (0, 3, 2), (2, 1, 3), (3, 2, 1), (2, 31, 2), (1, 33, 3), (1, 64, 1), (2, 65, 1), (1, 257, 2))
LONG = ((1, 2048, 1), (2, 2049, 1), (1, 9000, 1), (1, 4500, 2))


# Integers merge as reals do.
SORTED = [(dtype, shape) for dtype in C for shape in (*LINES, LONG[0], *(LONG[1:] if dtype in REALS else ()))]


@pytest.mark.parametrize(("dtype", "shape"), SORTED)
def test_sorts(unit: Kernels, dtype: type, shape: tuple[int, int, int]) -> None:
    x, y, positions = numbers(dtype, shape, 1, True), np.empty(shape, dtype), np.empty(shape, np.int64)
    Routine(unit, "argsort", dtype)(shape, (positions,), x, scratch(x.size * 4))
    wanted = np.argsort(x, 1, kind="stable")
    assert np.array_equal(positions, wanted)
    Routine(unit, "sort", dtype)(shape, (y,), x, scratch(x.size * 2))
    assert y.tobytes() == np.take_along_axis(x, wanted, 1).tobytes()
    for k in {0, 1, shape[1] // 2, shape[1]}:
        if k > shape[1] or (k > 1 and shape in LONG):
            continue
        found = np.empty((shape[0], k, shape[2]), np.int64)
        Routine(unit, "argtopk", dtype)((*shape, k), (found,), x, scratch(x.size * 4))
        keys = np.where(np.isnan(x), np.inf, x.astype(np.float64))
        order = np.lexsort((np.broadcast_to(np.arange(shape[1])[:, None], shape), -keys, ~np.isnan(x)), 1)
        assert np.array_equal(found, order[:, :k])


@pytest.mark.parametrize("dtype", C)
@pytest.mark.parametrize("length", [0, 1, 2, 300])
def test_searches(unit: Kernels, dtype: type, length: int) -> None:
    line, values = np.sort(numbers(dtype, (length,), 2, True)), numbers(dtype, (333,), 3, True)
    for right in (0, 1):
        positions = np.empty(values.shape, np.int64)
        Routine(unit, "searchsorted", dtype)((right, length, values.size), (positions,), line, values)
        assert np.array_equal(positions, np.searchsorted(line, values, "right" if right else "left"))


def carried(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float64) if np.issubdtype(x.dtype, np.floating) else x


@pytest.mark.parametrize("dtype", C)
@pytest.mark.parametrize("shape", [*LINES, *LONG])
@np.errstate(all="ignore")
def test_running_values(unit: Kernels, dtype: type, shape: tuple[int, int, int]) -> None:
    for specials in (False, True):
        x, a, y = numbers(dtype, shape, 4, specials), numbers(dtype, shape, 5, specials), np.empty(shape, dtype)
        wide = carried(x)
        Routine(unit, "cummax", dtype)(shape, (y,), x)
        assert np.array_equal(y, np.maximum.accumulate(x, 1), equal_nan=True)
        Routine(unit, "cumprod", dtype)(shape, (y,), x)
        assert np.array_equal(y, np.multiply.accumulate(wide, 1, wide.dtype).astype(dtype), equal_nan=True)
        for reverse in (0, 1):
            turned = slice(None, None, -1 if reverse else 1)
            Routine(unit, "cumsum", dtype)((reverse, *shape), (y,), x, scratch(1))
            wanted = np.add.accumulate(wide[:, turned], 1, wide.dtype)[:, turned].astype(dtype)
            assert np.allclose(y, wanted, 1e-6 if dtype is np.float32 else 1e-13, 1e-10, equal_nan=True)
            Routine(unit, "recurrence", dtype)((reverse, *shape), (y,), a, x)
            value, values = np.zeros((shape[0], shape[2]), wide.dtype), []
            for k in range(shape[1])[turned]:
                factor = carried(a)[:, k + 1 if reverse and k + 1 < shape[1] else k]
                value = np.where(value == 0, 0, value * factor).astype(wide.dtype) + wide[:, k]
                values.append(value)
            wanted = np.stack(values[turned], 1).astype(dtype) if values else y
            assert np.array_equal(y, wanted, equal_nan=True)


def test_a_running_sum_that_stays_in_range(unit: Kernels) -> None:
    x = np.ones((1, 5000, 1))
    # The sum of the eight elements alone is infinite.
    x[0, 2999], x[0, 3000:3008], x[0, 3008] = -(2.0**1023), 2.0**1021, -(2.0**1023)
    y = np.empty_like(x)
    Routine(unit, "cumsum", np.float64)((0, *x.shape), (y,), x, scratch(1))
    assert np.array_equal(y, np.add.accumulate(x, 1))


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (1, 1), (3, 2), (5, 7), (2, 33), (3, 100), (1, 700)])
def test_products_of_others(unit: Kernels, dtype: type, shape: tuple[int, int]) -> None:
    x, u, v = (numbers(dtype, shape, seed) * dtype(0.5) + dtype(1) for seed in (6, 7, 8))
    x[:, :1] = 0
    y = np.empty(shape, dtype)

    def others(skipped: set[int], row: int) -> Any:
        return np.prod(np.delete(x[row].astype(np.float64), [*skipped]))

    rows, columns = shape
    for count, directions in enumerate(((), (u,), (u, v)), 1):
        if count > 2 and columns > 33:
            continue
        Routine(unit, "prod_others", dtype, kernel=f"prod_others_{count}")(shape, (y,), x, *directions, more=count)
        places = range(columns) if columns <= 100 else (0, 1, 31, 32, columns - 1)
        for row in range(rows):
            for k in places:
                if count == 1:
                    wanted = others({k}, row)
                elif count == 2:
                    wanted = sum(u[row, i] * others({k, i}, row) for i in range(columns) if i != k)
                else:
                    pairs = [(i, j) for i in range(columns) for j in range(columns) if len({i, j, k}) == 3]
                    wanted = sum(np.float64(u[row, i]) * v[row, j] * others({k, i, j}, row) for i, j in pairs)
                assert np.isclose(y[row, k], wanted, 1e-4 if dtype is np.float32 else 1e-11, 1e-30)


def test_draws_have_the_bits_of_their_definition(unit: Kernels) -> None:
    bits = random.random_word(7, 3, np.arange(2000))
    found = np.empty(bits.shape)
    for kernel, meaning in (
        ("normals", random.standard_normal),
        ("truncated_normals", random.standard_truncated_normal),
    ):
        unit.launch(kernel, 3, bits.size, bits, found)
        assert found.tobytes() == meaning(bits).tobytes()
    source = np.random.default_rng(0)
    count, p, drawn = source.integers(0, 9000, bits.size), source.random(bits.size), np.empty(bits.shape, np.int64)
    unit.launch("binomials", 3, bits.size, bits, count, p, drawn)
    assert np.array_equal(drawn, random.random_binomial(bits, count, p))


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("shape", [(0, 5), (1, 1), (3, 20), (37, 12), (40, 40)])
def test_orthogonal_matrices_have_the_bits_of_a_cpu(unit: Kernels, dtype: type, shape: tuple[int, int]) -> None:
    seed, memory = np.array([5]), scratch(shape[0] * shape[1] + sum(shape))
    y, wanted = np.empty(shape, dtype), np.empty(shape, dtype)
    Routine(unit, "random_orthogonal", dtype)((11, *shape), (y,), seed, memory)
    pointers = (ctypes.c_void_p(each.ctypes.data) for each in (wanted, seed, memory))
    unit.library[f"cpu_random_orthogonal_{C[dtype]}"](*map(ctypes.c_int64, (11, *shape)), *pointers)
    assert y.tobytes() == wanted.tobytes()
    short = y @ y.T if shape[0] < shape[1] else y.T @ y
    assert np.allclose(short, np.eye(min(shape)), atol=1e-5 if dtype is np.float32 else 1e-13)


STACKS = ((1, 0), (0, 3), (1, 1), (3, 2), (4, 5), (1, 31), (2, 32), (2, 33), (1, 70), (1, 100))


def bound(dtype: type, n: int) -> float:
    return float(40 * (n + 1) * np.finfo(dtype).eps)


def matrices(dtype: type, count: int, n: int, m: int | None = None, seed: int = 9) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, n, n if m is None else m)).astype(dtype)


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize(("count", "n"), STACKS)
def test_cholesky(unit: Kernels, dtype: type, count: int, n: int) -> None:
    b = matrices(dtype, count, n)
    a = (b @ b.transpose(0, 2, 1) + n * np.eye(n)).astype(dtype)
    factor = np.empty_like(a)
    given = np.where(np.tri(n, dtype=bool), a, dtype(np.nan))
    Routine(unit, "cholesky", dtype)((count, n), (factor,), given)
    assert np.array_equal(factor, np.tril(factor))
    assert np.allclose(factor @ factor.transpose(0, 2, 1), a, atol=bound(dtype, n) * n)


@pytest.mark.parametrize(("count", "n", "pivot", "value"), [(1, 5, 3, 3), (3, 40, 35, 75), (2, 33, 0, 33)])
def test_a_matrix_that_is_not_definite_is_a_fault(unit: Kernels, count: int, n: int, pivot: int, value: int) -> None:
    a = np.tile(np.eye(n), (count, 1, 1))
    a[count // 2, pivot, pivot] = -1.0
    a[-1, -1, -1] = 0.0
    unit.fault = Fault()
    Routine(unit, "cholesky", np.float64)((count, n), (np.empty_like(a),), a)
    assert (unit.fault.site, unit.fault.value, unit.fault.bound) == (4, value, 0 if count == 1 else n)


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize(("count", "n"), STACKS)
@pytest.mark.parametrize("m", [0, 1, 11])
def test_triangular_systems(unit: Kernels, dtype: type, count: int, n: int, m: int) -> None:
    t = matrices(dtype, count, n) / dtype(max(1, n)) + 2 * np.eye(n, dtype=dtype)
    b, x = matrices(dtype, count, n, m, 10), np.empty((count, n, m), dtype)
    for lower in (0, 1):
        triangle = np.tril(t) if lower else np.triu(t)
        for transposed in (0, 1):
            Routine(unit, "solve_triangular", dtype)((lower, transposed, count, n, m), (x,), t, b)
            left = triangle.transpose(0, 2, 1) if transposed else triangle
            assert np.allclose(left @ x, b, atol=bound(dtype, n))


def exchanged(factors: np.ndarray, exchanges: np.ndarray) -> np.ndarray:
    """The product of the factors, with its rows exchanged back."""
    n = factors.shape[-1]
    product = (np.tril(factors, -1) + np.eye(n, dtype=factors.dtype)) @ np.triu(factors)
    for number, rows in enumerate(exchanges):
        for k in reversed(range(n)):
            product[number, [k, rows[k]]] = product[number, [rows[k], k]]
    return product


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize(("count", "n"), STACKS)
def test_lu(unit: Kernels, dtype: type, count: int, n: int) -> None:
    a = matrices(dtype, count, n) / dtype(max(1, n)) ** dtype(0.5)
    factors, exchanges = np.empty_like(a), np.empty((count, n), np.int64)
    Routine(unit, "lu", dtype)((count, n), (factors, exchanges), a, scratch(1))
    assert np.allclose(exchanged(factors, exchanges), a, atol=bound(dtype, n))
    assert not n or np.abs(np.tril(factors, -1)).max(initial=0) <= 1
    values = np.empty(count, dtype)
    Routine(unit, "lu_det", dtype)((count, n), (values,), factors, exchanges)
    assert np.allclose(values, np.linalg.det(a.astype(np.float64)), 1e-3 if dtype is np.float32 else 1e-10)
    Routine(unit, "lu_logdet", dtype)((count, n), (values,), factors, exchanges)
    assert np.allclose(values, np.linalg.slogdet(a.astype(np.float64))[1], 1e-3, 1e-4)
    for m in (0, 1, 9):
        b, x = matrices(dtype, count, n, m, 10), np.empty((count, n, m), dtype)
        for transposed in (0, 1):
            Routine(unit, "lu_solve", dtype)((transposed, count, n, m), (x,), factors, exchanges, b)
            left = a.transpose(0, 2, 1) if transposed else a
            assert np.allclose(left @ x, b, atol=bound(dtype, n) * (1 + np.abs(x).max(initial=0)))


def test_pivots_are_the_first_largest(unit: Kernels) -> None:
    a = np.zeros((1, 40, 40))
    a[0, :, 0] = 1.0
    a[0, 7:9, 0] = -3.0
    a[0, 20, 1] = a[0, 25, 1] = np.nan
    factors, exchanges = np.empty_like(a), np.empty((1, 40), np.int64)
    Routine(unit, "lu", np.float64)((1, 40), (factors, exchanges), a, scratch(1))
    assert exchanges[0, :2].tolist() == [7, 20]


@pytest.mark.parametrize("routine", ["lu_solve", "solve_triangular"])
def test_a_singular_matrix_is_a_fault(unit: Kernels, routine: str) -> None:
    count, n, m = 3, 34, 2
    a, b = np.tile(np.eye(n), (count, 1, 1)), np.ones((count, n, m))
    a[1, 33, 33] = a[2, 1, 1] = 0.0
    unit.fault = Fault()
    given = [a] if routine == "solve_triangular" else [a, np.tile(np.arange(n), (count, 1))]
    sizes = (1, 0, count, n, m) if routine == "solve_triangular" else (0, count, n, m)
    Routine(unit, routine, np.float64)(sizes, (np.empty_like(b),), *given, b)
    assert (unit.fault.site, unit.fault.value, unit.fault.bound) == (4, 67, n)


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize(
    ("count", "m", "n"),
    [(1, 0, 0), (1, 3, 0), (2, 1, 1), (3, 5, 2), (2, 32, 32), (2, 40, 33), (1, 100, 70), (1, 300, 3)],
)
def test_orthogonal_factors(unit: Kernels, dtype: type, count: int, m: int, n: int) -> None:
    a = matrices(dtype, count, m, n)
    if n > 1:
        a[0, :, 1] = 2 * a[0, :, 0]
    q, r = np.empty_like(a), np.empty((count, n, n), dtype)
    memory = scratch(count * (2 * m * n + m + 2 * n))
    Routine(unit, "qr", dtype)((count, m, n), (q, r), a, memory)
    assert np.array_equal(r, np.triu(r))
    assert (np.diagonal(r, 0, 1, 2) >= 0).all()
    assert np.allclose(q @ r, a, atol=bound(dtype, 10))
    assert np.allclose(q.transpose(0, 2, 1) @ q, np.eye(n), atol=bound(dtype, 1))
    if n > 1:
        a[-1, -1, 0] = np.inf
        Routine(unit, "qr", dtype)((count, m, n), (q, r), a, memory)
        assert np.isnan(q[-1]).all()
        assert np.isnan(r[-1]).all()
        assert np.isfinite(q[:-1]).all()


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize(("count", "n"), [(1, 0), (2, 1), (3, 2), (2, 5), (2, 33), (1, 60)])
def test_eigenvectors(unit: Kernels, dtype: type, count: int, n: int) -> None:
    a = matrices(dtype, count, n)
    a = a + a.transpose(0, 2, 1)
    if count > 2:
        a[0] = np.eye(n)
        a[1] = 0
    values, vectors = np.empty((count, n), dtype), np.empty_like(a)
    memory = scratch(count * (2 * n * n + 6 * n))
    given = np.where(np.tri(n, dtype=bool), a, dtype(np.nan))
    Routine(unit, "eigh", dtype)((count, n), (values, vectors), given, memory)
    assert np.allclose(values, np.linalg.eigvalsh(a.astype(np.float64)), atol=bound(dtype, n))
    assert np.allclose(a @ vectors, vectors * values[:, None], atol=bound(dtype, n))
    assert np.allclose(vectors.transpose(0, 2, 1) @ vectors, np.eye(n), atol=bound(dtype, 1))
    if n > 1:
        given[0, -1, 0] = np.nan
        Routine(unit, "eigh", dtype)((count, n), (values, vectors), given, memory)
        assert np.isnan(values[0]).all()
        assert np.isfinite(values[1:]).all()

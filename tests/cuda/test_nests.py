"""Maps, scatters and faults of a device against NumPy, with every order of threads and blocks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.cuda.shapes import Shapes
from tests.cuda.shim.build import Kernels

Compiled = Callable[..., Kernels]
SEEDS = (0, 1, 2, 3)


@pytest.fixture(scope="session")
def unit(kernels: Compiled) -> Kernels:
    return kernels("nests.cu")


# The last one has more elements than a grid has threads.
ROWS = [
    (0, 3, 4), (2, 0, 3), (3, 2, 0), (1, 1, 1), (1, 1, 31), (5, 7, 33), (2, 3, 255), (3, 1, 256), (1, 2, 257),
    (2, 2, 1025), (40, 40, 7), (700, 800, 1), (1, 2, 300_000),
]  # fmt: skip


@pytest.mark.parametrize("sizes", ROWS)
def test_maps(unit: Kernels, shapes: Shapes, sizes: tuple[int, int, int]) -> None:
    draw = np.random.default_rng(sizes)
    x, v = (draw.normal(size=shape).astype(np.float32) for shape in (sizes[:2], sizes[2:]))
    for seed in SEEDS[:2]:
        unit.seed(seed)
        y = np.zeros(sizes, np.float32)
        shapes.launch(unit, "map_rows", shapes.of("map", *sizes), *sizes, x, v, y)
        assert np.array_equal(y, x[..., None] + v)


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (1, 1), (31, 33), (32, 32), (100, 7), (2000, 1100)])
def test_tiled_maps(unit: Kernels, shapes: Shapes, sizes: tuple[int, int]) -> None:
    x = np.random.default_rng(sizes).normal(size=sizes[::-1]).astype(np.float32)
    y = np.zeros(sizes, np.float32)
    unit.seed(1)
    shapes.launch(unit, "transpose", shapes.of("map_tiled", *sizes), *sizes, x, y)
    assert np.array_equal(y, x.T)


PLACES = 5
SCATTERS = [
    (0, 3, 4),
    (2, 0, 3),
    (3, 2, 0),
    (1, 1, 1),
    (2, 40, 3),
    (3, 7, 300),
    (300, 4, 2),
    (1, 9, 600),
    (1, 3000, 3),
    (2, 1500, 1),
    (1, 300, 40),
]


def in_order(kernel: str, places: np.ndarray, x: np.ndarray) -> np.ndarray:
    groups, rows, length = x.shape
    y = np.zeros((groups, PLACES, length) if kernel != "elements_in_order" else (groups, PLACES), np.float32)
    for group in range(groups):
        for row in range(rows):
            at = places[group, row]
            if kernel == "elements_in_order":
                for i in range(length):
                    place = (at + i) % PLACES
                    y[group, place] = np.float32(0.5) * y[group, place] + x[group, row, i]
            else:
                step = -1 if kernel == "rows_in_order" and row % 2 else 1
                y[group, at] = np.float32(0.5) * y[group, at] + x[group, row, ::step]
    return y


@pytest.mark.parametrize("kernel", ["columns_in_order", "rows_in_order", "elements_in_order"])
@pytest.mark.parametrize("sizes", SCATTERS)
def test_scatters_keep_their_order(unit: Kernels, shapes: Shapes, kernel: str, sizes: tuple[int, int, int]) -> None:
    draw = np.random.default_rng(sizes)
    places, x = draw.integers(0, PLACES, sizes[:2]), draw.normal(size=sizes).astype(np.float32)
    wanted = in_order(kernel, places, x)
    for seed in SEEDS:
        unit.seed(seed)
        y = np.zeros_like(wanted)
        shape = shapes.of(f"scatter_by_{kernel.removesuffix('_in_order')}", *sizes)
        shapes.launch(unit, kernel, shape, *sizes, PLACES, places, x, y)
        assert np.array_equal(y, wanted), seed


def run_faulty(unit: Kernels, places: np.ndarray, divisors: np.ndarray) -> tuple[int, int, int, list[int]]:
    unit.fault.site = 0
    values, results = np.arange(10, 20), np.zeros(places.size, np.int64)
    unit.launch("faulty", 3, places.size, 10, places, values, divisors, results, steps=(4, 2, 0, 1))
    fault = unit.fault
    assert np.array_equal(results, values[np.where((places >= -10) & (places < 10), places, 0)] // np.where(
        divisors == 0, 1, divisors) * (divisors != 0))  # fmt: skip
    return fault.site, fault.value, fault.bound, list(fault.steps)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_lowest_fault_is_kept(unit: Kernels, seed: int) -> None:
    unit.seed(seed)
    draw = np.random.default_rng(seed)
    places, divisors = draw.integers(-10, 10, 3000), draw.integers(1, 9, 3000)
    assert run_faulty(unit, places, divisors)[0] == 0
    places[draw.integers(0, 3000, 50)] = 10
    places[[1000, 2000]] = -11, -12
    # Of one site the least value, as on the CPU.
    assert run_faulty(unit, places, divisors) == (8, -12, 10, [4, 2, 0, 1])
    divisors[[500, 2500]] = 0
    site, value, bound, steps = run_faulty(unit, places, divisors)
    assert (site, bound, steps) == (6, 0, [4, 2, 0, 1])
    assert value == min(np.arange(10, 20)[places[at]] for at in (500, 2500) if -10 <= places[at] < 10)


def test_an_earlier_fault_stays(unit: Kernels) -> None:
    places, divisors = np.full(5, 12), np.ones(5, np.int64)
    assert run_faulty(unit, places, divisors) == (8, 12, 10, [4, 2, 0, 1])
    values, results = np.arange(10), np.zeros(5, np.int64)
    unit.launch("faulty", 1, 5, 10, places, values, divisors, results, steps=(5, 0, 0, 0))
    assert list(unit.fault.steps) == [4, 2, 0, 1]

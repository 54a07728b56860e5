"""The shim that runs device units on the CPU."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cuda.shim.build import Kernels, compile_unit

SEEDS = (0, 1, 2, 3)
Compiled = Callable[..., Kernels]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_map_runs(kernels: Compiled, seed: int) -> None:
    unit = kernels("shim.cu")
    unit.seed(seed)
    x = np.arange(1000, dtype=np.float32)
    y = np.zeros_like(x)
    unit.launch("map_line", 3, 1000, x, y)
    assert np.array_equal(y, 2 * x)


def test_parameters_have_their_sizes(kernels: Compiled) -> None:
    unit = kernels("shim.cu")
    assert unit.parameters("map_line") == [72, 8, 8, 8]
    with pytest.raises(KeyError):
        unit.parameters("none")


def test_a_guard_skips_a_kernel(kernels: Compiled) -> None:
    unit = kernels("shim.cu")
    x, y = np.ones(10, np.float32), np.zeros(10, np.float32)
    unit.launch("map_line", 1, 10, x, y, guard=np.zeros(1, np.uint8))
    assert not y.any()
    unit.launch("map_line", 1, 10, x, y, guard=np.ones(1, np.uint8))
    assert (y == 2).all()


def reversed_pieces(unit: Kernels, seed: int) -> bool:
    unit.seed(seed)
    x, y = np.arange(1024, dtype=np.float32), np.zeros(1024, np.float32)
    unit.launch("reverse", 2, 1024, x, y)
    return np.array_equal(y.reshape(4, 256), x.reshape(4, 256)[:, ::-1])


def test_a_missing_barrier_is_noticed(kernels: Compiled) -> None:
    assert all(reversed_pieces(kernels("shim.cu"), seed) for seed in SEEDS)
    without = kernels("shim.cu", "-DWITHOUT_BARRIER")
    assert not any(reversed_pieces(without, seed) for seed in SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_lanes_exchange_values(kernels: Compiled, seed: int) -> None:
    unit = kernels("shim.cu")
    unit.seed(seed)
    x = np.arange(256, dtype=np.int32) ** 2 // 3
    down, xor, seventh = (np.zeros_like(x) for _ in range(3))
    odd = np.zeros(256, np.uint32)
    unit.launch("shuffles", 1, x, down, xor, seventh, odd)
    lanes, warps = np.arange(32), x.reshape(8, 32)
    assert np.array_equal(down.reshape(8, 32), warps[:, np.where(lanes + 3 < 32, lanes + 3, lanes)])
    assert np.array_equal(xor.reshape(8, 32), warps[:, lanes ^ 5])
    assert np.array_equal(seventh.reshape(8, 32), np.repeat(warps[:, 7:8], 32, axis=1))
    bits = ((warps % 2) << lanes.astype(np.int64)).sum(axis=1).astype(np.uint32)
    assert np.array_equal(odd.reshape(8, 32), np.repeat(bits[:, None], 32, axis=1))


def test_threads_that_wait_forever_are_noticed(kernels: Compiled) -> None:
    unit = kernels("shim.cu")
    with pytest.raises(AssertionError, match="waits_forever: 2"):
        unit.launch("waits_forever", 1)
    x, y = np.ones(300, np.float32), np.zeros(300, np.float32)
    unit.launch("map_line", 2, 300, x, y)
    assert (y == 2).all()


REVERSE = """
int main() {
    static float x[1024], y[1024];
    tdsl_launch call = {};
    int64_t count = 1024;
    float *p0 = x, *p1 = y;
    void *parameters[] = {&call, &count, &p0, &p1};
    return tdsl_shim_launch("reverse", 2, 256, parameters);
}
"""


def test_the_thread_sanitizer_finds_a_missing_barrier(tmp_path: Path) -> None:
    unit, flags = Path(__file__).with_name("shim.cu"), ["-DTDSL_SHIM_THREADS", "-fsanitize=thread", "-g"]
    for more, race in (([], False), (["-DWITHOUT_BARRIER"], True)):
        compile_unit(unit, tmp_path / "program", [*flags, *more], REVERSE)
        run = subprocess.run([tmp_path / "program"], capture_output=True, text=True)
        assert ("data race" in run.stderr, run.returncode != 0) == (race, race), run.stderr

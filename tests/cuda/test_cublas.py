"""Large products on devices by cuBLASLt: they agree with NumPy and the CPU, and are those of kernels where the library
is missing, refuses or fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.cli.gpus import cublas_finding
from tests.cuda.driver.stand_in import CUBLAS, Cublas, StandIn, cublas_folder, folder

NN = """\
dim B, M, N, K

entry nn(a: real[M, K], b: real[K, N]) -> a @ b
"""

PRODUCTS = (
    NN
    + """\
entry nt(a: real[M, K], b: real[N, K]) -> concatenate((a @ b.T, a), axis=1)
entry tn(a: real[K, M], b: real[K, N]) -> a[:, 3:].T @ b[:, 5:]
entry tt(a: f64[K, M], b: f64[N, K]) -> a.T @ b.T
entry batch(a: real[B, M, K], b: real[B, K, N]) -> a @ b
entry activated(a: real[B, M, K], b: real[N, B, K]) -> tanh(a @ transpose(b, (1, 2, 0)))
entry layer(a: real[M, K], b: real[K, N], c: real[N]) -> (y, sum(y, axis=0)) { let y = tanh(a @ b / 20 + c) }
entry chosen(a: real[M, K], b: real[K, N], c: real[M, N], first: bool) -> if first then a @ b else c
entry twice(a: real[M, K], b: real[K, K]) -> p {
    let p = for t in 2 {
        state p: real[M, K] = a
        p <- p @ b
    }
}
entry at_most_twice(a: real[M, K], b: real[K, K]) -> p {
    let p = for t in 2 {
        state p: real[M, K] = a
        p <- p @ b
        until p[0, 0] > 1e9
    }
}
"""
)

NETWORK = """\
const N = 700
const M = 512

dim B

input x: real[B, N]
input t: real[B, M]

shared W: real[N, M] = normal(0, 0.05)
shared b: real[M] = 0
state G: real[N, N] = 0

let y = tanh(x @ W + b)
cost C = mean((y - t) ** 2)

entry train(x, t, lr: real = 50) -> C {
    W <- W - lr * grad(C, W)
    b <- b - lr * grad(C, b)
    G <- x.T @ x
}
"""


@pytest.fixture(scope="module", autouse=True)
def library(request: pytest.FixtureRequest, shared_cache: None) -> Iterator[Cublas | None]:
    """The stand-in for the library, unless the tests run on a GPU."""
    yield None if request.config.getoption("--gpu") else Cublas()


@pytest.fixture
def cublas(library: Cublas | None, stand_in: StandIn) -> Iterator[Cublas]:
    assert library
    yield library
    library.fail(-1)
    library.algorithms(True)


@pytest.fixture
def module(for_gpus: Callable[..., Any]) -> Any:
    return for_gpus(PRODUCTS, "products", target="cuda")


def normal(*shape: int, dtype: type = np.float32) -> Any:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


def assert_near(found: Any, *factors: Any) -> None:
    """As near to the product as f32 is, and nearer than TF32."""
    a, b = (np.asarray(factor, np.float64) for factor in factors)
    np.testing.assert_allclose(found, a @ b, rtol=1e-5 if found.dtype == np.float32 else 1e-13, atol=1e-3)


def check_nn(module: Any) -> None:
    a, b = normal(512, 600), normal(600, 512)
    assert_near(module.nn(a, b), a, b)


def check_nt(module: Any) -> None:
    """The rows of the result are parts of longer ones."""
    a, b = normal(64, 2100), normal(1000, 2100)
    assert_near(module.nt(a, b)[:, :1000], a, b.T)


def check_tn(module: Any) -> None:
    """The rows of the operands are parts of longer ones, and begin anywhere."""
    a, b = normal(700, 515), normal(700, 512)
    assert_near(module.tn(a, b), a[:, 3:].T, b[:, 5:])


def check_tt(module: Any) -> None:
    a, b = normal(513, 1021, dtype=np.float64), normal(515, 513, dtype=np.float64)
    assert_near(module.tt(a, b), a.T, b.T)


def check_batch(module: Any) -> None:
    a, b = normal(5, 300, 300), normal(5, 300, 301)
    assert_near(module.batch(a, b), a, b)


def check_activated(module: Any) -> None:
    a, b = normal(3, 300, 600), normal(300, 3, 600) / 30
    expected = np.tanh(a.astype(np.float64) @ b.transpose(1, 2, 0))
    np.testing.assert_allclose(module.activated(a, b), expected, atol=1e-5)


@pytest.mark.parametrize("check", [check_nn, check_nt, check_tn, check_tt, check_batch, check_activated])
def test_products(module: Any, library: Cublas | None, check: Callable[[Any], None]) -> None:
    before = library and library.counts
    check(module)
    check(module)
    if library and before:
        after = library.counts
        # The second one is recorded, and takes the algorithm of the first.
        assert (after.products, after.recorded) == (before.products + 2, before.recorded + 1)
        assert after.questions == before.questions + 1
        assert (after.f64 - before.f64, after.tf32) == (2 * (check is check_tt), before.tf32)
        assert after.descriptors == 0


def test_equal_calls_have_equal_bits(module: Any) -> None:
    a, b = normal(512, 600), normal(600, 512)
    assert len({module.nn(a, b).tobytes() for _ in range(3)}) == 1


def test_sums_of_columns(module: Any, cublas: Cublas) -> None:
    before = cublas.counts.products
    for m in (100, 512):  # in one tile of rows, and in several
        a, b, c = normal(m, 1400), normal(1400, 1000), normal(1000)
        y, sums = module.layer(a, b, c)
        expected = np.tanh(a.astype(np.float64) @ b / 20 + c)
        np.testing.assert_allclose(y, expected, atol=1e-5)
        np.testing.assert_allclose(sums, expected.sum(axis=0), atol=1e-3)
    assert cublas.counts.products == before + 2


def test_trainings(for_gpus: Callable[..., Any], library: Cublas | None) -> None:
    module = for_gpus(NETWORK, "network")
    here, there = module.Model(seed=1), module.Model(1, device="cuda")
    x, t = normal(3 * 512, 700), normal(3 * 512, 512)
    before = library and library.counts
    for model in (here, there):
        model.train(x[:512], t[:512])
        model.fit(x, t, batch_size=512, epochs=2, shuffle=False)
    for name in here:
        largest = np.abs(here[name]).max()
        np.testing.assert_allclose(there[name], here[name], rtol=2e-4, atol=2e-5 + 1e-6 * largest)
    if library and before:
        after = library.counts
        assert after.computed - before.computed == 3 * 7
        assert after.questions == before.questions + 3


def test_guarded_products_are_those_of_kernels(module: Any, cublas: Cublas) -> None:
    a, b = normal(512, 512), normal(512, 512) / 25
    before = cublas.counts.products
    assert_near(module.chosen(a, b, a, True), a, b)
    np.testing.assert_array_equal(module.chosen(a, b, a, False), a)
    assert_near(module.at_most_twice(a, b), a.astype(np.float64) @ b, b)
    assert cublas.counts.products == before
    assert_near(module.twice(a, b), a.astype(np.float64) @ b, b)
    assert cublas.counts.products == before + 2


def test_other_products_are_those_of_kernels(module: Any, cublas: Cublas) -> None:
    before = cublas.counts.calls
    for m, k, n in [(63, 1500, 1500)]:
        a, b = normal(m, k), normal(k, n)
        assert_near(module.nn(a, b), a, b)
    assert cublas.counts.calls == before


def test_tf32(for_gpus: Callable[..., Any], library: Cublas | None) -> None:
    module = for_gpus(NN, "faster", target="cuda", precision="tf32")
    assert module.build_info()["precision"] == "tf32"
    a, b = normal(512, 512), normal(512, 512)
    before = library and library.counts
    np.testing.assert_allclose(module.nn(a, b), a.astype(np.float64) @ b, atol=0.2)
    if library and before:
        assert (library.counts.tf32, library.counts.f32) == (before.tf32 + 1, before.f32)


def test_debug_mode_compares_products_of_the_library(for_gpus: Callable[..., Any], library: Cublas | None) -> None:
    module = for_gpus(NN, "checked", target="cuda", precision="tf32", mode="debug")
    a, b = normal(512, 512), normal(512, 512)
    before = library and library.counts
    assert_near(module.nn(a, b), a, b)
    if library and before:  # both runs, whose operands are not rounded
        assert (library.counts.tf32, library.counts.f32) == (before.tf32, before.f32 + 2)


def test_the_library_may_be_refused(for_gpus: Callable[..., Any], cublas: Cublas) -> None:
    module = for_gpus(NN, "refusing", target="cuda", cublas="refuse")
    before = cublas.counts.calls
    check_nn(module)
    assert cublas.counts.calls == before


def test_any_call_of_the_library_may_fail(module: Any, cublas: Cublas) -> None:
    a, b = normal(512, 512), normal(512, 520)
    check_nn(module)  # finds the library
    before = cublas.counts.calls
    module.nn(a, b)
    calls = cublas.counts.calls - before
    for number in (0, calls - 8, calls - 1):
        a, b = normal(512, 530), normal(530, 530 + number)
        products = cublas.counts.products
        cublas.fail(number)
        assert_near(module.nn(a, b), a, b)
        assert (cublas.counts.products, cublas.counts.descriptors) == (products, 0)
    cublas.fail(-1)
    products = cublas.counts.products
    module.nn(a, b)
    assert cublas.counts.products == products  # equal calls have equal bits
    cublas.algorithms(False)
    a, b = normal(512, 540), normal(540, 540)
    assert_near(module.nn(a, b), a, b)
    assert cublas.counts.products == products


def test_the_doctor_finds_the_library(cublas: Cublas) -> None:
    found = cublas_finding()
    assert (found.status, found.detail) == ("ok", f"13.1.2, {CUBLAS}: computes large products of matrices")


USE = """\
import numpy as np, sys
a = np.random.default_rng(0).standard_normal((512, 512)).astype(np.float32)
assert abs(products.nn(a, a) - a.astype(float) @ a).max() < 1e-3
print(*(line.split()[-1] for line in open("/proc/self/maps") if "cublasLt" in line), end="")
"""


def files_used(module: Any, **environment: str) -> set[str]:
    """The files of the library that a new process has loaded for a large product."""
    lines = f"import sys\nsys.path.insert(0, {str(Path(module.__file__).parent)!r})\nimport products\n{USE}"
    given = {**os.environ, "LD_LIBRARY_PATH": str(folder()), **environment}
    command = [sys.executable, "-c", lines]
    return {*subprocess.run(command, env=given, capture_output=True, text=True, check=True).stdout.split()}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_library_is_found_or_missing(module: Any, cublas: Cublas, tmp_path: Path) -> None:
    there = str(cublas_folder() / CUBLAS)
    assert there not in files_used(module)
    found = f"{folder()}:{cublas_folder()}"
    for failing in ("-1", "0"):
        assert files_used(module, LD_LIBRARY_PATH=found, STAND_IN_CUBLAS_FAIL=failing) == {there}
    package = tmp_path / "nvidia" / "cu13" / "lib" / CUBLAS
    package.parent.mkdir(parents=True)
    package.write_bytes(Path(there).read_bytes())
    assert files_used(module, PYTHONPATH=f"{tmp_path}") == {str(package)}

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

from tests.cuda.driver.stand_in import CUBLAS, Cublas, StandIn, cublas_folder, folder

PRODUCTS = """\
dim B, M, N, K, T

entry nn(a: real[M, K], b: real[K, N]) -> a @ b
entry nt(a: real[M, K], b: real[N, K]) -> a @ b.T
entry tn(a: real[K, M], b: real[K, N]) -> a.T @ b
entry tt(a: real[K, M], b: real[N, K]) -> a.T @ b.T
entry nn64(a: f64[M, K], b: f64[K, N]) -> a @ b
entry parts(a: real[M, K], b: real[K, N]) -> a[:, 3:] @ b[3:]
entry joined(a: real[M, K], b: real[K, N]) -> concatenate((a @ b, a), axis=1)
entry batch(a: real[B, M, K], b: real[B, K, N]) -> a @ b
entry batch_t(a: real[B, M, K], b: real[N, B, K]) -> tanh(einsum("bmk,nbk->bmn", a, b))
entry layer(a: real[M, K], b: real[K, N], c: real[N]) -> (y, sum(y, axis=0)) { let y = tanh(a @ b / 20 + c) }
entry chosen(a: real[M, M], first: bool) -> if first then a @ a else a
entry powers(a: real[M, M], n: real[T]) -> p {
    let p = for n_t in n {
        state p: real[M, M] = a
        p <- n_t * (p @ a)
    }
}
entry ended(a: real[M, M]) -> p {
    let p = for t in 2 {
        state p: real[M, M] = a
        p <- p @ a
        until p[0, 0] > 1e9
    }
}
"""

NETWORK = """\
const N = 700
const M = 512

dim B

input x: real[B, N]
input t: real[B, M]

shared W: real[N, M] = normal(0, 0.05)
shared b: real[M] = 0

let y = tanh(x @ W + b)
cost C = mean((y - t) ** 2)

entry train(x, t, lr: real = 50) -> C {
    W <- W - lr * grad(C, W)
    b <- b - lr * grad(C, b)
}
"""

SMALL = 512 * 512  # of the 512 ** 3 operations that are worth the library


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
    return for_gpus(PRODUCTS, "products", device="cuda:0")


def normal(*shape: int, dtype: type = np.float32) -> Any:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


def assert_near(found: Any, *factors: Any) -> None:
    """As near to the product as f32 is, and nearer than TF32."""
    a, b = (np.asarray(factor, np.float64) for factor in factors)
    np.testing.assert_allclose(found, a @ b, rtol=1e-5 if found.dtype == np.float32 else 1e-13, atol=1e-3)


PLAIN: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "nn": ((512, 600), (600, 512)),
    "nt": ((64, 2100), (1000, 2100)),
    "tn": ((600, 700), (600, 512)),
    "tt": ((513, 1021), (515, 513)),
    "nn64": ((512, 512), (512, 512)),
    "parts": ((512, 521), (521, 512)),
    "joined": ((512, 512), (512, 512)),
    "batch": ((5, 300, 300), (5, 300, 301)),
}


@pytest.mark.parametrize("name", PLAIN)
def test_products(module: Any, library: Cublas | None, name: str) -> None:
    dtype = np.float64 if name == "nn64" else np.float32
    a, b = (normal(*shape, dtype=dtype) for shape in PLAIN[name])
    before = library and library.counts
    first, second = (getattr(module, name)(a, b) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    left, right = a.T if name in ("tn", "tt") else a, b.T if name in ("nt", "tt") else b
    if name == "parts":
        left, right = a[:, 3:], b[3:]
    assert_near(first[:, : right.shape[1]] if name == "joined" else first, left, right)
    if library and before:
        after = library.counts
        # The second one is recorded, and takes the algorithm of the first.
        assert (after.products, after.recorded) == (before.products + 2, before.recorded + 1)
        assert after.questions == before.questions + 1
        assert (after.f64 - before.f64, after.tf32) == (2 * (name == "nn64"), before.tf32)
        assert after.descriptors == 0


def test_epilogues(module: Any, cublas: Cublas) -> None:
    before = cublas.counts.products
    for m in (100, 512):  # column sums of one tile of rows, and of several
        a, b, c = normal(m, 1400), normal(1400, 1000), normal(1000)
        y, sums = module.layer(a, b, c)
        expected = np.tanh(a.astype(np.float64) @ b / 20 + c)
        np.testing.assert_allclose(y, expected, atol=1e-5)
        np.testing.assert_allclose(sums, expected.sum(axis=0), atol=1e-3)
    a, b = normal(3, 300, 600), normal(300, 3, 600) / 30
    expected = np.tanh(a.astype(np.float64) @ b.transpose(1, 2, 0))
    np.testing.assert_allclose(module.batch_t(a, b), expected, atol=1e-5)
    assert cublas.counts.products == before + 3


def test_trainings(for_gpus: Callable[..., Any], library: Cublas | None) -> None:
    module = for_gpus(NETWORK, "network")
    here, there = module.Model(seed=1), module.Model(1, device="cuda")
    x, t = normal(3 * 512, 700), normal(3 * 512, 512)
    before = library and library.counts
    for model in (here, there):
        model.train(x[:512], t[:512])
        model.fit(x, t, batch_size=512, epochs=3, shuffle=False)
    for name in here:
        np.testing.assert_allclose(there[name], here[name], rtol=2e-4, atol=2e-5)
    if library and before:
        after = library.counts
        assert after.products - before.products >= 2 * 10
        assert after.questions == before.questions + 2


def test_guarded_products_are_those_of_kernels(module: Any, cublas: Cublas) -> None:
    a = normal(512, 512) / 25
    before = cublas.counts.products
    assert_near(module.chosen(a, True), a, a)
    np.testing.assert_array_equal(module.chosen(a, False), a)
    assert_near(module.ended(a), a, np.float64(a) @ a)
    assert cublas.counts.products == before
    assert_near(module.powers(a, [1, 2, 1]), 2 * np.float64(a) @ a, np.float64(a) @ a)
    assert cublas.counts.products == before + 3


def test_other_products_are_those_of_kernels(module: Any, cublas: Cublas) -> None:
    before = cublas.counts.calls
    for m, k, n in [(63, 1500, 1500), (511, 512, 512)]:
        a, b = normal(m, k), normal(k, n)
        assert_near(module.nn(a, b), a, b)
    assert cublas.counts.calls == before


def test_tf32_is_for_f32_only(for_gpus: Callable[..., Any], library: Cublas | None) -> None:
    text = PRODUCTS.partition("entry nt")[0] + "entry nn64(a: f64[M, K], b: f64[K, N]) -> a @ b\n"
    module = for_gpus(text, "faster", device="cuda:0", precision="tf32")
    assert module.build_info()["precision"] == "tf32"
    a, b = normal(512, 512, dtype=np.float64), normal(512, 512, dtype=np.float64)
    before = library and library.counts
    np.testing.assert_allclose(module.nn(a, b), a @ b, atol=0.2)
    assert_near(module.nn64(a, b), a, b)
    if library and before:
        assert (library.counts.tf32, library.counts.f64) == (before.tf32 + 1, before.f64 + 1)


def test_the_library_may_be_refused(for_gpus: Callable[..., Any], cublas: Cublas) -> None:
    module = for_gpus(PRODUCTS.partition("entry nt")[0], "refusing", device="cuda:0", cublas="refuse")
    a, b = normal(512, 512), normal(512, 512)
    before = cublas.counts.calls
    assert_near(module.nn(a, b), a, b)
    assert cublas.counts.calls == before


def test_any_call_of_the_library_may_fail(module: Any, cublas: Cublas) -> None:
    a, b = normal(512, 512), normal(512, 520)
    before = cublas.counts.calls
    module.nn(a, b)
    calls = cublas.counts.calls - before
    for number in (0, 2, 4, calls - 7, calls - 2, calls - 1):
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
    assert files_used(module, LD_LIBRARY_PATH=f"{folder()}:{cublas_folder()}") == {there}
    package = tmp_path / "nvidia" / "cu13" / "lib" / CUBLAS
    package.parent.mkdir(parents=True)
    package.write_bytes(Path(there).read_bytes())
    assert files_used(module, PYTHONPATH=f"{tmp_path}") == {str(package)}

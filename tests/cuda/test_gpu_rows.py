"""The rows of a GPU with arrays there, of a library that takes the place of PyTorch, on the stand-in."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from benchmarks import device
from benchmarks.row import difference, in_double, outcome, program
from benchmarks.work import chain, gemm
from benchmarks.work.gpu import STEPS, called, fitted, repeated
from benchmarks.work.network import Network, with_tdsl
from benchmarks.work.network_numpy import with_numpy
from benchmarks.work.networks import deep
from tests.cuda.driver.foreign import ByDlpack
from tests.cuda.driver.stand_in import SETTINGS, StandIn


class Tensor(ByDlpack):
    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> np.ndarray:
        return self.read()


@pytest.fixture
def on_gpu(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(device, "DEVICE", "cuda")
    monkeypatch.setattr(device, "tensor", lambda array: Tensor(stand_in, array))
    return monkeypatch


def installed(text: str, name: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    tdsl.compile(text, name=name, out=folder, device="cuda:0", **SETTINGS)
    patch.syspath_prepend(str(folder))
    patch.delitem(sys.modules, name, raising=False)


def test_steps(tmp_path: Path, on_gpu: pytest.MonkeyPatch, stand_in: StandIn) -> None:
    network = Network((2, 8, 1), 16, rate=0.1)
    installed(deep(1, 8).text, "deep", tmp_path, on_gpu)
    own = partial(with_tdsl("deep"), network)
    _, expected = outcome(partial(repeated, partial(with_numpy, network)), in_double(network.data()))
    for build in (fitted, called):
        timed, found = outcome(partial(build, own), network.data())
        assert timed.steps == STEPS
        assert difference(network.data(), found, expected) < 1e-3
        assert all(isinstance(array, Tensor) and array.streams for array in timed.arguments[:2])
    on_gpu.delitem(sys.modules, "deep")


def test_products(tmp_path: Path, on_gpu: pytest.MonkeyPatch) -> None:
    data: dict[str, Any] = gemm.data_of("nn", (20, 30, 10))()
    installed(program("gemm").text, "gemm", tmp_path, on_gpu)
    timed, found = outcome(gemm.with_tdsl, data)
    np.testing.assert_allclose(found["c"], data["a"] @ data["b"], rtol=1e-5, atol=1e-5)
    assert all(isinstance(array, Tensor) for array in timed.arguments)
    on_gpu.delitem(sys.modules, "gemm")


def test_a_sum(tmp_path: Path, on_gpu: pytest.MonkeyPatch) -> None:
    data = {"v": np.linspace(-1, 1, 100, dtype=np.float32)}
    installed(program("chain").text, "chain", tmp_path, on_gpu)
    _, found = outcome(chain.with_tdsl, data)
    assert found["sum"] == pytest.approx(float(chain.with_numpy(data).function(data["v"])), rel=1e-5)  # type: ignore[arg-type]
    on_gpu.delitem(sys.modules, "chain")

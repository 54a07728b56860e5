"""tdsl's own rows compute the same as NumPy in f64, and a contender that does not is detected."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import tdsl
from benchmarks.row import BY_HAND, EXPECTED, OWN, REFERENCE, Row, difference, in_double, outcome
from benchmarks.table import GROUPS
from benchmarks.work import GPU_ROWS, ROWS, lenet_tutorial
from benchmarks.work.gpu import CALLS, STEPS, called, fitted, repeated
from benchmarks.work.network import Network, with_tdsl
from benchmarks.work.network_numpy import with_numpy
from benchmarks.work.networks import deep
from benchmarks.worker import checked

# One row for each program; the others have the same with other sizes.
COMPILED = ("xor", "xor_loop", "scalar", "chain", "adam", "gemm_nn_20x784x500", "gemm_nv_1000x1000x1", "softmax_600",
            "mlp_20", "batch_10", "depth_4", "slices", "pooling", "subnormals", "embedding", "lstm_50x64x128",
            "skip_gram", "autoencoder", "rbm", "lstm_classifier",
            "conv_forward", "conv_gradients", "max_pool", "max_pool_gradient", "lenet",
            "sort_rows", "argsort_rows", "topk_rows", "cumsum_rows", "gpu_chain")  # fmt: skip


SMALL = (lenet_tutorial.row(20),)
"""Rows in place of those of their names, whose reference takes seconds."""


def by_name(name: str) -> Row:
    return next(row for row in (*SMALL, *ROWS, *GPU_ROWS) if row.name == name)


def test_every_group_has_a_table() -> None:
    assert {row.group for row in (*ROWS, *GPU_ROWS)} <= set(GROUPS)


def test_rows_have_distinct_names_and_both_contenders() -> None:
    rows = (*ROWS, *GPU_ROWS)
    names = [row.name for row in rows]
    assert len(set(names)) == len(names)
    assert all({OWN, REFERENCE} <= set(row.contenders) for row in rows)


@pytest.mark.parametrize("name", COMPILED)
def test_agrees_with_numpy(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = by_name(name)
    tdsl.compile(row.program.text, name=row.program.name, out=tmp_path, defines=dict(row.program.defines))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, row.program.name, raising=False)
    for contender in {OWN, BY_HAND, CALLS} & set(row.contenders):
        _, error = checked(row, contender, tmp_path / EXPECTED)
        assert error <= row.tolerance
    monkeypatch.delitem(sys.modules, row.program.name)


@pytest.mark.parametrize("name", [name for name in (*COMPILED, "lenet_tutorial") if name != "xor_loop"])
def test_numpy_agrees_with_itself_in_f64(name: str, tmp_path: Path) -> None:
    _, error = checked(by_name(name), REFERENCE, tmp_path / EXPECTED)
    assert 0 <= error <= by_name(name).tolerance


def test_difference() -> None:
    first = {"w": np.float32([1000.0])}
    assert difference({}, {"y": 1.5}, {"y": 1.0}) == 0.5
    assert difference(first, {"w": [1001.5]}, {"w": [1001.0]}) == pytest.approx(0.5, rel=1e-3)
    assert difference(first, {"w": [1001.0 + 1e-4]}, {"w": [1001.0]}) == 0
    assert difference({}, {"y": np.nan}, {"y": 1.0}) == np.inf
    with pytest.raises(ValueError, match="not computed by both: z"):
        difference({}, {"y": 1.0}, {"y": 1.0, "z": 1.0})


def test_many_steps_agree_with_numpy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By `fit` and by calls, as the rows of a GPU do them."""
    network = Network((2, 8, 1), 16, rate=0.1)
    tdsl.compile(deep(1, 8).text, name="deep", out=tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "deep", raising=False)
    own = partial(with_tdsl("deep"), network)
    _, expected = outcome(partial(repeated, partial(with_numpy, network)), in_double(network.data()))
    for build in (fitted, called):
        timed, found = outcome(partial(build, own), network.data())
        assert timed.steps == STEPS
        assert difference(network.data(), found, expected) < 1e-3
    monkeypatch.delitem(sys.modules, "deep")

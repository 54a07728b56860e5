"""The rows of a GPU: data and parameters stay on it, and many steps run without the host's asking for a result.

tdsl's steps are those of `fit`, JAX's a compiled loop, PyTorch's are queued one after the other; torch.compile replays
CUDA graphs.  Each contender waits for its last step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.device import placed, staying
from benchmarks.row import Data, Program, Row, Timed, program
from benchmarks.work import chain, gemm, lenet, lstm, networks
from benchmarks.work.network import Network, with_tdsl
from benchmarks.work.transformer import Transformer
from benchmarks.work.transformer import with_jax as transformer_jax
from benchmarks.work.transformer import with_numpy as transformer_numpy
from benchmarks.work.transformer import with_tdsl as transformer_tdsl
from benchmarks.work.transformer import with_torch as transformer_torch
from benchmarks.work.transformer import with_torch_compile as transformer_compile

STEPS, FEW_STEPS = 64, 16
"""Of one call; few where a step takes NumPy, which all are compared with, a second."""
CALLS = "tdsl, call by call"
CHECKED_ROWS = 50  # of a product of 10000 × 10000, which takes seconds on a CPU
Build = Callable[[Data], Timed]


def repeated(build: Build, data: Data, steps: int = STEPS) -> Timed:
    """So many calls of a step as one, unless it does so many already."""
    once = build(data)
    if once.steps == steps:
        return once

    def train(*arguments: Any) -> Any:
        found: Any = None
        for _ in range(steps):
            found = once.function(*arguments)
        return found

    return Timed(train, once.arguments, once.outcome, steps)


def called(build: Build, data: Data, steps: int = STEPS) -> Timed:
    """So many calls of a model's `train` as one, with data and cost on the device."""
    once = build(data)
    *arrays, rate = once.arguments
    step = partial(once.function, **staying())
    there = Timed(step, (*map(placed, arrays), rate), lambda cost: once.outcome(float(np.asarray(cost))))
    return repeated(lambda _: there, data, steps)


def fitted(build: Build, data: Data, steps: int = STEPS) -> Timed:
    """So many steps of a model's `train` as one call of its `fit`."""
    once = build(data)
    fit = once.function.__self__.fit  # type: ignore[attr-defined]
    *arrays, rate = once.arguments

    def train(*arguments: Any) -> Any:
        return fit(*arguments, rate, epochs=steps, shuffle=False, progress=False)[-1]

    return Timed(train, tuple(map(placed, arrays)), once.outcome, steps)


def _steps(
    name: str,
    title: str,
    data: Callable[[], Data],
    source: Program,
    builds: Mapping[str, Build],
    steps: int = STEPS,
) -> Row:
    """Checked after one call; the errors of many steps in f32 add up."""
    contenders = {
        "tdsl": partial(fitted, builds["tdsl"], steps=steps),
        CALLS: partial(called, builds["tdsl"], steps=steps),
        **{name: partial(repeated, build, steps=steps) for name, build in builds.items() if name != "tdsl"},
    }
    return Row(name, "gpu", title, data, contenders, source, tolerance=5e-3, checked_calls=1)


def _network(name: str, title: str, network: Network, source: Program) -> Row:
    builds = {
        "tdsl": partial(with_tdsl(source.name), network),
        "NumPy": partial(networks.PEERS["NumPy"], network),
        "PyTorch": partial(networks.PEERS["PyTorch"], network),
        "torch.compile": partial(networks.PEERS["torch.compile"], network),
        "JAX": partial(_jax_loop, network),
    }
    return _steps(name, title, network.data, source, builds)


def _jax_loop(network: Network, data: Data) -> Timed:
    looped: Timed = import_module("benchmarks.work.network_jax").with_jax_loop(network, data, STEPS)
    return looped


def _first_rows(build: Build, data: Data) -> Timed:
    timed = build(data)
    return Timed(timed.function, timed.arguments, lambda found: {"c": timed.outcome(found)["c"][:CHECKED_ROWS]})


def _reference_rows(data: Data) -> Timed:
    return gemm.with_numpy({**data, "a": data["a"][:CHECKED_ROWS]})


def _product(size: int, tf32: bool = False) -> Row:
    """Every contender rounds its operands to TF32, or none does."""
    builds: dict[str, Build] = {
        "tdsl": gemm.with_tdsl,
        "PyTorch": partial(gemm.with_torch, tf32=tf32),
        "JAX": partial(gemm.with_jax, tf32=tf32),
    }
    return Row(
        f"gpu_product_{size}{'_tf32' * tf32}",
        "gpu",
        f"A B, {size}×{size}×{size}{' in TF32' * tf32}",
        gemm.data_of("nn", (size, size, size)),
        {**{name: partial(_first_rows, build) for name, build in builds.items()}, "NumPy": _reference_rows},
        replace(program("gemm"), precision="tf32" if tf32 else "ieee"),
        tolerance=2e-3 if tf32 else 1e-5,
    )


def _lstm(steps: int, batch: int, size: int) -> Row:
    of = lstm.Sequences(steps, batch, size)
    builds = {name: partial(build, of) for name, build in lstm.BUILDS.items()}
    title = f"LSTM step, {steps} steps, batch {batch}, {size} cells"
    return _steps("gpu_lstm", title, of.data, program("lstm", N=size, M=size), builds, FEW_STEPS)


def _transformer(of: Transformer) -> Row:
    builds: dict[str, Build] = {
        "tdsl": partial(transformer_tdsl, of),
        "NumPy": partial(transformer_numpy, of),
        "PyTorch": partial(transformer_torch, of),
        "torch.compile": partial(transformer_compile, of),
        "JAX": partial(transformer_jax, of, steps=FEW_STEPS),
    }
    title = f"Transformer step, {of.blocks} blocks of width {of.width}, batch {of.batch} × {of.length}"
    return _steps("gpu_transformer", title, of.data, of.program, builds, FEW_STEPS)


ROWS: tuple[Row, ...] = (
    _product(10000),
    _product(10000, tf32=True),
    Row(
        "gpu_chain",
        "gpu",
        chain.ROWS[0].title,
        chain.ROWS[0].data,
        {name: chain.ROWS[0].contenders[name] for name in ("tdsl", "NumPy", "PyTorch", "torch.compile", "JAX")},
        chain.ROWS[0].program,
    ),
    _network(
        "gpu_miku",
        "Miku step, 2-1000-1000-1, batch 1000",
        replace(networks.miku(), rate=0.01),
        program("miku", networks.MIKU),
    ),
    _network("gpu_mlp_600", "MLP 784-500-10, batch 600", *networks.DIGITS["mlp_600"][1:]),
    _steps(
        "gpu_lenet",
        f"LeNet step, batch {lenet.BATCH}",
        lenet.ROWS[0].data,
        lenet.ROWS[0].program,
        lenet.ROWS[0].contenders,
        FEW_STEPS,
    ),
    _lstm(100, 20, 256),
    _transformer(Transformer(batch=8, length=128, symbols=256, width=256, heads=8, blocks=2)),
)

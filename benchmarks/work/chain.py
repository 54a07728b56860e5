"""sum(tanh(v) v + exp(-v²)) of a million numbers: fusion and vector maths."""

from __future__ import annotations

import math
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.device import placed, staying, tensor
from benchmarks.row import Data, Row, Timed, program


def _data() -> Data:
    return {"v": np.random.default_rng(0).normal(size=1_000_000).astype(np.float32)}


def _timed(function: Any, argument: object) -> Timed:
    return Timed(function, (argument,), lambda total: {"sum": float(total)})


def with_tdsl(data: Data) -> Timed:
    f = import_module("chain").f
    if not staying():
        return _timed(f, data["v"])
    return Timed(partial(f, **staying()), (placed(data["v"]),), lambda total: {"sum": float(total.numpy())})


def with_numpy(data: Data) -> Timed:
    first, second = np.empty_like(data["v"]), np.empty_like(data["v"])

    def f(v: Any) -> Any:
        np.tanh(v, out=first)
        np.multiply(first, v, out=first)
        np.multiply(v, v, out=second)
        np.negative(second, out=second)
        np.exp(second, out=second)
        np.add(first, second, out=first)
        return first.sum()

    return _timed(f, data["v"])


def _torch_chain(v: Any) -> Any:
    import torch

    return (torch.tanh(v) * v + torch.exp(-(v**2))).sum()


def with_torch(data: Data) -> Timed:
    return _timed(_torch_chain, tensor(data["v"]))


def with_torch_compile(data: Data) -> Timed:
    import torch

    return _timed(torch.compile(_torch_chain), tensor(data["v"]))


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    compiled = jax.jit(lambda v: (jnp.tanh(v) * v + jnp.exp(-(v**2))).sum())
    return _timed(lambda v: compiled(v).block_until_ready(), jnp.asarray(data["v"]))


def _with_pytensor(data: Data, mode: str) -> Timed:
    import pytensor
    import pytensor.tensor as pt

    v = pt.fvector("v")
    function = pytensor.function([v], (pt.tanh(v) * v + pt.exp(-(v**2))).sum(), mode=mode)
    function.trust_input = True
    return _timed(function, data["v"])


def with_pytensor_c(data: Data) -> Timed:
    return _with_pytensor(data, "CVM")


def with_pytensor_numba(data: Data) -> Timed:
    return _with_pytensor(data, "NUMBA")


def with_numba(data: Data) -> Timed:
    import numba

    def f(v: Any) -> Any:
        total = 0.0
        for i in numba.prange(v.size):
            x = v[i]
            total += math.tanh(x) * x + math.exp(-x * x)
        return total

    return _timed(numba.njit(f, parallel=True), data["v"])


ROWS = (
    Row(
        "chain",
        "calls",
        "sum(tanh(v)·v + exp(−v²)), 1M",
        _data,
        {
            "tdsl": with_tdsl,
            "NumPy": with_numpy,
            "PyTorch": with_torch,
            "torch.compile": with_torch_compile,
            "JAX": with_jax,
            "PyTensor C": with_pytensor_c,
            "PyTensor Numba": with_pytensor_numba,
            "Numba": with_numba,
        },
        program("chain"),
    ),
)

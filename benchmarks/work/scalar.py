"""f(x) = x² of one number: the cost of a call."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Row, Timed, program


def _data() -> Data:
    return {"x": -2.0}


def _timed(function: Any, argument: object) -> Timed:
    return Timed(function, (argument,), lambda y: {"y": y})


def with_tdsl(data: Data) -> Timed:
    return _timed(import_module("scalar").f, data["x"])


def with_numpy(data: Data) -> Timed:
    return _timed(np.square, np.float32(data["x"]))


def with_torch(data: Data) -> Timed:
    import torch

    return _timed(torch.square, torch.tensor(data["x"]))


def with_jax(data: Data) -> Timed:
    import jax

    compiled = jax.jit(lambda x: x**2)
    return _timed(lambda x: compiled(x).block_until_ready(), jax.numpy.float32(data["x"]))


def _with_pytensor(data: Data, mode: str) -> Timed:
    import pytensor
    import pytensor.tensor as pt

    x = pt.fscalar("x")
    function = pytensor.function([x], x**2, mode=mode)
    function.trust_input = True
    return _timed(function, np.asarray(data["x"], np.float32))


def with_pytensor_c(data: Data) -> Timed:
    return _with_pytensor(data, "CVM")


def with_pytensor_numba(data: Data) -> Timed:
    return _with_pytensor(data, "NUMBA")


def with_numba(data: Data) -> Timed:
    import numba

    return _timed(numba.njit(lambda x: x * x), data["x"])


ROWS = (
    Row(
        "scalar",
        "calls",
        "f(x) = x², one number",
        _data,
        {
            "tdsl": with_tdsl,
            "NumPy": with_numpy,
            "PyTorch": with_torch,
            "JAX": with_jax,
            "PyTensor C": with_pytensor_c,
            "PyTensor Numba": with_pytensor_numba,
            "Numba": with_numba,
        },
        program("scalar"),
    ),
)

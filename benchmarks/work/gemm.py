"""Products of matrices, m × k × n, against the libraries made for them."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.device import placed, read, tensor, values
from benchmarks.row import Data, Limit, Row, Timed, program

SQUARES = [(way, (size, size, size)) for size in (1000, 2048) for way in ("nn", "nt", "tn")]
OTHERS = [
    ("nn", (10000, 64, 64)),
    ("nn", (64, 10000, 64)),
    ("nn", (64, 64, 10000)),
    ("nn", (1000, 1000, 2)),
    ("nn", (1000, 2, 1000)),
    ("nv", (1000, 1000, 1)),
    ("nn", (600, 784, 500)),
    ("nn", (20, 784, 500)),
]
ROW_MAJOR, PLAIN, TRANSPOSED = 101, 111, 112


def data_of(way: str, shape: tuple[int, int, int]) -> Callable[[], Data]:
    m, k, n = shape

    def made() -> Data:
        random = np.random.default_rng(0)
        a = random.standard_normal((k, m) if way == "tn" else (m, k), np.float32)
        b = random.standard_normal({"nt": (n, k), "nv": (k,)}.get(way, (k, n)), np.float32)
        return {"way": way, "a": a, "b": b}

    return made


def _sides(data: Data) -> tuple[Any, Any, Any]:
    """Both operands as views that can be multiplied, and an empty array for their product."""
    a = data["a"].T if data["way"] == "tn" else data["a"]
    b = data["b"].T if data["way"] == "nt" else data["b"]
    return a, b, np.empty((*a.shape[:1], *b.shape[1:]), a.dtype)


def with_tdsl(data: Data) -> Timed:
    a, b, c = placed(data["a"]), placed(data["b"]), placed(_sides(data)[2])
    entry = getattr(import_module("gemm"), data["way"])
    return Timed(lambda a, b: entry(a, b, out=c), (a, b), lambda _: {"c": read(c)})


def with_numpy(data: Data) -> Timed:
    a, b, c = _sides(data)
    return Timed(lambda a, b: np.matmul(a, b, out=c), (a, b), lambda _: {"c": c})


def with_torch(data: Data, tf32: bool = False) -> Timed:
    import torch

    torch.backends.cuda.matmul.allow_tf32 = tf32
    a, b, c = map(tensor, _sides(data))
    return Timed(lambda a, b: torch.matmul(a, b, out=c), (a, b), lambda _: {"c": values(c)})


def with_jax(data: Data, tf32: bool = False) -> Timed:
    """JAX itself chooses TF32 for a GPU that has it."""
    import jax
    import jax.numpy as jnp

    way, precision = data["way"], "tensorfloat32" if tf32 else "highest"
    compiled = jax.jit(
        lambda a, b: jnp.matmul(a.T if way == "tn" else a, b.T if way == "nt" else b, precision=precision)
    )
    arguments = (jnp.asarray(data["a"]), jnp.asarray(data["b"]))
    return Timed(lambda a, b: compiled(a, b).block_until_ready(), arguments, lambda c: {"c": c})


def _address(array: Any) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _with_addresses(function: Any, arguments: tuple[object, ...], arrays: tuple[Any, Any, Any]) -> Timed:
    """Both sides live as long as the outcome, as the arguments have nothing but their addresses."""
    return Timed(function, arguments, lambda _: {"c": arrays[2]})


def _with_cblas(data: Data, library: ctypes.CDLL, name: str, integer: type[Any]) -> Timed:
    """The arguments are made once, so that a call costs little beside the product."""
    a, b, c = _sides(data)
    m, k = a.shape
    number, strides = ctypes.c_float, [integer(data[side].shape[-1]) for side in "ab"]
    transposed = [ctypes.c_int(TRANSPOSED if data["way"] == way else PLAIN) for way in ("tn", "nt")]
    order, unit = ctypes.c_int(ROW_MAJOR), integer(1)
    if b.ndim == 1:
        function = getattr(library, name.replace("sgemm", "sgemv"))
        head = (order, transposed[0], integer(m), integer(k))
        arguments = (*head, number(1), _address(a), strides[0], _address(b), unit, number(0), _address(c), unit)
    else:
        n = b.shape[1]
        function = getattr(library, name)
        head = (order, *transposed, integer(m), integer(n), integer(k))
        sides = (_address(data["a"]), strides[0], _address(data["b"]), strides[1])
        arguments = (*head, number(1), *sides, number(0), _address(c), integer(n))
    function.restype = None
    return _with_addresses(function, arguments, (a, b, c))


def with_openblas(data: Data) -> Timed:
    import scipy_openblas64 as openblas

    library = ctypes.CDLL(str(Path(openblas.get_lib_dir()) / openblas.get_library(fullname=True)))
    return _with_cblas(data, library, "scipy_cblas_sgemm64_", ctypes.c_int64)


def _beside_python(name: str) -> ctypes.CDLL:
    """A library of the environment's own folder, where the wheels of MKL and oneDNN put theirs."""
    found = sorted((Path(sys.prefix) / "lib").glob(f"{name}.so.*"))
    if not found:
        raise ImportError(f"there is no {name} in {sys.prefix}/lib")
    return ctypes.CDLL(str(found[0]))


def with_mkl(data: Data) -> Timed:
    return _with_cblas(data, _beside_python("libmkl_rt"), "cblas_sgemm", ctypes.c_int)


def with_onednn(data: Data) -> Timed:
    library = _beside_python("libdnnl")
    a, b, c = _sides(data)
    integer, number = ctypes.c_int64, ctypes.c_float
    ways = [ctypes.c_char(b"T" if data["way"] == way else b"N") for way in ("tn", "nt")]
    (m, k), n = a.shape, b.shape[1] if b.ndim == 2 else 1
    strides = [integer(data["a"].shape[1]), integer(data["b"].shape[1] if b.ndim == 2 else 1)]
    sides = (_address(data["a"]), strides[0], _address(data["b"]), strides[1])
    arguments = (*ways, integer(m), integer(n), integer(k), number(1), *sides, number(0), _address(c), integer(n))
    return _with_addresses(library.dnnl_sgemm, arguments, (a, b, c))


CONTENDERS = {
    "tdsl": with_tdsl,
    "NumPy": with_numpy,
    "PyTorch": with_torch,
    "JAX": with_jax,
    "OpenBLAS": with_openblas,
    "oneDNN": with_onednn,
    "MKL": with_mkl,
}
TITLES = {"nn": "A B", "nt": "A Bᵀ", "tn": "Aᵀ B", "nv": "A v"}


def _row(way: str, shape: tuple[int, int, int]) -> Row:
    m, k, n = shape
    return Row(
        f"gemm_{way}_{m}x{k}x{n}",
        "gemm",
        f"{TITLES[way]}, {m}×{k}×{n}",
        data_of(way, shape),
        CONTENDERS,
        program("gemm"),
        tolerance=1e-5,
        limit=Limit("fma", 2.0 * m * k * n),
    )


ROWS = tuple(_row(way, shape) for way, shape in (*SQUARES, *OTHERS))

"""Factors and systems of equations, against LAPACK as its users call it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Limit, Row, Timed, program

WORK = {"cholesky": ("Cholesky factor", 1 / 3), "solve": ("A x = b", 2 / 3)}


def _data(kind: str, stack: int, size: int) -> Callable[[], Data]:
    """Symmetric matrices far from singular ones, and right sides."""

    def made() -> Data:
        random = np.random.default_rng(0)
        shape = (stack,) * (stack > 1) + (size,)
        a = random.uniform(-1, 1, (*shape, size)) / 2
        a = a + np.swapaxes(a, -1, -2) + size * np.eye(size)
        return {"kind": kind, "a": a.astype(np.float32), "b": random.normal(size=shape).astype(np.float32)}

    return made


def _operands(data: Data) -> tuple[Any, ...]:
    return (data["a"],) if data["kind"] == "cholesky" else (data["a"], data["b"])


def _columns(b: Any) -> Any:
    """Right sides of a stack as its solvers take them."""
    return b[..., None] if b.ndim > 1 else b


def with_tdsl(data: Data) -> Timed:
    name = f"{data['kind']}_{'stack' if data['a'].ndim > 2 else 'one'}"
    entry, out = getattr(import_module("linear_algebra"), name), np.empty_like(_operands(data)[-1])
    return Timed(lambda *given: entry(*given, out=out), _operands(data), lambda _: {"x": out})


def with_numpy(data: Data) -> Timed:
    if data["kind"] == "cholesky":
        return Timed(np.linalg.cholesky, _operands(data), lambda x: {"x": x})
    given = (data["a"], _columns(data["b"]))
    return Timed(np.linalg.solve, given, lambda x: {"x": x.reshape(data["b"].shape)})


def with_torch(data: Data) -> Timed:
    import torch

    given = tuple(map(torch.from_numpy, _operands(data)))
    out = torch.empty_like(given[-1])
    function: Callable[..., Any] = torch.linalg.cholesky if data["kind"] == "cholesky" else torch.linalg.solve
    return Timed(lambda *given: function(*given, out=out), given, lambda _: {"x": out.numpy()})


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    def solve(a: Any, b: Any) -> Any:
        return jnp.linalg.solve(a, _columns(b)).reshape(b.shape)

    compiled = jax.jit(jnp.linalg.cholesky if data["kind"] == "cholesky" else solve)
    given = tuple(map(jnp.asarray, _operands(data)))
    return Timed(lambda *given: compiled(*given).block_until_ready(), given, lambda x: {"x": np.asarray(x)})


CONTENDERS = {"tdsl": with_tdsl, "NumPy": with_numpy, "PyTorch": with_torch, "JAX": with_jax}


def _row(kind: str, stack: int, size: int) -> Row:
    title, work = WORK[kind]
    of = f"{stack} matrices {size}×{size}" if stack > 1 else f"{size}×{size}"
    return Row(
        f"{kind}_{stack}x{size}" if stack > 1 else f"{kind}_{size}",
        "linear_algebra",
        f"{title}, {of}",
        _data(kind, stack, size),
        CONTENDERS,
        program("linear_algebra"),
        limit=Limit("fma", work * stack * size**3),
    )


ROWS = tuple(_row(kind, *shape) for shape in ((1, 100), (1, 1000), (1000, 4)) for kind in WORK)

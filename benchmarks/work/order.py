"""Sorting, the largest elements, and running sums: one long row, and many rows."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import OWN, Data, Limit, Row, Timed, program

LARGEST = 10


def _rows(count: int, length: int) -> Callable[[], Data]:
    return lambda: {"x": np.random.default_rng(0).normal(size=(count, length)).astype(np.float32)}


def _outcome(found: Any) -> dict[str, Any]:
    return {"found": np.asarray(found)}


def _first(found: Any) -> dict[str, Any]:
    return _outcome(found[0])


def _own(entry: str, outcome: Callable[[Any], dict[str, Any]]) -> Callable[[Data], Timed]:
    return lambda data: Timed(getattr(import_module("sort"), entry), (data["x"],), outcome)


def _numpy(function: Callable[[Any], Any]) -> Callable[[Data], Timed]:
    return lambda data: Timed(function, (data["x"],), _outcome)


def _torch(work: Callable[[Any, Any], Any], outcome: Callable[[Any], dict[str, Any]]) -> Callable[[Data], Timed]:
    def build(data: Data) -> Timed:
        import torch

        return Timed(lambda x: work(torch, x), (torch.from_numpy(data["x"]),), outcome)

    return build


def _jax(work: Callable[[Any, Any, Any], Any], outcome: Callable[[Any], dict[str, Any]]) -> Callable[[Data], Timed]:
    def build(data: Data) -> Timed:
        import jax
        import jax.numpy as jnp

        compiled = jax.jit(lambda x: work(jax, jnp, x))
        return Timed(lambda x: jax.block_until_ready(compiled(x)), (jnp.asarray(data["x"]),), outcome)

    return build


def _largest_numpy(x: Any) -> Any:
    some = np.partition(x, x.shape[1] - LARGEST, axis=1)[:, -LARGEST:]
    return np.sort(some, axis=1)[:, ::-1]


def _row(name: str, title: str, count: int, length: int, contenders: dict[str, Callable[[Data], Timed]]) -> Row:
    size = f"{count}×{length}" if count > 1 else f"{length}"
    limit = Limit("copy", 8 * count * length, 8 * count * length) if name.startswith("cumsum") else None
    return Row(name, "order", f"{title}, {size}", _rows(count, length), contenders, program("sort"), 1e-4, limit)


def _sizes(name: str, title: str, contenders: dict[str, Callable[[Data], Timed]]) -> tuple[Row, ...]:
    return tuple(
        _row(f"{name}{ending}", title, count, length, contenders)
        for ending, count, length in (("", 1, 1_000_000), ("_rows", 1000, 1000))
    )


ROWS = (
    *_sizes(
        "sort",
        "Sorting",
        {
            OWN: _own("ordered", _outcome),
            "NumPy": _numpy(np.sort),
            "PyTorch": _torch(lambda torch, x: torch.sort(x), _first),
            "JAX": _jax(lambda jax, jnp, x: jnp.sort(x), _outcome),
        },
    ),
    *_sizes(
        "argsort",
        "Positions in order",
        {
            OWN: _own("positions", _outcome),
            "NumPy": _numpy(lambda x: np.argsort(x, kind="stable")),
            "PyTorch": _torch(lambda torch, x: torch.argsort(x, stable=True), _outcome),
            "JAX": _jax(lambda jax, jnp, x: jnp.argsort(x), _outcome),
        },
    ),
    *_sizes(
        "topk",
        f"The {LARGEST} largest",
        {
            OWN: _own("largest", _first),
            "NumPy": _numpy(_largest_numpy),
            "PyTorch": _torch(lambda torch, x: torch.topk(x, LARGEST), _first),
            "JAX": _jax(lambda jax, jnp, x: jax.lax.top_k(x, LARGEST), _first),
        },
    ),
    *_sizes(
        "cumsum",
        "Running sums",
        {
            OWN: _own("running", _outcome),
            "NumPy": _numpy(lambda x: np.cumsum(x, axis=1)),
            "PyTorch": _torch(lambda torch, x: torch.cumsum(x, 1), _outcome),
            "JAX": _jax(lambda jax, jnp, x: jnp.cumsum(x, axis=1), _outcome),
        },
    ),
)

"""A step on the rows of a table that a batch names: it costs what these rows cost."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Row, Timed, program

ROWS_OF_TABLE, WIDTH, BATCH, RATE = 50_000, 128, 100, np.float32(0.1)


def _data() -> Data:
    random = np.random.default_rng(0)
    return {
        "E": random.normal(size=(ROWS_OF_TABLE, WIDTH)).astype(np.float32),
        "ids": random.integers(0, ROWS_OF_TABLE, BATCH),
        "t": random.normal(size=(BATCH, WIDTH)).astype(np.float32),
    }


def with_tdsl(data: Data) -> Timed:
    model = import_module("embedding").Model()
    model.E = data["E"]
    return Timed(model.train, (data["ids"], data["t"]), lambda cost: {"cost": cost, "E": model.E})


def with_numpy(data: Data) -> Timed:
    table, rate = data["E"].copy(), data["E"].dtype.type(2 * RATE)

    def step(ids: Any, t: Any) -> Any:
        error = table[ids] - t
        np.subtract.at(table, ids, rate * error)
        return np.sum(error * error)

    return Timed(step, (data["ids"], data["t"]), lambda cost: {"cost": cost, "E": table})


def with_torch(data: Data) -> Timed:
    import torch

    table = torch.nn.Embedding.from_pretrained(torch.from_numpy(data["E"].copy()), freeze=False, sparse=True)
    optimizer = torch.optim.SGD(table.parameters(), lr=float(RATE))

    def step(ids: Any, t: Any) -> Any:
        optimizer.zero_grad()
        cost = ((table(ids) - t) ** 2).sum()
        cost.backward()
        optimizer.step()
        return cost

    def outcome(cost: Any) -> dict[str, Any]:
        return {"cost": cost.detach().numpy(), "E": table.weight.detach().numpy()}

    return Timed(step, (torch.from_numpy(data["ids"]), torch.from_numpy(data["t"])), outcome)


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    def update(table: Any, ids: Any, t: Any) -> Any:
        # The derivative by the rows, which are then added: one by the table would be as large as the table.
        rows = table[ids]
        cost, slope = jax.value_and_grad(lambda rows: jnp.sum((rows - t) ** 2))(rows)
        return table.at[ids].add(-RATE * slope), cost

    compiled = jax.jit(update, donate_argnums=0)
    table = jnp.array(data["E"])

    def step(ids: Any, t: Any) -> Any:
        nonlocal table
        table, cost = compiled(table, ids, t)
        return jax.block_until_ready(cost)

    return Timed(step, (jnp.asarray(data["ids"]), jnp.asarray(data["t"])), lambda cost: {"cost": cost, "E": table})


ROWS = (
    Row(
        "embedding",
        "steps",
        "Embedding step, 100 rows of 50,000 × 128",
        _data,
        {"tdsl": with_tdsl, "NumPy": with_numpy, "PyTorch": with_torch, "JAX": with_jax},
        program("embedding"),
    ),
)

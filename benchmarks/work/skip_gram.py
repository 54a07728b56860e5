"""A step of word vectors with negative samples: a batch names rows of two tables, and some of them repeatedly.

The negative samples are drawn before, as training programs prepare their batches.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Row, Timed, program

WORDS, WIDTH, BATCH, NEGATIVES, RATE = 50_000, 128, 512, 5, 0.5


def _data() -> Data:
    random = np.random.default_rng(0)

    def drawn(*shape: int) -> Any:
        """Words whose frequencies fall as 1 / rank does, as those of a language."""
        return np.int64(WORDS ** random.uniform(0, 1, shape)) - 1

    return {
        "E": (random.normal(size=(WORDS, WIDTH)) / np.sqrt(WIDTH)).astype(np.float32),
        "F": (random.normal(size=(WORDS, WIDTH)) / np.sqrt(WIDTH)).astype(np.float32),
        "word": drawn(BATCH),
        "beside": drawn(BATCH, 1 + NEGATIVES),
    }


def with_tdsl(data: Data) -> Timed:
    model = import_module("skip_gram").Model()
    model.E, model.F = data["E"], data["F"]
    return Timed(
        model.train, (data["word"], data["beside"], RATE), lambda cost: {"C": cost, "E": model.E, "F": model.F}
    )


def with_numpy(data: Data) -> Timed:
    E, F = data["E"].copy(), data["F"].copy()
    sign = np.ones((BATCH, 1 + NEGATIVES), E.dtype)
    sign[:, 0] = -1

    def train(word: Any, beside: Any) -> Any:
        e, f = E[word], F[beside]
        z = sign * np.matmul(f, e[:, :, None])[:, :, 0]
        slope = sign / (1 + np.exp(-z)) / BATCH
        at_e = np.matmul(slope[:, None, :], f)[:, 0]
        at_f = slope[:, :, None] * e[:, None, :]
        np.subtract.at(E, word, E.dtype.type(RATE) * at_e)
        np.subtract.at(F, beside, E.dtype.type(RATE) * at_f)
        return np.logaddexp(0, z).sum() / BATCH

    return Timed(train, (data["word"], data["beside"]), lambda cost: {"C": cost, "E": E, "F": F})


def with_torch(data: Data) -> Timed:
    """Sparse gradients: they have the rows of the batch alone."""
    import torch
    from torch.nn import functional

    tables = [
        torch.nn.Embedding.from_pretrained(torch.from_numpy(data[name].copy()), freeze=False, sparse=True)
        for name in "EF"
    ]
    optimizer = torch.optim.SGD([table.weight for table in tables], lr=RATE)
    sign = torch.ones(1 + NEGATIVES)
    sign[0] = -1

    def train(word: Any, beside: Any) -> Any:
        optimizer.zero_grad()
        e, f = (table(ids) for table, ids in zip(tables, (word, beside), strict=True))
        cost = functional.softplus(sign * (f @ e[:, :, None])[:, :, 0]).sum() / BATCH
        cost.backward()
        optimizer.step()
        return cost

    def outcome(cost: Any) -> dict[str, Any]:
        E, F = (table.weight.detach().numpy() for table in tables)
        return {"C": cost.item(), "E": E, "F": F}

    return Timed(train, (torch.from_numpy(data["word"]), torch.from_numpy(data["beside"])), outcome)


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    sign = np.ones(1 + NEGATIVES, np.float32)
    sign[0] = -1

    def cost(e: Any, f: Any) -> Any:
        return jax.nn.softplus(sign * jnp.einsum("bn,bkn->bk", e, f)).sum() / BATCH

    def update(E: Any, F: Any, word: Any, beside: Any) -> Any:
        # The derivative by the rows, which are then added: one by the tables would be as large as these.
        found, (at_e, at_f) = jax.value_and_grad(cost, (0, 1))(E[word], F[beside])
        return E.at[word].add(-RATE * at_e), F.at[beside].add(-RATE * at_f), found

    compiled = jax.jit(update, donate_argnums=(0, 1))
    E, F = jnp.array(data["E"]), jnp.array(data["F"])

    def train(word: Any, beside: Any) -> Any:
        nonlocal E, F
        E, F, found = jax.block_until_ready(compiled(E, F, word, beside))
        return found

    arguments = (jnp.asarray(data["word"]), jnp.asarray(data["beside"]))
    return Timed(train, arguments, lambda cost: {"C": cost, "E": E, "F": F})


ROWS = (
    Row(
        "skip_gram",
        "steps",
        f"Skip-gram step, {NEGATIVES} negatives, 50,000 words × {WIDTH}, batch {BATCH}",
        _data,
        {"tdsl": with_tdsl, "NumPy": with_numpy, "PyTorch": with_torch, "JAX": with_jax},
        program("skip_gram"),
    ),
)

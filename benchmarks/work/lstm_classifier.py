"""A training step of an LSTM that classifies sentences of different lengths, with a table of words."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Row, Timed, program
from benchmarks.work.lstm import in_torch_order

STEPS, BATCH, WORDS, SIZE, RATE = 100, 16, 10_000, 128, 0.1
NAMES = ("E", "D", "d", "lstm.W", "lstm.U", "lstm.b")
PROGRAM = program("lstm_classifier")


def _data() -> Data:
    random = np.random.default_rng(0)

    def normal(*shape: int) -> Any:
        return (random.normal(size=shape) / np.sqrt(SIZE)).astype(np.float32)

    ends = random.integers(STEPS // 4, STEPS + 1, BATCH)
    return {
        "words": random.integers(0, WORDS, (STEPS, BATCH)),
        "mask": (np.arange(STEPS)[:, None] < ends).astype(np.float32),
        "label": random.integers(0, 2, BATCH),
        "E": normal(WORDS, SIZE),
        "D": normal(SIZE, 2),
        "d": np.zeros(2, np.float32),
        "lstm.W": normal(SIZE, 4 * SIZE),
        "lstm.U": normal(SIZE, 4 * SIZE),
        "lstm.b": np.zeros(4 * SIZE, np.float32),
    }


def _trained(module: Any, data: Data) -> Timed:
    model = module.Model(seed=0)
    for name in NAMES:
        model[name] = data[name]
    arguments = (data["words"], data["mask"], data["label"], RATE)
    return Timed(model.train, arguments, lambda cost: {"C": cost, **{name: model[name] for name in NAMES}})


def with_tdsl(data: Data) -> Timed:
    return _trained(import_module("lstm_classifier"), data)


def with_numpy(data: Data) -> Timed:
    """tdsl's own module of NumPy, as for the transformer; the row "lstm" has an LSTM's derivative by hand."""
    import tdsl

    width = data["E"].dtype.itemsize * 8
    return _trained(tdsl.compile(PROGRAM.text, name="lstm_classifier_reference", target="numpy", float=width), data)


def with_torch(data: Data) -> Timed:
    """torch.nn.LSTM over the padded sentences, whose outputs behind their ends have no weight; a sparse gradient of
    the table."""
    import torch
    from torch.nn import functional

    table = torch.nn.Embedding.from_pretrained(torch.from_numpy(data["E"].copy()), freeze=False, sparse=True)
    layer = torch.nn.LSTM(SIZE, SIZE)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.tensor(in_torch_order(data["lstm.W"]).T.copy()))
        layer.weight_hh_l0.copy_(torch.tensor(in_torch_order(data["lstm.U"]).T.copy()))
        layer.bias_ih_l0.copy_(torch.tensor(in_torch_order(data["lstm.b"])))
        layer.bias_hh_l0.zero_()
    layer.bias_hh_l0.requires_grad_(False)
    D, d = (torch.tensor(data[name]).requires_grad_() for name in "Dd")
    cells = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0]
    optimizer = torch.optim.SGD([table.weight, D, d, *cells], lr=RATE)

    def train(words: Any, mask: Any, label: Any) -> Any:
        optimizer.zero_grad()
        h, _ = layer(table(words))
        mean = (h * mask[:, :, None]).sum(dim=0) / mask.sum(dim=0)[:, None]
        cost = functional.cross_entropy(torch.addmm(d, mean, D), label)
        cost.backward()
        optimizer.step()
        return cost.detach()

    def outcome(cost: Any) -> dict[str, Any]:
        plain = [value.detach().numpy() for value in (table.weight, D, d)]
        ordered = [in_torch_order(value.detach().numpy().T) for value in cells]
        return {"C": cost.item(), **dict(zip(NAMES, [*plain, *ordered], strict=True))}

    return Timed(train, tuple(torch.from_numpy(data[name]) for name in ("words", "mask", "label")), outcome)


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    def cost(x: Any, values: Any, mask: Any, label: Any) -> Any:
        D, d, W, U, b = values

        def step(state: Any, z: Any) -> Any:
            h, c = state
            i, f, o, g = jnp.split(z + h @ U, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((BATCH, SIZE), x.dtype)
        _, h = jax.lax.scan(step, (zeros, zeros), x @ W + b)
        z = (h * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None] @ D + d
        return -jnp.take_along_axis(jax.nn.log_softmax(z), label[:, None], 1).mean()

    def update(E: Any, values: Any, words: Any, mask: Any, label: Any) -> Any:
        # The derivative by the rows, which are then added: one by the table would be as large as the table.
        found, (at_x, gradients) = jax.value_and_grad(cost, (0, 1))(E[words], values, mask, label)
        values = [value - RATE * gradient for value, gradient in zip(values, gradients, strict=True)]
        return E.at[words].add(-RATE * at_x), values, found

    compiled = jax.jit(update, donate_argnums=(0, 1))
    E, *values = (jnp.array(data[name]) for name in NAMES)

    def train(words: Any, mask: Any, label: Any) -> Any:
        nonlocal E, values
        E, values, found = jax.block_until_ready(compiled(E, values, words, mask, label))
        return found

    arguments = tuple(jnp.asarray(data[name]) for name in ("words", "mask", "label"))
    return Timed(train, arguments, lambda cost: {"C": cost, **dict(zip(NAMES, [E, *values], strict=True))})


ROWS = (
    Row(
        "lstm_classifier",
        "steps",
        f"LSTM classifier step, {STEPS} steps, batch {BATCH}, {SIZE} cells, 10,000 words",
        _data,
        {"tdsl": with_tdsl, "NumPy": with_numpy, "PyTorch": with_torch, "JAX": with_jax},
        PROGRAM,
    ),
)

"""A training step of a denoising autoencoder with tied weights.

Each contender draws the points to show by its own generator while it is timed, and takes them from the data while its
outcome is checked.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Limit, Row, Timed, program

POINTS, HIDDEN, BATCH, KEPT, RATE = 784, 500, 20, 0.7, 0.1
NAMES = ("W", "b", "c")
FLOP = 5 * 2.0 * BATCH * POINTS * HIDDEN  # two products forward, three backward: pictures need no derivative


def _data() -> Data:
    random = np.random.default_rng(0)
    return {
        "x": random.uniform(0, 1, (BATCH, POINTS)).astype(np.float32),
        "kept": (random.uniform(0, 1, (BATCH, POINTS)) < KEPT).astype(np.float32),
        "W": (random.normal(size=(POINTS, HIDDEN)) / np.sqrt(POINTS)).astype(np.float32),
        "b": np.zeros(HIDDEN, np.float32),
        "c": np.zeros(POINTS, np.float32),
    }


def with_tdsl(data: Data) -> Timed:
    model = import_module("autoencoder").Model(seed=0)
    for name in NAMES:
        model[name] = data[name]
    return Timed(
        model.train,
        (data["x"], RATE),
        lambda cost: {"C": cost, **{name: model[name] for name in NAMES}},
        checked=partial(model.train_given, data["x"], data["kept"], RATE),
    )


def with_numpy(data: Data) -> Timed:
    W, b, c = values = [data[name].copy() for name in NAMES]
    rate = W.dtype.type(RATE)
    random = np.random.default_rng(0)

    def step(x: Any, kept: Any) -> Any:
        shown = x * kept
        h = 1 / (1 + np.exp(-(shown @ W + b)))
        z = h @ W.T + c
        cost = np.sum(np.logaddexp(0, z) - x * z) / len(x)
        at_z = (1 / (1 + np.exp(-z)) - x) / len(x)
        at_h = (at_z @ W) * h * (1 - h)
        found = shown.T @ at_h + at_z.T @ h, at_h.sum(axis=0), at_z.sum(axis=0)
        for value, gradient in zip(values, found, strict=True):
            value -= rate * gradient
        return cost

    def train(x: Any) -> Any:
        return step(x, random.random(x.shape, np.float32) < np.float32(KEPT))

    return Timed(
        train,
        (data["x"],),
        lambda cost: {"C": cost, **dict(zip(NAMES, values, strict=True))},
        checked=partial(step, data["x"], data["kept"]),
    )


def with_torch(data: Data) -> Timed:
    import torch
    from torch.nn import functional

    values = [torch.tensor(data[name]).requires_grad_() for name in NAMES]
    W, b, c = values
    x, kept = torch.from_numpy(data["x"]), torch.from_numpy(data["kept"])
    torch.manual_seed(0)

    def step(x: Any, kept: Any) -> Any:
        z = torch.addmm(c, torch.sigmoid(torch.addmm(b, x * kept, W)), W.T)
        cost = functional.binary_cross_entropy_with_logits(z, x, reduction="sum") / len(x)
        gradients = torch.autograd.grad(cost, values)
        with torch.no_grad():
            torch._foreach_add_(values, gradients, alpha=-RATE)
        return cost.detach()

    def train(x: Any) -> Any:
        return step(x, torch.empty_like(x).bernoulli_(KEPT))

    def outcome(cost: Any) -> dict[str, Any]:
        return {"C": cost.item(), **{name: value.detach().numpy() for name, value in zip(NAMES, values, strict=True)}}

    return Timed(train, (x,), outcome, checked=partial(step, x, kept))


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    def cost(values: Any, x: Any, kept: Any) -> Any:
        W, b, c = values
        z = jax.nn.sigmoid((x * kept) @ W + b) @ W.T + c
        return (jax.nn.softplus(z) - x * z).sum() / len(x)

    def update(values: Any, x: Any, kept: Any) -> Any:
        found, gradients = jax.value_and_grad(cost)(values, x, kept)
        return [value - RATE * gradient for value, gradient in zip(values, gradients, strict=True)], found

    def drawn(values: Any, key: Any, x: Any) -> Any:
        key, used = jax.random.split(key)
        values, found = update(values, x, jax.random.bernoulli(used, KEPT, x.shape))
        return values, key, found

    given, compiled = jax.jit(update, donate_argnums=0), jax.jit(drawn, donate_argnums=(0, 1))
    values, key = [jnp.array(data[name]) for name in NAMES], jax.random.key(0)
    x, kept = jnp.asarray(data["x"]), jnp.asarray(data["kept"])

    def step() -> Any:
        nonlocal values
        values, found = jax.block_until_ready(given(values, x, kept))
        return found

    def train(x: Any) -> Any:
        nonlocal values, key
        values, key, found = jax.block_until_ready(compiled(values, key, x))
        return found

    return Timed(train, (x,), lambda cost: {"C": cost, **dict(zip(NAMES, values, strict=True))}, checked=step)


ROWS = (
    Row(
        "autoencoder",
        "steps",
        f"Denoising autoencoder {POINTS}-{HIDDEN}, batch {BATCH}",
        _data,
        {"tdsl": with_tdsl, "NumPy": with_numpy, "PyTorch": with_torch, "JAX": with_jax},
        program("autoencoder"),
        limit=Limit("fma", FLOP),
    ),
)

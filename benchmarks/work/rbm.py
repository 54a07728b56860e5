"""A training step of a restricted Boltzmann machine by persistent contrastive divergence.

Each contender draws by its own generator while it is timed, and takes uniform numbers from the data while its outcome
is checked.  These keep away from the probabilities that they are compared with, so that rounding turns no unit over.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Limit, Row, Timed, program

POINTS, HIDDEN, BATCH, STEPS, RATE = 784, 500, 20, 15, 0.1
NAMES = ("W", "a", "b")
AWAY = 1e-3
# A product up and one down for each step of the chains; then the energies, and their derivatives by W.
FLOP = (2 * STEPS + 4) * 2.0 * BATCH * POINTS * HIDDEN


def _data() -> Data:
    random = np.random.default_rng(0)
    W = (random.normal(size=(POINTS, HIDDEN)) / np.sqrt(POINTS)).astype(np.float32)
    chain = (random.uniform(0, 1, (BATCH, POINTS)) < 0.5).astype(np.float32)
    by_hidden = random.uniform(0, 1, (STEPS, BATCH, HIDDEN)).astype(np.float32)
    by_seen = random.uniform(0, 1, (STEPS, BATCH, POINTS)).astype(np.float32)
    exact, v = W.astype(np.float64), chain.astype(np.float64)
    for u, w in zip(by_hidden, by_seen, strict=True):
        h = _below(u, _sigmoid(v @ exact))
        v = _below(w, _sigmoid(h @ exact.T))
    return {
        "v": (random.uniform(0, 1, (BATCH, POINTS)) < 0.3).astype(np.float32),
        "chain": chain,
        "by_hidden": by_hidden,
        "by_seen": by_seen,
        "W": W,
        "a": np.zeros(POINTS, np.float32),
        "b": np.zeros(HIDDEN, np.float32),
    }


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def _below(u: Any, p: Any) -> Any:
    """Whether u < p, once u has been moved away from p."""
    near = np.abs(u - p) < AWAY
    u[near] = np.where(u < p, p - AWAY, p + AWAY)[near]
    return np.float64(u < p)


def _outcome(cost: Any, chain: Any, values: Any) -> dict[str, Any]:
    return {"C": cost, "chain": chain, **dict(zip(NAMES, values, strict=True))}


def with_tdsl(data: Data) -> Timed:
    model = import_module("rbm").Model(seed=0)
    for name in (*NAMES, "chain"):
        model[name] = data[name]
    return Timed(
        model.train,
        (data["v"], RATE),
        lambda cost: _outcome(cost, model.chain, [model[name] for name in NAMES]),
        checked=partial(model.train_given, data["v"], data["by_hidden"], data["by_seen"], RATE),
    )


def with_numpy(data: Data) -> Timed:
    W, a, b = values = [data[name].copy() for name in NAMES]
    chain, rate = data["chain"].copy(), W.dtype.type(RATE)
    random = np.random.default_rng(0)

    def step(v: Any, by_hidden: Any, by_seen: Any) -> Any:
        for u, w in zip(by_hidden, by_seen, strict=True):
            h = (u < _sigmoid(chain @ W + b)).astype(W.dtype)
            chain[:] = w < _sigmoid(h @ W.T + a)
        up, down = v @ W + b, chain @ W + b
        cost = (np.logaddexp(0, down).sum() + (chain @ a).sum() - np.logaddexp(0, up).sum() - (v @ a).sum()) / len(v)
        up, down = _sigmoid(up), _sigmoid(down)
        found = chain.T @ down - v.T @ up, (chain - v).sum(axis=0), (down - up).sum(axis=0)
        for value, gradient in zip(values, found, strict=True):
            value -= rate / len(v) * gradient
        return cost

    def train(v: Any) -> Any:
        by_hidden = random.random(data["by_hidden"].shape, np.float32)
        return step(v, by_hidden, random.random(data["by_seen"].shape, np.float32))

    return Timed(
        train,
        (data["v"],),
        lambda cost: _outcome(cost, chain, values),
        checked=partial(step, data["v"], data["by_hidden"], data["by_seen"]),
    )


def with_torch(data: Data) -> Timed:
    import torch
    from torch.nn import functional

    values = [torch.tensor(data[name]).requires_grad_() for name in NAMES]
    W, a, b = values
    chain = torch.tensor(data["chain"])
    torch.manual_seed(0)

    def hidden(v: Any) -> Any:
        return torch.sigmoid(torch.addmm(b, v, W))

    def seen(h: Any) -> Any:
        return torch.sigmoid(torch.addmm(a, h, W.T))

    def energy(v: Any) -> Any:
        return -(v @ a) - functional.softplus(torch.addmm(b, v, W)).sum(dim=1)

    def update(v: Any) -> Any:
        cost = energy(v).mean() - energy(chain).mean()
        gradients = torch.autograd.grad(cost, values)
        with torch.no_grad():
            torch._foreach_add_(values, gradients, alpha=-RATE)
        return cost.detach()

    def given() -> Any:
        nonlocal chain
        with torch.no_grad():
            for u, w in zip(data["by_hidden"], data["by_seen"], strict=True):
                h = (torch.from_numpy(u) < hidden(chain)).float()
                chain = (torch.from_numpy(w) < seen(h)).float()
        return update(torch.from_numpy(data["v"]))

    def train(v: Any) -> Any:
        nonlocal chain
        with torch.no_grad():
            for _ in range(STEPS):
                chain = torch.bernoulli(seen(torch.bernoulli(hidden(chain))))
        return update(v)

    def outcome(cost: Any) -> dict[str, Any]:
        return _outcome(cost.item(), chain.numpy(), [value.detach().numpy() for value in values])

    return Timed(train, (torch.from_numpy(data["v"]),), outcome, checked=given)


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    def hidden(values: Any, v: Any) -> Any:
        return jax.nn.sigmoid(v @ values[0] + values[2])

    def seen(values: Any, h: Any) -> Any:
        return jax.nn.sigmoid(h @ values[0].T + values[1])

    def energy(values: Any, v: Any) -> Any:
        W, a, b = values
        return -(v @ a) - jax.nn.softplus(v @ W + b).sum(axis=1)

    def update(values: Any, v: Any, chain: Any) -> Any:
        found, gradients = jax.value_and_grad(lambda of: energy(of, v).mean() - energy(of, chain).mean())(values)
        return [value - RATE * gradient for value, gradient in zip(values, gradients, strict=True)], found

    def given(values: Any, chain: Any, v: Any, by_hidden: Any, by_seen: Any) -> Any:
        def gibbs(chain: Any, numbers: Any) -> Any:
            h = (numbers[0] < hidden(values, chain)).astype(chain.dtype)
            return (numbers[1] < seen(values, h)).astype(chain.dtype), None

        chain, _ = jax.lax.scan(gibbs, chain, (by_hidden, by_seen))
        return *update(values, v, chain), chain

    def drawn(values: Any, chain: Any, key: Any, v: Any) -> Any:
        def gibbs(chain: Any, keys: Any) -> Any:
            h = jax.random.bernoulli(keys[0], hidden(values, chain)).astype(chain.dtype)
            return jax.random.bernoulli(keys[1], seen(values, h)).astype(chain.dtype), None

        key, used = jax.random.split(key)
        chain, _ = jax.lax.scan(gibbs, chain, jax.random.split(used, (STEPS, 2)))
        return *update(values, v, chain), chain, key

    checked, compiled = jax.jit(given, donate_argnums=(0, 1)), jax.jit(drawn, donate_argnums=(0, 1, 2))
    values, chain, key = [jnp.array(data[name]) for name in NAMES], jnp.array(data["chain"]), jax.random.key(0)

    def step() -> Any:
        nonlocal values, chain
        values, found, chain = checked(values, chain, data["v"], data["by_hidden"], data["by_seen"])
        return found

    def train(v: Any) -> Any:
        nonlocal values, chain, key
        values, found, chain, key = jax.block_until_ready(compiled(values, chain, key, v))
        return found

    return Timed(train, (jnp.asarray(data["v"]),), lambda cost: _outcome(cost, chain, values), checked=step)


ROWS = (
    Row(
        "rbm",
        "steps",
        f"RBM {POINTS}-{HIDDEN}, PCD-{STEPS}, batch {BATCH}",
        _data,
        {"tdsl": with_tdsl, "NumPy": with_numpy, "PyTorch": with_torch, "JAX": with_jax},
        program("rbm"),
        limit=Limit("fma", FLOP),
        checked_calls=1,  # the uniform numbers keep away from the probabilities of the first parameters
    ),
)

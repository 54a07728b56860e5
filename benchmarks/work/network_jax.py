"""The network in JAX: the whole step compiled, parameters donated; and many steps in one compiled loop."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.row import Data, Timed
from benchmarks.work.network import Network, layers, parameters


def with_jax(network: Network, data: Data) -> Timed:
    return _timed(data, _step(network), 1)


def with_jax_loop(network: Network, data: Data, steps: int) -> Timed:
    one = _step(network)

    def many(values: Any, x: Any, y_hat: Any) -> Any:
        first = one(values, x, y_hat)
        return jax.lax.fori_loop(1, steps, lambda _, state: one(state[0], x, y_hat), first)

    return _timed(data, many, steps)


def _step(network: Network) -> Any:
    hidden = jax.nn.sigmoid if network.hidden == "sigmoid" else jnp.tanh

    def cost(values: Any, x: Any, y_hat: Any) -> Any:
        *below, (last, last_bias) = layers(values)
        for W, b in below:
            x = hidden(x @ W + b)
        z = x @ last + last_bias
        if network.classes:
            return -jnp.take_along_axis(jax.nn.log_softmax(z), y_hat[:, None], axis=1).mean()
        return jnp.square(jax.nn.sigmoid(z) - y_hat).mean()

    def step(values: Any, x: Any, y_hat: Any) -> Any:
        found, gradients = jax.value_and_grad(cost)(values, x, y_hat)
        return [value - network.rate * g for value, g in zip(values, gradients, strict=True)], found

    return step


def _timed(data: Data, step: Any, steps: int) -> Timed:
    names = parameters(data)
    values = [jnp.array(value) for value in names.values()]
    compiled = jax.jit(step, donate_argnums=0)

    def train(x: Any, y_hat: Any) -> Any:
        nonlocal values
        values, cost = jax.block_until_ready(compiled(values, x, y_hat))
        return cost

    arguments = (jnp.asarray(data["x"]), jnp.asarray(data["y_hat"]))
    return Timed(train, arguments, lambda cost: {"C": cost, **dict(zip(names, values, strict=True))}, steps)

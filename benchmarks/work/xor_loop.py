"""Many steps of XOR in one call, where each contender has a loop of its own: no Python between steps."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Timed
from benchmarks.work.network import Network, parameters
from benchmarks.work.network_numpy import with_numpy as one_step

STEPS = 10_000


def with_tdsl(network: Network, data: Data) -> Timed:
    model = import_module("xor").Model(seed=0)
    names = parameters(data)
    for name in names:
        model[name] = data[name]
    x, y_hat = np.tile(data["x"], (STEPS, 1)), np.tile(data["y_hat"], STEPS)

    def train(x: Any, y_hat: Any) -> None:
        model.fit(x, y_hat, network.rate, entry="train", epochs=1, batch_size=4, shuffle=False, progress=False)

    return Timed(train, (x, y_hat), lambda _: {name: model[name] for name in names}, STEPS)


def with_numpy(network: Network, data: Data) -> Timed:
    once = one_step(network, data)
    names = parameters(data)

    def train(*arguments: Any) -> Any:
        for _ in range(STEPS):
            once.function(*arguments)

    def values(_: object) -> dict[str, Any]:
        found = once.outcome(0.0)
        return {name: found[name] for name in names}

    return Timed(train, once.arguments, values, STEPS)


def with_jax(network: Network, data: Data) -> Timed:
    from benchmarks.work.network_jax import with_jax_loop

    many = with_jax_loop(network, data, STEPS)
    names = parameters(data)

    def values(cost: object) -> dict[str, Any]:
        found = many.outcome(cost)
        return {name: found[name] for name in names}

    return Timed(many.function, many.arguments, values, STEPS)


def with_numba(network: Network, data: Data) -> Timed:
    import numba

    values = {name: np.array(value) for name, value in parameters(data).items()}
    arrays = [np.atleast_1d(value) for value in values.values()]
    rate = np.float32(network.rate)

    def sigmoid(z: Any) -> Any:
        return np.float32(1) / (np.float32(1) + np.exp(-z))

    inline = numba.njit(sigmoid)

    def train(x: Any, y_hat: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> None:
        count, hidden = np.float32(x.shape[0]), np.empty(2, np.float32)
        dW1, db1, dW2 = np.empty_like(W1), np.empty_like(b1), np.empty_like(W2)
        for _ in range(STEPS):
            dW1[:], db1[:], dW2[:], db2 = 0, 0, 0, np.float32(0)
            for row in range(x.shape[0]):
                for unit in range(2):
                    hidden[unit] = inline(x[row, 0] * W1[0, unit] + x[row, 1] * W1[1, unit] + b1[unit])
                y = inline(hidden[0] * W2[0] + hidden[1] * W2[1] + b2[0])
                delta = np.float32(2) * (y - y_hat[row]) * y * (np.float32(1) - y) / count
                db2 += delta
                for unit in range(2):
                    dW2[unit] += delta * hidden[unit]
                    below = delta * W2[unit] * hidden[unit] * (np.float32(1) - hidden[unit])
                    db1[unit] += below
                    dW1[0, unit] += below * x[row, 0]
                    dW1[1, unit] += below * x[row, 1]
            for unit in range(2):
                W1[0, unit] -= rate * dW1[0, unit]
                W1[1, unit] -= rate * dW1[1, unit]
                b1[unit] -= rate * db1[unit]
                W2[unit] -= rate * dW2[unit]
            b2[0] -= rate * db2

    arguments = (data["x"], data["y_hat"], *arrays)
    return Timed(numba.njit(train), arguments, lambda _: values, STEPS)

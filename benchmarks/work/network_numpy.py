"""The network in NumPy by hand, into arrays made once."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.row import Data, Timed
from benchmarks.work.network import Network, layers, parameters


def with_numpy(network: Network, data: Data) -> Timed:
    values = {name: np.array(value) for name, value in parameters(data).items()}
    pairs = layers(list(values.values()))
    outputs = [np.empty((network.batch, *b.shape), b.dtype) for _, b in pairs]
    deltas = [np.empty_like(output) for output in outputs]
    gradients = [np.empty_like(W) for W, _ in pairs]
    rows = np.arange(network.batch)

    def activate(z: Any, name: str) -> None:
        if name == "tanh":
            np.tanh(z, out=z)
            return
        np.negative(z, out=z)
        np.exp(z, out=z)
        np.add(z, 1, out=z)
        np.reciprocal(z, out=z)

    def slope(delta: Any, y: Any, name: str) -> None:
        """delta times the derivative of the activation whose result is y; y is used up."""
        if name == "sigmoid":
            np.multiply(delta, y, out=delta)
            np.subtract(1, y, out=y)
        else:
            np.multiply(y, y, out=y)
            np.subtract(1, y, out=y)
        np.multiply(delta, y, out=delta)

    def cost_and_delta(y: Any, y_hat: Any, delta: Any) -> Any:
        if network.classes:
            y -= y.max(axis=1, keepdims=True)
            np.exp(y, out=delta)
            total = delta.sum(axis=1, keepdims=True)
            delta /= total
            delta[rows, y_hat] -= 1
            delta /= network.batch
            return (np.log(total[:, 0]) - y[rows, y_hat]).mean()
        activate(y, "sigmoid")
        np.subtract(y, y_hat, out=delta)
        cost = np.dot(delta, delta) / network.batch
        delta *= 2 / network.batch
        slope(delta, y, "sigmoid")
        return cost

    def train(x: Any, y_hat: Any) -> Any:
        a = x
        for (W, b), z in zip(pairs, outputs, strict=True):
            np.matmul(a, W, out=z)
            z += b
            if z is not outputs[-1]:
                activate(z, network.hidden)
            a = z
        cost = cost_and_delta(outputs[-1], y_hat, deltas[-1])
        for place in reversed(range(len(pairs))):
            (W, b), delta, gradient = pairs[place], deltas[place], gradients[place]
            below = outputs[place - 1] if place else x
            np.matmul(below.T, delta, out=gradient)
            if place:
                (np.matmul if W.ndim == 2 else np.outer)(delta, W.T, out=deltas[place - 1])
                slope(deltas[place - 1], below, network.hidden)
            gradient *= network.rate
            W -= gradient
            b -= network.rate * delta.sum(axis=0)
        return cost

    return Timed(train, (data["x"], data["y_hat"]), lambda cost: {"C": cost, **values})

"""A network of dense layers and its training data, the same for every contender."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from benchmarks.row import Data, Timed


@dataclass(frozen=True)
class Network:
    """Layers of `sizes`, trained by gradient descent.

    A single output is a sigmoid with the mean squared error to 0 or 1; more of them are classes, with the
    cross-entropy of their softmax.
    """

    sizes: tuple[int, ...]
    batch: int
    hidden: Literal["sigmoid", "tanh"] = "sigmoid"
    rate: float = 0.01

    @property
    def classes(self) -> bool:
        return self.sizes[-1] > 1

    @property
    def flop(self) -> float:
        """The FLOP of the products of a step: forward, by the weights, and by the inputs except in the first layer."""
        products = [2.0 * self.batch * inputs * outputs for inputs, outputs in pairwise(self.sizes)]
        return 3 * sum(products) - products[0]

    def data(self) -> Data:
        random = np.random.default_rng(0)
        labels = random.integers(0, max(2, self.sizes[-1]), self.batch)
        made: dict[str, Any] = {
            "x": random.uniform(-1, 1, (self.batch, self.sizes[0])).astype(np.float32),
            "y_hat": labels if self.classes else labels.astype(np.float32),
        }
        for layer, (inputs, outputs) in enumerate(pairwise(self.sizes), 1):
            columns = () if outputs == 1 else (outputs,)
            weights = random.normal(0, 1 / np.sqrt(inputs), (inputs, *columns))
            made |= {f"W{layer}": weights.astype(np.float32), f"b{layer}": np.zeros(columns, np.float32)}
        return made


def parameters(data: Data) -> dict[str, Any]:
    """W1, b1, W2, b2, …"""
    return {name: value for name, value in data.items() if name[0] in "Wb"}


def layers(values: list[Any]) -> list[tuple[Any, Any]]:
    """The same values as pairs of weights and bias."""
    return list(zip(values[::2], values[1::2], strict=True))


def with_tdsl(module: str) -> Callable[[Network, Data], Timed]:
    def build(network: Network, data: Data) -> Timed:
        model = import_module(module).Model(seed=0)
        names = parameters(data)
        for name in names:
            model[name] = data[name]
        arguments = (data["x"], data["y_hat"], network.rate)
        return Timed(model.train, arguments, lambda cost: {"C": cost, **{name: model[name] for name in names}})

    return build

"""The network in PyTorch, eager and compiled: gradients by autograd, one fused update of all parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from benchmarks.device import parameter, tensor
from benchmarks.device import values as values_of
from benchmarks.row import Data, Timed
from benchmarks.work.network import Network, layers, parameters


def with_torch(network: Network, data: Data) -> Timed:
    return _timed(network, data, lambda step: step)


def with_torch_compile(network: Network, data: Data) -> Timed:
    return _timed(network, data, torch.compile)


def _timed(network: Network, data: Data, prepare: Callable[[Any], Any]) -> Timed:
    values = {name: parameter(value) for name, value in parameters(data).items()}
    trained = list(values.values())
    *below, (last, last_bias) = layers(trained)
    hidden = getattr(torch, network.hidden)

    def cost(x: Any, y_hat: Any) -> Any:
        for W, b in below:
            x = hidden(torch.addmm(b, x, W))
        if network.classes:
            return functional.cross_entropy(torch.addmm(last_bias, x, last), y_hat)
        return functional.mse_loss(torch.sigmoid(x @ last + last_bias), y_hat)

    def train(x: Any, y_hat: Any) -> Any:
        found = cost(x, y_hat)
        gradients = torch.autograd.grad(found, trained)
        with torch.no_grad():
            torch._foreach_add_(trained, gradients, alpha=-network.rate)
        return found.detach()

    arguments = (tensor(data["x"]), tensor(data["y_hat"]))

    def outcome(found: Any) -> dict[str, Any]:
        return {"C": found.item(), **{name: values_of(value) for name, value in values.items()}}

    return Timed(prepare(train), arguments, outcome)

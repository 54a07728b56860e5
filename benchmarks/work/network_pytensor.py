"""The network in PyTensor: shared values and their updates in one function, through its C and its Numba backend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.tensor.special import log_softmax

from benchmarks.row import Data, Timed
from benchmarks.work.network import Network, layers, parameters


def with_pytensor_c(network: Network, data: Data) -> Timed:
    return _timed(network, data, "CVM")


def with_pytensor_numba(network: Network, data: Data) -> Timed:
    return _timed(network, data, "NUMBA")


def _timed(network: Network, data: Data, mode: str) -> Timed:
    values = {name: pytensor.shared(value, name) for name, value in parameters(data).items()}
    trained = list(values.values())
    x, y_hat = pt.fmatrix("x"), (pt.lvector if network.classes else pt.fvector)("y_hat")
    *below, (last, last_bias) = layers(trained)
    a: Any = x
    for W, b in below:
        a = getattr(pt, network.hidden)(a @ W + b)
    z = a @ last + last_bias
    if network.classes:
        cost = -log_softmax(z, axis=1)[pt.arange(y_hat.shape[0]), y_hat].mean()
    else:
        cost = pt.sqr(pt.sigmoid(z) - y_hat).mean()
    gradients = pytensor.grad(cost, trained)
    rate = np.float32(network.rate)
    updates = [(value, value - rate * g) for value, g in zip(trained, gradients, strict=True)]
    function = pytensor.function([x, y_hat], cost, updates=updates, mode=mode)
    function.trust_input = True
    arguments = (data["x"], data["y_hat"])
    return Timed(function, arguments, lambda c: {"C": c, **{name: value.get_value() for name, value in values.items()}})

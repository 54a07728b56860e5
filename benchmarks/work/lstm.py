"""A training step of an LSTM: the loop over the sequence, its derivative, and the update."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.device import DEVICE, parameter, tensor
from benchmarks.device import values as values_of
from benchmarks.row import Data, Limit, Row, Timed, program

NAMES = ("W", "U", "b", "v")


@dataclass(frozen=True)
class Sequences:
    steps: int
    batch: int
    size: int
    rate: float = 0.1

    @property
    def flop(self) -> float:
        """The FLOP of the products: the first one has no derivative by x."""
        return 5 * 2.0 * self.steps * self.batch * self.size * 4 * self.size

    def data(self) -> Data:
        random = np.random.default_rng(0)

        def normal(*shape: int) -> Any:
            return (random.normal(size=shape) / np.sqrt(shape[0])).astype(np.float32)

        return {
            "x": random.uniform(-1, 1, (self.steps, self.batch, self.size)).astype(np.float32),
            "y_hat": random.uniform(-1, 1, self.batch).astype(np.float32),
            "W": normal(self.size, 4 * self.size),
            "U": normal(self.size, 4 * self.size),
            "b": np.zeros(4 * self.size, np.float32),
            "v": normal(self.size),
        }


def with_tdsl(of: Sequences, data: Data) -> Timed:
    model = import_module("lstm").Model(seed=0)
    kept = {name: f"lstm.{name}" if name in "WUb" else name for name in NAMES}
    for name, full in kept.items():
        model[full] = data[name]
    arguments = (data["x"], data["y_hat"], of.rate)
    return Timed(model.train, arguments, lambda cost: {"C": cost, **{name: model[kept[name]] for name in NAMES}})


def with_numpy(of: Sequences, data: Data) -> Timed:
    """The gates in the order i, f, o, g; the products by x and those of the weights' gradients are one each."""
    values = {name: data[name].copy() for name in NAMES}
    size = of.size
    x, y_hat = data["x"], data["y_hat"]
    steps, batch, inputs = x.shape
    z = np.empty((steps, batch, 4 * size), x.dtype)
    h, c = (np.zeros((steps + 1, batch, size), x.dtype) for _ in range(2))
    tanh_c = np.empty((steps, batch, size), x.dtype)

    def train(x: Any, y_hat: Any) -> Any:
        W, U, b, v = values.values()
        np.matmul(x.reshape(-1, inputs), W, out=z.reshape(-1, 4 * size))
        np.add(z, b, out=z)
        for t, gates in enumerate(z):
            gates += h[t] @ U
            sigmoids, g = gates[:, : 3 * size], gates[:, 3 * size :]
            np.negative(sigmoids, out=sigmoids)
            np.exp(sigmoids, out=sigmoids)
            sigmoids += 1
            np.reciprocal(sigmoids, out=sigmoids)
            np.tanh(g, out=g)
            i, f, o = np.split(sigmoids, 3, axis=1)
            c[t + 1] = f * c[t] + i * g
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=h[t + 1])
        error = h[-1] @ v - y_hat
        slope = 2 / batch * error
        dv = slope @ h[-1]
        dh, dc = slope[:, None] * v, np.zeros((batch, size), x.dtype)
        for t in reversed(range(steps)):
            gates = z[t]
            i, f, o, g = np.split(gates, 4, axis=1)
            dc += dh * o * (1 - tanh_c[t] ** 2)
            parts = dc * g, dc * c[t], dh * tanh_c[t], dc * i
            dc *= f
            sigmoids = gates[:, : 3 * size]
            sigmoids *= 1 - sigmoids
            g[:] = 1 - g * g
            for part, made in zip((i, f, o, g), parts, strict=True):
                part *= made
            dh = gates @ U.T
        flat = z.reshape(-1, 4 * size)
        found = x.reshape(-1, inputs).T @ flat, h[:-1].reshape(-1, size).T @ flat, flat.sum(axis=0), dv
        for value, gradient in zip(values.values(), found, strict=True):
            value -= of.rate * gradient
        return np.mean(error**2)

    return Timed(train, (x, y_hat), lambda cost: {"C": cost, **values})


def in_torch_order(gates: Any) -> Any:
    """From i, f, o, g to i, f, g, o, and back."""
    i, f, o, g = np.split(gates, 4, axis=-1)
    return np.concatenate([i, f, g, o], axis=-1)


def with_torch(of: Sequences, data: Data) -> Timed:
    """torch.nn.LSTM, which runs in oneDNN or cuDNN; its second bias is zero and not trained."""
    import torch

    layer = torch.nn.LSTM(of.size, of.size, device=DEVICE)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.tensor(in_torch_order(data["W"]).T.copy()))
        layer.weight_hh_l0.copy_(torch.tensor(in_torch_order(data["U"]).T.copy()))
        layer.bias_ih_l0.copy_(torch.tensor(in_torch_order(data["b"])))
        layer.bias_hh_l0.zero_()
    layer.bias_hh_l0.requires_grad_(False)
    v = parameter(data["v"])
    trained = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, v]

    def train(x: Any, y_hat: Any) -> Any:
        _, (last, _) = layer(x)
        cost = torch.nn.functional.mse_loss(last[0] @ v, y_hat)
        gradients = torch.autograd.grad(cost, trained)
        with torch.no_grad():
            torch._foreach_add_(trained, gradients, alpha=-of.rate)
        return cost.detach()

    def outcome(cost: Any) -> dict[str, Any]:
        found = [in_torch_order(values_of(value).T) for value in trained[:3]]
        return {"C": cost.item(), **dict(zip(NAMES, [*found, values_of(v)], strict=True))}

    return Timed(train, (tensor(data["x"]), tensor(data["y_hat"])), outcome)


def with_jax(of: Sequences, data: Data) -> Timed:
    """lax.scan over the products by x, which are one; the whole step compiled, its parameters donated."""
    import jax
    import jax.numpy as jnp

    def cost(values: Any, x: Any, y_hat: Any) -> Any:
        W, U, b, v = values

        def step(state: Any, z: Any) -> Any:
            h, c = state
            i, f, o, g = jnp.split(z + h @ U, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

        zeros = jnp.zeros((x.shape[1], of.size), x.dtype)
        (h, _), _ = jax.lax.scan(step, (zeros, zeros), x @ W + b)
        return jnp.square(h @ v - y_hat).mean()

    def update(values: Any, x: Any, y_hat: Any) -> Any:
        found, gradients = jax.value_and_grad(cost)(values, x, y_hat)
        return [value - of.rate * g for value, g in zip(values, gradients, strict=True)], found

    compiled = jax.jit(update, donate_argnums=0)
    values = [jnp.asarray(data[name]) for name in NAMES]

    def train(x: Any, y_hat: Any) -> Any:
        nonlocal values
        values, cost = jax.block_until_ready(compiled(values, x, y_hat))
        return cost

    arguments = (jnp.asarray(data["x"]), jnp.asarray(data["y_hat"]))
    return Timed(train, arguments, lambda cost: {"C": cost, **dict(zip(NAMES, values, strict=True))})


BUILDS: dict[str, Callable[[Sequences, Data], Timed]] = {
    "tdsl": with_tdsl,
    "NumPy": with_numpy,
    "PyTorch": with_torch,
    "JAX": with_jax,
}


def _row(steps: int, batch: int, size: int) -> Row:
    of = Sequences(steps, batch, size)
    return Row(
        f"lstm_{steps}x{batch}x{size}",
        "steps",
        f"LSTM step, {steps} steps, batch {batch}, {size} cells",
        of.data,
        {name: partial(build, of) for name, build in BUILDS.items()},
        program("lstm", N=size, M=size),
        limit=Limit("fma", of.flop),
    )


ROWS = (_row(50, 64, 128), _row(100, 20, 256))

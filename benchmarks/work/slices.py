"""Gradients of slices and of reductions over short axes, against the same written by hand."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import BY_HAND, OWN, Data, Row, Timed, program

LAYERS, WIDTH, BATCH, RATE = 8, 256, 100, 10.0


def _weights() -> Data:
    random = np.random.default_rng(0)
    weights = random.normal(0, WIDTH**-0.5, (LAYERS, WIDTH, WIDTH))
    x, t = random.normal(size=(2, BATCH, WIDTH)) * 0.5
    return {"W": weights.astype(np.float32), "x": x.astype(np.float32), "t": t.astype(np.float32)}


def stacked(data: Data) -> Timed:
    model = import_module("slices").Model()
    model.W = data["W"]
    return Timed(model.train, (data["x"], data["t"]), lambda cost: {"cost": cost, "W": model.W})


def apart(data: Data) -> Timed:
    model = import_module("slices").Model()
    for number, layer in enumerate(data["W"]):
        setattr(model, f"W{number}", layer)

    def outcome(cost: object) -> dict[str, Any]:
        return {"cost": cost, "W": np.stack([getattr(model, f"W{number}") for number in range(LAYERS)])}

    return Timed(model.train_by_hand, (data["x"], data["t"]), outcome)


def stacked_numpy(data: Data) -> Timed:
    weights = data["W"].copy()

    def step(x: Any, t: Any) -> Any:
        values = [x]
        for layer in weights:
            values.append(np.tanh(values[-1] @ layer))
        error = values[-1] - t
        slope = 2 * error / error.size
        for number in reversed(range(LAYERS)):
            slope = slope * (1 - values[number + 1] ** 2)
            down = slope @ weights[number].T
            weights[number] -= RATE * (values[number].T @ slope)
            slope = down
        return np.mean(error * error)

    return Timed(step, (data["x"], data["t"]), lambda cost: {"cost": cost, "W": weights})


def stacked_torch(data: Data) -> Timed:
    import torch

    weights = torch.tensor(data["W"], requires_grad=True)

    def step(x: Any, t: Any) -> Any:
        value = x
        for number in range(LAYERS):
            value = torch.tanh(value @ weights[number])
        cost = ((value - t) ** 2).mean()
        weights.grad = None
        cost.backward()
        with torch.no_grad():
            torch._foreach_add_([weights], [weights.grad], alpha=-RATE)
        return cost.detach()

    sides = (torch.from_numpy(data["x"]), torch.from_numpy(data["t"]))
    return Timed(step, sides, lambda cost: {"cost": cost, "W": weights.detach().numpy()})


def stacked_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    def cost(weights: Any, x: Any, t: Any) -> Any:
        for number in range(LAYERS):
            x = jnp.tanh(x @ weights[number])
        return ((x - t) ** 2).mean()

    def update(weights: Any, x: Any, t: Any) -> Any:
        value, slope = jax.value_and_grad(cost)(weights, x, t)
        return weights - RATE * slope, value

    compiled = jax.jit(update, donate_argnums=0)
    kept = [jnp.array(data["W"])]

    def step(x: Any, t: Any) -> Any:
        kept[0], value = compiled(kept[0], x, t)
        return value.block_until_ready()

    sides = (jnp.asarray(data["x"]), jnp.asarray(data["t"]))
    return Timed(step, sides, lambda cost: {"cost": cost, "W": np.asarray(kept[0])})


def _pixels() -> Data:
    return {"x": np.random.default_rng(0).normal(size=(BATCH, 20, 24, 24)).astype(np.float32)}


def reduced(data: Data) -> Timed:
    return Timed(import_module("pooling").gradient, (data["x"],), lambda slope: {"slope": slope})


def sliced(data: Data) -> Timed:
    return Timed(import_module("pooling").gradient_by_hand, (data["x"],), lambda slope: {"slope": slope})


def pooled_numpy(data: Data) -> Timed:
    def gradient(x: Any) -> Any:
        pixels = x.reshape(BATCH, 20, 12, 2, 12, 2)
        largest = pixels.max(axis=(3, 5), keepdims=True)
        ties = pixels == largest
        shared = (1 - np.tanh(largest) ** 2) / ties.sum(axis=(3, 5), keepdims=True, dtype=x.dtype)
        return (shared * ties).reshape(x.shape)

    return Timed(gradient, (data["x"],), lambda slope: {"slope": slope})


def pooled_torch(data: Data) -> Timed:
    import torch

    x = torch.tensor(data["x"], requires_grad=True)

    def gradient() -> Any:
        x.grad = None
        torch.tanh(torch.nn.functional.max_pool2d(x, 2)).sum().backward()
        return x.grad

    return Timed(gradient, (), lambda slope: {"slope": slope.numpy()})


def pooled_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    compiled = jax.jit(jax.grad(lambda x: jnp.tanh(x.reshape(BATCH, 20, 12, 2, 12, 2).max((3, 5))).sum()))
    return Timed(lambda x: compiled(x).block_until_ready(), (jnp.asarray(data["x"]),), lambda slope: {"slope": slope})


ROWS = (
    Row(
        "slices",
        "steps",
        "8 layers 256-256 as slices of one array, batch 100",
        _weights,
        {
            OWN: stacked,
            BY_HAND: apart,
            "NumPy": stacked_numpy,
            "PyTorch": stacked_torch,
            "JAX": stacked_jax,
        },
        program("slices"),
    ),
    Row(
        "pooling",
        "calls",
        "Gradient of pooling by `max`, 100×20×24×24",
        _pixels,
        {OWN: reduced, BY_HAND: sliced, "NumPy": pooled_numpy, "PyTorch": pooled_torch, "JAX": pooled_jax},
        program("pooling"),
    ),
)

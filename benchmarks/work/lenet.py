"""A training step of LeNet, the sample: two layers of convolution and pooling, two dense ones, momentum."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.device import parameter, tensor
from benchmarks.device import values as values_of
from benchmarks.row import Data, Row, Timed, program
from benchmarks.work import convolution_numpy as arrays
from benchmarks.work.convolution import jax_pooled

SOURCE = Path(__file__).parents[2] / "samples" / "39_lenet" / "lenet.tdsl"
BATCH, RATE, MOMENTUM = 64, 0.01, 0.9
SHAPES = {
    "c1.W": (20, 1, 5, 5),
    "c1.b": (20,),
    "c2.W": (50, 20, 5, 5),
    "c2.b": (50,),
    "d1.W": (800, 500),
    "d1.b": (500,),
    "d2.W": (500, 10),
    "d2.b": (10,),
}


def data_of(batch: int) -> Data:
    random = np.random.default_rng(0)

    def parameter(shape: tuple[int, ...]) -> Any:
        inputs = shape[0] if len(shape) == 2 else np.prod(shape[1:])
        return (random.normal(size=shape) / np.sqrt(inputs) if len(shape) > 1 else np.zeros(shape)).astype(np.float32)

    return {
        "x": random.normal(size=(batch, 1, 28, 28)).astype(np.float32),
        "label": random.integers(0, 10, batch),
        **{name: parameter(shape) for name, shape in SHAPES.items()},
    }


def outcome_of(cost: Any, values: Any) -> dict[str, Any]:
    return {"C": cost, **{name: np.asarray(value) for name, value in zip(SHAPES, values, strict=True)}}


def with_tdsl(data: Data) -> Timed:
    model = import_module("lenet").Model(seed=0)
    for name in SHAPES:
        model[name] = data[name]
    arguments = (data["x"], data["label"], RATE)
    return Timed(model.train, arguments, lambda cost: outcome_of(cost, [model[name] for name in SHAPES]))


def with_numpy(data: Data) -> Timed:
    values = [data[name].copy() for name in SHAPES]
    speeds = [np.zeros_like(value) for value in values]

    def train(x: Any, label: Any) -> Any:
        V, a, W, b, D, d, E, e = values
        h = arrays.relu(arrays.convolved(x, V) + a[:, None, None])
        p = arrays.pooled(h)
        i = arrays.relu(arrays.convolved(p, W) + b[:, None, None])
        q = arrays.pooled(i).reshape(len(x), -1)
        hidden = arrays.relu(q @ D + d)
        z = hidden @ E + e
        z -= z.max(axis=1, keepdims=True)
        likely = np.exp(z)
        total = likely.sum(axis=1, keepdims=True)
        each = np.arange(len(x))
        cost = np.mean(np.log(total[:, 0]) - z[each, label])
        at_z = likely / total
        at_z[each, label] -= 1
        at_z /= len(x)
        at_hidden = (at_z @ E.T) * (hidden > 0)
        at_q = (at_hidden @ D.T).reshape(len(x), 50, 4, 4)
        at_i = arrays.by_pooled(i, at_q) * (i > 0)
        at_h = arrays.by_pooled(h, arrays.by_input(at_i, W)) * (h > 0)
        found = [
            *(arrays.by_kernel(x, at_h), at_h.sum((0, 2, 3)), arrays.by_kernel(p, at_i), at_i.sum((0, 2, 3))),
            *(q.T @ at_hidden, at_hidden.sum(0), hidden.T @ at_z, at_z.sum(0)),
        ]
        for value, speed, gradient in zip(values, speeds, found, strict=True):
            speed *= MOMENTUM
            speed -= RATE * gradient
            value += speed
        return cost

    return Timed(train, (data["x"], data["label"]), lambda cost: outcome_of(cost, values))


def with_torch(data: Data) -> Timed:
    import torch
    from torch.nn import functional

    torch.backends.cudnn.allow_tf32 = False
    values = [parameter(data[name]) for name in SHAPES]
    speeds = [torch.zeros_like(value) for value in values]
    V, a, W, b, D, d, E, e = values

    def train(x: Any, label: Any) -> Any:
        p = functional.max_pool2d(functional.relu(functional.conv2d(x, V, a)), 2)
        q = functional.max_pool2d(functional.relu(functional.conv2d(p, W, b)), 2)
        hidden = functional.relu(torch.addmm(d, q.reshape(BATCH, -1), D))
        cost = functional.cross_entropy(torch.addmm(e, hidden, E), label)
        gradients = torch.autograd.grad(cost, values)
        with torch.no_grad():
            torch._foreach_mul_(speeds, MOMENTUM)
            torch._foreach_add_(speeds, gradients, alpha=-RATE)
            torch._foreach_add_(values, speeds)
        return cost.detach()

    arguments = (tensor(data["x"]), tensor(data["label"]))
    return Timed(train, arguments, lambda cost: outcome_of(cost.item(), list(map(values_of, values))))


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    pooled = jax_pooled(jax)

    def convolved(x: Any, W: Any, b: Any) -> Any:
        return jax.nn.relu(jax.lax.conv_general_dilated(x, W, (1, 1), "VALID") + b[:, None, None])

    def cost(values: Any, x: Any, label: Any) -> Any:
        V, a, W, b, D, d, E, e = values
        q = pooled(convolved(pooled(convolved(x, V, a)), W, b))
        z = jax.nn.relu(q.reshape(BATCH, -1) @ D + d) @ E + e
        return -jnp.take_along_axis(jax.nn.log_softmax(z), label[:, None], 1).mean()

    def update(values: Any, speeds: Any, x: Any, label: Any) -> Any:
        found, gradients = jax.value_and_grad(cost)(values, x, label)
        speeds = [MOMENTUM * speed - RATE * gradient for speed, gradient in zip(speeds, gradients, strict=True)]
        return [value + speed for value, speed in zip(values, speeds, strict=True)], speeds, found

    compiled = jax.jit(update, donate_argnums=(0, 1))
    values = [jnp.array(data[name]) for name in SHAPES]
    speeds = [jnp.zeros_like(value) for value in values]

    def train(x: Any, label: Any) -> Any:
        nonlocal values, speeds
        values, speeds, found = jax.block_until_ready(compiled(values, speeds, x, label))
        return found

    return Timed(train, (jnp.asarray(data["x"]), jnp.asarray(data["label"])), lambda cost: outcome_of(cost, values))


ROWS = (
    Row(
        "lenet",
        "convolution",
        f"LeNet step, batch {BATCH}",
        partial(data_of, BATCH),
        {"tdsl": with_tdsl, "NumPy": with_numpy, "PyTorch": with_torch, "JAX": with_jax},
        program("lenet", SOURCE),
    ),
)

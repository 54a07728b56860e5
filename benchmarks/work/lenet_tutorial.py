"""A training step of LeNet as tutorials have it: tanh, gradient descent, and a batch of 500 pictures."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Row, Timed, program
from benchmarks.work import convolution_numpy as arrays
from benchmarks.work.convolution import jax_pooled
from benchmarks.work.lenet import SHAPES, data_of, outcome_of

BATCH, RATE = 500, 0.1


def with_tdsl(data: Data) -> Timed:
    model = import_module("lenet_tutorial").Model(seed=0)
    for name in SHAPES:
        model[name] = data[name]
    arguments = (data["x"], data["label"], RATE)
    return Timed(model.train, arguments, lambda cost: outcome_of(cost, [model[name] for name in SHAPES]))


def with_numpy(data: Data) -> Timed:
    values = [data[name].copy() for name in SHAPES]
    rate = values[0].dtype.type(RATE)

    def train(x: Any, label: Any) -> Any:
        V, a, W, b, D, d, E, e = values
        h = arrays.convolved(x, V) + a[:, None, None]
        p = np.tanh(arrays.pooled(h))
        i = arrays.convolved(p, W) + b[:, None, None]
        q = np.tanh(arrays.pooled(i)).reshape(len(x), -1)
        hidden = np.tanh(q @ D + d)
        z = hidden @ E + e
        z -= z.max(axis=1, keepdims=True)
        likely = np.exp(z)
        total = likely.sum(axis=1, keepdims=True)
        each = np.arange(len(x))
        cost = np.mean(np.log(total[:, 0]) - z[each, label])
        at_z = likely / total
        at_z[each, label] -= 1
        at_z /= len(x)
        at_hidden = (at_z @ E.T) * (1 - hidden**2)
        at_q = (at_hidden @ D.T) * (1 - q**2)
        at_i = arrays.by_pooled(i, at_q.reshape(len(x), 50, 4, 4))
        at_h = arrays.by_pooled(h, arrays.by_input(at_i, W) * (1 - p**2))
        found = [
            *(arrays.by_kernel(x, at_h), at_h.sum((0, 2, 3)), arrays.by_kernel(p, at_i), at_i.sum((0, 2, 3))),
            *(q.T @ at_hidden, at_hidden.sum(0), hidden.T @ at_z, at_z.sum(0)),
        ]
        for value, gradient in zip(values, found, strict=True):
            value -= rate * gradient
        return cost

    return Timed(train, (data["x"], data["label"]), lambda cost: outcome_of(cost, values))


def with_torch(data: Data) -> Timed:
    import torch
    from torch.nn import functional

    values = [torch.tensor(data[name]).requires_grad_() for name in SHAPES]
    V, a, W, b, D, d, E, e = values

    def train(x: Any, label: Any) -> Any:
        p = torch.tanh(functional.max_pool2d(functional.conv2d(x, V, a), 2))
        q = torch.tanh(functional.max_pool2d(functional.conv2d(p, W, b), 2))
        hidden = torch.tanh(torch.addmm(d, q.flatten(1), D))
        cost = functional.cross_entropy(torch.addmm(e, hidden, E), label)
        gradients = torch.autograd.grad(cost, values)
        with torch.no_grad():
            torch._foreach_add_(values, gradients, alpha=-RATE)
        return cost.detach()

    arguments = (torch.from_numpy(data["x"]), torch.from_numpy(data["label"]))
    return Timed(train, arguments, lambda cost: outcome_of(cost.item(), [value.detach() for value in values]))


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    pooled = jax_pooled(jax)

    def layer(x: Any, W: Any, b: Any) -> Any:
        return jnp.tanh(pooled(jax.lax.conv_general_dilated(x, W, (1, 1), "VALID")) + b[:, None, None])

    def cost(values: Any, x: Any, label: Any) -> Any:
        V, a, W, b, D, d, E, e = values
        q = layer(layer(x, V, a), W, b)
        z = jnp.tanh(q.reshape(len(x), -1) @ D + d) @ E + e
        return -jnp.take_along_axis(jax.nn.log_softmax(z), label[:, None], 1).mean()

    def update(values: Any, x: Any, label: Any) -> Any:
        found, gradients = jax.value_and_grad(cost)(values, x, label)
        return [value - RATE * gradient for value, gradient in zip(values, gradients, strict=True)], found

    compiled = jax.jit(update, donate_argnums=0)
    values = [jnp.array(data[name]) for name in SHAPES]

    def train(x: Any, label: Any) -> Any:
        nonlocal values
        values, found = jax.block_until_ready(compiled(values, x, label))
        return found

    return Timed(train, (jnp.asarray(data["x"]), jnp.asarray(data["label"])), lambda cost: outcome_of(cost, values))


def row(batch: int) -> Row:
    return Row(
        "lenet_tutorial",
        "convolution",
        f"LeNet step, tanh and gradient descent, batch {batch}",
        partial(data_of, batch),
        {"tdsl": with_tdsl, "NumPy": with_numpy, "PyTorch": with_torch, "JAX": with_jax},
        program("lenet_tutorial"),
        tolerance=1e-2,  # rounding decides which one of two nearly equal values is the largest of a window
    )


ROWS = (row(BATCH),)

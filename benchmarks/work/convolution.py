"""Two layers of convolution, their gradients, and pooling."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import OWN, Data, Limit, Row, Timed, program
from benchmarks.work import convolution_numpy as arrays

IMAGES, COLOURS, CHANNELS, SIDE = 32, 3, 32, 32
NAMES = ("W", "V", "b", "c")
FLOP = 2.0 * IMAGES * SIDE * SIDE * 9 * CHANNELS * (COLOURS + CHANNELS)
"""Of the products of both layers."""
FLOP_OF_GRADIENTS = 3 * FLOP - 2.0 * IMAGES * SIDE * SIDE * 9 * CHANNELS * COLOURS
"""The first layer has no derivative by x."""

Pair = tuple[Callable[..., Any], Callable[..., Any]]


def _data() -> Data:
    random = np.random.default_rng(0)

    def normal(*shape: int) -> Any:
        return (random.normal(size=shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)

    return {
        "x": random.normal(size=(IMAGES, COLOURS, SIDE, SIDE)).astype(np.float32),
        "W": normal(CHANNELS, COLOURS, 3, 3),
        "V": normal(CHANNELS, CHANNELS, 3, 3),
        "b": np.zeros(CHANNELS, np.float32),
        "c": np.zeros(CHANNELS, np.float32),
    }


def _maps() -> Data:
    return {"z": np.random.default_rng(0).normal(size=(IMAGES, CHANNELS, SIDE, SIDE)).astype(np.float32)}


def _value(found: Any) -> dict[str, Any]:
    return {"found": np.asarray(found)}


def _gradients(found: Any) -> dict[str, Any]:
    return {f"d{name}": np.asarray(gradient) for name, gradient in zip(NAMES, found, strict=True)}


def _own(entry: str, outcome: Callable[[Any], dict[str, Any]]) -> Callable[[Data], Timed]:
    def build(data: Data) -> Timed:
        model = import_module("convolution").Model()
        for name in NAMES:
            if name in data:
                model[name] = data[name]
        return Timed(getattr(model, entry), (data["x" if "x" in data else "z"],), outcome)

    return build


def numpy_network(x: Any, W: Any, V: Any, b: Any, c: Any) -> tuple[Any, Any]:
    h = arrays.relu(arrays.convolved(arrays.padded(x, 1), W) + b[:, None, None])
    return h, arrays.relu(arrays.convolved(arrays.padded(h, 1), V) + c[:, None, None])


def numpy_gradients(x: Any, W: Any, V: Any, b: Any, c: Any) -> tuple[Any, ...]:
    h, y = numpy_network(x, W, V, b, c)
    at_y = 2 / y.size * y
    dV = arrays.by_kernel(arrays.padded(h, 1), at_y)
    at_h = arrays.by_input(at_y, V)[:, :, 1:-1, 1:-1] * (h > 0)
    dW = arrays.by_kernel(arrays.padded(x, 1), at_h)
    return dW, dV, at_h.sum((0, 2, 3)), at_y.sum((0, 2, 3))


def _numpy(function: Callable[..., Any], outcome: Callable[[Any], dict[str, Any]]) -> Callable[[Data], Timed]:
    return lambda data: Timed(function, tuple(data.values()), outcome)


def _torch_network(torch: Any) -> Callable[..., Any]:
    from torch.nn import functional

    def network(x: Any, W: Any, V: Any, b: Any, c: Any) -> Any:
        h = functional.relu(functional.conv2d(x, W, b, padding=1))
        return functional.relu(functional.conv2d(h, V, c, padding=1))

    return network


def torch_forward(data: Data) -> Timed:
    import torch

    network = _torch_network(torch)

    def forward(*values: Any) -> Any:
        with torch.no_grad():
            return network(*values)

    return Timed(forward, tuple(map(torch.from_numpy, data.values())), _value)


def torch_gradients(data: Data) -> Timed:
    import torch

    network = _torch_network(torch)
    trained = [torch.tensor(data[name]).requires_grad_() for name in NAMES]

    def gradients(x: Any) -> Any:
        return torch.autograd.grad((network(x, *trained) ** 2).mean(), trained)

    return Timed(gradients, (torch.from_numpy(data["x"]),), _gradients)


def torch_pooled(data: Data) -> Timed:
    import torch

    def pooled(z: Any) -> Any:
        with torch.no_grad():
            return torch.nn.functional.max_pool2d(z, 2)

    return Timed(pooled, (torch.from_numpy(data["z"]),), _value)


def torch_pooling_gradient(data: Data) -> Timed:
    import torch

    z = torch.tensor(data["z"]).requires_grad_()

    def gradient() -> Any:
        (found,) = torch.autograd.grad((torch.nn.functional.max_pool2d(z, 2) ** 2).sum(), [z])
        return found

    return Timed(gradient, (), _value)


def _jax(
    work: Callable[[Any], Callable[..., Any]], outcome: Callable[[Any], dict[str, Any]]
) -> Callable[[Data], Timed]:
    def build(data: Data) -> Timed:
        import jax
        import jax.numpy as jnp

        compiled = jax.jit(work(jax))
        arguments = tuple(map(jnp.asarray, data.values()))
        return Timed(lambda *values: jax.block_until_ready(compiled(*values)), arguments, outcome)

    return build


def _jax_network(jax: Any) -> Callable[..., Any]:
    def network(x: Any, W: Any, V: Any, b: Any, c: Any) -> Any:
        h = jax.nn.relu(jax.lax.conv_general_dilated(x, W, (1, 1), "SAME") + b[:, None, None])
        return jax.nn.relu(jax.lax.conv_general_dilated(h, V, (1, 1), "SAME") + c[:, None, None])

    return network


def _jax_gradients(jax: Any) -> Callable[..., Any]:
    network = _jax_network(jax)
    return jax.grad(lambda *values: (network(*values) ** 2).mean(), (1, 2, 3, 4))  # type: ignore[no-any-return]


def jax_pooled(jax: Any) -> Callable[[Any], Any]:
    windows = (1, 1, 2, 2)
    return lambda z: jax.lax.reduce_window(z, -jax.numpy.inf, jax.lax.max, windows, windows, "VALID")


def _jax_pooling_gradient(jax: Any) -> Callable[..., Any]:
    pooled = jax_pooled(jax)
    return jax.grad(lambda z: (pooled(z) ** 2).sum())  # type: ignore[no-any-return]


def _row(
    name: str,
    title: str,
    data: Callable[[], Data],
    contenders: dict[str, Callable[[Data], Timed]],
    limit: Limit,
) -> Row:
    return Row(name, "convolution", title, data, contenders, program("convolution"), 1e-4, limit)


_LAYERS = f"{COLOURS} → {CHANNELS} → {CHANNELS} channels, {IMAGES} images of {SIDE} × {SIDE}"
_MAPS = f"{IMAGES}×{CHANNELS}×{SIDE}×{SIDE}"
_BYTES = 4 * IMAGES * CHANNELS * SIDE * SIDE

ROWS = (
    _row(
        "conv_forward",
        f"Convolutions 3 × 3, {_LAYERS}",
        _data,
        {
            OWN: _own("forward", _value),
            "NumPy": _numpy(lambda *values: numpy_network(*values)[1], _value),
            "PyTorch": torch_forward,
            "JAX": _jax(_jax_network, _value),
        },
        Limit("fma", FLOP),
    ),
    _row(
        "conv_gradients",
        f"Gradients of convolutions 3 × 3, {_LAYERS}",
        _data,
        {
            OWN: _own("gradients", _gradients),
            "NumPy": _numpy(numpy_gradients, _gradients),
            "PyTorch": torch_gradients,
            "JAX": _jax(_jax_gradients, _gradients),
        },
        Limit("fma", FLOP_OF_GRADIENTS),
    ),
    _row(
        "max_pool",
        f"Pooling 2 × 2 by `max_pool2d`, {_MAPS}",
        _maps,
        {
            OWN: _own("pooled", _value),
            "NumPy": _numpy(arrays.pooled, _value),
            "PyTorch": torch_pooled,
            "JAX": _jax(jax_pooled, _value),
        },
        Limit("copy", 1.25 * _BYTES, int(1.25 * _BYTES)),
    ),
    _row(
        "max_pool_gradient",
        f"Gradient of pooling 2 × 2 by `max_pool2d`, {_MAPS}",
        _maps,
        {
            OWN: _own("pooling_gradient", _value),
            "NumPy": _numpy(lambda z: arrays.by_pooled(z, 2 * arrays.pooled(z)), _value),
            "PyTorch": torch_pooling_gradient,
            "JAX": _jax(_jax_pooling_gradient, _value),
        },
        Limit("copy", 2.0 * _BYTES, 2 * _BYTES),
    ),
)

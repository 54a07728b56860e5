"""Training steps of networks of dense layers: those of the lecture, two for pictures of digits, and how they grow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np

from benchmarks.row import Data, Limit, Program, Row, Timed, program
from benchmarks.work import xor_loop
from benchmarks.work.network import Network, with_tdsl

MIKU = Path(__file__).parents[2] / "samples" / "miku" / "miku.tdsl"
Build = Callable[[Network, Data], Timed]


def _of(file: str, function: str) -> Build:
    """A contender whose file is imported only in the process that runs it."""
    return lambda network, data: getattr(import_module(f"benchmarks.work.{file}"), function)(network, data)


PEERS: Mapping[str, Build] = {
    "NumPy": _of("network_numpy", "with_numpy"),
    "PyTorch": _of("network_torch", "with_torch"),
    "torch.compile": _of("network_torch", "with_torch_compile"),
    "JAX": _of("network_jax", "with_jax"),
    "PyTensor C": _of("network_pytensor", "with_pytensor_c"),
    "PyTensor Numba": _of("network_pytensor", "with_pytensor_numba"),
}
FASTEST = {name: PEERS[name] for name in ("NumPy", "PyTorch", "JAX")}


def _row(
    name: str,
    title: str,
    network: Network,
    source: Program,
    peers: Mapping[str, Build] = PEERS,
    group: str = "steps",
    data: Callable[[], Data] | None = None,
    tolerance: float = 1e-4,
) -> Row:
    builds = {"tdsl": with_tdsl(source.name), **peers}
    contenders = {contender: partial(build, network) for contender, build in builds.items()}
    limit = Limit("fma", network.flop) if network.flop > 1e8 else None
    return Row(name, group, title, data or network.data, contenders, source, tolerance, limit)


def deep(depth: int, width: int) -> Program:
    """A network like Miku's with more hidden layers."""
    shared = [f"shared W1: real[2, {width}] = 0\nshared b1: real[{width}] = 0"]
    let = ["let a1 = sigmoid(x @ W1 + b1)"]
    for layer in range(2, depth + 1):
        shared.append(f"shared W{layer}: real[{width}, {width}] = 0\nshared b{layer}: real[{width}] = 0")
        let.append(f"let a{layer} = sigmoid(a{layer - 1} @ W{layer} + b{layer})")
    last = depth + 1
    shared.append(f"shared W{last}: real[{width}] = 0\nshared b{last}: real = 0")
    let.append(f"let y = sigmoid(a{depth} @ W{last} + b{last})\ncost C = mean((y - y_hat) ** 2)")
    head = "use std.optim: sgd\ndim B\ninput x: real[B, 2]\ninput y_hat: real[B]"
    entry = "entry train(x, y_hat, lr: real = 0.01) -> C {\n    minimize C with sgd(lr)\n}"
    return Program("deep", "\n".join([head, *shared, *let, entry, ""]))


def miku(width: int = 1000, batch: int = 1000) -> Network:
    return Network((2, width, width, 1), batch, rate=0.5)


XOR = Network((2, 2, 1), 4, rate=0.1)
DIGITS = {
    "softmax_600": ("Softmax regression 784-10, batch 600", Network((784, 10), 600), program("softmax")),
    "mlp_20": ("MLP 784-500-10, batch 20", Network((784, 500, 10), 20, "tanh"), program("mlp")),
    "mlp_600": ("MLP 784-500-10, batch 600", Network((784, 500, 10), 600, "tanh"), program("mlp")),
}


def _xor_data() -> Data:
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    return {**XOR.data(), "x": corners, "y_hat": np.array([0, 1, 1, 0], np.float32)}


XOR_LOOP = Row(
    "xor_loop",
    "steps",
    "XOR step, loop native",
    _xor_data,
    {
        "tdsl": partial(xor_loop.with_tdsl, XOR),
        "NumPy": partial(xor_loop.with_numpy, XOR),
        "JAX": partial(xor_loop.with_jax, XOR),
        "Numba": partial(xor_loop.with_numba, XOR),
    },
    program("xor"),
    tolerance=1e-2,  # of 30,000 steps in f32
)
STEPS = (
    _row("miku", "Miku step, 2-1000-1000-1, batch 1000", miku(), program("miku", MIKU)),
    _row("xor", "XOR step, 2-2-1, batch 4", XOR, program("xor"), data=_xor_data),
    XOR_LOOP,
    *(_row(name, title, network, source) for name, (title, network, source) in DIGITS.items()),
)
GROWTH = (
    *(
        _row(f"width_{width}", f"Width {width}", miku(width), program("miku", MIKU, H=width), FASTEST, "growth")
        for width in (250, 500, 2000)
    ),
    *(
        _row(
            f"depth_{depth}",
            f"Depth {depth}, width 500",
            Network((2, *[500] * depth, 1), 1000, rate=0.5),
            deep(depth, 500),
            FASTEST,
            "growth",
            tolerance=1e-3,  # rounding adds up through the layers
        )
        for depth in (1, 4, 8, 16)
    ),
    *(
        _row(f"batch_{size}", f"Batch {size}, width 1000", miku(batch=size), program("miku", MIKU), FASTEST, "growth")
        for size in (10, 100, 10000)
    ),
)

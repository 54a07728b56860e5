"""A training step of a transformer that predicts each symbol of a text from those before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.device import parameter, tensor
from benchmarks.device import values as values_of
from benchmarks.row import PROGRAMS, Data, Program, Row, Timed

CHECKED = ("E", "P")
LAYER = ("Q", "R", "S", "O", "W1", "W2", "gamma", "beta")


@dataclass(frozen=True)
class Transformer:
    batch: int
    length: int
    symbols: int
    width: int
    heads: int
    blocks: int
    rate: float = 0.1

    @property
    def program(self) -> Program:
        text = (PROGRAMS / "transformer.tdsl").read_text(encoding="utf-8")
        sizes = {"V": self.symbols, "D": self.width, "HEADS": self.heads, "L": self.blocks, "MOST": self.length}
        return Program("transformer", text, sizes)

    def data(self) -> Data:
        random = np.random.default_rng(0)
        D, H, K = self.width, self.heads, self.width // self.heads
        shapes = {
            **dict.fromkeys(("Q", "R", "S"), (D, H, K)),
            "O": (H, K, D),
            "W1": (D, 4 * D),
            "W2": (4 * D, D),
        }
        made: dict[str, Any] = {}
        for block in range(self.blocks):
            for name, shape in shapes.items():
                made[f"blocks.{block}.{name}"] = random.normal(0, 1 / np.sqrt(D), shape).astype(np.float32)
            made[f"blocks.{block}.gamma"] = np.ones((2, D), np.float32)
            made[f"blocks.{block}.beta"] = np.zeros((2, D), np.float32)
        made["E"] = random.normal(0, 1 / np.sqrt(D), (self.symbols, D)).astype(np.float32)
        made["P"] = random.normal(0, 0.2, (self.length, D)).astype(np.float32)
        texts = random.integers(0, self.symbols, (2, self.batch, self.length))
        return {"text": texts[0], "next": texts[1], **made}


def _parameters(data: Data) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in ("text", "next")}


def _model(module: Any, data: Data) -> Any:
    model = module.Model(seed=0)
    for name, value in _parameters(data).items():
        model[name] = value
    return model


def with_tdsl(of: Transformer, data: Data) -> Timed:
    model = _model(import_module("transformer"), data)

    def outcome(cost: Any) -> dict[str, Any]:
        return {"C": cost, **{name: model[name] for name in CHECKED}}

    return Timed(model.train, (data["text"], data["next"], of.rate), outcome)


def with_numpy(of: Transformer, data: Data) -> Timed:
    """tdsl's own module of NumPy: the derivative of a transformer by hand would be a program of its own."""
    import tdsl

    width = data["E"].dtype.itemsize * 8
    defines = dict(of.program.defines)
    options = {"name": "transformer_reference", "target": "numpy", "device": "cpu", "float": width}
    module = tdsl.compile(of.program.text, **options, defines=defines)
    model = _model(module, data)

    def outcome(cost: Any) -> dict[str, Any]:
        return {"C": cost, **{name: model[name] for name in CHECKED}}

    return Timed(model.train, (data["text"], data["next"], of.rate), outcome)


def with_torch(of: Transformer, data: Data) -> Timed:
    return _with_torch(of, data, lambda step: step)


def with_torch_compile(of: Transformer, data: Data) -> Timed:
    import torch

    return _with_torch(of, data, torch.compile)


def _with_torch(of: Transformer, data: Data, prepare: Any) -> Timed:
    import torch
    from torch.nn import functional

    values = {name: parameter(value) for name, value in _parameters(data).items()}
    trained = list(values.values())
    blocks = [{name: values[f"blocks.{block}.{name}"] for name in LAYER} for block in range(of.blocks)]

    def attend(block: Any, x: Any) -> Any:
        q, r, v = (torch.einsum("btd,dhk->bhtk", x, block[name]) for name in "QRS")
        mixed = functional.scaled_dot_product_attention(q, r, v, is_causal=True)
        return torch.einsum("bhtk,hkd->btd", mixed, block["O"])

    def normed(block: Any, x: Any, place: int) -> Any:
        return functional.layer_norm(x, (of.width,), block["gamma"][place], block["beta"][place])

    def cost(text: Any, next: Any) -> Any:
        x = values["E"][text] + values["P"][: of.length]
        for block in blocks:
            h = x + attend(block, normed(block, x, 0))
            x = h + functional.gelu(normed(block, h, 1) @ block["W1"]) @ block["W2"]
        return functional.cross_entropy((x @ values["E"].T).reshape(-1, of.symbols), next.reshape(-1))

    def train(text: Any, next: Any) -> Any:
        found = cost(text, next)
        gradients = torch.autograd.grad(found, trained)
        with torch.no_grad():
            torch._foreach_add_(trained, gradients, alpha=-of.rate)
        return found.detach()

    def outcome(found: Any) -> dict[str, Any]:
        return {"C": found.item(), **{name: values_of(values[name]) for name in CHECKED}}

    return Timed(prepare(train), (tensor(data["text"]), tensor(data["next"])), outcome)


def with_jax(of: Transformer, data: Data, steps: int = 1) -> Timed:
    import jax
    import jax.numpy as jnp

    def normed(values: Any, block: str, x: Any, place: int) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        spread = jnp.sqrt(jnp.square(centred).mean(-1, keepdims=True) + 1e-5)
        return centred / spread * values[f"{block}.gamma"][place] + values[f"{block}.beta"][place]

    def attend(values: Any, block: str, x: Any) -> Any:
        q, r, v = (jnp.einsum("btd,dhk->bthk", x, values[f"{block}.{name}"]) for name in "QRS")
        mixed = jax.nn.dot_product_attention(q, r, v, is_causal=True)
        return jnp.einsum("bthk,hkd->btd", mixed, values[f"{block}.O"])

    def cost(values: Any, text: Any, next: Any) -> Any:
        x = values["E"][text] + values["P"][: of.length]
        for number in range(of.blocks):
            block = f"blocks.{number}"
            h = x + attend(values, block, normed(values, block, x, 0))
            inner = jax.nn.gelu(normed(values, block, h, 1) @ values[f"{block}.W1"], approximate=False)
            x = h + inner @ values[f"{block}.W2"]
        likely = jax.nn.log_softmax(x @ values["E"].T)
        return -jnp.take_along_axis(likely, next[..., None], axis=-1).mean()

    def step(values: Any, text: Any, next: Any) -> Any:
        found, gradients = jax.value_and_grad(cost)(values, text, next)
        return {name: value - of.rate * gradients[name] for name, value in values.items()}, found

    def many(values: Any, text: Any, next: Any) -> Any:
        return jax.lax.fori_loop(1, steps, lambda _, state: step(state[0], text, next), step(values, text, next))

    compiled = jax.jit(many, donate_argnums=0)
    values = {name: jnp.array(value) for name, value in _parameters(data).items()}

    def train(text: Any, next: Any) -> Any:
        nonlocal values
        values, found = jax.block_until_ready(compiled(values, text, next))
        return found

    arguments = (jnp.asarray(data["text"]), jnp.asarray(data["next"]))
    return Timed(train, arguments, lambda found: {"C": found, **{name: values[name] for name in CHECKED}}, steps)


BLOCK = Transformer(batch=32, length=64, symbols=256, width=128, heads=4, blocks=1)
ROWS = (
    Row(
        "transformer",
        "steps",
        "Transformer step, a block of width 128, 4 heads, batch 32 × 64",
        BLOCK.data,
        {
            "tdsl": partial(with_tdsl, BLOCK),
            "NumPy": partial(with_numpy, BLOCK),
            "PyTorch": partial(with_torch, BLOCK),
            "JAX": partial(with_jax, BLOCK),
        },
        BLOCK.program,
    ),
)

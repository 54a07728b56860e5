"""Adam on a million parameters with the gradient given: four arrays read, three written."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.row import Data, Limit, Row, Timed, program

N = 1_000_000
RATE, BETA1, BETA2, EPSILON = 0.001, 0.9, 0.999, 1e-8
MOVED, MEMORY = 7 * 4 * N, 4 * 4 * N


def _data() -> Data:
    random = np.random.default_rng(0)
    return {
        "p": random.normal(size=N).astype(np.float32),
        "g": random.normal(size=N).astype(np.float32),
        "m": np.zeros(N, np.float32),
        "v": np.zeros(N, np.float32),
    }


def with_tdsl(data: Data) -> Timed:
    model = import_module("adam").Model(seed=0)
    model.p = data["p"]
    return Timed(model.train, (data["g"],), lambda _: {"p": model["p"], "m": model["p.adam.m"], "v": model["p.adam.v"]})


def with_numpy(data: Data) -> Timed:
    p, m, v = data["p"].copy(), data["m"].copy(), data["v"].copy()
    step, root, time = np.empty_like(p), np.empty_like(p), 0

    def train(g: Any) -> None:
        nonlocal time
        time += 1
        correction = (1 - BETA2**time) ** 0.5
        np.multiply(m, BETA1, out=m)
        np.multiply(g, 1 - BETA1, out=step)
        np.add(m, step, out=m)
        np.multiply(v, BETA2, out=v)
        np.multiply(g, g, out=step)
        np.multiply(step, 1 - BETA2, out=step)
        np.add(v, step, out=v)
        np.sqrt(v, out=root)
        np.add(root, EPSILON * correction, out=root)
        np.divide(m, root, out=step)
        np.multiply(step, RATE * correction / (1 - BETA1**time), out=step)
        np.subtract(p, step, out=p)

    return Timed(train, (data["g"],), lambda _: {"p": p, "m": m, "v": v})


def with_torch(data: Data) -> Timed:
    import torch

    p = torch.from_numpy(data["p"].copy()).requires_grad_()
    p.grad = torch.from_numpy(data["g"])
    optimizer = torch.optim.Adam([p], lr=RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)

    def values(_: object) -> dict[str, Any]:
        state = optimizer.state[p]
        return {"p": p.detach().numpy(), "m": state["exp_avg"].numpy(), "v": state["exp_avg_sq"].numpy()}

    return Timed(optimizer.step, (), values)


def with_jax(data: Data) -> Timed:
    import jax
    import jax.numpy as jnp

    def update(state: Any, g: Any) -> Any:
        p, m, v, time = state
        time = time + 1
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g * g
        correction = jnp.sqrt(1 - BETA2**time)
        p = p - RATE * correction / (1 - BETA1**time) * m / (jnp.sqrt(v) + EPSILON * correction)
        return p, m, v, time

    compiled = jax.jit(update, donate_argnums=0)
    state = (*(jnp.array(data[name]) for name in "pmv"), jnp.float32(0))

    def train(g: Any) -> None:
        nonlocal state
        state = jax.block_until_ready(compiled(state, g))

    return Timed(train, (jnp.asarray(data["g"]),), lambda _: dict(zip("pmv", state, strict=False)))


def _with_pytensor(data: Data, mode: str) -> Timed:
    import pytensor
    import pytensor.tensor as pt

    p, m, v = (pytensor.shared(data[name], name) for name in "pmv")
    time = pytensor.shared(np.float32(0))
    g, one = pt.fvector("g"), np.float32(1)
    beta1, beta2 = np.float32(BETA1), np.float32(BETA2)
    new_m = beta1 * m + (one - beta1) * g
    new_v = beta2 * v + (one - beta2) * g * g
    correction = pt.sqrt(one - beta2 ** (time + one))
    rate = np.float32(RATE) * correction / (one - beta1 ** (time + one))
    new_p = p - rate * new_m / (pt.sqrt(new_v) + np.float32(EPSILON) * correction)
    updates = [(p, new_p), (m, new_m), (v, new_v), (time, time + one)]
    function = pytensor.function([g], [], updates=updates, mode=mode)
    function.trust_input = True
    return Timed(function, (data["g"],), lambda _: {shared.name: shared.get_value() for shared in (p, m, v)})


def with_pytensor_c(data: Data) -> Timed:
    return _with_pytensor(data, "CVM")


def with_pytensor_numba(data: Data) -> Timed:
    return _with_pytensor(data, "NUMBA")


ROWS = (
    Row(
        "adam",
        "steps",
        "Adam's update, 1M parameters",
        _data,
        {
            "tdsl": with_tdsl,
            "NumPy": with_numpy,
            "PyTorch": with_torch,
            "JAX": with_jax,
            "PyTensor C": with_pytensor_c,
            "PyTensor Numba": with_pytensor_numba,
        },
        program("adam"),
        limit=Limit("copy", MOVED, MEMORY),
    ),
)

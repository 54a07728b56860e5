"""Each rule of std.optim against a few lines of NumPy written from its paper, for five steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Make = Callable[..., Any]
Array = np.ndarray[Any, Any]
START = np.array([1.0, -2.0, 0.5])
SCALE = np.array([1.0, 3.0, -0.5])
PROGRAM = """
use std.optim: {name}
input scale: real[3]
shared p: real[3] = [1, -2, 0.5]
cost C = sum((p * scale - 1) ** 2) + sum(p ** 4)
entry step(scale) {{ minimize C with {call} }}
entry get() -> p
"""


def gradient(p: Array) -> Array:
    return 2 * (p * SCALE - 1) * SCALE + 4 * p**3


def sgd(p: Array, lr: float = 0.01) -> Any:
    while True:
        p = p - lr * gradient(p)
        yield p


def momentum(p: Array, lr: float = 0.01, mu: float = 0.9) -> Any:
    velocity = np.zeros(3)
    while True:
        velocity = mu * velocity - lr * gradient(p)
        p = p + velocity
        yield p


def nesterov(p: Array, lr: float = 0.01, mu: float = 0.9) -> Any:
    """Sutskever's form, whose gradient is taken ahead at p + mu v; the kept value is that point ahead."""
    behind, velocity = p, np.zeros(3)
    while True:
        ahead = behind + mu * velocity
        velocity = mu * velocity - lr * gradient(ahead)
        behind = behind + velocity
        yield behind + mu * velocity


def adagrad(p: Array, lr: float = 0.01, epsilon: float = 1e-8) -> Any:
    total = np.zeros(3)
    while True:
        g = gradient(p)
        total += g**2
        p = p - lr * g / (np.sqrt(total) + epsilon)
        yield p


def rmsprop(p: Array, lr: float = 0.001, decay: float = 0.9, epsilon: float = 1e-8) -> Any:
    average = np.zeros(3)
    while True:
        g = gradient(p)
        average = decay * average + (1 - decay) * g**2
        p = p - lr * g / (np.sqrt(average) + epsilon)
        yield p


def adadelta(p: Array, lr: float = 1.0, decay: float = 0.95, epsilon: float = 1e-6) -> Any:
    squares, moves = np.zeros(3), np.zeros(3)
    while True:
        g = gradient(p)
        squares = decay * squares + (1 - decay) * g**2
        move = -np.sqrt(moves + epsilon) / np.sqrt(squares + epsilon) * g
        moves = decay * moves + (1 - decay) * move**2
        p = p + lr * move
        yield p


def adam(p: Array, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> Any:
    """Algorithm 1 of the paper, with the moments corrected one by one."""
    m, v, t = np.zeros(3), np.zeros(3), 0
    while True:
        t += 1
        g = gradient(p)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        p = p - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
        yield p


def sparse_adam(p: Array, lr: float = 0.001) -> Any:
    """Every element of this parameter is read."""
    return adam(p, lr)


def adamw(p: Array, lr: float = 0.001, decay: float = 0.01, epsilon: float = 1e-8) -> Any:
    m, v, t = np.zeros(3), np.zeros(3), 0
    while True:
        t += 1
        g = gradient(p)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + (1 - 0.999) * g**2
        p = p - lr * decay * p - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + epsilon)
        yield p


CALLS = [
    (sgd, {}),
    (sgd, {"lr": 0.05}),
    (momentum, {}),
    (momentum, {"lr": 0.02, "mu": 0.5}),
    (nesterov, {}),
    (nesterov, {"lr": 0.02, "mu": 0.5}),
    (adagrad, {"lr": 0.1}),
    (adagrad, {"epsilon": 0.5}),
    (rmsprop, {}),
    (rmsprop, {"lr": 0.05, "decay": 0.5, "epsilon": 0.1}),
    (adadelta, {}),
    (adadelta, {"lr": 0.5, "decay": 0.8}),
    (adam, {}),
    (adam, {"lr": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 0.1}),
    (sparse_adam, {}),
    (sparse_adam, {"lr": 0.1}),
    (adamw, {}),
    (adamw, {"lr": 0.1, "decay": 0.2}),
]


@pytest.mark.parametrize(("rule", "options"), CALLS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_five_steps(model: Make, rule: Callable[..., Any], options: dict[str, float]) -> None:
    call = f"{rule.__name__}({', '.join(f'{name}={value}' for name, value in options.items())})"
    m = model(PROGRAM.format(name=rule.__name__, call=call))
    for _, expected in zip(range(5), rule(START, **options), strict=False):
        m.step(SCALE)
        np.testing.assert_allclose(m.get(), expected, rtol=1e-12)


def test_every_rule_is_here() -> None:
    from tdsl import resources

    text = (resources.STANDARD_LIBRARY / "optim.tdsl").read_text(encoding="utf-8")
    declared = {line.split("(")[0].removeprefix("rule ") for line in text.splitlines() if line.startswith("rule ")}
    assert declared == {rule.__name__ for rule, _ in CALLS}


def test_a_rate_that_a_call_decides(model: Make) -> None:
    m = model(
        "use std.optim: sgd\nshared w: real = 4\ncost C = 0.5 * w ** 2\n"
        "entry step(lr: real) -> C { minimize C with sgd(lr) }"
    )
    assert [float(m.step(0.5)) for _ in range(3)] == [8, 2, 0.5]


def test_several_values_at_once(model: Make) -> None:
    m = model(
        "use std.optim: momentum\nshared a: real = 1\nshared b: real[2] = 1\ncost C = a ** 2 + sum(b ** 2)\n"
        "entry step() -> C { minimize C with momentum(0.1) }"
    )
    m.step()
    np.testing.assert_allclose(m.values["a"], 0.8)
    np.testing.assert_allclose(m.values["b"], [0.8, 0.8])
    np.testing.assert_allclose(m.values["b.momentum.v"], [-0.2, -0.2])

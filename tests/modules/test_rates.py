"""Arguments of a training that change with its epochs or steps, and the schedules of the standard library."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import state

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(23, 2)).astype("f")
T = X @ np.float32([[1, 2, 3], [4, 5, 6]])


def by_hand(model: Any, rates: np.ndarray) -> None:
    """One row of rates for each epoch."""
    for epoch, row in enumerate(rates):
        order = np.random.default_rng([0, epoch]).permutation(23)
        for step, rate in enumerate(row):
            rows = order[10 * step : 10 * step + 10]
            model.train(X[rows], T[rows], rate)


RATES = RANDOM.uniform(0.01, 0.1, (4, 3)).astype("f")


@pytest.mark.parametrize(
    ("given", "rates"),
    [
        (lambda epoch: 0.1 / (epoch + 1), np.repeat(np.float32([[0.1], [0.05], [0.1 / 3], [0.025]]), 3, 1)),
        (RATES[:, 0], np.repeat(RATES[:, :1], 3, 1)),
        ([0.1, 0.2, 0.1, 0.2], np.repeat(np.float32([[0.1], [0.2], [0.1], [0.2]]), 3, 1)),
        (RATES.ravel(), RATES),
        (RATES.ravel().astype("d"), RATES),
    ],
)
def test_rates_of_epochs_and_steps(affine: Any, given: Any, rates: np.ndarray) -> None:
    model, expected = affine.Model(), affine.Model()
    history = model.fit(X, T, epochs=4, batch_size=10, lr=given)
    by_hand(expected, rates)
    assert state(model) == state(expected)
    assert history.columns == ("epoch", "step", "seconds", "cost", "lr") and history["lr"] == rates[:, -1].tolist()


def test_many_epochs_in_one_piece(affine: Any) -> None:
    """With values for epochs or steps Python is needed rarely."""
    model, expected = affine.Model(), affine.Model()
    rates = np.linspace(0.1, 0.01, 2500).astype("f")
    history = model.fit(X, T, epochs=2500, lr=rates)
    expected.fit(X, T, epochs=2500, lr=lambda epoch: rates[epoch])
    assert state(model) == state(expected) and history["lr"] == rates.tolist()


def test_integers_and_positions(affine: Any) -> None:
    model = affine.Model()
    model.fit([0, 1, 2], entry="pick", epochs=3)
    assert model.k == 3
    with pytest.raises(IndexError):
        model.fit([0, 1, 7], entry="pick", epochs=3)
    assert model.k == 5
    with pytest.raises(TypeError, match=r"affine.pick: argument 'i' holds real numbers, expected i64"):
        model.fit([0.5, 1.0], entry="pick", epochs=2)


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        ([0.1] * 3, ValueError, "has 3 values, expected 2, one for each epoch, or 6, one for each step"),
        ([], ValueError, "has shape (0,), expected a scalar (affine.tdsl:25)"),
        (np.ones((2, 1)), ValueError, "has shape (2, 1), expected a scalar (affine.tdsl:25)"),
        (["x", "y"], TypeError, "holds text, expected f32 (affine.tdsl:25)"),
        (lambda epoch: "x", TypeError, "in epoch 0 holds text, expected f32 (affine.tdsl:25)"),
        (lambda epoch: [1, 2], ValueError, "in epoch 0 has shape (2,), expected a scalar (affine.tdsl:25)"),
    ],
)
def test_errors(affine: Any, wrong: object, error: type[Exception], text: str) -> None:
    model = affine.Model()
    with pytest.raises(error) as raised:
        model.fit(X, T, epochs=2, batch_size=10, lr=wrong)
    assert str(raised.value) == f"affine.train: argument 'lr' {text}" and model.k == 0


def test_an_error_of_a_function(affine: Any) -> None:
    model = affine.Model()
    with pytest.raises(KeyError):
        model.fit(X, T, epochs=3, lr=lambda epoch: {0: 0.1}[epoch])
    assert model.k == 1


SCHEDULES = """
use std.schedules: Steps, warmup, exponential, step_decay, linear, cosine, inverse_sqrt, piecewise
use std.optim: sgd

shared w: real = 1
model steps = Steps()

entry train() -> w { minimize w with sgd(warmup(steps.next(), 4) * cosine(steps.now(), 0.5, 8, 0.1)) }
entry rates(k: int) -> (
    warmup(k, 4), exponential(k, 0.5, 0.9), exponential(k, 0.5, 0.9, 4), step_decay(k, 0.5, 0.1, 4),
    linear(k, 0.5, 8), linear(k, 0.5, 8, 0.1), cosine(k, 0.5, 8), cosine(k, 0.5, 8, 0.1), inverse_sqrt(k, 0.5, 4),
    piecewise(k, [3, 6], [1.0, 0.5, 0.25])
)
entry now() -> steps.now()
"""


def expected_rates(k: int) -> list[float]:
    fallen = min(1, k / 8)
    wave = (1 + math.cos(math.pi * fallen)) / 2
    return [
        *(min(1, (k + 1) / 4), 0.5 * 0.9**k, 0.5 * 0.9 ** (k / 4), 0.5 * 0.1 ** (k // 4)),
        *(0.5 * (1 - fallen), 0.1 + 0.4 * (1 - fallen), 0.5 * wave, 0.1 + 0.4 * wave),
        *(0.5 * min((k + 1) / 4, math.sqrt(4 / (k + 1))), 1.0 if k < 3 else 0.5 if k < 6 else 0.25),
    ]


def test_schedules() -> None:
    module = tdsl.compile(SCHEDULES, float=64, target="numpy")
    model = module.Model()
    for k in range(12):
        assert model.rates(k) == pytest.approx(expected_rates(k), abs=1e-15), k
    model.fit(entry="train", epochs=5)
    steps = [min(1, (k + 1) / 4) * expected_rates(k)[7] for k in range(5)]
    assert model.now() == model["steps.count"] == 5 and model.w == pytest.approx(1 - sum(steps), abs=1e-14)

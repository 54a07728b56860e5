"""Trainings on a device have the history and the values of calls one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.cuda.driver.stand_in import StandIn
from tests.cuda.programs import MODEL, STRICT

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(50, 2)).astype(np.float32)
T = X @ np.float32([[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize("batch_size", [None, 1, pytest.param(7, marks=pytest.mark.sanitized), 16])
@pytest.mark.parametrize("shuffle", [True, False])
def test_fit_is_calls(for_gpus: Callable[..., Any], batch_size: int | None, shuffle: bool) -> None:
    module = for_gpus(MODEL)
    fitted, called = module.Model(device="cuda"), module.Model(device="cuda")
    history = fitted.fit(X, T, epochs=3, batch_size=batch_size, shuffle=shuffle, seed=2, lr=0.05)
    expected = []
    size = batch_size or len(X)
    for epoch in range(3):
        order = np.arange(len(X))
        if shuffle and size < len(X):
            order = np.random.default_rng([2, epoch]).permutation(len(X))
        total = 0.0
        for first in range(0, len(X), size):
            rows = order[first : first + size]
            total += called.train(X[rows], T[rows], lr=0.05) * len(rows)
        expected.append(total / len(X))
    assert history == expected
    assert all(np.array_equal(fitted[name], called[name]) for name in fitted)
    assert fitted.k == 3 * -(-len(X) // size)


def test_the_data_are_copied_once(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    x, t = np.repeat(X, 2000, 0), np.repeat(T, 2000, 0)
    uploads: list[int] = []

    def note(epoch: int, cost: float, model: Any) -> None:
        uploads.append(stand_in.counts.uploaded)

    model.fit(x, t, epochs=6, batch_size=10_000, shuffle=False, callback=note)
    # The small arguments of at most two launches for each of ten steps.
    assert uploads[-1] - uploads[-2] < 2048 * 20 < x.nbytes + t.nbytes
    before = stand_in.counts.bytes
    model.fit(x, t, epochs=1, batch_size=10_000)
    assert stand_in.counts.bytes == before


def test_steps_of_all_rows_go_together(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    module = for_gpus(MODEL)
    fitted, called = module.Model(device="cuda"), module.Model(device="cuda")
    before = stand_in.counts.graph_launches
    history = fitted.fit(X, T, epochs=70, batch_size=None, lr=0.05)
    # The first step is by itself, and the others fill launches of powers of two.
    assert stand_in.counts.graph_launches - before < 20
    assert history == [called.train(X, T, lr=0.05) for _ in range(70)]
    assert all(np.array_equal(fitted[name], called[name]) for name in fitted)


@pytest.mark.sanitized
@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_failing_step_ends_the_training(for_gpus: Callable[..., Any], batch_size: int) -> None:
    module = for_gpus(STRICT, nan="refuse")
    x = np.float32([1, 2, 3, 4, 5, 6, 7, np.nan, 9])
    errors = []
    models = [module.Model(device=device) for device in ("cpu", "cuda")]
    for model in models:
        with pytest.raises(FloatingPointError) as caught:
            model.fit(x, entry="total", batch_size=batch_size, shuffle=False)
        errors.append(str(caught.value))
    assert errors[0] == errors[1]
    np.testing.assert_array_equal(models[0].w, models[1].w)
    assert models[1].w[0] == 1 + 7 // batch_size


def test_asserts_and_prints_of_steps(for_gpus: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    module = for_gpus(MODEL)
    values = np.float32([3, 2, 1, 5, -1, 2])
    texts = []
    models = [module.Model(device=device) for device in ("cpu", "cuda")]
    for model in models:
        with pytest.raises(AssertionError) as caught:
            model.fit(values, entry="checked", batch_size=1, shuffle=False)
        texts.append(str(caught.value))
        assert model.k == 4
        model.fit(entry="shown", s=2, epochs=2)
        assert model.k == 6
        texts.append(capsys.readouterr().out)
    assert texts[:2] == texts[2:]
    np.testing.assert_array_equal(models[0].b, models[1].b)

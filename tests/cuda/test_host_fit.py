"""Trainings on a device have the history and the values of calls one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import sanitized
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
    # The first step is by itself, and the others fill launches of powers of two that take at most 10 ms: fewer on busy
    # machines, and none where a single step takes longer, as under sanitizers.
    assert stand_in.counts.graph_launches - before < 60 or sanitized.NAMES
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


def test_metrics_and_rates(for_gpus: Callable[..., Any]) -> None:
    """Equal rates run in one launch; all is as on the CPU."""
    module = for_gpus(MODEL)
    rates = np.float32([0.05] * 10 + [0.02] * 8)  # 3 epochs of 6 steps
    histories, models = [], []
    for device in ("cpu", "cuda"):
        model = module.Model(device=device)
        options = {"validate": (X[:20] + 1, T[:20]), "metrics": ["both", "training.sums"], "patience": 2, "lr": rates}
        histories.append(model.fit(X, T, epochs=3, batch_size=9, **options))
        models.append(model)
    here, there = histories
    assert there.columns == ("epoch", "step", "seconds", "cost", "lr", "validation.both", "training.sums.C",
                             "training.sums[1]")  # fmt: skip
    for name in set(there.columns) - {"seconds"}:
        np.testing.assert_allclose(there[name], here[name], rtol=1e-5)
    called = module.Model(device="cuda")
    for epoch in range(3):
        order = np.random.default_rng([0, epoch]).permutation(len(X))
        for step, first in enumerate(range(0, len(X), 9)):
            rows = order[first : first + 9]
            called.train(X[rows], T[rows], lr=rates[6 * epoch + step])
    assert there.best_epoch == 2 and all(np.array_equal(models[1][name], called[name]) for name in called)
    assert there["validation.both"][-1] == pytest.approx(called.both(X[:20] + 1, T[:20])[0], rel=1e-7)


def test_several_sums_and_rows_between_epochs(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    """Steps go together up to the next row."""
    module = for_gpus(MODEL)
    options = {"entry": "sums", "epochs": 2, "batch_size": 1, "shuffle": False, "record_steps": 40}
    expected = module.Model(device="cpu").fit(X, T, **options)
    model = module.Model(device="cuda")
    before = stand_in.counts.graph_launches
    history = model.fit(X, T, **options)
    assert stand_in.counts.graph_launches - before < 30
    assert history.steps["step"] == expected.steps["step"] == [40, 80]
    costs = [model.sums(X[row : row + 1], T[row : row + 1])[0] for row in range(50)]
    assert history == [pytest.approx(np.mean(costs), rel=1e-12)] * 2
    assert history.steps["cost"] == [
        pytest.approx(np.mean(part), rel=1e-12) for part in (costs[:40], costs[40:] + costs[:30])
    ]


def test_the_data_of_metrics_are_copied_once(for_gpus: Callable[..., Any], stand_in: StandIn) -> None:
    model = for_gpus(MODEL).Model(device="cuda")
    x, t = np.repeat(X, 2000, 0), np.repeat(T, 2000, 0)
    uploads: list[int] = []
    model.fit(x, t, epochs=6, batch_size=10_000, shuffle=False, validate=(x, t), metrics="both",
              callback=lambda *_: uploads.append(stand_in.counts.uploaded))  # fmt: skip
    assert uploads[-1] - uploads[-2] < 2048 * 40 < x.nbytes + t.nbytes
    before = stand_in.counts.bytes
    model.fit(x, t, epochs=1, batch_size=10_000, validate=(x, t), metrics="both")
    assert stand_in.counts.bytes == before


def test_an_interrupted_training_goes_on(for_gpus: Callable[..., Any], tmp_path: Path) -> None:
    module = for_gpus(MODEL)

    def interrupt(epoch: int, cost: float, model: Any) -> None:
        if epoch == 1:
            raise KeyboardInterrupt

    options = {"epochs": 4, "batch_size": 9, "validate": (X[:20], T[:20]), "metrics": "both", "monitor": "cost"}
    with pytest.raises(KeyboardInterrupt):
        module.Model(device="cuda").fit(X, T, checkpoint=tmp_path / "run.npz", callback=interrupt, **options)
    resumed, whole = module.Model(seed=3, device="cuda"), module.Model(device="cuda")
    assert resumed.fit(X, T, resume=tmp_path / "run.npz", **options) == whole.fit(X, T, **options)
    assert all(np.array_equal(resumed[name], whole[name]) for name in whole)

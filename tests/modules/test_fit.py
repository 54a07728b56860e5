"""`fit` equals a loop over minibatches bit for bit, and stops between two steps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.python.steps import Run
from tests.modules.programs import T, X, state

RANDOM = np.random.default_rng(7)
LONG_X = RANDOM.normal(size=(103, 2)).astype("f")
LONG_T = RANDOM.normal(size=(103, 3)).astype("f")


def by_hand(model: Any, epochs: int, size: int, seed: int | None) -> list[float]:
    """The loop that `fit` stands for; `seed` None: in order, as is a batch of all rows."""
    history = []
    for epoch in range(epochs):
        shuffled = seed is not None and size < 103
        order = np.random.default_rng([seed, epoch]).permutation(103) if shuffled else np.arange(103)
        total = 0.0
        for start in range(0, 103, size):
            rows = order[start : start + size]
            total += model.train(LONG_X[rows], LONG_T[rows], lr=0.01) * len(rows)
        history.append(total / 103)
    return history


@pytest.mark.parametrize("size", [1, 10, 103, 1000])
@pytest.mark.parametrize("seed", [None, 0, 5])
def test_fit_is_the_loop_by_hand(affine: Any, size: int, seed: int | None) -> None:
    model, expected = affine.Model(seed=2), affine.Model(seed=2)
    history = model.fit(LONG_X, LONG_T, epochs=3, batch_size=size, lr=0.01, shuffle=seed is not None, seed=seed or 0)
    assert history == by_hand(expected, 3, size, seed)
    assert state(model) == state(expected) and model.k == 3 * -(-103 // size)


def test_many_epochs_of_a_batch_of_all_rows(affine: Any) -> None:
    """They are done in one piece, or as several if callbacks want to hear of each: with the same result."""
    model, expected = affine.Model(seed=2), affine.Model(seed=2)
    epochs = 5000 if affine.__file__.endswith(".so") else 100
    heard: list[float] = []
    history = model.fit(X, T, epochs=epochs, lr=0.001)
    expected.fit(X, T, epochs=epochs, lr=0.001, callback=lambda epoch, cost, model: heard.append(cost))
    assert history == heard and len(history) == epochs and state(model) == state(expected) and model.k == epochs


def test_costs_do_not_depend_on_when_the_loop_looks_at_the_clock(affine: Any) -> None:
    """The same rows in one piece, and a step at a time."""
    model, expected = affine.Model(), affine.Model()
    run = (0, (LONG_X, LONG_T, 0.01), (True, True, False), np.arange(103), 10)
    totals, row, total = model._steps(Run(*run, 1e9, sums=(0,)), 1, 0, (0.0,))
    pieces, at, sum_so_far = [], 0, (0.0,)
    while not pieces:
        pieces, at, sum_so_far = expected._steps(Run(*run, 0.0, sums=(0,)), 1, at, sum_so_far)
    assert (totals, row, total) == (pieces, 0, (0.0,)) and len(totals) == 1 and state(model) == state(expected)


def test_without_batches(affine: Any) -> None:
    model, expected = affine.Model(), affine.Model()
    assert model.fit(X, T, epochs=2, lr=0.01, shuffle=False) == [expected.train(X, T, 0.01) for _ in range(2)]
    assert state(model) == state(expected)
    assert model.fit(X, T, epochs=0) == [] and state(model) == state(expected)
    assert np.isnan(model.fit(entry="count", epochs=2)).all() and model.k == 4


def test_seeds_of_the_order(affine: Any) -> None:
    models = [affine.Model() for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        model.fit(LONG_X, LONG_T, batch_size=10, lr=0.01, seed=seed)
    assert state(models[0]) == state(models[1]) != state(models[2])


def test_callbacks(affine: Any) -> None:
    model, heard = affine.Model(), []

    def stop(epoch: int, cost: float, given: Any) -> None:
        heard.append((epoch, cost, given is model, model.k))
        if epoch == 2:
            raise given.StopTraining

    later: list[int] = []
    callbacks = [stop, lambda epoch, *_: later.append(epoch)]
    history = model.fit(LONG_X, LONG_T, batch_size=50, epochs=9, lr=0.01, callback=callbacks)
    assert heard == [(epoch, cost, True, 3 * (epoch + 1)) for epoch, cost in enumerate(history)] and len(heard) == 3
    assert later == [0, 1, 2]

    def change(epoch: int, cost: float, given: Any) -> None:
        given.b = [1, 1, 1]
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        model.fit(X, T, callback=change)
    assert model.b.tolist() == [1, 1, 1]


@pytest.mark.parametrize("answer", [True, False, np.bool_(True), 1, "stop", StopIteration], ids=repr)
def test_the_result_of_a_callback_is_ignored(affine: Any, answer: object) -> None:
    """A progress bar's `update`, for one, tells whether it was drawn."""
    assert len(affine.Model().fit(X, T, epochs=5, lr=0.01, callback=lambda *_: answer)) == 5


def test_one_exception_stops_the_training_of_every_module(affine: Any, strict: Any) -> None:
    def stop(epoch: int, cost: float, model: object) -> None:
        raise strict.Model.StopTraining("enough")

    assert len(affine.Model().fit(X, T, epochs=5, callback=[stop, stop])) == 1


def reshaped(x: np.ndarray) -> None:
    x.shape = (206, 1)


def retyped(x: np.ndarray) -> None:
    x.dtype = np.int32  # type: ignore[misc]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("change", [reshaped, retyped, lambda x: setattr(x, "shape", (2, 103))])
def test_data_that_a_callback_makes_another_array_of(affine: Any, change: Any, shuffle: bool) -> None:
    model, expected, x = affine.Model(), affine.Model(), LONG_X.copy()
    with pytest.raises(ValueError, match=r"affine.train: argument 'x' has shape \(.*\) and dtype \w+ by now, and had"):
        model.fit(x, LONG_T, epochs=4, batch_size=10, lr=0.01, shuffle=shuffle, callback=lambda *_: change(x))
    expected.fit(LONG_X, LONG_T, epochs=1, batch_size=10, lr=0.01, shuffle=shuffle)
    assert state(model) == state(expected)


def test_data_keep_their_memory_as_long_as_they_are_fitted(affine: Any) -> None:
    whole = LONG_X.copy()
    for x in (whole, whole.view(np.memmap)):

        def shrink(*_: object) -> None:
            with pytest.raises(ValueError, match="resize"):
                whole.resize((2, 2), refcheck=False)

        model, expected = affine.Model(), affine.Model()
        history = model.fit(x, LONG_T, epochs=3, batch_size=10, lr=0.01, callback=shrink)
        assert history == expected.fit(LONG_X, LONG_T, epochs=3, batch_size=10, lr=0.01)
        assert state(model) == state(expected)
    del x
    whole.resize((2, 2), refcheck=False)


def test_counts_that_no_loop_ends(affine: Any) -> None:
    model = affine.Model()
    for name in ("epochs", "batch_size"):
        with pytest.raises(ValueError, match=rf"affine.train: {name} is {2**63}, expected at most {2**63 - 1}"):
            model.fit(X, T, **{name: 2**63})

    def stop(*_: object) -> None:
        raise model.StopTraining

    assert len(model.fit(X, T, epochs=2**63 - 1, batch_size=2**63 - 1, lr=0, callback=stop)) == 1 and model.k == 1


def test_a_failing_step_leaves_whole_steps(strict: Any) -> None:
    model = strict.Model()
    x = np.ones(50, "f")
    x[33] = np.nan
    with pytest.raises(FloatingPointError, match=r"strict.total: argument 'x' is not finite: x\[3\] = nan"):
        model.fit(x, entry="total", batch_size=10, shuffle=False)
    assert model.w.tolist() == [4, 4, 4]


def test_progress(affine: Any, capsys: pytest.CaptureFixture[str]) -> None:
    model = affine.Model()
    model.fit(X, T, epochs=2, progress=True)
    told = capsys.readouterr()
    assert told.out == "" and "epoch 2/2" in told.err and "rows/s" in told.err
    model.fit(X, T, epochs=2, progress=False)
    assert capsys.readouterr() == ("", "")


class Broken:
    """Goes wrong at one method, from the Nth time on, as a closed terminal or a pipe without a reader."""

    def __init__(self, method: str, after: int, error: Exception) -> None:
        self.method, self.left, self.error = method, after, error

    def meet(self, method: str) -> None:
        self.left -= method == self.method
        if self.left < 0:
            raise self.error

    def isatty(self) -> bool:
        self.meet("isatty")
        return True

    def write(self, text: str) -> None:
        self.meet("write")

    def flush(self) -> None:
        self.meet("flush")


@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.parametrize("method", ["isatty", "write", "flush"])
@pytest.mark.parametrize(
    "error", [BrokenPipeError(), ValueError("I/O operation on closed file"), LookupError()], ids=repr
)
def test_a_broken_stderr_does_not_end_the_training(
    affine: Any, monkeypatch: pytest.MonkeyPatch, method: str, after: int, error: Exception
) -> None:
    monkeypatch.setattr("sys.stderr", Broken(method, after, error))
    model = affine.Model()
    assert len(model.fit(X, T, epochs=4, lr=0.01, progress=True, callback=lambda *_: None)) == 4 and model.k == 4


INTERRUPTED = """
import sys
import numpy as np
sys.path.insert(0, {folder!r})
import affine
model = affine.Model()
x, t = np.ones((200_000, 2), "f"), np.ones((200_000, 3), "f")
going = lambda epoch, cost, model: print("going", flush=True) if epoch == 1 else None
try:
    model.fit(x, t, epochs=1_000_000, batch_size=1000, lr=0.0, progress=False, callback=going)
except KeyboardInterrupt:
    print("stopped", model.k, flush=True)
before = model.k
model.train(x[:9], t[:9])
print("goes on", model.k == before + 1 and bool(np.isfinite(model.W).all()))
"""


def test_an_interrupt_ends_a_step_and_then_the_loop(affine: Any) -> None:
    script = INTERRUPTED.format(folder=str(Path(affine.__file__).parent))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "going\n"
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=600)
    stopped, goes_on = out.splitlines()
    assert stopped.startswith("stopped ") and int(stopped.split()[1]) >= 200
    assert goes_on == "goes on True"


def test_a_value_of_an_argument_for_each_step(affine: Any) -> None:
    model, expected = affine.Model(), affine.Model()
    rates = (np.arange(22) / 100).astype("f")
    run = Run(0, (LONG_X, LONG_T, 9.0), (True, True, False), None, 10, 0.0, ((2, rates),), (0,))
    row, sums, step, totals = 0, (0.0,), 0, []
    while len(totals) < 2:
        rest = run._replace(series=((2, rates[step:]),))
        done, row, sums = model._steps(rest, 2 - len(totals), row, sums)
        totals, step = totals + done, step + 1
    costs = [expected.train(LONG_X[at : at + 10], LONG_T[at : at + 10], rates[11 * epoch + at // 10])
             for epoch in range(2) for at in range(0, 103, 10)]  # fmt: skip
    assert step == 22 and state(model) == state(expected)
    assert totals == [(sum(10 * cost for cost in costs[at : at + 10]) + 3 * costs[at + 10],) for at in (0, 11)]
    whole = affine.Model()
    assert whole._steps(run._replace(seconds=1e9), 2, 0, (0.0,)) == (totals, 0, (0.0,))
    assert state(whole) == state(model)
    if affine.__file__.endswith(".so"):
        for series in (((2, rates[1:]),), ((2, rates.astype("d")),), ((0, rates),), ((7, rates),), ((2, 1.0),), 3):
            with pytest.raises(ValueError, match="not as prepare"):
                whole._steps(run._replace(series=series), 2, 0, (0.0,))
        for sums, totals in (((1,), (0.0,)), ((0,), ()), (0, 0.0)):
            with pytest.raises(ValueError, match="not as prepare"):
                whole._steps(run._replace(sums=sums), 2, 0, totals)

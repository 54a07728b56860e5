"""`Model.fit`: the same steps as by hand, callbacks, interrupts, progress."""

from __future__ import annotations

import _thread
import io
import threading
from types import ModuleType
from typing import Any

import numpy as np
import pytest

SOURCE = np.random.default_rng(1)
X = SOURCE.normal(size=(103, 2)).astype("f")
T = SOURCE.normal(size=(103, 3)).astype("f")


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch_size", [None, 1, 10, 103, 1000])
def test_steps_are_those_of_calls(affine: ModuleType, shuffle: bool, batch_size: int | None) -> None:
    fitted, called = affine.Model(), affine.Model()
    history = fitted.fit(X, T, epochs=3, batch_size=batch_size, shuffle=shuffle, seed=7, lr=0.05)
    expected = []
    for epoch in range(3):
        total, size = 0.0, batch_size or 103
        shuffled = shuffle and size < 103
        order = np.random.default_rng([7, epoch]).permutation(103) if shuffled else np.arange(103)
        for start in range(0, 103, size):
            rows = order[start : start + size]
            total += called.train(X[rows], T[rows], 0.05) * len(rows)
        expected.append(total / 103)
    assert history == pytest.approx(expected, rel=1e-12)
    for name in fitted:
        assert np.array_equal(fitted[name], called[name])
    assert fitted.k == called.k


def test_snapshots_survive_fitting(affine: ModuleType) -> None:
    model = affine.Model()
    kept = []
    model.fit(X, T, epochs=5, batch_size=10, callback=lambda epoch, cost, model: kept.append((model.W, model.W.copy())))
    assert len(kept) == 5 and all(np.array_equal(snapshot, value) for snapshot, value in kept)


def test_callbacks(affine: ModuleType) -> None:
    seen: list[object] = []
    model = affine.Model()

    def stop(epoch: int, cost: float, model: Any) -> None:
        if epoch == 2:
            raise model.StopTraining

    callbacks = [stop, lambda epoch, cost, model: seen.append((epoch, cost))]
    history = model.fit(X, T, epochs=10, batch_size=50, callback=callbacks)
    assert len(history) == 3 and seen == list(enumerate(history))


def test_entries_without_batches_or_cost(affine: ModuleType) -> None:
    model = affine.Model()
    history = model.fit(entry="count", epochs=4)
    assert model.k == 4 and len(history) == 4 and np.isnan(history).all()


def test_refusals(affine: ModuleType) -> None:
    model = affine.Model()
    for call, error, words in (
        (lambda: model.fit(X, T, entry="trian"), ValueError, "no entry 'trian', only predict, train"),
        (lambda: model.fit(X, T, batch_size=0), ValueError, "batch_size is 0"),
        (lambda: model.fit(X, T, epochs=-1), ValueError, "epochs is -1"),
        (lambda: model.fit(X, T[:50]), ValueError, "expected (B, 3) with B = 103 bound by 'x'"),
        (lambda: model.fit(X[:0], T[:0]), ValueError, "no rows"),
        (lambda: model.fit(X, T, rate=1), TypeError, "unexpected argument 'rate'; it takes x, t, lr"),
        (lambda: model.fit(X, T, epoch=1), TypeError, "unexpected argument 'epoch'; did you mean 'epochs'?"),
        (lambda: model.fit(np.ones((3, 3)), entry="square_loss"), ValueError, "not its first"),
    ):
        with pytest.raises(error) as caught:
            call()  # type: ignore[no-untyped-call]
        assert words in str(caught.value)
    assert model.k == 0
    assert model.fit(X, T, epochs=0) == []


def test_a_batch_of_a_size_that_is_refused(affine: ModuleType) -> None:
    model = affine.Model()
    with pytest.raises(ValueError, match="argument 'w' has shape"):
        model.fit(np.ones(10, "f"), np.ones(8, "f"), entry="trim", batch_size=4, shuffle=False)


def test_large_models(affine: ModuleType) -> None:
    model, x, t = affine.Model(), np.ones((5000, 2), "f"), np.ones((5000, 3), "f")
    assert model.fit(x, t, batch_size=2000, epochs=2, lr=0.01)[1] < model.fit(x, t, epochs=1, lr=0.0)[0] + 1
    assert model.k == 7


def test_interrupt(affine: ModuleType) -> None:
    model = affine.Model()
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, T, epochs=10_000_000, batch_size=10, lr=0.001)
    twin = affine.Model()
    steps = model.k
    assert steps > 0
    epoch = 0
    while twin.k < steps:
        order = np.random.default_rng([0, epoch]).permutation(103)
        for start in range(0, 103, 10):
            if twin.k < steps:
                twin.train(X[order[start : start + 10]], T[order[start : start + 10]], 0.001)
        epoch += 1
        if epoch > 3000:
            return
    assert np.array_equal(twin.W, model.W)


class Leftover:
    """Ctrl-C arrives while Python removes it: what its handler raises there is lost."""

    def __del__(self) -> None:
        _thread.interrupt_main()
        sum(number for number in range(100))


def test_an_interrupt_in_a_finalizer(affine: ModuleType) -> None:
    class Model(affine.Model):  # type: ignore[misc, name-defined]
        def _steps(self, *given: Any) -> Any:
            Leftover()
            return super()._steps(*given)

    model = Model()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, T, epochs=1000, batch_size=10, lr=0.001)
    assert 0 < model.k < 1000 * 11


def test_failures_keep_whole_steps(affine: ModuleType) -> None:
    model = affine.Model()
    with pytest.raises(AssertionError):
        model.fit(entry="guarded", s=-1.0)
    assert model.k == 0
    model.fit(entry="guarded", s=1.0, epochs=3, progress=False)
    assert model.k == 3


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress(affine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    model = affine.Model()
    for stream, shown, expected in ((Terminal(), True, True), (io.StringIO(), True, True), (io.StringIO(), None, False),
                                    (Terminal(), False, False)):  # fmt: skip
        monkeypatch.setattr("sys.stderr", stream)
        model.fit(X, T, epochs=3, batch_size=10, progress=shown)
        text = stream.getvalue()
        assert bool(text) == expected
        if expected:
            assert "epoch 3/3" in text and "cost" in text and "rows/s" in text and text.endswith("\n")
            assert ("\r" in text) == stream.isatty()


def test_progress_makes_room_for_callbacks(affine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)

    def told(epoch: int, cost: float, model: Any) -> None:
        terminal.write(f"<{epoch}>\n")
        if epoch == 1:
            raise model.StopTraining

    affine.Model().fit(X, T, epochs=9, progress=True, callback=told)
    text = terminal.getvalue()
    assert " \r<0>\n\repoch" in text and " \r<1>\n\repoch" in text
    assert "epoch 2/9" in text.splitlines()[-1]  # as far as it came


def test_progress_without_a_console(affine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Plain:
        """The minimal interface of a notebook's or a logger's stream."""

        text = ""

        def write(self, text: str) -> None:
            self.text += text

        def flush(self) -> None: ...

    for stream in (None, plain := Plain()):
        monkeypatch.setattr("sys.stderr", stream)
        assert len(affine.Model().fit(X, T, epochs=2, progress=True)) == 2
    assert "epoch 2/2" in plain.text and "\r" not in plain.text


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        ({"epochs": 1.5}, TypeError, "affine.train: epochs is 1.5, expected an integer"),
        ({"batch_size": "8"}, TypeError, "affine.train: batch_size is '8', expected an integer"),
        ({"seed": -1}, ValueError, "affine.train: seed is -1, expected at least 0"),
        ({"callback": 3}, TypeError, "affine.train: callback 3 is no function"),
        ({"callback": [print, "x"]}, TypeError, "affine.train: callback 'x' is no function"),
    ],
)
def test_errors_of_settings(affine: ModuleType, wrong: dict[str, object], error: type[Exception], text: str) -> None:
    model = affine.Model()
    with pytest.raises(error) as raised:
        model.fit(X, T, **wrong)
    assert str(raised.value) == text and model.k == 0

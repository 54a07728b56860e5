"""Metrics of a training: means over rows of entries without updates, and what they stop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import state

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(90, 2)).astype("f")
T = X @ np.float32([[1, 2, 3], [4, 5, 6]])
XV = RANDOM.normal(size=(2500, 2)).astype("f")  # three batches
TV = XV @ np.float32([[1, 2, 3], [4, 5, 6]]) + 1


def mean_of(entry: Any, rows: int, *data: Any) -> Any:
    """The mean over batches of 1024 rows, in the order that `fit` takes."""
    parts = [range(at, min(at + 1024, rows)) for at in range(0, rows, 1024)]
    values = [np.array(entry(*(array[part.start : part.stop] for array in data)), "d") * len(part) for part in parts]
    return sum(values) / rows


def test_columns_are_means_over_rows(drawn: Any) -> None:
    model, heard = drawn.Model(), []

    def note(epoch: int, cost: float, model: Any) -> None:
        heard.append((mean_of(model.error, 2500, XV, TV), model.error(X, T), *mean_of(model.both, 2500, XV, TV)))

    history = model.fit(X, T, epochs=4, batch_size=40, validate=(XV, TV), callback=note,
                        metrics=["error", "training.error", "both", "training.norm"])  # fmt: skip
    names = ("validation.error", "training.error", "validation.both.square", "validation.both.most")
    assert history.columns == ("epoch", "step", "seconds", "cost", *names, "training.norm")
    assert [pytest.approx(row, rel=1e-15) for row in zip(*(history[name] for name in names), strict=True)] == heard
    assert history["training.norm"][-1] == model.norm()
    without = drawn.Model()
    assert without.fit(X, T, epochs=4, batch_size=40) == history and state(without) == state(model)


def test_data_by_name_and_arguments_of_the_training(drawn: Any) -> None:
    model = drawn.Model()
    weight = np.float32([1, 2, 3])
    history = model.fit(X, T, lr=0.5, metrics="weighted", validate={"x": XV[:5], "t": TV[:5], "weight": weight})
    assert history["validation.weighted"] == [pytest.approx(model.weighted(XV[:5], TV[:5], weight, 0.5))]
    history = model.fit(X, T, metrics="gram", validate=XV[:5])  # its rows belong together
    assert history["validation.gram"] == [model.gram(XV[:5])]
    assert model.fit(X, T, metrics="error")["training.error"] == [pytest.approx(model.error(X, T), rel=1e-7)]


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        ({"metrics": "eror"}, ValueError, "metrics: no entry 'eror'; did you mean 'error'?"),
        ({"metrics": "qq"}, ValueError, "metrics: no entry 'qq', only error, both, norm, weighted, gram"),
        ({"metrics": "train"}, ValueError, "metrics: train updates W, k, random; a metric is an entry without updates"),
        (
            {"metrics": "drawn"},
            ValueError,
            "metrics: drawn draws random numbers, which 'random' counts; a metric is an entry without updates",
        ),
        ({"metrics": 3}, TypeError, "metrics is 3, expected the name of an entry or a list of names"),
        ({"metrics": "validation.error"}, ValueError,
         "metrics 'validation.error' needs validate=, the data to evaluate it on"),
        ({"validate": (XV, TV)}, ValueError,
         "validate needs metrics, entries to evaluate on it, such as error, both, norm, weighted, gram"),
        ({"validate": (XV, TV), "metrics": "training.error"}, ValueError,
         "validate needs metrics, entries to evaluate on it, such as error, both, norm, weighted, gram"),
        ({"validate": (XV,), "metrics": "error"}, TypeError, "metrics: error takes 't', and validate gives none"),
        ({"metrics": "weighted"}, TypeError, "metrics: weighted takes 'weight', and the training has none"),
        ({"validate": (XV, TV, 1, 2), "metrics": "error"}, TypeError,
         "validate gives 4 values, and train takes x, t, lr"),
        ({"validate": {"x": XV, "t": TV, "q": 1}, "metrics": "error"}, TypeError,
         "validate gives 'q', which no metric takes; they take x, t"),
        ({"validate": {"x": XV, "target": TV}, "metrics": "error"}, TypeError,
         "validate gives 'target', which no metric takes; they take x, t"),
        ({"validate": (XV[:0], TV[:0]), "metrics": "error"}, ValueError, "there are no rows of validation for metrics"),
        ({"patience": 0}, ValueError, "patience is 0, expected at least 1"),
        ({"mode": "up"}, ValueError, "mode is 'up', expected 'min' or 'max'"),
        ({"monitor": 3}, TypeError, "monitor is 3, expected the name of a column"),
        ({"monitor": "eror", "metrics": "error"}, ValueError,
         "monitor 'eror' is no column, only training.error, cost"),
        ({"mode": "max"}, ValueError, "mode and min_delta need monitor=, a column, or patience="),
        ({"min_delta": 1}, ValueError, "mode and min_delta need monitor=, a column, or patience="),
        ({"min_delta": -1}, ValueError, "min_delta is -1, expected at least 0"),
        ({"min_delta": "x"}, TypeError, "min_delta is 'x', expected a number"),
    ],
)  # fmt: skip
def test_errors(drawn: Any, wrong: dict[str, Any], error: type[Exception], text: str) -> None:
    model = drawn.Model()
    with pytest.raises(error) as raised:
        model.fit(X, T, **wrong)
    assert str(raised.value) == f"drawn.train: {text}" and model.k == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_errors_of_the_data_of_metrics(drawn: Any) -> None:
    model = drawn.Model()
    with pytest.raises(ValueError, match=r"drawn.error: argument 't' has shape \(4, 3\).*, in the data of validation"):
        model.fit(X, T, metrics="error", validate=(XV[:3], TV[:4]))
    x = XV[:4].copy()

    def reshape(epoch: int, cost: float, model: Any) -> None:
        x.shape = (2, 4)

    with pytest.raises(ValueError, match=r"drawn.error: argument 'x' has shape \(2, 4\).* by now"):
        model.fit(X, T, epochs=2, metrics="error", validate=(x, TV[:4]), callback=reshape)


ERRORS = [5.0, 3.0, 4.0, 2.5, np.nan, 2.4, 2.6, 2.7, 2.0, 1.0]  # of the epochs of a training


@pytest.fixture(scope="module")
def counting() -> Any:
    return tdsl.compile(
        "state k: int = 0\nentry train(rate: f64) -> rate { k <- k + 1 }", name="counting", target="numpy"
    )


@pytest.mark.parametrize(
    ("options", "best", "epochs"),
    [
        ({"patience": 2}, 5, 8),
        ({"patience": 1}, 1, 3),
        ({"patience": 3}, 9, 10),
        ({"patience": 2, "min_delta": 0.2}, 3, 6),
        ({"patience": 2, "mode": "max"}, 0, 3),
        ({"monitor": "rate"}, 9, 10),
        ({"monitor": "rate", "mode": "max"}, 0, 10),
    ],
)
def test_early_stopping(counting: Any, options: dict[str, Any], best: int, epochs: int) -> None:
    options = {"monitor": "rate", **options}
    model, values = counting.Model(), []
    history = model.fit(epochs=10, rate=ERRORS.__getitem__, callback=lambda *_: values.append(state(model)), **options)
    assert (len(history), history.best_epoch) == (epochs, best)
    assert history.reason == ("done" if epochs == 10 else "stopped early")
    assert state(model) == values[best] and model.k == best + 1
    np.testing.assert_array_equal(history["rate"], ERRORS[:epochs])


def test_the_first_metric_is_monitored(drawn: Any) -> None:
    history = drawn.Model().fit(X, T, epochs=60, batch_size=30, validate=(XV, TV), patience=3,
                                metrics=["training.error", "error"])  # fmt: skip
    assert history.best_epoch == int(np.argmin(history["validation.error"]))
    assert history.reason == "stopped early" and len(history) == history.best_epoch + 4
    by_name = drawn.Model().fit(X, T, epochs=60, batch_size=30, validate=(XV, TV), patience=3, monitor="error",
                                metrics="error")  # fmt: skip
    assert by_name["validation.error"] == history["validation.error"]


def test_without_an_epoch(drawn: Any) -> None:
    model = drawn.Model()
    before = state(model)
    history = model.fit(X, T, epochs=0, patience=2, metrics="error")
    assert (history, history.best_epoch, state(model)) == ([], None, before)


def test_progress_shows_metrics(drawn: Any, capsys: pytest.CaptureFixture[str]) -> None:
    history = drawn.Model().fit(X, T, epochs=2, metrics="error", progress=True)
    line = capsys.readouterr().err.splitlines()[-1]
    assert f"epoch 2/2 cost {history[1]:.6g}  training.error {history['training.error'][1]:.6g}  " in line

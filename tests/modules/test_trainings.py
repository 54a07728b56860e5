"""Trainings that a program declares, for both targets: `entry run = fit(train, batch=10)`."""

from __future__ import annotations

import inspect
import itertools
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tdsl

TEXT = """\
use std.optim: sgd
dim B
input x: real[B, 2]
input t: real[B]
shared w: real[2] = 0.5
state seen: i64[4] = 0
state count: int = 0
let y = x @ w
cost C = mean((y - t) ** 2)
entry train(x, t, rows: i64[B], lr: real = 0.1) -> C {
    minimize C with sgd(lr)
    seen <- seen with [count % 4] = sum(rows)
    count <- count + 1
}
## Learns in minibatches.
entry run = fit(train, batch=3)
entry ordered = fit(train, batch=3, epochs=2, shuffle=false)
entry whole = fit(train, epochs=1)
entry limited(x, t) -> C { w <- w + mean(w[:B]) + x[1] / 100 }  # 1 < B <= 2
entry run_limited = fit(limited, batch=2, shuffle=false)
entry error(x, t) -> C + sum(w[:B]) + x[1, 0]
"""
RANDOM = np.random.default_rng(0)
X, T, ROWS = RANDOM.normal(size=(7, 2)).astype(np.float32), RANDOM.normal(size=7).astype(np.float32), 10 ** np.arange(7)


@pytest.fixture(scope="module", params=["cpp", "numpy"])
def trained(request: pytest.FixtureRequest) -> ModuleType:
    return tdsl.compile(TEXT, name="trained", target=request.param, opt=0)


def by_hand(model: Any, orders: list[np.ndarray], batch: int, **arguments: float) -> list[float]:
    costs = []
    for order in orders:
        total = 0.0
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            total += model.train(X[rows], T[rows], ROWS[rows], **arguments) * len(rows)
        costs.append(total / len(order))
    return costs


def test_rows_in_their_order(trained: Any) -> None:
    one, other = trained.Model(), trained.Model()
    costs = one.ordered(X, T, ROWS)
    assert costs.dtype == np.float64
    assert costs.tolist() == by_hand(other, [np.arange(7)] * 2, 3)
    assert one.w.tolist() == other.w.tolist() and one.count == 6
    assert one.whole(X, T, ROWS).tolist() == by_hand(other, [np.arange(7)], 7)


def test_each_epoch_has_an_order_of_its_seed(trained: Any) -> None:
    def seen(seed: int) -> list[list[int]]:
        """The rows of the minibatches of two epochs, in their order."""
        model, found = trained.Model(), []
        for epochs in (1, 2):
            model.reset()
            model.run(X, T, ROWS, epochs=epochs, seed=seed)
            at = [(model.count - 3 + step) % 4 for step in range(3)]
            found.append([int(model.seen[place]) for place in at])
        return found

    first, second = seen(5)
    assert sum(first) == sum(second) == 1111111
    assert first != second and seen(6)[0] != first and seen(5) == [first, second]


@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_both_targets_have_the_same_orders(rows: int) -> None:
    native, plain = (tdsl.compile(TEXT, name="trained", target=target, opt=0).Model() for target in ("cpp", "numpy"))
    for seed, epoch in ((0, 0), (-5, 3), ((1 << 63) - 1, 1 << 40)):
        order = native._row_order(seed, epoch, rows)
        assert order.dtype == np.int64 and sorted(order) == list(range(rows))
        assert order.tolist() == plain._row_order(seed, epoch, rows).tolist()


def test_all_orders_occur() -> None:
    """Of three rows, in minibatches of one, about equally often."""
    module = tdsl.compile(
        "dim B\nstate s: int = 0\nentry add(x: i64[B]) -> real(s) { s <- 10 * s + sum(x) }\n"
        "entry run = fit(add, batch=1)",
        name="orders",
        target="numpy",
    )
    counts = dict.fromkeys((int("".join(order)) for order in itertools.permutations("123")), 0)
    model = module.Model()
    for seed in range(300):
        model.reset()
        model.run([1, 2, 3], epochs=1, seed=seed)
        counts[model.s] += 1
    assert min(counts.values()) > 25


def test_sizes_are_those_of_minibatches(trained: Any) -> None:
    model, other = trained.Model(), trained.Model()
    history = model.fit(
        X[:6], T[:6], entry="limited", batch_size=2, shuffle=False, validate=(X[:4], T[:4]), metrics="error"
    )
    assert list(history) == other.run_limited(X[:6], T[:6], epochs=1).tolist()
    assert model.w.tolist() == other.w.tolist()
    halves = [model.error(X[rows], T[rows]) for rows in (slice(0, 2), slice(2, 4))]
    assert np.isclose(history["validation.error"][0], np.mean(halves))


SHORT = "needs B > 1 with B = 1 bound by 'x' (trained.tdsl:19:53)"
LONG = "needs 2 >= B with B = 3 bound by 'x' (trained.tdsl:19:44)"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda model: model.fit(X, T, entry="limited", batch_size=2), f"limited: {SHORT}, in the last minibatch"),
        (lambda model: model.fit(X, T, entry="limited", batch_size=1), f"limited: {SHORT}, in each minibatch"),
        (lambda model: model.fit(X, T, entry="limited", batch_size=3), f"limited: {LONG}, in each minibatch"),
        (lambda model: model.fit(X[:3], T[:3], entry="limited"), f"limited: {LONG}"),
        (lambda model: model.run_limited(X, T, epochs=1), f"run_limited: {SHORT}, in the last minibatch"),
        (
            lambda model: model.fit(X, T, ROWS, entry="train", batch_size=2, metrics="error"),
            "error: needs B > 1 with B = 1 bound by 'x' (trained.tdsl:21:41), in the last minibatch of an epoch, in ",
        ),
    ],
)
def test_sizes_that_a_minibatch_cannot_have(trained: Any, call: Any, text: str) -> None:
    model = trained.Model()
    with pytest.raises(ValueError) as raised:
        call(model)
    assert str(raised.value).startswith(f"trained.{text}")
    assert model.w.tolist() == [0.5, 0.5] and model.count == 0


def test_no_epochs_and_no_rows(trained: Any) -> None:
    model = trained.Model()
    assert model.run(X, T, ROWS, epochs=0).shape == (0,)
    with pytest.raises(ValueError, match=r"^trained\.run: there are no rows to fit$"):
        model.run(X[:0], T[:0], ROWS[:0], epochs=1)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({}, TypeError, "trained.run: missing argument 'epochs', the number of epochs"),
        ({"epochs": -1}, ValueError, "trained.run: epochs is -1, expected at least 0"),
        ({"epochs": 1.5}, TypeError, "trained.run: epochs is 1.5, expected an integer"),
        ({"epochs": 1, "seed": "a"}, TypeError, "trained.run: seed is 'a', expected an integer"),
        ({"epochs": 1, "sed": 1}, TypeError, "trained.run: unexpected argument 'sed'; did you mean 'seed'?"),
        (
            {"epochs": 1, "t": T[:2]},
            ValueError,
            "trained.run: argument 't' has shape (2,), expected (B,) with B = 7 bound by 'x' (trained.tdsl:4)",
        ),
    ],
)
def test_errors(trained: Any, arguments: dict[str, object], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as raised:
        trained.Model().run(**{"x": X, "t": T, "rows": ROWS, **arguments})
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"entry": "run"}, "trained.Model.fit: run is a training: call model.run(…), or name the entry 'train'"),
        (
            {"metrics": "run"},
            "trained.train: metrics: run is a training of train; a metric is an entry without updates",
        ),
    ],
)
def test_fit_takes_entries(trained: Any, options: dict[str, str], text: str) -> None:
    with pytest.raises(ValueError) as raised:
        trained.Model().fit(X, T, ROWS, **options)
    assert str(raised.value) == text


def test_it_describes_itself(trained: Any) -> None:
    run = trained.Model.run
    assert str(inspect.signature(run)) == "(self, /, x, t, rows, lr=0.1, *, epochs, seed=0)"
    assert run.__qualname__ == "Model.run" and run.__doc__.startswith("Learns in minibatches.\n")
    assert "epochs" not in inspect.signature(trained.Model.ordered).parameters

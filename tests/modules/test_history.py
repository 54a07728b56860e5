"""The history of a training and its recorders."""

from __future__ import annotations

import copy
import json
import pickle
import re
from typing import Any

import numpy as np
import pytest

import tdsl
from tests.modules.programs import T, X


class Notes:
    """A recorder that keeps everything, and fails where it is told to."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.heard: list[tuple[str, Any]] = []

    def note(self, name: str, value: Any) -> None:
        self.heard.append((name, value))
        if name == self.fails:
            raise OSError("the disk is full")

    def begin(self, run: dict[str, object]) -> None:
        self.note("begin", run)

    def row(self, values: dict[str, float]) -> None:
        self.note("row", values)

    def end(self, reason: str) -> None:
        self.note("end", reason)


def test_columns(affine: Any) -> None:
    history = affine.Model().fit(X, T, epochs=3, batch_size=2, lr=0.01)
    assert isinstance(history, list) and history.columns == ("epoch", "step", "seconds", "cost")
    assert history["epoch"] == [0, 1, 2] and history["step"] == [3, 6, 9] and history["cost"] == list(history)
    assert history["seconds"] == sorted(history["seconds"]) and history[1:] == [history[1], history[2]]
    assert history.to_dict() == {name: history[name] for name in history.columns}
    assert (history.reason, history.best_epoch) == ("done", None)
    assert json.loads(json.dumps(history)) == history and np.array_equal(np.array(history), history["cost"])
    for twin in (copy.copy(history), copy.deepcopy(history), pickle.loads(pickle.dumps(history))):
        assert twin == history and twin.to_dict() == history.to_dict() and twin.reason == "done"
    with pytest.raises(KeyError, match="no column 'costs', only epoch, step, seconds, cost"):
        history["costs"]


class StepNotes(Notes):
    """One that takes the rows between epochs too."""

    def steps(self, values: dict[str, float]) -> None:
        self.note("steps", values)


def test_rows_between_epochs(affine: Any) -> None:
    """Every fourth step, where an epoch has three, of 2, 2 and 1 rows."""
    notes, others, model, called = StepNotes(), Notes(), affine.Model(), affine.Model()
    options = {"epochs": 5, "batch_size": 2, "shuffle": False, "lr": 0.01}
    history = model.fit(X, T, record=[notes, others], record_steps=4, **options)
    assert history == affine.Model().fit(X, T, **options)
    batches = [slice(0, 2), slice(2, 4), slice(4, 5)] * 5
    totals = [called.train(X[rows], T[rows], lr=0.01) * len(X[rows]) for rows in batches]
    assert list(history.steps) == ["epoch", "step", "seconds", "cost"]
    assert history.steps["epoch"] == [1, 2, 3] and history.steps["step"] == [4, 8, 12]
    means = [sum(totals[first : first + 4]) / rows for first, rows in ((0, 7), (4, 7), (8, 6))]
    assert history.steps["cost"] == pytest.approx(means, rel=1e-14)
    row, steps = "row", "steps"
    assert [name for name, _ in notes.heard] == ["begin", row, steps, row, steps, row, steps, row, row, "end"]
    assert [name for name, _ in others.heard] == ["begin", *["row"] * 5, "end"]
    heard = [value for name, value in notes.heard if name == "steps"]
    assert heard == [dict(zip(history.steps, one, strict=True)) for one in zip(*history.steps.values(), strict=True)]
    seconds = [value["seconds"] for name, value in notes.heard if name in ("row", "steps")]
    assert seconds == sorted(seconds)
    for twin in (copy.deepcopy(history), pickle.loads(pickle.dumps(history))):
        assert twin.steps == history.steps
    assert affine.Model().fit(X, T, epochs=2).steps == {}
    whole = affine.Model().fit(X, T, epochs=9, record_steps=3)
    assert whole.steps["step"] == [3, 6, 9] and len(whole) == 9
    assert np.isnan(affine.Model().fit(entry="count", epochs=2, record_steps=1).steps["cost"]).all()
    for wrong in (0, -1):
        with pytest.raises(ValueError, match=f"affine.train: record_steps is {wrong}, expected at least 1"):
            model.fit(X, T, record_steps=wrong)


def test_an_infinite_cost_belongs_to_its_own_row(affine: Any) -> None:
    wild = T.copy()
    wild[0] = 3e38
    costs = affine.Model().fit(X, wild, batch_size=1, shuffle=False, lr=0.0, record_steps=1).steps["cost"]
    assert costs[0] == np.inf and np.isfinite(costs[1:]).all() and len(costs) == 5


def test_further_results(drawn: Any) -> None:
    """A column for each real scalar with a name, averaged as the cost."""
    model = drawn.Model()
    history = model.fit(X, T, entry="both", epochs=2, batch_size=2, shuffle=False, monitor="most", record_steps=2)
    assert history.columns == ("epoch", "step", "seconds", "cost", "most") and history.best_epoch == 0
    parts = [(model.both(X[rows], T[rows]), len(X[rows])) for rows in (slice(0, 2), slice(2, 4), slice(4, 5))]
    most, cost = (sum(getattr(part, name) * rows for part, rows in parts) / 5 for name in ("most", "square"))
    assert history["most"] == [most] * 2 and history["cost"] == [cost] * 2
    assert list(history.steps)[3:] == ["cost", "most"] and len(history.steps["most"]) == 3


FURTHER = """\
dim B
input x: real[B]
shared w: real = 1
let error = mean(abs(w - x))
entry train(x, lr: real = 1) -> (loss = mean((w - x) ** 2), error = error, step = 2 * w, lr = lr, w = [w], n = 3) {
    w <- w + lr
}
entry plain(x) -> (mean(x), error, 2 * error, error, w) { w <- w + 1 }
"""


def test_names_of_further_results() -> None:
    """Those that are columns already have the name of the entry before them; vectors and integers are none."""
    model = tdsl.compile(FURTHER, name="further", target="numpy").Model()
    history = model.fit([1.0, 2.0], epochs=3)
    assert history.columns == ("epoch", "step", "seconds", "cost", "error", "train.step", "lr")
    assert history["train.step"] == [2, 4, 6] and history["step"] == [1, 2, 3]
    changing = model.fit([1.0, 2.0], epochs=3, lr=[1, 2, 3])
    assert changing.columns[4:] == ("error", "train.step", "train.lr", "lr") and changing["train.lr"] == [1, 2, 3]
    assert model.fit([1.0, 2.0], entry="plain").columns[3:] == ("cost", "error", "w")


def test_text(affine: Any) -> None:
    model = affine.Model()
    text = repr(model.fit(X, T, epochs=3, batch_size=2, lr=0.01))
    assert re.fullmatch(
        r"History: 3 epochs, 9 steps, [\d.e-]+ s, done\n"
        r" +epoch +cost\n"
        r"first +0 +[\d.e-]+\n"
        r" last +2 +[\d.e-]+",
        text,
    )
    assert re.match(r"History: 1 epoch, 1 step, [\d.e-]+ s, done\n", repr(model.fit(X, T, epochs=1)))
    none = model.fit(X, T, epochs=0)
    assert repr(none) == "History: no epochs"
    assert none.columns == ("epoch", "step", "seconds", "cost") and none["step"] == []
    none.extend([1.0, 2.0])
    assert repr(none) == "[1.0, 2.0]"


def test_recorders(affine: Any) -> None:
    first, second = Notes(), Notes()
    model = affine.Model()
    history = model.fit(X, T, epochs=3, batch_size=2, seed=4, record=[first, second], lr=0.125)
    assert first.heard == second.heard and [name for name, _ in first.heard] == ["begin", *["row"] * 3, "end"]
    rows = [dict(zip(history.columns, row, strict=True)) for row in zip(*history.to_dict().values(), strict=True)]
    assert [value for name, value in first.heard if name == "row"] == rows and first.heard[-1] == ("end", "done")
    run = first.heard[0][1]
    assert json.loads(json.dumps(run)) == run
    told = {"module": "affine", "entry": "train", "epochs": 3, "rows": 5, "batch_size": 2, "shuffle": True}
    told |= {"seed": 4, "device": "cpu"}
    assert told == {name: run[name] for name in told}
    assert run["arguments"] == {"lr": 0.125} and len(run["source_hash"]) == 64 and run["build"]["float"] == 32
    assert set(run["versions"]) == {"tdsl", "python", "numpy"}
    assert {name: array["shape"] for name, array in run["data"].items()} == {"x": [5, 2], "t": [5, 3]}
    again = Notes()
    model.fit(X[::-1], T, record=again)
    data = again.heard[0][1]["data"]
    assert data["t"] == run["data"]["t"] and data["x"]["digest"] != run["data"]["x"]["digest"]


def test_recorders_hear_every_end(affine: Any) -> None:
    def stop(epoch: int, cost: float, model: Any) -> None:
        raise model.StopTraining

    def fail(epoch: int, cost: float, model: Any) -> None:
        raise LookupError("enough\nof it")

    def interrupt(epoch: int, cost: float, model: Any) -> None:
        raise KeyboardInterrupt

    for callback, error, reason in (
        (stop, None, "stopped early"),
        (fail, LookupError, "failed: LookupError: enough"),
        (interrupt, KeyboardInterrupt, "interrupted"),
    ):
        notes = Notes()
        if error is None:
            assert affine.Model().fit(X, T, epochs=2, callback=callback, record=notes).reason == reason
        else:
            with pytest.raises(error):
                affine.Model().fit(X, T, epochs=2, callback=callback, record=notes)
        assert [name for name, _ in notes.heard] == ["begin", "row", "end"] and notes.heard[-1][1] == reason


def test_an_interrupt_of_one_recorder_at_the_end(affine: Any) -> None:
    """The others hear the end before it takes effect."""

    class Interrupted(Notes):
        def end(self, reason: str) -> None:
            raise KeyboardInterrupt

    other = Notes()
    with pytest.raises(KeyboardInterrupt):
        affine.Model().fit(X, T, record=[Interrupted(), other])
    assert other.heard[-1] == ("end", "done")


def test_recorders_that_fail(affine: Any) -> None:
    model, other = affine.Model(), Notes()
    with pytest.raises(OSError, match="the disk is full"):
        model.fit(X, T, record=[other, Notes("begin")])
    assert model.k == 0 and other.heard[-1] == ("end", "failed: OSError: the disk is full")
    for method in ("row", "end"):
        failing, other = Notes(method), Notes()
        with pytest.warns(RuntimeWarning) as warned:
            assert len(affine.Model().fit(X, T, epochs=3, record=[failing, other])) == 3
        told = f"affine.train: Notes.{method} failed: OSError: the disk is full; it records nothing more"
        assert [str(one.message) for one in warned] == [told] and warned[0].filename == __file__
        assert [name for name, _ in other.heard] == ["begin", *["row"] * 3, "end"]
        assert [name for name, _ in failing.heard].count(method) == 1


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (3, "affine.train: record 3 is no recorder: it has no method begin and no row and no end"),
        ([Notes(), "x"], "affine.train: record 'x' is no recorder: it has no method begin and no row and no end"),
        (int, "affine.train: record <class 'int'> is a class, expected a recorder made of it"),
    ],
)
def test_what_is_no_recorder(affine: Any, wrong: object, text: str) -> None:
    model = affine.Model()
    with pytest.raises(TypeError) as raised:
        model.fit(X, T, record=wrong)
    assert str(raised.value) == text and model.k == 0

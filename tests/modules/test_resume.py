"""A training that is interrupted or killed anywhere, and resumed, ends with the bits of one that never was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.modules.programs import state

RANDOM = np.random.default_rng(11)
X = RANDOM.normal(size=(45, 2)).astype("f")
T = X @ np.float32([[1, 2, 3], [4, 5, 6]]) + RANDOM.normal(size=(45, 3)).astype("f")
XV, TV = X[:9] + 1, T[:9]

KINDS: dict[str, dict[str, Any]] = {
    "shuffled": {"batch_size": 10, "seed": 3},
    "in order": {"batch_size": 10, "shuffle": False, "lr": np.linspace(0.1, 0.01, 4)},
    "whole": {},
    "measured": {"batch_size": 10, "validate": (XV, TV), "metrics": ["error", "training.both"], "patience": 2},
    "changing": {"batch_size": 20, "lr": np.linspace(0.1, 0.01, 12), "checkpoint_epochs": 1},
    "by steps": {"batch_size": 10, "record_steps": 3, "lr": 0.01},
    "by function": {"batch_size": 20, "lr": lambda epoch: 0.1 * 0.9**epoch, "monitor": "cost"},
}


def halve(epoch: int, cost: float, model: Any) -> None:
    model.W = model.W / 2


def told(model: Any, history: Any) -> tuple[Any, ...]:
    """All bits that a training gives, except for its seconds."""
    columns = {name: values for name, values in history.to_dict().items() if name != "seconds"}
    steps = {name: values for name, values in history.steps.items() if name != "seconds"}
    return state(model), columns, steps, history.best_epoch, history.reason


def stepwise(module: Any) -> Any:
    """Its models run each step by itself, so that a training has as many places to stop as can be."""

    class Stepwise(module.Model):  # type: ignore[misc, name-defined]
        def _steps(self, run: Any, *rest: Any) -> Any:
            return super()._steps(run._replace(seconds=0.0), *rest)

    return Stepwise


class Interruption:
    """Sends SIGINT at a given line of the training's own code, counted over all of them."""

    def __init__(self, code: Any, line: int) -> None:
        self.name, self.left = code.co_filename, line

    def __enter__(self) -> None:
        sys.settrace(lambda frame, event, value: self.trace if frame.f_code.co_filename == self.name else None)

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def trace(self, frame: Any, event: str, value: Any) -> Any:
        if event == "line" and "self" in frame.f_locals and type(frame.f_locals["self"]).__name__ == "Training":
            self.left -= 1
            if self.left == 0:
                signal.raise_signal(signal.SIGINT)
        return self.trace


@pytest.mark.parametrize("callback", [None, halve])
@pytest.mark.parametrize("kind", KINDS)
def test_interrupted_anywhere(drawn: Any, kind: str, callback: Any, tmp_path: Path) -> None:
    options = {"epochs": 4, "callback": callback, **KINDS[kind]}
    made = stepwise(drawn)
    expected, path = drawn.Model(seed=1), tmp_path / "run.npz"
    plain = {name: value for name, value in options.items() if name != "checkpoint_epochs"}
    whole = told(expected, expected.fit(X, T, **plain))
    code = drawn.Model.fit.__code__
    random = np.random.default_rng([len(kind), 7])
    interruptions = 0
    for most in (200, 350):
        path.unlink(missing_ok=True)
        model = made(seed=1)
        while interruptions < 500:
            try:
                with Interruption(code, int(random.integers(20, most))):
                    history = model.fit(X, T, checkpoint=path, resume=True, **options)
                break
            except KeyboardInterrupt:
                interruptions += 1
                model = made(seed=9)  # all comes from the file
                if not path.exists():
                    model = made(seed=1)
        assert told(model, history) == whole
        assert interruptions


KILLED = """
import sys
import numpy as np
sys.path.insert(0, {folder!r})
import drawn
data = np.load(sys.argv[1])
told = lambda epoch, cost, model: print(epoch, flush=True)
model = drawn.Model(seed=1)
model.fit(data["x"], data["t"], epochs=1_000_000, batch_size=10, seed=3, validate=(data["x"][:9], data["t"][:9]),
          metrics="error", checkpoint=sys.argv[2], checkpoint_epochs=3, callback=told, progress=False)
"""


def test_killed(drawn: Any, tmp_path: Path) -> None:
    """By SIGKILL, between two checkpoints, with two threads."""
    np.savez(tmp_path / "data.npz", x=X, t=T)
    script = KILLED.format(folder=str(Path(drawn.__file__).parent))
    command = [sys.executable, "-c", script, str(tmp_path / "data.npz"), str(tmp_path / "run.npz")]
    environment = {**os.environ, "TDSL_NUM_THREADS": "2"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    reached = [int(process.stdout.readline()) for _ in range(5)][-1]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    heard: list[int] = []
    given = {"batch_size": 10, "seed": 3, "validate": (X[:9], T[:9]), "metrics": "error"}
    model, whole = drawn.Model(seed=2), drawn.Model(seed=1)
    # It may have gone on for a while after the line that was read last.
    stopped = len(model.fit(X, T, epochs=1, resume=tmp_path / "run.npz", **given))
    history = model.fit(X, T, epochs=stopped + 5, resume=tmp_path / "run.npz", **given,
                        callback=lambda epoch, *_: heard.append(epoch))  # fmt: skip
    assert stopped % 3 == 0 and stopped >= reached - 2 and heard == list(range(stopped, stopped + 5))
    assert told(model, history) == told(whole, whole.fit(X, T, epochs=stopped + 5, **given))


def resumable(drawn: Any, path: Path, **options: Any) -> Any:
    """A training that is interrupted in its third epoch."""

    def interrupt(epoch: int, cost: float, model: Any) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    model = drawn.Model(seed=1)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, T, epochs=5, checkpoint=path, callback=interrupt, **options)
    return model


def test_the_file(drawn: Any, tmp_path: Path) -> None:
    """It holds the values of the last step, or of the best epoch at the end, and a training can be made longer."""
    path, options = tmp_path / "run.npz", {"batch_size": 10, "validate": (XV, TV), "metrics": "error", "patience": 50}
    interrupted, loaded = resumable(drawn, path, **options), drawn.Model()
    assert loaded.load(path).same_source and state(loaded) == state(interrupted)
    with np.load(path) as file:
        assert not loaded.load_state_dict(file).unexpected
    model = drawn.Model()
    history = model.fit(X, T, epochs=5, checkpoint=path, resume=True, **options)
    assert len(history) == 5 and history["epoch"] == list(range(5))
    assert history["seconds"] == sorted(history["seconds"])
    again, whole = drawn.Model(), drawn.Model(seed=1)
    assert told(again, again.fit(X, T, epochs=5, resume=path, **options)) == told(model, history)
    loaded.load(path)
    assert state(loaded) == state(model)
    longer = again.fit(X, T, epochs=9, resume=path, **options)
    assert told(again, longer) == told(whole, whole.fit(X, T, epochs=9, **options))


def test_a_failing_step_leaves_the_last_checkpoint(affine: Any, tmp_path: Path) -> None:
    model, path = affine.Model(), tmp_path / "run.npz"
    with pytest.raises(IndexError):
        model.fit([0, 1, 7, 0], entry="pick", epochs=4, checkpoint=path, checkpoint_epochs=1)
    resumed = affine.Model()
    history = resumed.fit([0, 1, 2, 0], entry="pick", epochs=4, resume=path)
    assert len(history) == 4 and resumed.k == 4


def test_a_file_for_each_step(drawn: Any, tmp_path: Path) -> None:
    """Any of the files that a training writes, after each step here, leads to the same end."""
    path, files = tmp_path / "run.npz", []
    options = {"epochs": 3, "batch_size": 20, "validate": (XV, TV), "metrics": "error", "patience": 2}

    class Watched(stepwise(drawn)):  # type: ignore[misc, name-defined]
        def _steps(self, *arguments: Any) -> Any:
            if path.exists():
                files.append(path.read_bytes())
            return super()._steps(*arguments)

    model, whole = Watched(seed=1), drawn.Model(seed=1)
    expected = told(whole, whole.fit(X, T, **options))
    assert told(model, model.fit(X, T, checkpoint=path, checkpoint_seconds=0, **options)) == expected
    assert len(set(files)) >= 8
    for content in set(files):
        path.write_bytes(content)
        resumed = drawn.Model()
        assert told(resumed, resumed.fit(X, T, resume=path, **options)) == expected


def test_in_another_thread(affine: Any, tmp_path: Path) -> None:
    """Where no signals arrive."""
    model, lengths = affine.Model(), []
    run = lambda: lengths.append(len(model.fit(X, T, epochs=3, checkpoint=tmp_path / "run.npz")))  # noqa: E731
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert lengths == [3] and affine.Model().load(tmp_path / "run.npz").same_source


def test_a_callback_that_sets_a_handler(affine: Any, tmp_path: Path) -> None:
    handler = lambda number, frame: None  # noqa: E731
    before = signal.getsignal(signal.SIGINT)
    try:
        affine.Model().fit(X, T, checkpoint=tmp_path / "a", callback=lambda *_: signal.signal(signal.SIGINT, handler))
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_handler_of_signals(affine: Any, tmp_path: Path) -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        raised = lambda epoch, cost, model: signal.raise_signal(signal.SIGINT)  # noqa: E731
        model = affine.Model()
        assert len(model.fit(X, T, epochs=3, checkpoint=tmp_path / "run.npz", callback=raised)) == 3
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT] * 3


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"data": (X + 1, T)}, "argument 'x' of the same shape and other values"),
        ({"data": (X[:44], T[:44])}, "argument 'x' of shape (45, 2) and f32, now (44, 2) and f32"),
        ({"validate": (XV, TV + 1)}, "validation 't' of the same shape and other values"),
        ({"batch_size": 20}, "batch_size 10, now it is 20"),
        ({"seed": 1}, "seed 0, now it is 1"),
        ({"shuffle": False}, "shuffle True, now it is False"),
        ({"metrics": ["error", "norm"]}, "no column 'validation.norm', which there is now"),
        ({"min_delta": 0.5}, "min_delta 0.0, now it is 0.5"),
        ({"mode": "max"}, "mode 'min', now it is 'max'"),
        ({"patience": None}, "monitor 'validation.error', now there is none"),
    ],
)  # fmt: skip
def test_another_training(drawn: Any, tmp_path: Path, wrong: dict[str, Any], text: str) -> None:
    path, options = tmp_path / "run.npz", {"batch_size": 10, "validate": (XV, TV), "metrics": "error", "patience": 9}
    resumable(drawn, path, **options)
    model = drawn.Model()
    before = state(model)
    wrong = dict(wrong)
    data = wrong.pop("data", (X, T))
    with pytest.raises(ValueError) as raised:
        model.fit(*data, epochs=5, resume=path, **{**options, **wrong})
    assert str(raised.value) == f"drawn.train: cannot resume {path}: it was made with {text}"
    assert state(model) == before


def test_a_monitor_that_is_new(drawn: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    resumable(drawn, path)
    with pytest.raises(ValueError, match=r"it was made with no monitor, now it is 'cost'$"):
        drawn.Model().fit(X, T, epochs=5, resume=path, patience=2)


def test_files_that_hold_no_training(drawn: Any, affine: Any, tmp_path: Path) -> None:
    model = drawn.Model()
    saved, broken, missing = tmp_path / "saved.npz", tmp_path / "broken.npz", tmp_path / "missing.npz"
    model.save(saved)
    broken.write_bytes(b"PK nothing")
    hint = "holds the values of a model and no training; Model.load takes these over for a new training"
    for path, error, text in (
        (saved, ValueError, f"drawn.train: {saved} {hint}"),
        (broken, ValueError, f"drawn.train: {broken}: not a readable checkpoint (File is not a zip file)"),
        (missing, FileNotFoundError, f"[Errno 2] No such file or directory: '{missing}'"),
    ):
        with pytest.raises(error) as raised:
            model.fit(X, T, resume=path)
        assert str(raised.value) == text
    resumable(drawn, missing)
    with pytest.raises(ValueError) as raised:
        affine.Model().fit(X, T, resume=missing)
    other = "another text of the program; Model.load takes its values over for a new training"
    assert str(raised.value) == f"affine.train: cannot resume {missing}: it was made with {other}"
    cut = missing.read_bytes()
    for size in range(0, len(cut), 97):
        missing.write_bytes(cut[:size])
        with pytest.raises(ValueError, match="not a readable checkpoint"):
            model.fit(X, T, resume=missing)


def test_the_folder_of_a_checkpoint(drawn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made before the first step; a file that cannot be written is an error then."""
    model, path = drawn.Model(), tmp_path / "new" / "runs" / "run.npz"

    def look(*_: object) -> None:
        assert os.listdir(path.parent) == []

    model.fit(X, T, checkpoint=path, callback=look)
    assert os.listdir(path.parent) == ["run.npz"]
    before = state(model)
    for wrong, error, reason in (
        (path / "run.npz", NotADirectoryError, "Not a directory"),
        (path.parent, IsADirectoryError, "Is a directory"),
    ):
        with pytest.raises(error) as raised:
            model.fit(X, T, checkpoint=wrong)
        assert str(raised.value) == f"drawn.train: checkpoint {wrong} cannot be written: {reason}"
    opened = os.open

    def refuse(name: Any, *rest: Any, **others: Any) -> int:
        if str(name).startswith(str(tmp_path)):
            raise PermissionError(13, "Permission denied", name)
        return opened(name, *rest, **others)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError) as raised:
        model.fit(X, T, checkpoint=path)
    assert str(raised.value) == f"drawn.train: checkpoint {path} cannot be written: Permission denied"
    assert state(model) == before


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        ({"resume": True}, ValueError, "resume=True needs checkpoint=, the file to go on from"),
        ({"resume": 3}, TypeError, "resume is 3, expected a path"),
        ({"resume": ""}, ValueError, "resume is empty, expected a path"),
        ({"checkpoint": ""}, ValueError, "checkpoint is empty, expected a path"),
        ({"checkpoint": 3}, TypeError, "checkpoint is 3, expected a path"),
        ({"checkpoint_epochs": 2}, ValueError, "checkpoint_epochs and checkpoint_seconds need checkpoint=, a file"),
        ({"checkpoint": "x", "checkpoint_epochs": 0}, ValueError, "checkpoint_epochs is 0, expected at least 1"),
        ({"checkpoint": "x", "checkpoint_seconds": "y"}, TypeError, "checkpoint_seconds is 'y', expected a number"),
    ],
)
def test_errors(drawn: Any, wrong: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as raised:
        drawn.Model().fit(X, T, **wrong)
    assert str(raised.value) == f"drawn.train: {text}"

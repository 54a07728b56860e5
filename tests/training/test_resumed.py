"""Recorders of a training that is interrupted and resumed have what those of an uninterrupted one have."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tdsl
from tdsl.training import MetricsFile, Report, TensorBoard
from tests.training.test_tensorboard import scalars

pytestmark = pytest.mark.usefixtures("event_files_in_order")

PROGRAM = """
use std.optim: momentum
dim B
input x: real[B, 2]
input t: real[B]
shared w: real[2] = 0
let error = mean((x @ w - t) ** 2)
entry train(x, t) -> error { minimize error with momentum(0.05) }
entry wrong(x, t) -> max(abs(x @ w - t))
"""
RANDOM = np.random.default_rng(2)
X = RANDOM.normal(size=(50, 2))
T = X @ [1, 2]


def rows(folder: Path, kind: str = "epoch") -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (folder / "m.jsonl").read_text().splitlines()]
    found = [line if kind == "epoch" else line[kind] for line in lines if kind in line]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in found]


def of_report(folder: Path, kind: str = "rows") -> list[dict[str, float]]:
    found = re.search(r'id="data">(.*?)</script>', (folder / "r.html").read_text(), re.DOTALL)
    assert found
    return [{name: row[name] for name in row if name != "seconds"} for row in json.loads(found[1])[kind]]


def recorders(folder: Path) -> list[Any]:
    return [MetricsFile(folder / "m.jsonl"), Report(folder / "r.html"), TensorBoard(folder / "tb")]


def trained(folder: Path, interrupt: int = -1, made: list[Any] | None = None, **options: object) -> None:
    def stop(epoch: int, cost: float, model: object) -> None:
        if epoch == interrupt:
            raise KeyboardInterrupt

    model = tdsl.compile(PROGRAM, name="line", target="numpy").Model()
    data = {"validate": (X[:20], T[:20]), "metrics": "wrong", "seed": 7, "epochs": 8, "batch_size": 10}
    data |= {"record": made or recorders(folder), "record_steps": 3, "callback": stop, "progress": False}
    model.fit(X, T, **data, **options)


def refuse_differences(folder: Path, whole: Path) -> None:
    """The rows of epochs, of 5 steps each, and those of every third step."""
    assert rows(folder) == rows(whole) == of_report(folder) == of_report(whole)
    assert [row["epoch"] for row in rows(whole)] == list(range(8))
    assert rows(folder, "steps") == rows(whole, "steps") == of_report(folder, "steps")
    assert [row["step"] for row in rows(whole, "steps")] == list(range(3, 41, 3))
    for tag in ("cost", "validation/wrong", "steps/cost"):
        assert scalars(folder / "tb", tag) == scalars(whole / "tb", tag)
    assert [step for step, _ in scalars(whole / "tb", "cost")] == [5 * (epoch + 1) for epoch in range(8)]
    assert [step for step, _ in scalars(whole / "tb", "steps/cost")] == list(range(3, 41, 3))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    trained(folder)
    return folder


@pytest.mark.parametrize("are_new", [True, False])
def test_resumed(tmp_path: Path, whole: Path, are_new: bool) -> None:
    """By new recorders, or by those that have heard of the interrupt; epoch 5 ends with a third step."""
    file, made = tmp_path / "run.npz", recorders(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, 5, made, checkpoint=file, checkpoint_epochs=2)
    assert len(rows(tmp_path)) == 6 and "interrupted" in (tmp_path / "r.html").read_text()
    trained(tmp_path, made=None if are_new else made, checkpoint=file, resume=True)
    refuse_differences(tmp_path, whole)


def test_interrupted_in_a_recorder(tmp_path: Path, whole: Path) -> None:
    """After any line of any recorder: files are whole, and the training goes on from the file."""
    lines, most = 0, 0
    names = {sys.modules[kind.__module__].__file__ for kind in (MetricsFile, Report, TensorBoard)}
    names.add(sys.modules["tdsl.build.replacing"].__file__)
    left = -1

    def trace(frame: Any, event: str, value: Any) -> Any:
        nonlocal lines, left
        if event == "line" and frame.f_code.co_filename in names:
            lines, left = lines + 1, left - 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    def traced(folder: Path, after: int, **options: Any) -> None:
        nonlocal lines, left
        lines, left = 0, after
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            trained(folder, **options)
        finally:
            sys.settrace(before)

    (tmp_path / "measured").mkdir()
    traced(tmp_path / "measured", -1, checkpoint=tmp_path / "none.npz")
    most = lines
    random = np.random.default_rng(3)
    for number in range(12):
        folder = tmp_path / str(number)
        options = {"checkpoint": folder / "run.npz", "resume": True}
        with pytest.raises(KeyboardInterrupt):
            traced(folder, int(random.integers(1, most)), **options)
        for _ in range(2):
            with contextlib.suppress(KeyboardInterrupt):
                traced(folder, int(random.integers(1, most)), **options)
        if (folder / "m.jsonl").exists():
            assert all(json.loads(line) for line in (folder / "m.jsonl").read_text().splitlines())
        if (folder / "r.html").exists():
            of_report(folder)
        trained(folder, **options)
        refuse_differences(folder, whole)
        assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]

"""Recorders of a training that is interrupted and resumed have what those of an uninterrupted one have."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import tdsl
from tdsl.training import MetricsFile, Report, TensorBoard
from tests.training.test_tensorboard import scalars

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


def rows(folder: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (folder / "m.jsonl").read_text().splitlines()]
    return [{name: value for name, value in line.items() if name != "seconds"} for line in lines if "epoch" in line]


def of_report(folder: Path) -> list[dict[str, float]]:
    found = re.search(r'id="data">(.*?)</script>', (folder / "r.html").read_text(), re.DOTALL)
    assert found
    return [{name: row[name] for name in row if name != "seconds"} for row in json.loads(found[1])["rows"]]


def trained(folder: Path, interrupt: int = -1, **options: object) -> None:
    def stop(epoch: int, cost: float, model: object) -> None:
        if epoch == interrupt:
            raise KeyboardInterrupt

    model = tdsl.compile(PROGRAM, name="line", target="numpy").Model()
    recorders = [MetricsFile(folder / "m.jsonl"), Report(folder / "r.html"), TensorBoard(folder / "tb")]
    data = {"validate": (X[:20], T[:20]), "metrics": "wrong", "seed": 7, "epochs": 8, "batch_size": 10}
    model.fit(X, T, **data, record=recorders, callback=stop, progress=False, **options)


def test_resumed(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    trained(whole)
    parts.mkdir()
    file = parts / "run.npz"
    with pytest.raises(KeyboardInterrupt):
        trained(parts, 3, checkpoint=file, checkpoint_epochs=2)
    assert len(rows(parts)) == 4 and "interrupted" in (parts / "r.html").read_text()
    trained(parts, checkpoint=file, resume=True)
    assert rows(parts) == rows(whole) == of_report(parts) == of_report(whole)
    assert [row["epoch"] for row in rows(whole)] == list(range(8))
    for tag in ("cost", "validation/wrong"):
        assert scalars(parts / "tb", tag) == scalars(whole / "tb", tag)
        assert [step for step, _ in scalars(whole / "tb", tag)] == [5 * (epoch + 1) for epoch in range(8)]

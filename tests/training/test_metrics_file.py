"""Lines of JSON: every value comes back, as does a training that was killed and resumed."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tdsl.training import MetricsFile, Report
from tdsl.training.rows import json_text
from tests.training.runs import RUN, record, row


def lines(path: Path) -> list[dict[str, object]]:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return [json.loads(line, parse_constant=refuse) for line in path.read_text().splitlines()]


def test_lines(tmp_path: Path) -> None:
    path = tmp_path / "new" / "metrics.jsonl"
    record(MetricsFile(str(path)), [0.5, 1e-300, 3])
    first, *rows, last = lines(path)
    assert first == {"run": {**RUN, "arguments": {"lr": 0.5, "far": "Infinity"}}}
    assert rows == [row(0, 0.5), row(1, 1e-300), row(2, 3)] and last == {"end": "done"}


def test_each_row_is_in_the_file_at_once(tmp_path: Path) -> None:
    recorder = MetricsFile(tmp_path / "m.jsonl")
    recorder.begin(dict(RUN))
    for epoch in range(3):
        recorder.row(row(epoch, 1.0))
        assert len(lines(tmp_path / "m.jsonl")) == epoch + 2


def test_numbers_that_are_not_finite_come_back(tmp_path: Path) -> None:
    values = [math.nan, math.inf, -math.inf, -0.0, 5e-324]
    record(MetricsFile(tmp_path / "m.jsonl"), values)
    found = [float(line["cost"]) for line in lines(tmp_path / "m.jsonl")[1:-1]]
    assert np.array_equal(found, values, equal_nan=True)
    assert math.copysign(1, found[3]) == -1


def test_a_resumed_training_goes_on_behind_the_epochs_that_it_has(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    record(MetricsFile(path), [9, 8, 7], reason="")
    with path.open("a") as file:
        file.write('{"epoch": 3, "co')  # killed while it was writing
    record(MetricsFile(path), [77, 6], first=2)
    kinds = ["run", "epoch", "epoch", "run", "epoch", "epoch", "end"]
    assert [next(iter(line)) for line in lines(path)] == kinds
    assert [line["cost"] for line in lines(path) if "epoch" in line] == [9, 8, 77, 6]


def test_another_training_replaces_the_file_and_one_of_the_same_recorder_does_not(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    record(MetricsFile(path), [9, 8])
    recorder = MetricsFile(path)
    record(recorder, [7])
    record(recorder, [6])
    assert [line["cost"] for line in lines(path) if "epoch" in line] == [7, 6]
    assert sum("run" in line for line in lines(path)) == 2
    record(MetricsFile(tmp_path / "none.jsonl"), [1], first=5)  # resumed without a file
    assert len(lines(tmp_path / "none.jsonl")) == 3


def test_rows_between_epochs(tmp_path: Path) -> None:
    """They are no rows of epochs; the last ones come again if the training is resumed before them."""
    path = tmp_path / "m.jsonl"
    recorder = MetricsFile(path)
    recorder.begin(dict(RUN))
    for step in (1, 2, 3):
        recorder.steps({"epoch": 0, "step": step, "cost": 0.5})
    resumed = MetricsFile(path)
    resumed.begin({**RUN, "first_step": 1})
    resumed.steps({"epoch": 0, "step": 2, "cost": 0.25})
    resumed.row(row(0, 0.125))
    found = lines(path)
    assert [line["steps"] for line in found if "steps" in line] == [
        {"epoch": 0, "step": 1, "cost": 0.5},
        {"epoch": 0, "step": 2, "cost": 0.25},
    ]
    assert [line["cost"] for line in found if "epoch" in line] == [0.125]


def test_a_second_training_of_one_recorder_that_is_resumed(tmp_path: Path) -> None:
    """The rows of the first one stay."""
    recorder = MetricsFile(tmp_path / "m.jsonl")
    record(recorder, [9, 8, 7])
    record(recorder, [6, 5], reason="interrupted")
    record(recorder, [55, 4], first=1)
    costs = [line["cost"] for line in lines(tmp_path / "m.jsonl") if "epoch" in line]
    assert costs == [9, 8, 7, 6, 55, 4]


@pytest.mark.parametrize("kind", [MetricsFile, Report])
def test_a_file_that_cannot_be_written(tmp_path: Path, kind: Any) -> None:
    """The training has not begun then."""
    (tmp_path / "file").write_text("")
    for path, reason in ((tmp_path / "file" / "m", "Not a directory"), (tmp_path, "Is a directory")):
        with pytest.raises(OSError) as caught:
            kind(path).begin(dict(RUN))
        assert str(caught.value) == f"{path} cannot be written: {reason}"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_values_of_json() -> None:
    assert (
        json_text({"a": np.float32(0.5), "b": [np.int64(3), math.nan], "c": "ä"})
        == '{"a": 0.5, "b": [3, "NaN"], "c": "ä"}'
    )
    with pytest.raises(TypeError, match="a object is no value of JSON"):
        json_text({"a": object()})

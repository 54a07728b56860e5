"""Event files, as TensorBoard's own reader sees them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import tdsl
from tdsl.training import TensorBoard
from tests.training.runs import RUN, record, row

pytest.importorskip("tensorboard", reason="the extra tdsl[tensorboard] is not installed")
pytestmark = pytest.mark.usefixtures("event_files_in_order")


def shown(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    found.Reload()
    return found


def scalars(folder: Path, tag: str) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in shown(folder).Scalars(tag)]


def test_scalars_and_the_run(tmp_path: Path) -> None:
    record(TensorBoard(tmp_path / "runs" / "1"), [0.5, float("inf"), 0.25])
    folder = tmp_path / "runs" / "1"
    assert set(shown(folder).Tags()["scalars"]) == {"epoch", "seconds", "cost", "validation/error"}
    assert scalars(folder, "cost") == [(4, 0.5), (8, float("inf")), (12, 0.25)]
    assert scalars(folder, "validation/error")[0] == (4, 0.25) and scalars(folder, "epoch")[2] == (12, 2)
    text = shown(folder).Tensors("run")[0].tensor_proto.string_val[0].decode()
    assert '    "source": "miku.tdsl",\n' in text
    assert shown(folder).Tensors("end")[0].tensor_proto.string_val[0] == b"    done\n"
    assert shown(folder).SummaryMetadata("run").plugin_data.plugin_name == "text"


def test_a_resumed_training_replaces_later_steps(tmp_path: Path) -> None:
    record(TensorBoard(tmp_path), [9, 8, 7], reason="")
    record(TensorBoard(tmp_path), [70, 60], first=2)
    assert scalars(tmp_path, "cost") == [(4, 9), (8, 8), (12, 70), (16, 60)]


def test_a_second_training_is_shown_behind_the_first(tmp_path: Path) -> None:
    recorder = TensorBoard(tmp_path)
    record(recorder, [9, 8])
    record(recorder, [7])
    assert scalars(tmp_path, "cost") == [(4, 9), (8, 8), (12, 7)]


def test_another_training_is_shown_in_the_place_of_the_first(tmp_path: Path) -> None:
    """Its files stay."""
    record(TensorBoard(tmp_path), [9, 8, 7])
    record(TensorBoard(tmp_path), [6, 5])
    assert scalars(tmp_path, "cost") == [(4, 6), (8, 5)]
    assert len(list(tmp_path.iterdir())) == 2


def test_rows_between_epochs(tmp_path: Path) -> None:
    recorder = TensorBoard(tmp_path)
    recorder.begin(dict(RUN))
    recorder.steps({"epoch": 0, "step": 3, "seconds": 0.5, "cost": 2.0})
    recorder.row(row(0, 1.0))
    recorder.end("done")
    assert scalars(tmp_path, "steps/cost") == [(3, 2)] and scalars(tmp_path, "cost") == [(4, 1)]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError) as caught:
        TensorBoard(tmp_path / "file").begin(dict(RUN))
    assert str(caught.value) == f"{tmp_path / 'file'} cannot be written: Not a directory"


def test_fit(tmp_path: Path) -> None:
    program = """
        use std.optim: sgd
        dim B
        input x: real[B]
        shared w: real = 1
        entry train(x) -> mean((w - x) ** 2) { minimize mean((w - x) ** 2) with sgd(0.1) }
    """
    model = tdsl.compile(program, name="means", target="numpy").Model()
    history = model.fit([1, 2, 3, 4], epochs=3, batch_size=2, record=TensorBoard(tmp_path))
    costs = scalars(tmp_path, "cost")
    assert [step for step, _ in costs] == [2, 4, 6] and [cost for _, cost in costs] == pytest.approx(list(history))
    assert '"entry": "train"' in shown(tmp_path).Tensors("run")[0].tensor_proto.string_val[0].decode()


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "tensorboard"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Missing(), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError) as caught:
        TensorBoard("runs")
    assert str(caught.value) == "TensorBoard needs the package tensorboard: pip install 'tdsl[tensorboard]'"


class _Missing:
    """A finder of modules that says that there is no tensorboard."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.split(".")[0] == "tensorboard":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

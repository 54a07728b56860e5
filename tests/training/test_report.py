"""The report: one page that needs nothing else, with everything that it was told."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tdsl.training import Report
from tests.training.runs import RUN, record, row


class Elements(HTMLParser):
    """The tags with attributes that load something, the texts, and whether all tags are closed."""

    VOID = ("meta", "img", "link")

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href", "content") and tag != "meta"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_page(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "report.html"
    pictures = {"learned <b>": np.eye(3), "weights": np.linspace(-1, 1, 6).reshape(2, 3)}
    record(Report(path, pictures=lambda: pictures), [0.5, float("nan"), 0.25])
    page = Elements(path)
    text = " ".join(page.texts)
    assert page.tags.count("svg") == 2 and page.tags.count("img") == 2
    assert all(source.startswith("data:image/png;base64,") for source in page.loaded) and len(page.loaded) == 2
    for told in (
        "miku: train",
        "done",
        "3 of 4 epochs",
        "learned <b>",
        "-1 … 1",
        "1 value is not finite",
        "0.25 epoch 2",
    ):
        assert told in text.replace("  ", " "), told
    for told in ("arguments.lr", "0.5", "batch_size", "300", "data.x.shape", "1000, 2", "versions.python", "3.11.7"):
        assert told in page.texts, told
    assert "refresh" not in path.read_text()
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_measures_share_a_chart(tmp_path: Path) -> None:
    recorder = Report(tmp_path / "r.html")
    recorder.begin(dict(RUN))
    recorder.row(
        {"epoch": 0, "step": 4, "cost": 3, "validation.cost": 4, "validation.error": 5, "training.error": 6, "lr": 7}
    )
    recorder.end("done")
    text = (tmp_path / "r.html").read_text()
    figures = [re.sub(r"<[^>]*>", " ", part).split() for part in re.findall("<figcaption>.*?</figcaption>", text)]
    error = ["error", "training", "6", "validation", "5"]
    assert figures == [["cost", "cost", "3", "validation", "4"], error, ["lr", "7"]]


def data(path: Path) -> dict[str, list[dict[str, float]]]:
    found = re.search(r'id="data">(.*?)</script>', path.read_text(), re.DOTALL)
    assert found
    return json.loads(found[1])  # type: ignore[no-any-return]


def test_a_page_of_a_training_that_goes_on_reloads_itself(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    recorder = Report(path)
    recorder.begin(dict(RUN))
    assert "going on" in path.read_text() and "0 of 4 epochs" in path.read_text()
    recorder.row(row(0, 1.0))
    recorder.end("failed: ValueError: <no>")
    assert data(path)["rows"] == [row(0, 1.0)]
    assert '<meta http-equiv="refresh"' not in path.read_text() and "failed: ValueError: &lt;no&gt;" in path.read_text()


def test_texts_of_the_run_cannot_end_the_data(tmp_path: Path) -> None:
    recorder = Report(tmp_path / "r.html")
    recorder.begin({**RUN, "source": "</script><script>alert(1)</script>"})
    recorder.end("done")
    assert Elements(tmp_path / "r.html").tags.count("script") == 1
    assert data(tmp_path / "r.html")["run"]["source"] == "</script><script>alert(1)</script>"  # type: ignore[call-overload]


def test_a_resumed_training_has_the_curve_of_all_epochs(tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    record(Report(path), [9, float("inf"), 7], reason="interrupted")
    record(Report(path), [70, 60], first=2, before=[9, float("inf")])
    assert [line["cost"] for line in data(path)["rows"]] == [9, "Infinity", 70, 60]
    record(Report(path), [1])
    assert len(data(path)["rows"]) == 1, "another training"


def test_a_second_training_of_one_recorder_that_is_resumed(tmp_path: Path) -> None:
    """The epochs of the first one stay, and those of the second are counted behind them."""
    recorder = Report(tmp_path / "r.html")
    record(recorder, [9, 8, 7])
    record(recorder, [6, 5], reason="interrupted")
    record(recorder, [55, 4], first=1, before=[6])
    assert [line["cost"] for line in data(tmp_path / "r.html")["rows"]] == [9, 8, 7, 6, 55, 4]
    assert "cost 4, epoch 5" in (tmp_path / "r.html").read_text()


def test_rows_between_epochs(tmp_path: Path) -> None:
    """They have charts by step, and the last row of any kind is the status."""
    recorder = Report(tmp_path / "r.html")
    for _ in range(2):
        recorder.begin(dict(RUN))
        for step in (3, 6):
            recorder.steps({"epoch": 0, "step": step, "seconds": step / 2, "cost": step})
        recorder.end("interrupted")
    text = (tmp_path / "r.html").read_text()
    assert "0 of 4 epochs · 3 s · 6 steps" in text and "<h2>Between epochs</h2>" in text
    assert re.findall("cost [0-9], step [0-9]+", text) == [
        "cost 3, step 3",
        "cost 6, step 6",
        "cost 3, step 9",
        "cost 6, step 12",
    ]


def test_settings(tmp_path: Path) -> None:
    """Without empty rows."""
    recorder = Report(tmp_path / "r.html")
    recorder.begin({**RUN, "monitor": None, "metrics": [], "threads": 0, "device": "cpu"})
    text = (tmp_path / "r.html").read_text()
    assert "<tr><th>threads</th><td>one per CPU</td></tr>" in text and "monitor" not in text.split("<script")[0]
    assert "<td></td>" not in text


def test_pictures_are_made_by_a_function(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="Report: pictures is a dict, expected a function that makes them"):
        Report(tmp_path / "r.html", pictures={"a": 1})  # type: ignore[arg-type]
    recorder = Report(tmp_path / "r.html", pictures=lambda: {"a": [1, 2]})
    recorder.begin(dict(RUN))
    with pytest.raises(ValueError, match=r"picture 'a' has shape \(2,\)"):
        recorder.row(row(0, 1))
    assert "0 of 4 epochs" in (tmp_path / "r.html").read_text(), "the version before"

"""Contenders take turns, one that fails drops out, and ratios are those within a round."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.plan import ContenderError, interleave, paired_ratio
from benchmarks.row import Timed
from benchmarks.served import Served
from benchmarks.worker import batches

SERVES = """
import json, sys
print(json.dumps({"error": 0.5}), flush=True)
for number, line in enumerate(sys.stdin, 1):
    print(number * 10, flush=True)
    if number == 2:
        break
"""


class Fake:
    def __init__(self, name: str, order: list[str], fails_at: int = 0) -> None:
        self.name, self.order, self.turn, self.fails_at = name, order, 0, fails_at

    def sample(self) -> float:
        self.turn += 1
        self.order.append(self.name)
        if self.turn == self.fails_at:
            raise ContenderError("broke down")
        return float(self.turn)


def test_turns() -> None:
    order: list[str] = []
    samples, failed = interleave({name: Fake(name, order) for name in "abc"}, 3)
    assert "".join(order) == "abcabcabc"
    assert samples == {name: [1, 2, 3] for name in "abc"}
    assert not failed


def test_who_fails_drops_out() -> None:
    order: list[str] = []
    samples, failed = interleave({"a": Fake("a", order), "b": Fake("b", order, fails_at=2)}, 3)
    assert "".join(order) == "ababa"
    assert samples == {"a": [1, 2, 3]}
    assert failed == {"b": "broke down"}


def test_ratio_is_paired() -> None:
    assert paired_ratio([1, 10, 4], [2, 10, 1]) == 1


def served(tmp_path: Path, text: str) -> Served:
    return Served([sys.executable, "-c", text], {}, tmp_path, tmp_path / "log.txt")


def test_served(tmp_path: Path) -> None:
    with served(tmp_path, SERVES) as process:
        assert process.ready() == 0.5
        assert [process.sample(), process.sample()] == [10, 20]
        with pytest.raises(ContenderError, match="ended with status 0"):
            process.sample()


def test_served_that_fails(tmp_path: Path) -> None:
    text = """print('{"failed": "no such library"}', flush=True)"""
    with served(tmp_path, text) as process, pytest.raises(ContenderError, match="no such library"):
        process.ready()


def test_batches_call_with_the_arguments() -> None:
    calls: list[tuple[object, ...]] = []
    batch = batches(Timed(lambda *given: calls.append(given), (1, "two"), lambda _: {}), 0.0)
    assert batch() >= 0
    assert set(calls) == {(1, "two")}

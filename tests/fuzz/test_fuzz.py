"""The corpus of the fuzzers holds still, and the fuzzers notice what they are for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz import checkpoints, front_end, judge

CORPUS = sorted(front_end.CORPUS.iterdir())


def test_texts_of_the_corpus() -> None:
    programs = [judge.judge(path.read_bytes().decode("utf-8", "surrogateescape")) for path in CORPUS]
    assert any(programs) and not all(programs)


def test_a_miss_of_a_text_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "formatted", lambda source: source.text + "\n")
    with pytest.raises(AssertionError):
        judge.judge("entry f(x: real) -> x\n")


def test_files() -> None:
    outcomes = [checkpoints.judged(f"test/{number}") for number in range(300)]
    assert {outcome for outcome, _ in outcomes} == {"read", "refused"}, outcomes


def test_a_miss_of_a_file_is_one(monkeypatch: pytest.MonkeyPatch) -> None:

    def breaks(self: checkpoints.Subject, damaged: bytes, resumes: bool) -> bool:
        raise KeyError("member")

    monkeypatch.setattr(checkpoints.Subject, "judge", breaks)
    assert checkpoints.judged("test/1")[0] == "MISSES"


def test_the_commands_begin() -> None:
    for module in ("front_end", "checkpoints"):
        command = [sys.executable, "-m", f"tests.fuzz.{module}", "--help"]
        asked = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)
        assert asked.returncode == 0 and "--" in asked.stdout

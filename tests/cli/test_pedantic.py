"""`tdsl check --pedantic`: its output and exit codes, and the setting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PROGRAM = "input x: real\nlet mean = 2 * x\nentry f(x) -> log(x)\n"
CONCISE = [
    "model.tdsl:2:5: warning[TD0502]: nothing uses 'mean'",
    "model.tdsl:2:5: warning[TD0503]: 'mean' hides that of the language",
    "model.tdsl:3:15: warning[TD0507]: this logarithm is -inf or nan where x is not above 0",
]


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.tdsl").write_text(PROGRAM)


def test_warnings_leave_the_exit_code_alone(tdsl_runs) -> None:
    assert tdsl_runs("check", "model.tdsl") == (0, "", "tdsl: no errors in model.tdsl\n")
    code, out, err = tdsl_runs("check", "--pedantic", "--output-format", "concise", "model.tdsl")
    assert (code, out.splitlines(), err) == (0, CONCISE, "tdsl: 3 warnings in model.tdsl\n")
    found = json.loads(tdsl_runs("check", "--pedantic", "--output-format", "json", "model.tdsl")[1])
    assert [(one["code"], one["severity"], one["line"]) for one in found] == [
        *(("TD0502", "warning", 2), ("TD0503", "warning", 2), ("TD0507", "warning", 3)),
    ]
    assert tdsl_runs("check", "-q", "--pedantic", "model.tdsl") == (0, "", "")


def test_the_setting(tdsl_runs) -> None:
    Path("pyproject.toml").write_text("[tool.tdsl]\npedantic = true\n")
    assert tdsl_runs("check", "--output-format", "concise", "model.tdsl")[1].splitlines() == CONCISE
    assert tdsl_runs("check", "--no-pedantic", "model.tdsl")[1] == ""


def test_errors_come_alone(tdsl_runs) -> None:
    Path("model.tdsl").write_text(PROGRAM + "entry g(x) -> y\n")
    code, out, err = tdsl_runs("check", "--pedantic", "model.tdsl")
    assert code == 1 and "error[TD0201]" in out and "warning" not in out and err == "tdsl: 1 error in model.tdsl\n"

"""`tdsl fmt`: what it writes, and its exit codes."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

FINDING = Path(__file__).with_name("layout.txt").read_text()
WILD = "input x:real[2]\nentry f( x )->x+1"
NEAT = "input x: real[2]\nentry f(x) -> x + 1\n"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wild.tdsl").write_text(WILD)
    Path("neat.tdsl").write_text(NEAT)


def test_it_rewrites_what_changes_and_nothing_else(tdsl_runs) -> None:
    before = os.stat("neat.tdsl").st_mtime_ns, os.stat("neat.tdsl").st_ino
    Path("wild.tdsl").chmod(0o640)
    os.symlink("wild.tdsl", "link.tdsl")
    assert tdsl_runs("fmt", "link.tdsl", "neat.tdsl") == (0, "", "tdsl: 1 file changed, 1 file unchanged\n")
    assert Path("wild.tdsl").read_text() == NEAT
    assert Path("link.tdsl").is_symlink() and os.stat("wild.tdsl").st_mode & 0o777 == 0o640
    assert (os.stat("neat.tdsl").st_mtime_ns, os.stat("neat.tdsl").st_ino) == before
    assert sorted(os.listdir()) == ["link.tdsl", "neat.tdsl", "wild.tdsl"]
    assert tdsl_runs("fmt", "wild.tdsl") == (0, "", "tdsl: 1 file unchanged\n")
    assert tdsl_runs("fmt", "-q", "wild.tdsl") == (0, "", "")


def test_check_and_diff_change_nothing(tdsl_runs) -> None:
    told = "tdsl: 1 file would be changed, 1 file would be unchanged\n"
    assert tdsl_runs("fmt", "--check", "wild.tdsl", "neat.tdsl") == (1, FINDING, told)
    difference = (
        "--- wild.tdsl\n+++ wild.tdsl\n@@ -1,2 +1,2 @@\n-input x:real[2]\n-entry f( x )->x+1\n"
        "\\ No newline at end of file\n+input x: real[2]\n+entry f(x) -> x + 1\n"
    )
    assert tdsl_runs("fmt", "--diff", "wild.tdsl", "neat.tdsl") == (1, difference, told)
    assert tdsl_runs("fmt", "--diff", "neat.tdsl")[:2] == tdsl_runs("fmt", "--check", "neat.tdsl")[:2] == (0, "")
    assert Path("wild.tdsl").read_text() == WILD


def test_check_reports_in_each_format(tdsl_runs) -> None:
    expected = {
        "concise": "wild.tdsl:1:1: error[TD0107]: this file has another layout\n",
        "github": "::error file=wild.tdsl,line=1,endLine=1,col=1,endColumn=16,title=TD0107::"
        "this file has another layout%0Ahint: tdsl fmt wild.tdsl\n",
    }
    for form, text in expected.items():
        assert tdsl_runs("fmt", "--check", "-q", "--output-format", form, "wild.tdsl", "neat.tdsl") == (1, text, "")
    code, out, _ = tdsl_runs("fmt", "--check", "--output-format", "json", "wild.tdsl", "neat.tdsl")
    assert code == 1 and [(one["file"], one["code"]) for one in json.loads(out)] == [("wild.tdsl", "TD0107")]
    code, out, err = tdsl_runs("fmt", "--diff", "--output-format", "json", "wild.tdsl")
    assert (code, out) == (2, "") and "choose one" in err


def test_standard_input(tdsl_runs, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = FINDING.replace("wild.tdsl:", "stdin.tdsl:").replace("fmt wild.tdsl", "fmt -")
    for options, expected in (((), (0, NEAT, "")), (("--check", "-q"), (1, finding, ""))):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WILD.encode())))
        assert tdsl_runs("fmt", *options, "-") == expected


def test_a_mistake_of_syntax_stays_and_other_files_are_written(tdsl_runs) -> None:
    Path("wrong.tdsl").write_text("let  a = = 2\n")
    code, out, err = tdsl_runs("fmt", "wrong.tdsl", "wild.tdsl", "none.tdsl")
    assert (code, out) == (1, "")
    assert "wrong.tdsl:1:10: error[TD0105]: '=' is not expected here" in err and "error[TD0407]" in err
    assert err.endswith("tdsl: 1 file changed\n")
    assert Path("wrong.tdsl").read_text() == "let  a = = 2\n" and Path("wild.tdsl").read_text() == NEAT


def test_other_ends_of_lines_are_a_change(tdsl_runs) -> None:
    Path("neat.tdsl").write_bytes(b"\xef\xbb\xbf" + NEAT.replace("\n", "\r\n").encode())
    concise = "neat.tdsl:1:1: error[TD0107]: this file has other ends of lines\n"
    assert tdsl_runs("fmt", "--check", "--output-format", "concise", "neat.tdsl")[:2] == (1, concise)
    assert tdsl_runs("fmt", "neat.tdsl")[0] == 0
    assert Path("neat.tdsl").read_bytes() == NEAT.encode()


def test_a_folder_that_cannot_be_written_is_told(tdsl_runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tdsl.build.replacing.os.replace", refuse)
    code, _, err = tdsl_runs("fmt", "wild.tdsl")
    assert code == 2 and "tdsl: error[TD0409]: wild.tdsl cannot be written: Permission denied" in err
    assert Path("wild.tdsl").read_text() == WILD and sorted(os.listdir()) == ["neat.tdsl", "wild.tdsl"]


def test_usage(tdsl_runs) -> None:
    assert tdsl_runs("fmt")[0] == tdsl_runs("fmt", "--unknown", "neat.tdsl")[0] == 2

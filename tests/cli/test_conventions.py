"""Rules of all commands: times, files for data, names of standard input."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tdsl
from tdsl.cli.main import COMMANDS

Runs = Callable[..., tuple[int, str, str]]

TEXT = "input x: real\nshared w: real = 1\ncost C = (w * x) ** 2\nentry train(x) -> grad(C, w)\n"
READING = [
    ("check",), ("info",), ("info", "--json"), ("grad",), ("grad", "--latex"), ("grad", "--html"), ("rewrites",),
    ("graph",), ("graph", "--dot"), ("graph", "--svg"), ("show",), ("show", "--stage", "after:widen"),
]  # fmt: skip


@pytest.mark.parametrize("command", READING)
def test_times_and_files(command: tuple[str, ...], tdsl_runs: Runs) -> None:
    Path("one.tdsl").write_text(TEXT)
    code, out, err = tdsl_runs(*command, "one.tdsl")
    assert (code, "parse" in err) == (0, False)
    timed = tdsl_runs(*command, "-v", "one.tdsl")
    assert timed[:2] == (0, out) and [line.split()[0] for line in timed[2].splitlines()][:2] == ["parse", "check"]
    if command != ("check",):
        assert tdsl_runs(*command, "one.tdsl", "-o", "-") == (0, out, err)
        assert tdsl_runs(*command, "one.tdsl", "-o", "made") == (0, "", err)
        assert Path("made").read_text() == out


def test_what_offers_no_times_has_none_to_show(tdsl_runs: Runs) -> None:
    for command in ("config", "doctor", "explain", "fmt", "run", "cache info"):
        assert "time of each stage" not in tdsl_runs(*command.split(), "--help")[1]
    for command in ("check", "compile", "profile", "sample run"):
        assert "time of each stage" in tdsl_runs(*command.split(), "--help")[1]


def test_the_table_of_commands_is_true(tdsl_runs: Runs) -> None:
    """Every command has a row, and offers the options that it names; `-o` where data can go into a file."""
    text = (Path(tdsl.__file__).parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `tdsl (\w+)( list| info)?[^`]*` \| (.*) \|$", text, re.M)
    assert sorted(name for name, _, _ in rows) == sorted(COMMANDS)
    with_file: set[str] = set()
    for name, inner, cells in rows:
        page = tdsl_runs(name, *inner.split(), "--help")[1]
        assert not set(re.findall(r"`(--?[a-z-]+)", cells)) - set(re.findall(r"--?[a-z-]+", page)), name
        with_file |= {name} if "--out FILE" in page else set()
    assert with_file == {"show", "info", "grad", "rewrites", "graph", "profile"}


@pytest.mark.parametrize("command", [("check",), ("rewrites",), ("compile", "--name", "model")])
def test_summaries_name_standard_input(command: tuple[str, ...], tdsl_runs: Runs, monkeypatch) -> None:
    name = "model.tdsl" if command[0] == "compile" else "stdin.tdsl"
    text = "entry f(x: real) -> x\n" if command[0] == "rewrites" else "entry f(x: real) -> y\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    told = "0 rewrites, 0 unstable forms left" if command[0] == "rewrites" else "1 error"
    assert tdsl_runs(*command, "-")[2].endswith(f"tdsl: {told} in {name}\n")


@pytest.mark.parametrize("command", [*READING[1:], ("config", "--json"), ("sample", "list"), ("explain", "TD0101")])
def test_findings_do_not_mix_with_data(command: tuple[str, ...], tdsl_runs: Runs) -> None:
    Path("one.tdsl").write_text(TEXT)
    given = [] if command[0] in ("explain", "sample") else ["one.tdsl"]
    code, out, err = tdsl_runs(*command, *given)
    assert tdsl_runs(*command, *given, "--output-format", "json") == (code, out, f"{err}[]\n")


def test_findings_are_data_where_there_is_no_other(tdsl_runs: Runs) -> None:
    Path("one.tdsl").write_text(TEXT)
    for command in ("check", "fmt", "fmt --check", "compile --target numpy"):
        assert tdsl_runs(*command.split(), "-q", "one.tdsl", "--output-format", "json") == (0, "[]\n", ""), command

"""One meaning of exit codes in all commands: 0 clean, 1 findings, 2 a request that cannot be met.  That a C++ compiler
fails, 3, is in test_commands.py, as it needs one."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Runs = Callable[..., tuple[int, str, str]]

GOOD = "input x: real\nshared w: real = 1\ncost C = (w * x) ** 2\nentry train(x) -> grad(C, w)\n"
FILES = {
    "good": GOOD.encode(),
    "syntax": b"let a = = 2\n",
    "type": b"input x: real\ncost C = y\nentry train(x) -> C\n",
    "empty": b"",
    "parts": b"fn twice(x) = 2 * x\n",
    "latin": b"\xff\xfe",
}
READING = ("check", "show", "info", "grad", "rewrites", "graph", "profile", "compile --target numpy")
LAYOUT = ("fmt", "fmt --check", "fmt --diff")

# Of each file: the exit code and the code of the error, for all commands that read programs but those named behind it.
ALL = {
    "none.tdsl": (2, "TD0407"),
    "folder": (2, "TD0407"),
    "latin.tdsl": (2, "TD0407"),
    "syntax.tdsl": (1, "TD0105"),
    "type.tdsl": (1, "TD0201"),
    "empty.tdsl": (1, "TD0224"),
    "parts.tdsl": (1, "TD0224"),
    "good.tdsl": (0, ""),
}
NO_PROGRAM = ("type.tdsl", "empty.tdsl", "parts.tdsl")
EXCEPTIONS = {
    # Layout is one of the text, which may have other mistakes.
    **{(command, file): (0, "") for command in LAYOUT for file in NO_PROGRAM},
    # A file of parts can be looked at, and has no cost unless one is named.
    **{(command, "parts.tdsl"): (0, "") for command in ("check", "show", "info", "rewrites")},
    ("grad", "parts.tdsl"): (2, "TD0406"),
}


@pytest.fixture(autouse=True)
def _files(own_folder: None) -> None:
    for name, content in FILES.items():
        Path(f"{name}.tdsl").write_bytes(content)
    Path("folder").mkdir()


def told(done: tuple[int, str, str]) -> tuple[int, str]:
    """The exit code, and the code of the first error."""
    code, out, err = done
    assert "Traceback" not in err and "bug in tdsl" not in err
    found = re.search(r"error\[(TD\d{4})\]", out + err)
    return code, found[1] if found else ""


@pytest.mark.parametrize("command", [*READING, *LAYOUT])
def test_files(command: str, tdsl_runs: Runs) -> None:
    files = [file for file in ALL if (command, file) != ("profile", "good.tdsl")]
    found = {file: told(tdsl_runs(*command.split(), file)) for file in files}
    assert found == {file: EXCEPTIONS.get((command, file), ALL[file]) for file in files}


@pytest.mark.parametrize("command", [*READING, *LAYOUT])
def test_standard_input(command: str, tdsl_runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    name = ["--name", "piped"] if command.startswith("compile") else []
    for file in ("syntax.tdsl", "type.tdsl", "latin.tdsl"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(file).read_bytes())))
        assert told(tdsl_runs(*command.split(), "-", *name)) == EXCEPTIONS.get((command, file), ALL[file])


@pytest.mark.parametrize("command", [*READING, *LAYOUT])
def test_a_file_of_somebody_else(command: str, tdsl_runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, most: int) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tdsl.build.reading.read_regular", refuse)
    code, out, err = tdsl_runs(*command.split(), "good.tdsl")
    assert code == 2 and "error[TD0407]: good.tdsl cannot be read: Permission denied" in out + err


UNMET = """
check | check --nothing good.tdsl | check good.tdsl --output-format xml | check good.tdsl -D H=3
check good.tdsl -D H | check good.tdsl --float 65 | compile | compile - | compile good.tdsl --name other
compile --target numpy good.tdsl -o syntax.tdsl | fmt | fmt --nothing good.tdsl | show good.tdsl --stage nothing
show good.tdsl --stage after:nothing | show good.tdsl -o folder | show good.tdsl -o none/made
show good.tdsl -o /dev/full | show good.tdsl --stage cpp --guard value>> | show good.tdsl --stage cpp --guard a:value>0
show good.tdsl --stage cpp --guard value+1 | info good.tdsl --dims N=3 | grad good.tdsl D | grad good.tdsl --wrt v
grad good.tdsl --latex --html | graph good.tdsl --entry tain | graph good.tdsl --stage loops | rewrites a.tdsl b.tdsl
profile good.tdsl --entry tain | profile good.tdsl none.py | profile good.tdsl folder | profile good.tdsl good.tdsl
profile --dim N=3 good.tdsl | profile good.tdsl --steps 0 | profile good.tdsl --guard value>> | profile
run | run none.py | run folder | run good.tdsl | run --nothing run.py | run -n 0 run.py | run -n x run.py
run --mpiexec mpiexec run.py | explain TD9999 | explain TD0101 TD0102 | sample run nothing | sample copy nothing
sample list more | config none | config --opt 9 | doctor more | cache | cache nothing | cache dir more
nothing | good.tdsl | --nothing
"""


@pytest.mark.parametrize("line", [line for line in UNMET.split("\n") if line])
def test_requests_that_cannot_be_met(line: str, tdsl_runs: Runs) -> None:
    Path("run.py").write_text("raise SystemExit(7)\n")
    for command in line.split(" | "):
        code, out, err = tdsl_runs(*command.split())
        assert code == 2 and (out + err).strip() and "Traceback" not in err, command
        assert not out or command.startswith("check"), command


def test_a_script_has_its_own_exit_code(tdsl_runs: Runs) -> None:
    Path("run.py").write_text("raise SystemExit(7)\n")
    assert tdsl_runs("run", "run.py", "--nothing") == (7, "", "")

"""Every wrong program beside this file, or folder with a `main.tdsl`, and the text its author reads.

A first line `# options: -D H=3 --unstable refuse --data-parallel` is given to the check.  `pytest --update-golden`
writes the texts anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tdsl
from tdsl.driver import examine
from tdsl.settings import Settings
from tdsl.source import Source, UserError

HERE = Path(__file__).parent
PROGRAMS = sorted(HERE.glob("*.tdsl")) + sorted(HERE.glob("*/main.tdsl"))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name(program: Path) -> str:
    return program.parent.name if program.name == "main.tdsl" else program.stem


def rendered(program: Path) -> str:
    """The diagnostics of a program, without the paths of the machine."""
    text = read(program)
    options = text.partition("\n")[0]
    defines = tuple(re.findall(r"-D (\S+)=(\S+)", options))
    unstable = "refuse" if "--unstable refuse" in options else "allow"
    settings = Settings(defines=defines, unstable=unstable, data_parallel="--data-parallel" in options)
    try:
        examine(Source(program.name, text, program), settings, read)
    except UserError as error:
        return str(error).replace(HERE.as_posix() + "/", "") + "\n"
    return "nothing is wrong\n"


@pytest.mark.parametrize("program", PROGRAMS, ids=name)
def test_text(program: Path, update_golden: bool) -> None:
    expected = program.with_suffix(".txt")
    text = rendered(program)
    assert "error[TD0" in text
    if update_golden:
        expected.write_text(text, encoding="utf-8")
    assert text == read(expected)


def test_every_code_of_the_language_is_met() -> None:
    sources = [path for path in Path(tdsl.__file__).parent.rglob("*.py") if path.parent.name not in ("build", "cli")]
    raised = {code for path in sources for code in re.findall(r'"(TD0[123]\d\d)"', read(path))}
    met = {code for program in PROGRAMS for code in re.findall(r"\[(TD\d{4})\]", read(program.with_suffix(".txt")))}
    assert raised <= met, f"no program shows {sorted(raised - met)}"

"""Every program beside this file, and the warnings that its author reads.

`pytest --update-golden` writes the texts anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tdsl import resources
from tdsl.driver import examine
from tdsl.lint.rules import RULES
from tdsl.settings import Settings
from tdsl.source import Source

HERE = Path(__file__).parent
PROGRAMS = sorted(HERE.glob("*.tdsl"))
OWN = [path for folder in (resources.SAMPLES, resources.STANDARD_LIBRARY) for path in sorted(folder.rglob("*.tdsl"))]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def warnings(path: Path) -> str:
    found = examine(Source(path.name, read(path), path), Settings(pedantic=True), read)
    assert all(one.severity == "warning" and one.hints for one in found)
    return "".join(f"{one}\n" for one in found)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_text(program: Path, update_golden: bool) -> None:
    expected, text = program.with_suffix(".txt"), warnings(program)
    if update_golden:
        expected.write_text(text, encoding="utf-8")
    assert text == read(expected)
    assert examine(Source(program.name, read(program), program), Settings(), read) == ()


def test_every_rule_is_met() -> None:
    met = {code for program in PROGRAMS for code in re.findall(r"\[(TD\d{4})\]", read(program.with_suffix(".txt")))}
    assert met == {"TD0501", *RULES}


@pytest.mark.parametrize("program", OWN, ids=lambda path: path.stem)
def test_samples_and_the_library_have_none(program: Path) -> None:
    """Or each is allowed, for a reason."""
    assert warnings(program) == ""
    assert not re.search(r"# *allow (TD\d+[, ]*)+$", read(program), re.M)

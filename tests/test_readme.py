"""The README's program compiles, and its example of a mistake is reported as printed there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tdsl.check import Options, check
from tdsl.source import Source, UserError
from tdsl.syntax.parse import parse

TEXT = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", TEXT, re.M | re.S)
PROGRAM = next(block for block in BLOCKS if block.startswith("## miku.tdsl"))
TOLD = next(block for block in BLOCKS if block.startswith("miku.tdsl:"))


def checked(text: str) -> None:
    check(parse(Source("miku.tdsl", text)), Options(), lambda path: path.read_text(encoding="utf-8"), "miku")


def test_program() -> None:
    checked(PROGRAM)


def test_mistake() -> None:
    found = re.search(r"^(\d+) \| (.*)$", TOLD, re.M)
    assert found
    lines = PROGRAM.splitlines()
    lines[int(found[1]) - 1] = found[2]
    with pytest.raises(UserError) as raised:
        checked("\n".join(lines) + "\n")
    assert str(raised.value).strip() == TOLD.strip()

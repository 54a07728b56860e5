"""docs/language.md documents everything, and its programs compile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tdsl import resources
from tdsl.check import Options, check
from tdsl.check.builtins import BUILTINS, CONSTANTS
from tdsl.source import Source
from tdsl.syntax.parse import KEYWORDS, parse
from tdsl.types import DTYPES

TEXT = (Path(__file__).parent.parent / "docs" / "language.md").read_text(encoding="utf-8")
PROSE = re.sub(r"^```\n.*?^```$", "", TEXT, flags=re.M | re.S)
WORDS = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", PROSE))))
BLOCKS = re.findall(r"^```\n(.*?)^```$", TEXT, re.M | re.S)
AROUND = """
use std.nn: relu
use std.optim: sgd
dim B, N, M
input x: real[B, 2]
input y_hat: real[B]
input training: bool = false
state data: real[1000, 2] = 0
state labels: real[1000] = 0
shared W: real[2] = 0
state count: int = 0
state a: real = 1
state b: real = 2
cost C = mean((x @ W - y_hat) ** 2)
let accuracy = mean(real(abs(x @ W - y_hat) < 0.5))
"""
PIECES = [block for block in BLOCKS if re.match(r"(entry|fn|rule|model) ", block)]


@pytest.mark.parametrize("name", sorted({*BUILTINS, *CONSTANTS, *KEYWORDS, *DTYPES, "real", "int"}))
def test_every_word_is_documented(name: str) -> None:
    assert name in WORDS


@pytest.mark.parametrize("module", ["nn", "special", "optim", "schedules", "init", "layers", "prelude"])
def test_every_function_is_documented_with_its_parameters(module: str) -> None:
    source = (resources.STANDARD_LIBRARY / f"{module}.tdsl").read_text(encoding="utf-8")
    for name, parameters in re.findall(r"^(?:fn|rule|model) (\w+)\(([^{}]*?)\)(?: =| for| \{)", source, re.M):
        told = " ".join(re.sub(r": real(?= )", "", parameters).split())
        assert f"{name}({told})" in TEXT


def test_every_error_is_documented() -> None:
    pages = Path(__file__).parent.parent / "tdsl" / "explain"
    for page in sorted(pages.glob("TD0[1235]*.md")):
        code, _, title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").partition(": ")
        assert f"| `{code}` | {title} |" in TEXT


@pytest.mark.parametrize("text", [BLOCKS[0], *(AROUND + piece for piece in PIECES)])
def test_programs_compile(text: str) -> None:
    text = text if "\nentry" in text else text + "\nentry last(x) -> x\n"
    check(parse(Source("docs.tdsl", text)), Options(), lambda path: path.read_text(encoding="utf-8"), "docs")


def test_pieces_are_found() -> None:
    assert len(PIECES) >= 4

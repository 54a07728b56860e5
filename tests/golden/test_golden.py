"""The texts of small programs at each stage, so that a change of the compiler shows what it changes.

`pytest --update-golden tests/golden` writes them anew; the difference is then read like code.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from tdsl.driver import show
from tdsl.emit.frames import filled
from tdsl.resources import SAMPLES
from tdsl.settings import Settings
from tdsl.source import Source

HERE = Path(__file__).parent
PROGRAMS = [*sorted(HERE.glob("*.tdsl")), SAMPLES / "miku" / "miku.tdsl", SAMPLES / "13_xor" / "xor.tdsl"]
# Of the sources, in the description of a module, which is broken into lines; those of the standard library change.
DIGEST = re.compile(r'(?<=\\042)[0-9a-f"\n ]{64,}(?=\\042)')
STAGES = ("typed", "loops", "scheduled", "cpp", "cuda", "numpy", "stub")
SUFFIXES = {"cuda": "cu"}


def shown(program: Path, stage: str) -> str:
    """The text of a stage; of a module for NumPy its kernels, without the runtime that all have and the description."""
    text = show(Source(program.name, program.read_text(encoding="utf-8"), program), Settings(), Path.read_text, stage)
    return kernels_of(text) if stage == "numpy" else DIGEST.sub("…", text)


def kernels_of(text: str) -> str:
    """Of a module for NumPy."""
    _, runtime, rest = text.partition(textwrap.indent(filled("python/faults.py").strip(), "    "))
    kernels, description, _ = rest.partition("    return numpy_module(")
    assert runtime and description
    return textwrap.dedent(kernels).strip() + "\n"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_text(program: Path, stage: str, update_golden: bool) -> None:
    compare(HERE / f"{program.stem}.{SUFFIXES.get(stage, stage)}", shown(program, stage), update_golden)


def compare(expected: Path, text: str, update_golden: bool) -> None:
    if update_golden:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_no_text_is_left_over() -> None:
    suffixes = [SUFFIXES.get(stage, stage) for stage in STAGES]
    written = {f"{program.stem}.{suffix}" for program in PROGRAMS for suffix in suffixes}
    assert written == {path.name for path in HERE.iterdir() if path.suffix.removeprefix(".") in suffixes}

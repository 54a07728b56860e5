"""The whole text that a program writes which ends with a mistake in its tdsl."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """import tdsl
def made():
    return tdsl.compile("entry f(x: real[3]) -> x @ [1.0, 2]", name="bad", target="numpy")
made()
"""


@pytest.mark.parametrize("way", ["script", "console"])
def test_a_program_ends_with_the_place_of_the_mistake(way: str, tmp_path: Path) -> None:
    """The traceback ends at the call, and the message begins with the place."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    prelude = "import sys, code; sys.ps1 = sys.ps2 = ''; code.interact('', exitmsg='', local={})"
    command = [str(path)] if way == "script" else ["-c", prelude]
    typed = SCRIPT.replace("\nmade", "\n\nmade")
    ran = subprocess.run([sys.executable, *command], input=typed, capture_output=True, text=True, cwd=tmp_path)
    calls = [
        f'  File "{path}", line 4, in <module>\n    made()\n  File "{path}", line 3, in made\n'
        '    return tdsl.compile("entry f(x: real[3]) -> x @ [1.0, 2]", name="bad", target="numpy")\n',
        '  File "<console>", line 1, in <module>\n  File "<console>", line 2, in made\n',
    ]
    told = "".join(line for line in ran.stderr.splitlines(keepends=True) if not re.fullmatch(r"\s*[~^]+\s*", line))
    assert told.strip("\n") == (
        "Traceback (most recent call last):\n"
        + calls[way == "console"]
        + "tdsl.UserError: bad.tdsl:1:24: error[TD0203]: @ needs one size in the middle, got real[3] @ real[2]\n"
        "  |\n1 | entry f(x: real[3]) -> x @ [1.0, 2]\n  |                        ^   ^^^^^^^^ first size 2\n"
        "  |                        last size 3 (from x, line 1)"
    )

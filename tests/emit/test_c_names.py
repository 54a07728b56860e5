"""Users' names in C++: their own wherever possible, never a word of C++ or a macro, and none twice in one place."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import pytest

from tdsl.driver import generate
from tdsl.emit.c.names import Names, identifier
from tdsl.resources import CODEGEN, RUNTIME
from tdsl.settings import Settings
from tdsl.source import Source

NAMES = [
    ("W1", "W1"),
    ("y_hat", "y_hat"),
    ("dC_dW3", "dC_dW3"),
    ("B", "B"),
    ("x_t", "x_t"),
    ("W1.momentum.v", "W1_momentum_v"),
    ("int", "int_"),
    ("xor", "xor_"),
    ("linux", "linux_"),
    ("EOF", "EOF_"),
    ("INT_MAX", "INT_MAX_"),
    ("TDSL_INLINE", "TDSL_INLINE_"),
    ("tdsl_call", "tdsl_call_"),
    ("int64_t", "int64_t_"),
    ("call", "call_"),
    ("_x", "x"),
    ("__x__y_", "x_y"),
    ("__int__", "int_"),
    ("_", "unnamed"),
    ("_1", "v1"),
    ('é"*/\n', "unnamed"),
]


@pytest.mark.parametrize(("name", "spelled"), NAMES)
def test_names(name: str, spelled: str) -> None:
    assert identifier(name) == spelled


def test_none_twice() -> None:
    chance = random.Random(1)
    wanted = ["".join(chance.choices("ab_.2", k=chance.randint(0, 5))) for _ in range(3000)]
    seen = {"a", "b_2"}
    names = Names(seen)
    found = [names.add(name) for name in wanted]
    assert len({*found, *seen}) == len(found) + len(seen)
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*_?", name) for name in found)


@pytest.mark.parametrize("standard", ["c++20", "gnu++20"])
def test_no_macro_of_the_headers_is_a_name(tmp_path: Path, standard: str) -> None:
    (tmp_path / "unit.cpp").write_text("".join(re.findall("#include.*\n", (CODEGEN / "cpp" / "unit.cpp").read_text())))
    command = ["c++", f"-std={standard}", f"-I{RUNTIME / 'include'}", "-dM", "-E", "unit.cpp"]
    text = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    macros = set(re.findall(r"^#define (\w+)", text, flags=re.MULTILINE))
    assert len(macros) > 300
    assert macros & {identifier(name) for name in macros} == set()


HOSTILE = """
use std.optim: sgd
dim int
const memory = 3
input dims: real[int, memory]
shared call: real[memory] = 1
shared call_: real[memory] = 2
shared call__: real[memory] = 3
shared EOF: real = 4
shared linux: real = 5
shared sigmoid: real = 8
let slots = tanh(dims @ (call + call_ + call__) + EOF + linux)
let tanh_2 = slots * sigmoid
entry while_(dims) -> tanh_2 { minimize sum(tanh_2) with sgd(0.1) }
entry run_while_(dims) -> tanh_2
entry exp(dims) -> exp(slots)
"""


def test_names_of_all_sorts_compile(tmp_path: Path) -> None:
    unit = generate(Source("hostile.tdsl", HOSTILE), Settings(), Path.read_text).unit.text
    (tmp_path / "unit.cpp").write_text(unit)
    flags = ["-std=gnu++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{RUNTIME / 'include'}"]
    subprocess.run(["c++", *flags, "unit.cpp"], cwd=tmp_path, check=True)
    assert max(map(len, unit.split("namespace tdsl_unit")[1].splitlines())) <= 120

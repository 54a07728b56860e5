"""Advice for names of other languages: it mentions only existing names, and there is none for a name that tdsl has."""

from __future__ import annotations

import re

import pytest

from tdsl import resources
from tdsl.check.builtins import BUILTINS, CONSTANTS
from tdsl.check.foreign_names import FUNCTIONS, TYPES, WORDS
from tdsl.spelling import closest
from tdsl.syntax.parse import KEYWORDS
from tdsl.types import DTYPES

STANDARD = {
    name
    for file in resources.STANDARD_LIBRARY.glob("*.tdsl")
    for name in re.findall(r"^(?:fn|rule) (\w+)", file.read_text(encoding="utf-8"), re.M)
}
ROWS = [line.partition(": ") for text in (FUNCTIONS, WORDS) for line in text.strip().splitlines()]


def test_advice_names_what_exists() -> None:
    known = {*BUILTINS, *STANDARD, *KEYWORDS, "f", "train"}
    wrong = [
        (names, name) for names, _, text in ROWS for name in re.findall(r"([A-Za-z_]\w*)\(", text) if name not in known
    ]
    for names, _, text in ROWS:
        for module, name in re.findall(r"use std\.(\w+): (\w+)", text):
            library = (resources.STANDARD_LIBRARY / f"{module}.tdsl").read_text(encoding="utf-8")
            if not re.search(rf"^(fn|rule|model) {name}\(", library, re.M):
                wrong.append((names, name))
    assert not wrong


def test_advice_is_for_names_that_do_not_exist() -> None:
    names = [name for names, _, _ in ROWS for name in names.split()]
    assert not {*names} & {*BUILTINS, *STANDARD, *KEYWORDS, *CONSTANTS}
    types = [name for line in TYPES.strip().splitlines() for name in line.partition(": ")[0].split()]
    assert not {*types} & {"real", "int", *DTYPES}
    assert len(types) == len({*types})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *[("sigmod", "sigmoid"), ("tahn", "tanh"), ("meen", "mean"), ("Sum", "sum"), ("resahpe", "reshape")],
        *[("arrange", "arange"), ("isnanx", "isnan"), ("argmaxx", "argmax")],
        *[("scan", None), ("einsum", None), ("jacfwd", None), ("stack", None), ("W", None), ("x1", None)],
        *[("conv2d", None), ("step", None), ("softmax", None), ("lr", None)],
    ],
)
def test_only_slips_of_the_pen_are_close(name: str, meant: str | None) -> None:
    assert closest(name, [*BUILTINS, *CONSTANTS, "x2", "w2"]) == meant

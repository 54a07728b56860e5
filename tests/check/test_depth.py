"""Deep and long programs compile, or fail with a place."""

from __future__ import annotations

import pytest

from tdsl.check import Options, check
from tdsl.parse import parse
from tdsl.source import Source, UserError


def compiles(text: str) -> None:
    check(parse(Source("deep.tdsl", text)), Options(), lambda path: path.read_text(encoding="utf-8"), "deep")


def chain(count: int) -> str:
    lines = ["input x: real", "let v0 = x"]
    lines += [f"let v{i + 1} = sigmoid(v{i} * {i}.5 + 1)" for i in range(count)]
    return "\n".join([*lines, f"entry f(x) -> grad(v{count}, x)"])


PROGRAMS = {
    "parentheses": "entry f(x: real) -> " + "(" * 100_000 + "x" + ")" * 100_000,
    "sum": "entry f(x: real) -> " + " + ".join(["x"] * 200_000),
    "sum of numbers": "entry f(x: real) -> x * (" + " + ".join(["1"] * 50_000) + ")",
    "sum to the right": "entry f(x: real) -> " + "x + (" * 20_000 + "x" + ")" * 20_000,
    "powers": "entry f(x: real) -> " + "x ** " * 20_000 + "x",
    "calls": "entry f(x: real) -> " + "exp(" * 20_000 + "x" + ")" * 20_000,
    "calls of a function": "fn g(x) = x + 1\nentry f(x: real) -> " + "g(" * 20_000 + "x" + ")" * 20_000,
    "minus": "entry f(x: real) -> " + "-" * 20_000 + "x",
    "not": "entry f(x: bool) -> " + "not " * 20_000 + "x",
    "choices": "entry f(x: real) -> " + "".join(f"if x < {i} then {i} else " for i in range(20_000)) + "x",
    "choices in conditions": "entry f(x: bool) -> " + "if " * 5_000 + "x" + " then x else x" * 5_000,
    "comparisons": "entry f(x: real) -> " + " < ".join(["x"] * 20_000),
    "attributes": "entry f(x: real[2, 2]) -> x" + ".T" * 20_000,
    "indices": "entry f(x: real[4]) -> x" + "[:]" * 20_000,
    "indices of indices": "entry f(x: int[3]) -> " + "x[" * 20_000 + "0" + "]" * 20_000,
    "lines": chain(5_000),
    "functions in functions": "fn f0(x) = x\n"
    + "\n".join(f"fn f{i + 1}(x) = f{i}(x) + 1" for i in range(3_000))
    + "\nentry e(x: real) -> f3000(x)",
    "statements": "shared w: real = 0\nentry f() {\n"
    + "\n".join(f"let a{i} = w + {i}" for i in range(5_000))
    + "\nw <- a4999\n}",
}

ERRORS = {
    "tuples": ("entry f(x: real) -> " + "(" * 20_000 + "x" + ", x)" * 20_000, "TD0213"),
    "arrays": ("entry f(x: real) -> " + "[" * 20_000 + "x" + "]" * 20_000, "TD0221"),
    "open parentheses": ("let a = " + "(" * 100_000, "TD0102"),
    "closing parentheses": ("let a = 1" + ")" * 1_000, "TD0103"),
    "unfinished": ("let a = " + "f(" * 50_000 + "=" + ")" * 50_000, "TD0105"),
    "axes": ("entry f(x: real) -> x[" + "new, " * 1_000 + "]", "TD0221"),
    "formulas of sizes": ("dim N\nlet a = " + "(" * 5_000 + "N" + " // 2 + 1)" * 5_000, "TD0221"),
    "long numbers": ("let a = " + "9" * 100_000, "TD0106"),
    "a million terms": ("entry f(x: real) -> x" + " + x" * 999_999, "TD0105"),
    "wrong lines": ("\n".join(["let a = 1 +"] * 5_000), "TD0105"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiles(name: str) -> None:
    compiles(PROGRAMS[name])


@pytest.mark.parametrize("name", ERRORS)
def test_has_a_place(name: str) -> None:
    text, code = ERRORS[name]
    with pytest.raises(UserError) as caught:
        compiles(text)
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {code}
    assert len(str(caught.value)) < 20_000

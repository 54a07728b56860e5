"""Deep and long programs compile, or fail with a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tdsl.check import Options, check
from tdsl.source import Source, UserError
from tdsl.syntax.parse import parse


def compiles(text: str) -> None:
    check(parse(Source("deep.tdsl", text)), Options(), lambda path: path.read_text(encoding="utf-8"), "deep")


def chain(count: int) -> str:
    lines = ["input x: real", "let v0 = x"]
    lines += [f"let v{i + 1} = sigmoid(v{i} * {i}.5 + 1)" for i in range(count)]
    return "\n".join([*lines, f"entry f(x) -> grad(v{count}, x)"])


PROGRAMS = {
    "parentheses": "entry f(x: real) -> " + "(" * 100_000 + "x" + ")" * 100_000,
    "sum": "entry f(x: real) -> " + " + ".join(["x"] * 25_000),
    "sum of numbers": "entry f(x: real) -> x * (" + " + ".join(["1"] * 25_000) + ")",
    "sum to the right": "entry f(x: real) -> " + "x + (" * 10_000 + "x" + ")" * 10_000,
    "powers": "entry f(x: real) -> " + "x ** " * 10_000 + "x",
    "calls": "entry f(x: real) -> " + "exp(" * 10_000 + "x" + ")" * 10_000,
    "calls of a function": "fn g(x) = x + 1\nentry f(x: real) -> " + "g(" * 10_000 + "x" + ")" * 10_000,
    "minus": "entry f(x: real) -> " + "-" * 10_000 + "x",
    "not": "entry f(x: bool) -> " + "not " * 10_000 + "x",
    "choices": "entry f(x: real) -> " + "".join(f"if x < {i} then {i} else " for i in range(5_000)) + "x",
    "choices in conditions": "entry f(x: bool) -> " + "if " * 5_000 + "x" + " then x else x" * 5_000,
    "comparisons": "entry f(x: real) -> " + " < ".join(["x"] * 10_000),
    "attributes": "entry f(x: real[2, 2]) -> x" + ".T" * 10_000,
    "indices": "entry f(x: real[4]) -> x" + "[:]" * 10_000,
    "indices of indices": "entry f(x: int[3]) -> " + "x[" * 10_000 + "0" + "]" * 10_000,
    "lines": chain(5_000),
    "functions in functions": "fn f0(x) = x\n"
    + "\n".join(f"fn f{i + 1}(x) = f{i}(x) + 1" for i in range(3_000))
    + "\nentry e(x: real) -> f3000(x)",
    "statements": "shared w: real = 0\nentry f() {\n"
    + "\n".join(f"let a{i} = w + {i}" for i in range(5_000))
    + "\nw <- a4999\n}",
}

ERRORS = {
    "tuples": ("entry f(x: real) -> " + "(" * 10_000 + "x" + ", x)" * 10_000, "TD0213"),
    "arrays": ("entry f(x: real) -> " + "[" * 10_000 + "x" + "]" * 10_000, "TD0221"),
    "open parentheses": ("let a = " + "(" * 100_000, "TD0102"),
    "closing parentheses": ("let a = 1" + ")" * 1_000, "TD0103"),
    "unfinished": ("let a = " + "f(" * 25_000 + "=" + ")" * 25_000, "TD0105"),
    "axes": ("entry f(x: real) -> x[" + "new, " * 1_000 + "]", "TD0221"),
    "formulas of sizes": ("dim N\nlet a = " + "(" * 5_000 + "N" + " // 2 + 1)" * 5_000, "TD0221"),
    "long numbers": ("let a = " + "9" * 100_000, "TD0106"),
    "an open string": ('let a = "' + "x" * 5_000_000, "TD0101"),
    "an open string of escapes": ('let a = "' + "\\n" * 2_000_000, "TD0101"),
    "long names": (f"input {'x' * 2_000}: real", "TD0101"),
    "powers of sizes": ("dim N\nlet a = " + " * ".join(["N"] * 10_000), "TD0221"),
    "names that nothing has": ("\n".join(f"let a{i} = b{i}" for i in range(10_000)), "TD0201"),
    "wrong statements": ("entry f() {\n" + "\n".join(f"let a{i} = b{i}" for i in range(10_000)) + "\n}", "TD0201"),
    "calls that double": (
        "".join(f"fn f{i}(x) = f{i + 1}(f{i + 1}(x))\n" for i in range(30)) + "fn f30(x) = x\nlet a = f0(1)",
        "TD0210",
    ),
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


class Files:
    """Files `0.tdsl`, `1.tdsl`, …, each of which uses the next."""

    def __init__(self, count: int, last: str) -> None:
        self.texts = [f'use "{i + 1}.tdsl": f{i + 1}\nfn f{i}(x) = f{i + 1}(x)' for i in range(count)] + [last]

    def load(self, path: Path) -> str:
        return path.read_text(encoding="utf-8") if not path.stem.isdigit() else self.texts[int(path.stem)]


def check_files(files: Files, text: str) -> None:
    check(parse(Source("main.tdsl", text, Path("main.tdsl"))), Options(), files.load, "main")


def test_chain_of_files() -> None:
    check_files(Files(1_500, "fn f1500(x) = x"), 'use "0.tdsl": f0\nentry e(x: real) -> x')


def test_error_at_the_end_of_a_chain_of_files() -> None:
    with pytest.raises(UserError) as caught:
        check_files(Files(1_500, "fn f1500(x) = y"), 'use "0.tdsl": f0\nentry e(x: real) -> f0(x)')
    assert "nothing called 'y'" in str(caught.value) and "1500.tdsl:1:" in str(caught.value)


def test_circle_of_many_files() -> None:
    with pytest.raises(UserError) as caught:
        check_files(Files(1_500, 'use "0.tdsl": f0\nfn f1500(x) = f0(x)'), 'use "0.tdsl": f0\nentry e(x: real) -> x')
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {"TD0302"}
    assert len(str(caught.value)) < 5_000


def test_names_a_file_that_was_wrong_twice() -> None:
    """Every `use` of a wrong file is silent after the first report."""
    files = Files(0, "fn f0(x) = y\nfn g0(x) = x")
    with pytest.raises(UserError) as caught:
        check_files(files, 'use "0.tdsl": f0\nuse "0.tdsl": g0\nentry e(x: real) -> f0(x) + g0(x)')
    assert len(caught.value.diagnostics) == 1

"""Texts of users are data: they never become part of the generated program."""

from __future__ import annotations

import ast
import itertools
import random
import re
import subprocess
import sysconfig
from pathlib import Path

import numpy as np
import pytest

import tdsl
from tdsl.driver import generate
from tdsl.resources import CODEGEN, RUNTIME
from tdsl.settings import Settings
from tdsl.source import Source

PIECES = [
    *('"', "'", "\\", "*/", "/*", "//", "??/", "??'", "%s%n%d", "{0}", "{}", "${x}", "`id`", "$(id)", ");", "};", "#"),
    *("@kernels", "@name", "@table", '"""', "'''", "\\n", "\\x00", "\\u0000", "\\N{DASH}", 'R"(', ')"', 'u8"', "L'x'"),
    *(
        "\u202e",
        "\u2028",
        "\u0085",
        "\ufeff",
        "é",
        "𝔘",
        "\ud7ff",
        "\t",
        "\x0b",
        "\x1b[31m",
        "\x7f",
        "\x01",
        "import os",
    ),
    *("#include </etc/passwd>", "system(1)", "__import__('os')", "\\\\", "%:define", "<%", '_Pragma("x")', "\\\r", "–"),
    *(
        "A" * 300,
        ">>> 1",
        "\\'",
        '\\"',
        "' + '",
        '" "',
        "?" * 3,
        "0x",
        "1e999",
        "];",
        "*/ int x; /*",
        "eval(1)",
        "\x00",
    ),
]


def hostile(count: int) -> list[str]:
    chance = random.Random(3)
    texts = [*PIECES, *(piece + "\\" for piece in PIECES), *(a + b for a, b in itertools.pairwise(PIECES))]
    while len(texts) < count:
        texts.append("".join(chance.choices(PIECES, k=chance.randint(2, 6))))
    return [f"{number} {text}" for number, text in enumerate(texts)]


TEXTS = hostile(600)


def quoted(text: str) -> str:
    """A string holds only printable characters; a doc comment holds any."""
    return shown(text).replace("\\", "\\\\").replace('"', '\\"')


def shown(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())


def program(texts: list[str]) -> str:
    """An entry for every four texts: its doc comment, an argument's, a print, an assertion."""
    lines = [f"## {texts[0]}", "", "dim N", ""]
    for number, group in enumerate(zip(*[iter(texts)] * 4, strict=False)):
        doc, argument, printed, asserted = (text.replace("\n", " ").replace("\r", " ") for text in group)
        printed, asserted = (quoted(text) for text in (printed, asserted))
        lines += [
            f"## {argument}",
            f"input x{number}: real[N]",
            f"## {doc}",
            f"entry f{number}(x{number}) -> x{number}[1:] {{",
        ]
        lines += [f'    print "{printed}", x{number}[0]', f'    assert x{number}[0] > 0, "{asserted}"', "}"]
    return "\n".join(lines)


def made(texts: list[str], target: str) -> str:
    source = Source("module.tdsl", program(texts))
    return generate(source, Settings(target=target), lambda path: path.read_text()).unit.text


TAME = [f"{number} text" for number in range(len(TEXTS))]

_COMMENT = re.compile(r"(^|(?<=;)|(?<=}))\s*//[A-Za-z0-9 _.:,*+()/%<>=!&|@\[\]{}'-]*$", flags=re.MULTILINE)


def without_comments(text: str) -> str:
    """C++ without line comments, whose characters continue neither a line nor a comment."""
    return _COMMENT.sub("", text)


# Strings beside those of the table, in which letters, digits and a few signs are spelled as they are.
_LITERALS = {
    '"C"',
    '"default"',
    *re.findall(r'(?<=#include )".*"', (CODEGEN / "cpp" / "unit.cpp").read_text()),
}
_STRING = r'"(?:[A-Za-z0-9 _.:,*+()-]|\\[0-7]{3})*"'
# Besides these there are names, numbers and punctuation.
_TOKEN = re.compile(
    rf'"[^"\\\n]*"|{_STRING}|[A-Za-z_]\w*|0x[0-9a-fA-F.]+p[+-]\d+f?|\d[\d.]*(?:e[+-]?\d+)?[fLlUu]*|#(?:include|if|endif)|[-+*/%<>=!&|^~?:;,.(){{}}\[\]]|\s'
)


def tokens(text: str) -> list[str]:
    """All of a unit; the strings of its table are empty, and stand for those in pieces."""
    code, table = text.split("#if TDSL_IN_PART(1)\n\nnamespace {")
    table = re.sub(rf"({_STRING})(\n *{_STRING})*", '""', table)
    found = [match[0] for match in _TOKEN.finditer(code + table)]
    assert "".join(found) == code + table, "a character outside the set"
    return [token for token in found if token.strip()]


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_cpp_has_no_text_of_the_user(start: int) -> None:
    """Tame and hostile texts make the same tokens, out of a closed set."""
    texts = [without_comments(made(texts[start : start + 100], "cpp")) for texts in (TEXTS, TAME)]
    found, tame = map(tokens, texts)
    assert found == tame
    assert {token for token in found if token.startswith('"')} <= {*_LITERALS, '""'}
    assert texts[0].isascii()
    # Only octal escapes have a backslash; there is no comment, trigraph or digraph.
    assert not re.search(r"//|/\*|\\(?![0-7]{3})|\?\?|<:|%:", texts[0])


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_python_has_it_as_literals(start: int) -> None:
    class Blank(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return ast.Constant(None) if isinstance(node.value, str) else node

    found, tame = (
        ast.dump(Blank().visit(ast.parse(made(texts[start : start + 100], "numpy")))) for texts in (TEXTS, TAME)
    )
    assert found == tame


def test_stubs_are_python_still() -> None:
    for start in range(0, 600, 100):
        source = Source("module.tdsl", program(TEXTS[start : start + 100]))
        stub = generate(source, Settings(target="numpy"), lambda path: path.read_text()).stub
        shapes = [ast.dump(ast.parse(re.sub(r"(?s)\A.*?__all__", "__all__", stub))).count("FunctionDef")]
        assert shapes == [28]


@pytest.mark.parametrize("flag", ["-trigraphs", "-std=gnu++20"])
def test_a_compiler_agrees(tmp_path: Path, flag: str) -> None:
    (tmp_path / "unit.cpp").write_text(made(TEXTS[:200], "cpp"))
    include = [f"-I{RUNTIME / 'include'}", f"-I{sysconfig.get_path('include')}"]
    command = ["c++", "-std=c++20", flag, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", *include, "unit.cpp"]
    subprocess.run(command, cwd=tmp_path, check=True)


FILES = ['we"ird', "back\\slash", "*", "*x*", "??", "$(id)", "é", "sp ace", "a;b", "%:"]


@pytest.mark.parametrize("name", FILES)
def test_comments_hold_nothing_of_hostile_names(tmp_path: Path, name: str) -> None:
    """Functions of a file of any name, and values of names that C++ keeps for itself."""
    lines = [f'use "{quoted(name)}.tdsl": third', "dim call", "shared int: real = 2"]
    lines += ["entry f(slots: real[call], EOF: real[call, call]) -> third(tanh(EOF @ slots)) + int"]
    (tmp_path / f"{name}.tdsl").write_text("fn third(v) = sum(exp(v[2:] * v[2:])) * v")
    source = Source("model.tdsl", "\n".join(lines), tmp_path / "model.tdsl")
    text = generate(source, Settings(), Path.read_text).unit.text
    (tmp_path / "unit.cpp").write_text(text)
    flags = ["-std=gnu++20", "-trigraphs", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["c++", *flags, f"-I{RUNTIME / 'include'}", "unit.cpp"], cwd=tmp_path, check=True)
    comments = re.findall("//.*$", text, flags=re.MULTILINE)
    assert any(comment.endswith(".tdsl:1") for comment in comments)
    assert all(_COMMENT.fullmatch(comment) for comment in comments)


def test_texts_arrive(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [text for text in TEXTS if "\x00" not in text][:80]
    module = tdsl.compile(program(texts), name="told", target=target, opt=0)
    assert module.__doc__.strip() == texts[0].strip()
    for number, (doc, argument, printed, asserted) in enumerate(zip(*[iter(texts)] * 4, strict=False)):
        entry = getattr(module, f"f{number}")
        assert entry.__doc__.startswith(doc.replace("\r", " ").strip()), doc
        assert " ".join(argument.split()) in entry.__doc__
        assert entry(np.array([1, 2], "f")).tolist() == [2]
        assert capsys.readouterr().out == f"{shown(printed).strip()} 1.0\n"
        with pytest.raises(AssertionError) as caught:
            entry([-1, 2])
        assert str(caught.value).strip().endswith(shown(asserted).strip())
        capsys.readouterr()


@pytest.mark.parametrize(
    "name", ['we"ird', "we'ird", "back\\slash", "*x*", "$(id)", "??-", "%s", "-o", "é", "sp ace", "a;b"]
)
def test_folders_and_imported_files_of_any_name(tmp_path: Path, target: str, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / f"{name}.tdsl").write_text("fn third(v) = v[2]\n")
    written = name.replace("\\", "\\\\").replace('"', '\\"')
    (folder / "model.tdsl").write_text(
        f'use "{written}.tdsl": third\ndim N\nentry f(v: real[N], i: i64) -> third(v) + v[i]\n'
    )
    module = tdsl.compile(folder / "model.tdsl", target="numpy" if target == "cpp" and name != 'we"ird' else target)
    assert module.f([1, 2, 3], 0) == 4
    with pytest.raises(ValueError, match="needs N > 2"):
        module.f([1], 0)

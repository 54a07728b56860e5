"""Derivatives as LaTeX and as a page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tdsl.check import Options, analyse
from tdsl.driver import gradient
from tdsl.formulas.boxes import Equation
from tdsl.formulas.equations import equations
from tdsl.formulas.latex import latex
from tdsl.formulas.layout import INDENT, PAGE, arranged, width
from tdsl.formulas.mathml import mathml
from tdsl.formulas.names import GREEK
from tdsl.ir.node import own_nodes
from tdsl.resources import SAMPLES
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.syntax.parse import parse
from tests.unparse.test_samples import COSTS

HERE = Path(__file__).parent


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def derivative(name: str, format: str) -> str:
    path = SAMPLES / name
    return gradient(Source(path.name, read(path), path), Settings(), read, "C", (), format)


def equations_of(text: str) -> list[Equation]:
    """Those of a file, which may use names that it does not declare."""
    with own_nodes():
        return equations(analyse(parse(Source("f.tdsl", text)), Options(32, ()), read, "f"))


def test_latex(update_golden: bool) -> None:
    text, expected = derivative("miku/miku.tdsl", "latex"), HERE / "miku.tex"
    if update_golden:
        expected.write_text(text, encoding="utf-8")
    assert text == read(expected)


FORMULAS = {
    "W1 @ x": r"W_{1}\,x",
    "x.T @ y_hat": r"x^{\top}\,\hat{y}",
    "W1.T": r"W_{1}^{\top}",
    "sigma ** 2 / B": r"\frac{\sigma^{2}}{B}",
    "Sigma ** -1.5": r"\Sigma^{{-}1.5}",
    "dC_dW1_in": r"\frac{\partial C}{\partial W_{1,\mathrm{in}}}",
    "a * (b + c) - 2 * d": r"a\odot (b + c)-2\,d",
    "a * s + s * t - B * T * a": r"a\,s + s\,t-B\,T\,a",
    "(a * b) @ c + a * (b @ c) - b @ c * a": r"(a\odot b)\,c + a\odot b\,c-b\,c\odot a",
    "a * 2 + s * 2 ** t + s * -t": r"2\,a + s\cdot 2^{t} + s\,(-t)",
    "a + -1.5 * b - -2": "a-1.5\\,b + 2",
    "a - (b - c)": r"a-(b-c)",
    "(a / b) ** 2 + (a / b)[0]": r"\mathopen{}\left(\frac{a}{b}\right)^{2} + \mathopen{}\left(\frac{a}{b}\right)[0]",
    "sum(x, axis=0) + sum(y)": r"\sum_{0}x + \sum y",
    "sum(x * y) * 2 - sum(x + y)": r"2\,\mathopen{}\left(\sum x\odot y\right)-\sum (x + y)",
    "max(x, axis=(0, 1)) + max(x)": r"\max_{0,1}(x) + \max(x)",
    "x == y": "[x = y]",
    "x * (y > 0) + real(y > 1)": "x\\odot [y > 0] + [y > 1]",
    "not (x > 0 or y) and (x < 1) == (y < 1)": r"[\lnot (x > 0\lor y)\land [x < 1] = [y < 1]]",
    "switch(x > 0, x, 0)": r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{else} \end{cases}",
    "sqrt(abs(x)) * exp(-x)": r"\sqrt{\lvert x\rvert }\odot \mathrm{e}^{-x}",
    "norm(x) + ceil(s) - inverse(a)": r"\lVert x\rVert  + \lceil s\rceil -a^{{-}1}",
    "1e-05 + real(B)": "10^{{-}5} + B",
    "x[new, :] + y[0]": r"x + y_{0}",
    "a[:, new] == a": r"[a_{{:},\ast } = a]",
    "a / sum(a, axis=1)[:, new]": r"\frac{a}{\sum_{1}a}",
    "x[::-1]": "x_{{:}{:}{-}1}",
    "place(x, 3)": r"\operatorname{place}(x,3)",
    "sigmoid(log(h_t))": r"\sigma (\log(h_{t}))",
    "x with [i] = v": r"x[i\leftarrow v]",
    "x with [i] += v": r"x[i\mathrel{+}= v]",
    "if k then x else y": r"\begin{cases} x & \text{if } k \\ y & \text{else} \end{cases}",
}
HEAD = "dim B, T, N\ninput s: real\ninput t: real\ninput a: real[N, N]\ninput b: real[N, N]\n"


@pytest.mark.parametrize("text", FORMULAS)
def test_notation(text: str) -> None:
    found = re.findall(r"a_\{1\} &= (.*)\n\\end", latex("f", equations_of(f"{HEAD}let a1 = {text}\n")))
    assert found == [FORMULAS[text]]


def test_declarations_loops_and_results() -> None:
    text = """
dim T
const H = 3
input xs: real[T, H + 1]
input ids: i64[T]
shared W: real[T, H + 1] = 0
shared k: bool = false
let h_T, ys = for x in xs[::-1], i in ids {
    state h: real = 0
    state n: real = 1
    let y = h * sum(x)
    assert y < 9, "small"
    h <- y
    yield y
    yield y > 0
}
entry f(xs, ids) -> (h_T, ys[::-1])
entry g(ids) -> ids
"""
    assert latex("A_b", equations_of(text)).splitlines()[5:-1] == [
        r"\section*{A\_b}",
        r"\begin{align*}",
        r"H &= 3 \\",
        r"\mathrm{xs},W &\in \mathbb{R}^{T\times (H + 1)} \\",
        r"\mathrm{ids} &\in \mathbb{Z}^{T} \\",
        r"k &\in \mathbb{B} \\",
        r"&h_{T},\mathrm{ys} = \text{for each }x\in \mathrm{xs}_{{:}{:}{-}1},\enspace i\in \mathrm{ids}{:} \\",
        r"&\quad \text{at first }h = 0,\enspace n = 1 \\",
        r"&\quad y = h\,\mathopen{}\left(\sum x\right) \\",
        r"&\quad \text{assert }y < 9 \\",
        r"&\quad h\leftarrow y \\",
        r"&\quad \text{yield }y,[y > 0] \\",
        r"\operatorname{f}(\mathrm{xs},\mathrm{ids}) &= (h_{T},\mathrm{ys}_{{:}{:}{-}1})",
        r"\end{align*}",
    ]


WIDE = {
    "outer operators": ("a + " * 50 + "a", 1),
    "arguments": (f"f({', '.join(f'g({n}, x)' for n in range(30))})", 2),
    "a fraction": (f"({' + '.join(f'x{n}' for n in range(40))}) / y", 3),
    "a root": (f"sqrt({' + '.join(f'x{n}' for n in range(40))})", 3),
    "an exponent": (f"exp({' + '.join(f'x{n}' for n in range(60))})", 3),
    "a condition": (f"switch({' or '.join(f'x{n} > 0' for n in range(40))}, 0, 1)", 3),
    "factors": (" @ ".join(f"W{n}" for n in range(60)), 1),
}


@pytest.mark.parametrize("what", WIDE)
def test_wide_equations_are_broken(what: str) -> None:
    """No line is wider than the page, nothing is lost, and no bracket of a line is without its other one."""
    (equation,) = equations_of(f"let a = {WIDE[what][0]}\n")
    found = list(arranged([equation]))
    assert len(found) > 1
    assert all(width(line.right) + INDENT * line.indent <= PAGE for line in found)
    rows = latex("f", [equation]).partition("{align*}\n")[2].partition("\n\\end{align*}")[0].split(" \\\\\n")
    assert all(row.count(r"\left") - row.count(r"\leftarrow") == row.count(r"\right") for row in rows)
    names = re.findall(r"\w+(?=_\{\d)|\{\d+\}", "".join(rows))
    assert len(names) >= 2 * len(re.findall(r"\bx\d|\bW\d", WIDE[what][0]))


MACROS = {
    *(
        "documentclass",
        "usepackage",
        "geometry",
        "allowdisplaybreaks",
        "section",
        "begin",
        "end",
        "text",
        "operatorname",
    ),
    *("left", "right", "mathopen", "mathrel", "mathrm", "mathbb", "hat", "frac", "sqrt", "sum", "prod", "partial"),
    *(
        "lceil",
        "rceil",
        "lfloor",
        "rfloor",
        "lVert",
        "rVert",
        "lvert",
        "rvert",
        "quad",
        "enspace",
        "dots",
        "top",
        "infty",
    ),
    *("odot", "cdot", "times", "ast", "leftarrow", "in", "lor", "land", "lnot", "ge", "le", "ne", "bmod"),
    *("exp", "log", "tanh", "sin", "cos", "tan", "sinh", "cosh", "max", "min", "det"),
} | set(GREEK)


@pytest.mark.parametrize(("path", "cost"), COSTS, ids=[f"{path.stem}-{cost}" for path, cost in COSTS])
def test_samples(path: Path, cost: str) -> None:
    """Texts that TeX and browsers take: nothing is open or unknown, and no line is wider than the page."""
    source = Source(path.name, read(path), path)
    printed = gradient(source, Settings(), read, cost, ())
    found = equations_of(printed)
    text = latex("f", found)
    assert set(re.findall(r"\\([A-Za-z]+)", text)) <= MACROS
    assert "\\\\" not in re.sub(r" \\\\(\n| (?=[^\n]*\\end\{cases\}))", "", text)
    assert text.isascii()
    for row in text.partition("{align*}\n")[2].partition("\n\\end{align*}")[0].split(" \\\\\n"):
        bare = re.sub(r"\\[{}]", "", row)
        depths = [bare[:end].count("{") - bare[:end].count("}") for end in range(len(bare) + 1)]
        assert min(depths) == 0 == depths[-1]
        assert row.count(r"\begin{cases}") == row.count(r"\end{cases}")
        assert len(re.findall(r"\\left(?![a-z])", row)) == len(re.findall(r"\\right(?![a-z])", row))
    lines = list(arranged(found))
    left = max(width(line.left) for line in lines)
    assert all(left + width(line.right) + INDENT * line.indent <= PAGE for line in lines)
    root = ElementTree.fromstring(mathml(found))
    assert len(root.findall("table/tr")) == len(lines)


def test_words_keep_their_spaces() -> None:
    """At the ends of `mtext` ordinary ones are not drawn."""
    text = "dim T\ninput xs: real[T]\nlet a = for x in xs { yield switch(x > 0, x, 0) }\n"
    found = mathml(equations_of(text))
    for words in ("for&#160;each&#160;", "yield&#160;", "if&#160;"):
        assert f"<mtext>{words}</mtext>" in found


def test_page() -> None:
    page = derivative("miku/miku.tdsl", "html")
    assert "<script" not in page
    assert "http://" not in page and "https://" not in page
    program, printed = page.split("<h2>Its derivative</h2>")
    (name,) = set(re.findall(r'<span class="(n\d+)"[^>]*>W1</span>', program))
    assert f'<span class="{name}"' in printed
    assert f"main:has(.{name}:hover) .{name}" in page
    assert "<mfrac><mrow><mo>∂</mo><mi>C</mi></mrow>" in printed


def test_foreign_text_is_escaped() -> None:
    text = '## <b>&\nshared w: real = 1\ncost C = w ** 2\nentry f() -> C { assert w < 2, "<i>" }\n'
    page = gradient(Source("x.tdsl", text), Settings(), read, "C", (), "html")
    assert "<b>" not in page and "<i>" not in page
    assert "&lt;b&gt;&amp;" in page

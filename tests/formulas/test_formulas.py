"""Derivatives as LaTeX and as a page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tdsl.driver import gradient
from tdsl.formulas.latex import latex
from tdsl.formulas.mathml import mathml
from tdsl.formulas.notation import lines
from tdsl.resources import SAMPLES
from tdsl.settings import Settings
from tdsl.source import Source
from tdsl.syntax.parse import parse

HERE = Path(__file__).parent


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def derivative(name: str, format: str) -> str:
    path = SAMPLES / name
    return gradient(Source(path.name, read(path), path), Settings(), read, "C", (), format)


def test_latex(update_golden: bool) -> None:
    text, expected = derivative("miku/miku.tdsl", "latex"), HERE / "miku.tex"
    if update_golden:
        expected.write_text(text, encoding="utf-8")
    assert text == read(expected)


FORMULAS = {
    "W1 @ x": r"W_{1}\,x",
    "x.T @ y_hat": r"x^{\top}\,\hat{y}",
    "W1.T": r"W_{1}^{\top}",
    "sigma ** 2 / B": r"\frac{\sigma ^{2}}{B}",
    "dC_dW1_in": r"\frac{\partial C}{\partial W_{1,\mathrm{in}}}",
    "a * (b + c) - 2 * d": r"a\odot \left(b + c\right)-2\,d",
    "a - (b - c)": r"a-\left(b-c\right)",
    "sum(x, axis=0) + sum(y)": r"\sum _{0}x + \sum y",
    "switch(x > 0, x, 0)": r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{else} \end{cases}",
    "sqrt(abs(x)) * exp(-x)": r"\sqrt{|x|}\odot e^{-x}",
    "1e-05 + real(B)": r"10^{-5} + B",
    "x[:, new] + y[0]": r"x + y_{0}",
    "place(x, 3)": r"\mathrm{place}\left(x,3\right)",
    "sigmoid(log(h_t))": r"\sigma \left(\log \left(h_{t}\right)\right)",
    "x with [i] = v": r"x\left[i\leftarrow v\right]",
    "if k then x else y": r"\begin{cases} x & \text{if } k \\ y & \text{else} \end{cases}",
}


@pytest.mark.parametrize("text", FORMULAS)
def test_notation(text: str) -> None:
    (line,) = lines(parse(Source("f.tdsl", f"let a = {text}\n")))
    found = re.findall(r"a &= (.*)\n\\end", latex([line]))
    assert found == [FORMULAS[text]]


@pytest.mark.parametrize("name", ["30_lstm/sentiment.tdsl", "36_vae/vae.tdsl"])
def test_texts_are_well_formed(name: str) -> None:
    text = derivative(name, "latex")
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")
    assert text.count(r"\begin") == text.count(r"\end")
    root = ElementTree.fromstring(mathml(lines(parse(Source("g.tdsl", derivative(name, "tdsl"))))))
    assert len(root.findall("mtable/mtr")) == text.count("\\\\\n") + 1


def test_words_keep_their_spaces() -> None:
    """At the ends of `mtext` ordinary ones are not drawn."""
    text = "dim T\ninput xs: real[T]\nlet a = for x in xs { yield switch(x > 0, x, 0) }\n"
    found = mathml(lines(parse(Source("g.tdsl", text))))
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

"""Equations as LaTeX: an `align*` for amsmath and amssymb, as a document of its own."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.emit.frames import filled
from tdsl.formulas.boxes import (
    Box,
    Cases,
    Equation,
    Fenced,
    Fraction,
    Function,
    Letter,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Word,
)
from tdsl.formulas.layout import Line, arranged, is_tall
from tdsl.formulas.names import GREEK

_SIGNS = {
    "∂": r"\partial ", "∑": r"\sum ", "∏": r"\prod ", "∨": r"\lor ", "∧": r"\land ", "¬": r"\lnot ", "≠": r"\ne ",
    "≤": r"\le ", "≥": r"\ge ", "⊙": r"\odot ", "−": "-", "·": r"\cdot ", "∞": r"\infty ", "⊤": r"\top",
    "←": r"\leftarrow ", "∈": r"\in ", "∗": r"\ast ", "…": r"\dots ", "×": r"\times ", "ℝ": r"\mathbb{R}",
    ", ": r",\enspace ", "+=": r"\mathrel{+}= ",
    "ℤ": r"\mathbb{Z}", "𝔹": r"\mathbb{B}", "\u2009": r"\,", "mod": r"\bmod ", ":": "{:}",
}  # fmt: skip
_BRACKETS = {
    "|": (r"\lvert ", r"\rvert "), "‖": (r"\lVert ", r"\rVert "), "⌊": (r"\lfloor ",) * 2, "⌋": (r"\rfloor ",) * 2,
    "⌈": (r"\lceil ",) * 2, "⌉": (r"\rceil ",) * 2, "{": (r"\{",) * 2, "}": (r"\}",) * 2,
}  # fmt: skip
"""As the left and as the right one; others are the same in LaTeX."""
_GREEK = {letter: f"\\{name} " for name, letter in GREEK.items()}
_OPERATORS = {"log", "exp", "tanh", "sin", "cos", "tan", "sinh", "cosh", "max", "min", "det"}
_LETTERS = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "#$%&_{}"},
}  # fmt: skip


def latex(title: str, equations: Sequence[Equation]) -> str:
    """A whole document."""
    rows = [_line(line) for line in arranged(equations)]
    return filled("latex/formulas.tex", title=_escaped(title), lines=" \\\\\n".join(rows))


def _line(line: Line) -> str:
    left, indents = _text(line.left).strip(), r"\quad " * line.indent
    return f"{left} &{indents}{_text(line.right).strip()}".lstrip()


def _text(box: Box) -> str:
    match box:
        case Row():
            return "".join(map(_text, box.parts))
        case Letter():
            text = _GREEK.get(box.text, box.text)
            return f"\\hat{{{text.strip()}}}" if box.hat else text
        case Word():
            return f"\\text{{{_escaped(box.text)}}}" if " " in box.text else f"\\mathrm{{{_escaped(box.text)}}}"
        case Function():
            return f"\\{box.text}" if box.text in _OPERATORS else f"\\operatorname{{{_escaped(box.text)}}}"
        case Number():
            return box.text.replace("−", "{-}")
        case Sign():
            return _SIGNS.get(box.text, f" {box.text} " if box.text in "+=<>" else box.text)
        case Fenced():
            return _fenced(box)
        case Fraction():
            return f"\\frac{{{_text(box.top)}}}{{{_text(box.bottom)}}}"
        case Script():
            below = f"_{{{_text(box.below)}}}" if box.below else ""
            above = f"^{{{_text(box.above)}}}" if box.above else ""
            base = _text(box.base)
            if not below and not above:
                return base
            simple = isinstance(box.base, Letter | Word | Function | Number | Sign | Fenced)
            return f"{base.rstrip() if simple else f'{{{base}}}'}{below}{above}"
        case Root():
            return f"\\sqrt{{{_text(box.inner)}}}"
        case Cases():
            first = f"{_text(box.chosen)} & \\text{{if }} {_text(box.condition)}"
            return f"\\begin{{cases}} {first} \\\\ {_text(box.otherwise)} & \\text{{else}} \\end{{cases}}"


def _fenced(box: Fenced) -> str:
    left, right = (_BRACKETS.get(sign, (sign, sign))[at] for at, sign in enumerate((box.left, box.right)))
    inner = _text(box.inner)
    if not is_tall(box.inner) or not box.left + box.right:
        return left + inner + right
    return f"\\mathopen{{}}\\left{left.rstrip() or '.'}{inner}\\right{right.rstrip() or '.'}"


def _escaped(text: str) -> str:
    return "".join(_LETTERS.get(sign, sign) for sign in text)

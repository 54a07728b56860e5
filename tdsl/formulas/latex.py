"""Lines of formulas as LaTeX: an `align*` for amsmath and amssymb, as a document of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tdsl.emit.frames import filled
from tdsl.formulas.boxes import Box, Cases, Fraction, Letter, Line, Number, Root, Row, Script, Sign, Word
from tdsl.formulas.names import GREEK

_SIGNS = {
    "∂": r"\partial ", "∑": r"\sum ", "∏": r"\prod ", "∨": r"\lor ", "∧": r"\land ", "¬": r"\lnot ", "≠": r"\ne ",
    "≤": r"\le ", "≥": r"\ge ", "⊙": r"\odot ", "−": "-", "·": r"\cdot ", "∞": r"\infty ", "⊤": r"\top",
    "←": r"\leftarrow ", "∈": r"\in ", "∗": r"\ast ", "…": r"\dots ", "⌊": r"\left\lfloor ", "⌋": r"\right\rfloor ",
    "\u2009": r"\,", "(": r"\left(", ")": r"\right)", "[": r"\left[", "]": r"\right]", "mod": r"\bmod ", ":": "{:}",
}  # fmt: skip
_GREEK = {letter: f"\\{name} " for name, letter in GREEK.items()}
_OPERATORS = {"log", "exp", "tanh", "sin", "cos", "tan", "sinh", "cosh", "max", "min", "det"}


def latex(lines: Sequence[Line]) -> str:
    """A whole document."""
    rows = [_line(line) for line in lines]
    return filled("latex/formulas.tex", lines=" \\\\\n".join(rows))


def _line(line: Line) -> str:
    indent = r"\quad " * line.depth
    sign = {"←": r"\leftarrow "}.get(line.sign, line.sign)
    return f"{indent}{_text(line.left)} &{sign} {_text(line.right)}"


def _text(box: Box) -> str:
    match box:
        case Row():
            return "".join(_text(part) for part in box.parts)
        case Letter():
            text = _GREEK.get(box.text, box.text)
            return f"\\hat{{{text.strip()}}}" if box.hat else text
        case Word():
            if box.text in _OPERATORS:
                return f"\\{box.text} "
            escaped = re.sub(r"([#$%&_{}])", r"\\\1", box.text)
            return f"\\text{{{escaped}}}" if " " in box.text else f"\\mathrm{{{escaped}}}"
        case Number():
            return box.text.replace("−", "-")
        case Sign():
            return _SIGNS.get(box.text, f" {box.text} " if box.text in "+=<>" else box.text)
        case Fraction():
            return f"\\frac{{{_text(box.top)}}}{{{_text(box.bottom)}}}"
        case Script():
            below = f"_{{{_text(box.below)}}}" if box.below else ""
            above = f"^{{{_text(box.above)}}}" if box.above else ""
            base = _text(box.base)
            return f"{base if not isinstance(box.base, Row | Script | Fraction) else f'{{{base}}}'}{below}{above}"
        case Root():
            return f"\\sqrt{{{_text(box.inner)}}}"
        case Cases():
            first = f"{_text(box.chosen)} & \\text{{if }} {_text(box.condition)}"
            return f"\\begin{{cases}} {first} \\\\ {_text(box.otherwise)} & \\text{{else}} \\end{{cases}}"

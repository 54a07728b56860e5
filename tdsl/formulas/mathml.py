"""Equations as MathML, which browsers draw without a script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

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
from tdsl.formulas.layout import THIN, Line, arranged, is_tall

_SIGNS = {THIN: '<mspace width="0.2em"/>', ", ": '<mo>,</mo><mspace width="0.5em"/>'}
_LIMITS = "∑∏"


def mathml(equations: Sequence[Equation]) -> str:
    """A table of formulas: browsers differ in the alignment of cells inside of MathML."""
    rows = "\n".join(map(_line, arranged(equations)))
    return f'<div class="wide"><table class="formulas">\n{rows}\n</table></div>'


def _line(line: Line) -> str:
    indent = f' style="padding-left: {1.6 * line.indent:g}em"' if line.indent else ""
    # After an empty row, a sign at the beginning is drawn as one between two operands.
    right = f"<mrow><mrow></mrow>{_inner(line.right)}</mrow>"
    return f"<tr><td>{_formula(_text(line.left))}</td><td{indent}>{_formula(right)}</td></tr>"


def _formula(text: str) -> str:
    return f'<math displaystyle="true">{text}</math>'


def _inner(box: Box) -> str:
    """The parts of a row alone."""
    return "".join(map(_text, box.parts)) if isinstance(box, Row) else _text(box)


def _text(box: Box) -> str:
    match box:
        case Row():
            return f"<mrow>{_inner(box)}</mrow>"
        case Letter():
            letter = f"<mi>{escape(box.text)}</mi>"
            return f'<mover accent="true">{letter}<mo>^</mo></mover>' if box.hat else letter
        case Word():
            return _words(box.text) if " " in box.text else f'<mi mathvariant="normal">{escape(box.text)}</mi>'
        case Function():
            return f'<mi mathvariant="normal">{escape(box.text)}</mi>'
        case Number():
            return f"<mn>{escape(box.text)}</mn>"
        case Sign():
            return _SIGNS.get(box.text) or f"<mo>{escape(box.text)}</mo>"
        case Fenced():
            left, right = (_bracket(sign, is_tall(box.inner)) for sign in (box.left, box.right))
            return f"<mrow>{left}{_text(box.inner)}{right}</mrow>"
        case Fraction():
            return f"<mfrac>{_text(box.top)}{_text(box.bottom)}</mfrac>"
        case Script():
            base, below, above = (_text(part) if part else "" for part in (box.base, box.below, box.above))
            if box.below and box.above:
                return f"<msubsup>{base}{below}{above}</msubsup>"
            kind = "munder" if isinstance(box.base, Sign) and box.base.text in _LIMITS else "msub"
            if box.below:
                return f"<{kind}>{base}{below}</{kind}>"
            return f"<msup>{base}{above}</msup>" if box.above else base
        case Root():
            return f"<msqrt>{_text(box.inner)}</msqrt>"
        case Cases():
            when = f"<mrow>{_words('if ')}{_text(box.condition)}</mrow>"
            rows = ((_text(box.chosen), when), (_text(box.otherwise), "<mtext>else</mtext>"))
            table = "".join(f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>" for value, condition in rows)
            table = f'<mtable class="cases" columnalign="left left">{table}</mtable>'
            return f'<mrow><mo stretchy="true">{{</mo>{table}</mrow>'


def _bracket(sign: str, stretchy: bool) -> str:
    """The sizes that brackets grow to have wide margins, so others do not grow."""
    return f'<mo fence="true" stretchy="{str(stretchy).lower()}">{escape(sign)}</mo>' if sign else ""


def _words(text: str) -> str:
    """Spaces at the ends of `mtext` are not drawn, others than ordinary ones are."""
    return f"<mtext>{escape(text).replace(' ', '&#160;')}</mtext>"

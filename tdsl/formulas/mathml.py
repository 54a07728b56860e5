"""Lines of formulas as MathML, which browsers draw without a script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tdsl.formulas.boxes import Box, Cases, Fraction, Letter, Line, Number, Root, Row, Script, Sign, Word


def mathml(lines: Sequence[Line]) -> str:
    rows = "\n".join(_line(line) for line in lines)
    begin = '<mtable class="formulas" displaystyle="true" columnalign="right center left">'
    return f'<math display="block">{begin}\n{rows}\n</mtable></math>'


def _line(line: Line) -> str:
    space = f'<mspace width="{2 * line.depth}em"/>' if line.depth else ""
    cells = (_text(line.left), f"<mo>{escape(line.sign)}</mo>" if line.sign else "", space + _text(line.right))
    return f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in cells)}</mtr>"


def _text(box: Box) -> str:
    match box:
        case Row():
            return f"<mrow>{''.join(_text(part) for part in box.parts)}</mrow>"
        case Letter():
            letter = f"<mi>{escape(box.text)}</mi>"
            return f"<mover>{letter}<mo>^</mo></mover>" if box.hat else letter
        case Word():
            if " " in box.text:
                return _words(box.text)
            return f'<mi mathvariant="normal">{escape(box.text)}</mi>'
        case Number():
            return f"<mn>{escape(box.text)}</mn>"
        case Sign():
            return '<mspace width="0.2em"/>' if box.text == "\u2009" else f"<mo>{escape(box.text)}</mo>"
        case Fraction():
            return f"<mfrac>{_text(box.top)}{_text(box.bottom)}</mfrac>"
        case Script():
            base, below, above = (_text(part) if part else "" for part in (box.base, box.below, box.above))
            if box.below and box.above:
                return f"<msubsup>{base}{below}{above}</msubsup>"
            kind = "munder" if isinstance(box.base, Sign) else "msub"
            if box.below:
                return f"<{kind}>{base}{below}</{kind}>"
            return f"<msup>{base}{above}</msup>" if box.above else base
        case Root():
            return f"<msqrt>{_text(box.inner)}</msqrt>"
        case Cases():
            when = f"{_words('if ')}{_text(box.condition)}"
            rows = ((_text(box.chosen), when), (_text(box.otherwise), "<mtext>else</mtext>"))
            table = "".join(f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>" for value, condition in rows)
            return f'<mrow><mo stretchy="true">{{</mo><mtable columnalign="left left">{table}</mtable></mrow>'


def _words(text: str) -> str:
    """Spaces at the ends of `mtext` are not drawn, others than ordinary ones are."""
    return f"<mtext>{escape(text).replace(' ', '&#160;')}</mtext>"

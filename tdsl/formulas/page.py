"""A page with a program beside its derivative, in which equal names light up together, and the formulas of both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from tdsl.check.builtins import BUILTINS
from tdsl.formulas.boxes import Equation
from tdsl.formulas.mathml import mathml
from tdsl.pages import page
from tdsl.syntax.parse import KEYWORDS
from tdsl.visible import visible

_COLOURS = 4
_NAME = re.compile(r"#[^\n]*|\"[^\"\n]*\"|(?<![\w.])[A-Za-z_]\w*")
"""A name, but no attribute: or a comment or a string, in which there are none."""


def derivative_page(title: str, source: str, derivative: str, equations: Sequence[Equation]) -> str:
    """`equations` are those of the derivative."""
    shared = sorted((_names(source) & _names(derivative)) - KEYWORDS - BUILTINS.keys() - {"real", "axis", "std"})
    numbers = {name: number for number, name in enumerate(shared)}
    hover = "\n".join(
        f"main:has(.n{number}:hover) .n{number} {{ outline: 2px solid currentColor; border-radius: 3px; }}"
        for number in numbers.values()
    )
    parts = [
        f"<style>\n{hover}\n</style>",
        '<div class="beside">',
        f"<section><h2>The program</h2><pre>{_marked(source, numbers)}</pre></section>",
        f"<section><h2>Its derivative</h2><pre>{_marked(derivative, numbers)}</pre></section>",
        "</div>",
        f"<h2>Formulas</h2>\n{mathml(equations)}",
    ]
    return page(visible(title), "\n".join(parts))


def _names(text: str) -> set[str]:
    return {found for found in _NAME.findall(text) if found[0] not in '#"'}


def _marked(text: str, numbers: dict[str, int]) -> str:
    """The text with every shared name in the colour that it has everywhere."""
    out, last = [], 0
    for found in _NAME.finditer(text):
        out.append(escape(visible(text[last : found.start()])))
        shown = escape(visible(found[0]))
        if found[0][0] == "#":
            shown = f'<span class="faint">{shown}</span>'
        elif found[0] in numbers:
            number = numbers[found[0]]
            shown = f'<span class="n{number}" style="color: var(--series-{number % _COLOURS + 1})">{shown}</span>'
        out.append(shown)
        last = found.end()
    return "".join([*out, escape(visible(text[last:]))])

"""Names as mathematicians write them: W1 → W₁, y_hat → ŷ, sigma → σ, dC_dW1 → ∂C/∂W₁."""

from __future__ import annotations

import re

from tdsl.formulas.boxes import Box, Fraction, Letter, Number, Script, Sign, Word, joined, row

_GREEK_NAMES = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "pi",
    "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma",
    "Phi", "Psi", "Omega",
)  # fmt: skip
GREEK = dict(zip(_GREEK_NAMES, "αβγδεζηθκλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
_DERIVATIVE = re.compile(r"d([A-Za-z]\w*?)_d([A-Za-z]\w*)")


def name_box(name: str) -> Box:
    if found := _DERIVATIVE.fullmatch(name):
        return Fraction(row(Sign("∂"), name_box(found[1])), row(Sign("∂"), name_box(found[2])))
    stem, _, rest = name.partition("_")
    if not stem:
        return Word(name)
    if digits := re.fullmatch(r"([A-Za-z]+)([0-9]+)", stem):
        stem, rest = digits[1], digits[2] + (f"_{rest}" if rest else "")
    hat = rest == "hat" or rest.startswith("hat_")
    if hat:
        rest = rest[4:]
    base: Box = Letter(GREEK.get(stem, stem), hat) if len(stem) == 1 or stem in GREEK else Word(stem)
    if hat and isinstance(base, Word):
        rest = f"hat_{rest}".rstrip("_")
    parts = [part for part in rest.split("_") if part]
    return Script(base, below=joined([_part(part) for part in parts])) if parts else base


def _part(text: str) -> Box:
    if text.isdigit():
        return Number(text)
    return Letter(GREEK.get(text, text)) if len(text) == 1 or text in GREEK else Word(text)

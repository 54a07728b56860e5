"""unstable=refuse: an error for each form that loses everything where exponentials leave the range of floats, and that
no stability rewrite reached."""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.ir.node import Node
from tdsl.ir.program import Program
from tdsl.source import Diagnostic, Label, Span, UserError
from tdsl.stability.dangers import Danger, Loss, dangers

_OTHERWISE = "compute the logarithm itself before this step, by log_softmax, logsumexp, log_sigmoid or softplus"

_LABELS = {
    Loss.UNDERFLOWS: "underflows to 0",
    Loss.ROUNDS: "is 1 after rounding",
    Loss.OVERFLOWS: "overflows",
    Loss.RECIPROCAL: "underflows to 0",
    Loss.LOGARITHM: "is a logarithm",
}

_HINTS = {
    "if": "take the logarithm on each side: if … then log(…) else log(…)",
    "select": "take the logarithm of each choice: switch(c, log(a), log(b))",
    "item": "let the loop carry the logarithm in the place of the value",
    "mul": "log(a * b) is log(a) + log(b), and log(sum(a * exp(x))) is logsumexp(x + log(a))",
    "prod": "log(prod(a)) is sum(log(a))",
}
"""By the step that hides the one op from the other."""


def refuse_unstable(program: Program) -> Program:
    """The program after the stability rewrites, itself; raises `UserError` TD0235 with all that they left."""
    found = unstable(program)
    if found:
        raise UserError(*found)
    return program


def unstable(program: Program) -> list[Diagnostic]:
    """The errors in the order of their places."""
    spans = dict(program.spans)
    for entry in program.all_entries():
        spans |= {node: span for node, span in (*entry.spans.items(), *entry.steps.items()) if node not in spans}
    found = dangers(program.roots())
    values = {danger.lost.source for danger in found if danger.loss is not Loss.RECIPROCAL}
    named: dict[tuple[Span | None, str], Diagnostic] = {}
    for danger in found:
        if danger.loss is not Loss.RECIPROCAL or danger.lost.source not in values:
            one = _diagnostic(danger, spans)
            named.setdefault((one.span, one.message), one)
    return sorted(named.values(), key=lambda one: one.span.start if one.span else -1)


def _diagnostic(danger: Danger, spans: Mapping[Node, Span]) -> Diagnostic:
    source, border = spans.get(danger.lost.source), danger.lost.border and spans.get(danger.lost.border)
    span = spans.get(danger.node) or border or source
    lost = " ".join(source.text.split()) if source else f"{danger.lost.source.op.name}(…)"
    match danger.loss:
        case Loss.UNDERFLOWS if danger.node.op.name == "div":
            message = f"this quotient is 0 / 0 where {lost} underflows"
        case Loss.UNDERFLOWS:
            message = f"this logarithm is -inf where {lost} underflows to 0"
        case Loss.ROUNDS:
            message = f"this logarithm is -inf where {lost} is rounded to 1"
        case Loss.OVERFLOWS:
            message = f"this quotient is inf / inf where {lost} overflows"
        case Loss.RECIPROCAL:
            message = f"this derivative is inf * 0 where {lost} underflows"
        case Loss.LOGARITHM:
            message = f"this exponential of {lost} has an error for each digit of the logarithm"
    labels = [] if source in (None, span) else [Label(source, _LABELS[danger.loss])]
    if border and border not in (span, source):
        labels.append(Label(border, "no rewrite sees through this step"))
    return Diagnostic("TD0235", message, span, tuple(labels), (_hint(danger),))


def _hint(danger: Danger) -> str:
    if danger.loss is Loss.LOGARITHM:
        return "use the value that the logarithm is taken of"
    if danger.loss is Loss.UNDERFLOWS and danger.node.op.name == "div":
        return "exp(log(p) - log(q)) is p / q without underflow; keep the logarithms"
    if danger.loss is Loss.OVERFLOWS:
        return "divide by the exponential: exp(x) / (a + exp(x)) is 1 / (1 + a * exp(-x))"
    border = danger.lost.border
    return _HINTS.get(border.op.name, _OTHERWISE) if border else _OTHERWISE

"""`grad` and `stop_grad`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdsl.check.builtins.define import Site, builtin
from tdsl.check.values import Several, Value
from tdsl.ir.node import apply
from tdsl.syntax import nodes as syntax

if TYPE_CHECKING:
    from tdsl.check.checker import Checker


@builtin("stop_grad", "x")
def _stop_grad(checker: Checker, site: Site) -> Value:
    """x itself, whose derivative is zero."""
    return checker.note(apply("stop_grad", site.node(checker, "x")), site.span)


@builtin("grad", "cost", "wrt")
def _grad(checker: Checker, site: Site) -> Value:
    """The derivative of a real scalar by a real, or by each of a tuple."""
    wrt = site.given["wrt"]
    if not isinstance(wrt.value, Several):
        targets = [checker.operand(wrt.value, wrt.span)]
        return checker.derivatives(site.operand(checker, "cost"), targets, site.span)[0]
    values = wrt.value.items
    written = wrt.syntax.items if isinstance(wrt.syntax, syntax.Tuple) else (wrt.syntax,) * len(values)
    targets = [checker.operand(value, part.span) for value, part in zip(values, written, strict=True)]
    return Several(tuple(checker.derivatives(site.operand(checker, "cost"), targets, site.span)))

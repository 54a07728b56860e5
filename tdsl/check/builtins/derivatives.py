"""`grad` and `stop_grad`."""

from __future__ import annotations

from tdsl.check.builtins.define import BuiltinCall, builtin, from_table
from tdsl.check.checker import Checker
from tdsl.check.derivatives import derivatives
from tdsl.check.values import TupleValue, Value
from tdsl.ir.node import apply
from tdsl.syntax import nodes as syntax


@from_table("stop_grad")
def _stop_grad(checker: Checker, call: BuiltinCall) -> Value:
    """x itself, whose derivative is zero."""
    return checker.note(apply("stop_grad", call.node(checker, "x")), call.span)


@builtin("grad", "cost", "wrt")
def _grad(checker: Checker, call: BuiltinCall) -> Value:
    """The derivative of a real scalar by a real, or by each of a tuple."""
    wrt = call.arguments["wrt"]
    if not isinstance(wrt.value, TupleValue):
        targets = [checker.operand(wrt.value, wrt.span)]
        return derivatives(checker, call.operand(checker, "cost"), targets, call.span)[0]
    values = wrt.value.items
    written = wrt.syntax.items if isinstance(wrt.syntax, syntax.Tuple) else (wrt.syntax,) * len(values)
    targets = [checker.operand(value, part.span) for value, part in zip(values, written, strict=True)]
    return TupleValue(tuple(derivatives(checker, call.operand(checker, "cost"), targets, call.span)))

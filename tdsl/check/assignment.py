"""Values in the dtype and shape of the variable that takes them."""

from __future__ import annotations

from tdsl.check.checker import Checker
from tdsl.check.shapes import Operand
from tdsl.ir.node import Node
from tdsl.ir.program import Variable
from tdsl.source import Label, Span, fail


def next_value(checker: Checker, operand: Operand, variable: Variable, target: Span) -> Node:
    """The value of an update as its variable has it; raises `UserError` TD0217 if it does not fit."""
    type, declared = variable.node.type, variable.span
    node = checker.types.fitted(operand, type, target, "<-")
    if node is None:
        labels = [Label(declared, "declared here")] if declared else []
        got = checker.types.describe(operand.value)
        what = f"'{target.text}' is {checker.types.spell(type)} and cannot become {got}"
        raise fail("TD0217", what, operand.span, *labels)
    return node

"""The condition of an assertion, in an entry or in a loop."""

from __future__ import annotations

from tdsl.check.checker import Checker
from tdsl.check.trampoline import Evaluate, Step
from tdsl.check.values import Scope, Value
from tdsl.ir.node import Node, apply
from tdsl.source import fail
from tdsl.syntax import nodes as syntax
from tdsl.types import BOOL


def asserted(checker: Checker, statement: syntax.Assert, scope: Scope) -> Step[Node]:
    """Whether all elements of the condition are true."""
    value: Value = yield Evaluate(statement.condition, scope)
    node = checker.types.node(checker.operand(value, statement.condition.span).value)
    if node.type.dtype != BOOL:
        got = checker.types.describe(node)
        raise fail("TD0222", f"an assertion is true or false, got {got}", statement.condition.span)
    return apply("all", node, axes=tuple(range(node.type.rank))) if node.type.rank else node

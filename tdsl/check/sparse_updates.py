"""An update by a rule of the rows that a cost reads: `p - lr * g` where the derivative `g` is zero elsewhere.

    E - lr * scatter(g, ids)      →      E with [ids] += -(lr * g)

The other rows stay as they are, whatever `lr` is.
"""

from __future__ import annotations

from tdsl.check.checker import Checker
from tdsl.ir.attributes import Axes, SizedAxis
from tdsl.ir.node import Node, apply, broadcast
from tdsl.source import Span
from tdsl.types import ZERO


def rows_alone(checker: Checker, new: Node, parameter: Node, gradient: Node, span: Span) -> Node:
    """The new value of a parameter by a rule, written row by row if it is such a step along such a derivative."""
    rows = _scattered(gradient)
    if not rows or new.op.name != "sub" or new.operands[0] is not parameter or new.operands[1].op.name != "mul":
        return new
    factors = [factor for factor in new.operands[1].operands if factor is not gradient]
    if len(factors) != 1 or factors[0].op.name != "broadcast" or factors[0].get(Axes).axes:
        return new
    (rate,) = factors[0].operands
    for row in rows:
        value, index = row.operands
        rank, axis = parameter.type.rank, row.get(SizedAxis).axis
        step = -(broadcast(rate, value.type, ()) * value)
        starts, steps = (ZERO,) * rank, (1,) * rank
        made = apply("write_add", parameter, step, index, axis=axis, starts=starts, steps=steps)
        parameter = checker.note(made, span)
    return parameter


def _scattered(gradient: Node) -> list[Node]:
    """The scatters that a derivative is the sum of; none if it has other terms."""
    found: list[Node] = []
    stack = [gradient]
    while stack:
        node = stack.pop()
        if node.op.name in ("add", "identity"):
            stack += reversed(node.operands)
        elif node.op.name == "scatter":
            found.append(node)
        else:
            return []
    return found

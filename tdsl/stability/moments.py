"""mean(x²) - mean(x)² → mean((x - mean(x))²): both are large and nearly equal where the mean is not small."""

from __future__ import annotations

from tdsl.ir.attributes import Axes
from tdsl.ir.node import Node, apply
from tdsl.stability.forms import counts, is_op, of, stretch
from tdsl.stability.reasons import Better, Reason

VARIANCE = Reason("variance", "mean(x²) and mean(x)² are nearly equal where the mean is large, and cancel all digits")


def moments(node: Node) -> Better | None:
    if not is_op(node, "sub"):
        return None
    squares, square = node.operands
    if not (is_op(squares, "div") and is_op(square, "mul") and square.operands[0] is square.operands[1]):
        return None
    mean = square.operands[0]
    if not is_op(mean, "div") or mean.operands[1] is not squares.operands[1]:
        return None
    x, total = of("sum", mean.operands[0]), squares.operands[0]
    if x is None or of("sum", total) is not x * x or total.attributes != mean.operands[0].attributes:
        return None
    axes = total.get(Axes).axes
    if not counts(mean.operands[1], (x.type.shape[axis] for axis in axes)):
        return None
    deviation = x - stretch(mean, x, axes)
    return Better(apply("sum", deviation * deviation, axes=axes) / squares.operands[1], VARIANCE)

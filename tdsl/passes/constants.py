"""op(2, 3) → 8, size(3) → 3: scalar arithmetic on literals, in their own dtype."""

from __future__ import annotations

import numpy as np

from tdsl.ir.attributes import Size
from tdsl.ir.node import Node, constant, constant_value
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite
from tdsl.types import Kind


def constants(program: Program) -> Program:
    return rewrite(program, _rule)


def _rule(node: Node) -> Node:
    if node.op.name == "size" and (size := node.get(Size).dim.constant) is not None:
        return constant(size, node.type.dtype)
    foldable = node.op.family in ("elementwise", "branch") and not node.type.rank and not node.op.fault
    if not foldable or not all(operand.op.name == "constant" for operand in node.operands):
        return node
    # Out-of-range real → integer conversion is target-defined, so it is not folded.
    if node.op.name == "cast" and node.operands[0].type.is_real and node.type.dtype.kind is Kind.INTEGER:
        return node
    values = [np.asarray(constant_value(o)).astype(o.type.dtype.numpy) for o in node.operands]
    with np.errstate(all="ignore"):
        value = np.asarray(node.op.numpy(*values, **node.attributes.given())).astype(node.type.dtype.numpy).item()
    if node.type.is_real and not np.isfinite(value):
        return node
    return constant(value, node.type.dtype)

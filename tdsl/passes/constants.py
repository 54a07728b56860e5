"""op(2, 3) → 8: scalar arithmetic on literals, in their own dtype."""

from __future__ import annotations

import numpy as np

from tdsl.ir import Node, Program, constant, constant_value, rewrite
from tdsl.types import Kind


def constants(program: Program) -> Program:
    return rewrite(program, _rule)


def _rule(node: Node) -> Node:
    foldable = node.op.family in ("elementwise", "branch") and not node.type.rank and not node.op.fault
    if not foldable or not all(operand.op.name == "constant" for operand in node.operands):
        return node
    values = [np.asarray(constant_value(o), dtype=o.type.dtype.numpy) for o in node.operands]
    with np.errstate(all="ignore"):
        value = np.asarray(node.op.numpy(*values, **dict(node.attributes))).astype(node.type.dtype.numpy).item()
    if node.type.dtype.kind is Kind.REAL and not np.isfinite(value):
        return node
    return constant(value, node.type.dtype)

"""exp(x - max(x)) / sum(exp(x - max(x))) → softmax(x), and so log_softmax, logsumexp and finite_or_zero: functions of
std.nn, as a person would write them.  For printed programs only: some differ at infinities."""

from __future__ import annotations

import numpy as np

from tdsl.ir.attributes import NONE, Axis
from tdsl.ir.node import Node, Op, constant_value, full, made
from tdsl.ir.program import Program
from tdsl.ir.rewrite import rewrite
from tdsl.stability.forms import exponential_sum, is_op, is_shifted, of, of_fixed, softmax, stretch, stretched_base
from tdsl.types import ONE, Dim, Type

FAMILY = "named form"
"""The family of their ops, which no table has: they are printed, and nothing computes with them."""

MODULE = "std.nn"


def _same(types: list[Type], axis: int = 0) -> Type:
    return types[0]


def _reduced(types: list[Type], axis: int) -> Type:
    (operand,) = types
    return Type(operand.dtype, operand.shape[:axis] + operand.shape[axis + 1 :])


SOFTMAX = Op("softmax", FAMILY, _same, np.asarray, attributes=Axis)
LOG_SOFTMAX = Op("log_softmax", FAMILY, _same, np.asarray, attributes=Axis)
LOGSUMEXP = Op("logsumexp", FAMILY, _reduced, np.asarray, attributes=Axis)
FINITE_OR_ZERO = Op("finite_or_zero", FAMILY, _same, np.asarray)


def named_form(node: Node) -> Node:
    """The node, or the function of std.nn that it is; of one whose operands are so already."""
    match node.op.name:
        case "div" if found := softmax(node):
            return _along(SOFTMAX, node, *found)
        case "mul":
            a, b = node.operands
            return _times_share(a, b) or _times_share(b, a) or node
        case "sub":
            return _log_softmax(node)
        case "add":
            return _logsumexp(node)
    return node


def _along(op: Op, node: Node, shifted: Node, axes: tuple[int, ...]) -> Node:
    """The function of the values of which a maximum along an axis was subtracted."""
    if len(axes) != 1 or not is_shifted(shifted, axes):
        return node
    return made(op, (of_fixed(shifted.operands[0]),), Axis(axes[0]))


def _times_share(factor: Node, power: Node) -> Node | None:
    """a / sum(exp(x)) · exp(x) → a · softmax(x)"""
    base, axes = stretched_base(factor)
    if not is_op(base, "div") or not axes:
        return None
    top, total = base.operands[0], _without_ones(base.operands[1])
    found = exponential_sum(total)
    if found is None or found[1] != axes or total.operands[0] is not power:
        return None
    share = _along(SOFTMAX, power, *found)
    top = _without_ones(top)
    if share is power or not (top.is_constant or top.type.shape == total.type.shape):
        return None
    return _stretched(top, power, axes) * share


def _stretched(node: Node, like: Node, axes: tuple[int, ...]) -> Node:
    value = constant_value(node)
    return stretch(node, like, axes) if value is None else full(value, like.type)


def _without_ones(node: Node) -> Node:
    """The value of which a node is a view with further axes of size 1."""
    while is_op(node, "reshape", "broadcast") and _sizes(node) == _sizes(node.operands[0]):
        (node,) = node.operands
    return node


def _sizes(node: Node) -> list[Dim]:
    return [size for size in node.type.shape if size != ONE]


def _log_softmax(node: Node) -> Node:
    shifted, subtracted = node.operands
    base, axes = stretched_base(subtracted)
    found = exponential_sum(total) if (total := of("log", base)) is not None else None
    if found and found == (shifted, axes):
        return _along(LOG_SOFTMAX, node, *found)
    return node


def _logsumexp(node: Node) -> Node:
    for logged, shift in (node.operands, node.operands[::-1]):
        total = of("log", logged)
        found = exponential_sum(total) if total is not None else None
        if found and is_op(found[0], "sub") and _bare(found[0].operands[1]) is _bare(shift):
            return _along(LOGSUMEXP, node, *found)
    return node


def _bare(shift: Node) -> Node:
    """A maximum without the axes of size 1 around it, its choice of 0 where it is infinite included."""
    while is_op(shift, "broadcast", "reshape", "stop_grad", "select"):
        shift = shift.operands[is_op(shift, "select")]
    return shift


def finite_or_zero(node: Node) -> Node:
    """The node, or the function of the same name; for a walk after that of the other forms, which contain it."""
    if is_op(node, "select") and constant_value(node.operands[2]) == 0:
        condition, chosen, _ = node.operands
        if of("isfinite", condition) is chosen:
            return made(FINITE_OR_ZERO, (chosen,), NONE)
    return node


FORMS = (named_form, finite_or_zero)
"""The rules, a walk each."""


def with_named_forms(program: Program) -> Program:
    """The program to print."""
    for rule in FORMS:
        program = rewrite(program, rule)
    return program

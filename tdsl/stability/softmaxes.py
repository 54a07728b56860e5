"""exp(x) / sum(exp(x)) → softmax(x), which subtracts the maximum first; x - logsumexp(x) → log_softmax(x): their
difference is small where both are large."""

from __future__ import annotations

from tdsl.ir.node import Node, apply
from tdsl.stability.forms import (
    exponential_sum,
    is_op,
    is_shifted,
    of,
    shift_of,
    softmax,
    stretch,
    stretched_base,
)
from tdsl.stability.reasons import Better, Reason, better

SHARES = Reason("softmax", "exp(x) overflows for a large x, and exp(x - max(x)) never does; the shares are the same")
LOG_SHARES = Reason(
    "log_softmax", "x and logsumexp(x) may be large where their difference is small, which loses digits"
)


def softmaxes(node: Node) -> Better | None:
    if found := softmax(node):
        return better(_softmax(*found), SHARES)
    if is_op(node, "sub"):
        return better(_log_softmax(*node.operands), LOG_SHARES)
    return None


def _softmax(u: Node, axes: tuple[int, ...]) -> Node | None:
    if is_shifted(u, axes):
        return None
    power = apply("exp", u - stretch(shift_of(u, axes), u, axes))
    return power / stretch(apply("sum", power, axes=axes), u, axes)


def _log_softmax(x: Node, subtracted: Node) -> Node | None:
    base, axes = stretched_base(subtracted)
    if not axes or not is_op(base, "add"):
        return None
    for total, shift in (base.operands, base.operands[::-1]):
        logged = of("log", total)
        found = exponential_sum(logged) if logged is not None else None
        if not found or found[1] != axes or not is_op(found[0], "sub"):
            continue
        own, subtracted_before = found[0].operands
        if own is x and _same(stretched_base(subtracted_before), (shift, axes)):
            return found[0] - stretch(total, x, axes)
    return None


def _same(one: tuple[Node, tuple[int, ...]], other: tuple[Node, tuple[int, ...]]) -> bool:
    """Whether values stretched over axes are the same: a choice between 0 and a value may be made before or after
    axes of size 1 are added."""
    return one[1] == other[1] and _plain(one[0]) == _plain(other[0])


def _plain(node: Node) -> object:
    if is_op(node, "select", "isfinite", "stop_grad"):
        return (node.op.name, *(_plain(operand) for operand in node.operands))
    if node.is_constant:
        return (node.operands[0] if node.operands else node).attributes
    base = node
    while is_op(base, "reshape"):
        (base,) = base.operands
    return base if base is node else _plain(base)

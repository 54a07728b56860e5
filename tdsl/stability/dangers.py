"""Forms that lose everything where exponentials leave the range of floats, and that no rule has rewritten: something
between the two ops hides the one from the other, as an `if`, a loop or another factor does.

log(p), where p underflows to 0; log1p(-p), where p is 1 after rounding; p / q, where both underflow or both overflow;
1 / p · q, where both underflow; exp(log(x)).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto

from tdsl.ir.attributes import Axes, Item
from tdsl.ir.node import Node, constant_value, topological
from tdsl.ops.scan import Scan
from tdsl.record import record
from tdsl.stability.forms import is_op, is_shifted, is_view, of, softmax
from tdsl.stability.logarithms import SCALE


class Loss(Enum):
    """What becomes of a value for ordinary arguments."""

    UNDERFLOWS = auto()
    ROUNDS = auto()
    """It becomes 1."""
    OVERFLOWS = auto()
    RECIPROCAL = auto()
    """It is infinite where its divisor underflows."""
    LOGARITHM = auto()
    """It is one."""


@record(frozen=True)
class Lost:
    """The op that loses, and the first one between it and a value that no rule looks through."""

    source: Node
    border: Node | None = None


@record(frozen=True)
class Danger:
    """`node` computes with a value that is lost."""

    node: Node
    lost: Lost
    loss: Loss


Losses = dict[Loss, Lost]

UNDERFLOW = ("exp", "sigmoid", "sigmoid_slope", "tanh_slope", "erfc", "exp_add")
"""Functions that are positive and soon 0."""

PASSES = ("select", "if", "stack", "max", "min", "maximum", "minimum", "sort", "cast", "abs", "write", "place")
"""Ops whose result has elements of their operands."""


def dangers(roots: Sequence[Node]) -> list[Danger]:
    """Those of some nodes and of the loops behind them."""
    found: dict[Node, Danger] = {}
    _losses(roots, {}, found)
    return list(found.values())


def _losses(roots: Sequence[Node], known: dict[Node, Losses], found: dict[Node, Danger]) -> dict[Node, Losses]:
    losses: dict[Node, Losses] = dict(known)
    loops: dict[Node, list[Losses]] = {}
    for node in topological(roots):
        if node.op.name == "scan":
            loops[node] = _of_loop(node, losses, found)
            losses[node] = {}
        elif node in known:
            continue
        elif is_op(node, "item") and node.operands[0] in loops:
            results = loops[node.operands[0]]
            index = node.get(Item).index
            losses[node] = _behind(results[index], node) if index < len(results) else {}
        else:
            losses[node] = _of(node, losses)
            for danger in _found(node, losses):
                found.setdefault(node, danger)
    return losses


def _of_loop(node: Node, outer: dict[Node, Losses], found: dict[Node, Danger]) -> list[Losses]:
    """Those of the results of a loop.  A state loses what its first value or its next one does."""
    loop = Scan.of(node)
    given = [outer[operand] for operand in loop.operands[: len(loop.body.parameters)]]
    for _ in range(loop.states + 1):
        inside = _losses(loop.body.results, dict(zip(loop.body.parameters, given, strict=True)), found)
        after = [inside[result] for result in loop.body.results]
        merged = [{**new, **old} for old, new in zip(given[: loop.states], after, strict=False)]
        if all(new.keys() == old.keys() for new, old in zip(merged, given, strict=False)):
            break
        given[: loop.states] = merged
    return [*given[: loop.states], *after[loop.states :]]


def _behind(losses: Losses, border: Node) -> Losses:
    return {loss: lost if lost.border else Lost(lost.source, border) for loss, lost in losses.items()}


def _of(node: Node, losses: dict[Node, Losses]) -> Losses:
    parts = [losses[operand] for operand in node.operands]
    if softmax(node) or node.op.name in UNDERFLOW:
        own = {Loss.UNDERFLOWS: Lost(node)}
        if softmax(node) or is_op(node, "sigmoid"):
            own[Loss.ROUNDS] = Lost(node)
        if is_op(node, "exp", "exp_add") and not _is_negative(node.operands[0]):
            own[Loss.OVERFLOWS] = Lost(node)
        return own
    if is_op(node, "erf", "tanh"):
        return {Loss.ROUNDS: Lost(node)}
    if is_op(node, "log"):
        return {Loss.LOGARITHM: Lost(node)}
    if is_view(node) or is_op(node, "identity", "stop_grad"):
        return parts[0]
    match node.op.name:
        case "maximum" | "minimum" if any(constant_value(operand) is not None for operand in node.operands):
            return {}  # kept away from where it is lost
        case "sum":
            return _of_sum(node, parts[0])
        case "prod" | "norm" | "sqrt":
            return _behind(_only(parts[0], Loss.UNDERFLOWS, Loss.OVERFLOWS), node)
        case "mul":
            return _of_product(node, parts)
        case "div":
            return _of_quotient(node, parts)
        case "add":
            one, other = parts
            kept = {loss: one[loss] for loss in one.keys() & other.keys() & {Loss.UNDERFLOWS}}
            return {**_only(other, Loss.OVERFLOWS), **_only(one, Loss.OVERFLOWS), **kept}
        case "neg":
            return _only(parts[0], Loss.OVERFLOWS)
        case "sub":
            return _only({**parts[1], **parts[0]}, Loss.OVERFLOWS)
    if node.op.name in PASSES:
        chosen = node.operands[1:] if is_op(node, "select", "if") else node.operands
        return _behind({loss: lost for operand in reversed(chosen) for loss, lost in losses[operand].items()}, node)
    return {}


def _only(losses: Losses, *wanted: Loss) -> Losses:
    return {loss: lost for loss, lost in losses.items() if loss in wanted}


def _of_sum(node: Node, part: Losses) -> Losses:
    """A sum of exp(x - max(x)) is 1 or more."""
    power = of("exp", node.operands[0])
    if power is not None and is_shifted(power, node.get(Axes).axes):
        return {}
    return _behind(_only(part, Loss.UNDERFLOWS, Loss.OVERFLOWS), node)


def _of_product(node: Node, parts: Sequence[Losses]) -> Losses:
    found: Losses = {}
    for operand, other in zip(parts, reversed(parts), strict=True):
        found |= _only(operand, Loss.UNDERFLOWS, Loss.RECIPROCAL)
        if Loss.UNDERFLOWS not in other:
            found |= _only(operand, Loss.OVERFLOWS)
    return _behind(found, node)


def _of_quotient(node: Node, parts: Sequence[Losses]) -> Losses:
    top, bottom = parts
    found = _only(top, Loss.UNDERFLOWS, Loss.OVERFLOWS)
    if Loss.UNDERFLOWS in bottom and Loss.UNDERFLOWS not in top:
        found[Loss.RECIPROCAL] = bottom[Loss.UNDERFLOWS]
    return _behind(found, node)


def _is_negative(node: Node) -> bool:
    """Whether it is at most 0, as the form shows."""
    if is_op(node, "sub"):
        return any(is_shifted(node, axes) for axes in _axes_of_shift(node))
    if is_op(node, "neg"):
        (inner,) = node.operands
        square = is_op(inner, "mul") and inner.operands[0] is inner.operands[1]
        return square or is_op(inner, "abs", "softplus", "exp", "sigmoid", "norm")
    if is_op(node, "mul", "div"):
        number, rest = node.operands if is_op(node, "mul") else node.operands[::-1]
        value = constant_value(number)
        if value is not None and value < 0:
            return is_op(rest, "mul") and rest.operands[0] is rest.operands[1]
        return value is not None and _is_negative(rest)
    return False


def _axes_of_shift(node: Node) -> Iterator[tuple[int, ...]]:
    shift = node.operands[1]
    while is_op(shift, "broadcast", "reshape", "stop_grad", "select"):
        shift = shift.operands[is_op(shift, "select")]
    if is_op(shift, "max"):
        yield shift.get(Axes).axes


def _found(node: Node, losses: dict[Node, Losses]) -> Iterator[Danger]:
    parts = [losses[operand] for operand in node.operands]
    if node.op.name in SCALE:
        if lost := parts[0].get(Loss.UNDERFLOWS):
            yield Danger(node, lost, Loss.UNDERFLOWS)
    elif is_op(node, "log1p") and (inner := of("neg", node.operands[0])) is not None:
        if lost := losses[inner].get(Loss.ROUNDS):
            yield Danger(node, lost, Loss.ROUNDS)
    elif is_op(node, "div"):
        top, bottom = parts
        if Loss.UNDERFLOWS in top and (lost := bottom.get(Loss.UNDERFLOWS)):
            yield Danger(node, lost, Loss.UNDERFLOWS)
        # A quotient of other values that overflow may be of two variances, which have ordinary sizes.
        elif (lost := bottom.get(Loss.OVERFLOWS)) and lost.source is node.operands[0]:
            yield Danger(node, lost, Loss.OVERFLOWS)
    elif is_op(node, "mul"):
        for one, other in (parts, parts[::-1]):
            if Loss.RECIPROCAL in one and Loss.UNDERFLOWS in other:
                yield Danger(node, one[Loss.RECIPROCAL], Loss.RECIPROCAL)
    elif is_op(node, "exp") and (lost := parts[0].get(Loss.LOGARITHM)):
        yield Danger(node, lost, Loss.LOGARITHM)

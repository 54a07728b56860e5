"""TD0506: a weight whose slices along an axis begin equal and stay so, however long it is trained.

Two units of a layer that have the same weights in and out get the same derivatives, and remain one unit.  A weight at 0
is fine where the values around it differ: so are a bias, and the weights of logistic regression.  A value is even along
an axis if all its slices there are equal; a variable stays even along the axes of its first value along which all its
updates are even, as long as the variables that they are made of are.  Nothing is even that a loop computes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tdsl.ir.attributes import Axes, Axis, Broadcast, Named
from tdsl.ir.node import Node, topological
from tdsl.ir.program import Entry, Variable
from tdsl.lint.subject import Subject, warning
from tdsl.source import Diagnostic
from tdsl.types import ONE

Even = frozenset[int]
NOWHERE: Even = frozenset()


def symmetric(subject: Subject) -> Iterator[Diagnostic]:
    stay = staying(subject)
    updated = {update.variable for entry in subject.stable.entries for update in entry.updates}
    found: list[tuple[Variable, list[int]]] = []
    for variable in subject.stable.variables:
        axes = [axis for axis in sorted(stay[variable.name]) if variable.node.type.shape[axis] != ONE]
        if axes and variable.kind == "shared" and variable.name in updated:
            found.append((variable, axes))
    # The biases of equal units are equal because these are.
    weights = [each for each in found if each[0].node.type.rank > 1]
    for variable, axes in weights or found:
        if variable.span is None:
            continue
        size = variable.node.type.shape[axes[0]]
        what = f"the {size} parts of '{variable.name}' along axis {axes[0]} begin equal and stay equal"
        hint = "draw its first values: normal(0, 0.1), or glorot() of std.init"
        yield warning("TD0506", what, variable.span, hint=hint)


def staying(subject: Subject) -> Mapping[str, Even]:
    """The axes of each variable along which it is even at first and after any calls."""
    program = subject.stable
    first = _even(program.initialise, {})
    now = {update.variable: first[update.value] for update in program.initialise.updates}
    while True:
        after = dict(now)
        for entry in program.entries:
            known = _even(entry, now)
            for update in entry.updates:
                after[update.variable] &= known[update.value]
        if after == now:
            return now
        now = after


def _even(entry: Entry, variables: Mapping[str, Even]) -> Mapping[Node, Even]:
    known: dict[Node, Even] = {}
    for node in topological(entry.roots()):
        found = variables.get(node.get(Named).name, NOWHERE) if node.op.name == "variable" else _axes(node, known)
        ones = {axis for axis, size in enumerate(_shape(node)) if size == ONE}
        known[node] = found | ones
    return known


def _shape(node: Node) -> tuple[object, ...]:
    """A node with several results has none."""
    return getattr(node.type, "shape", ())


def _axes(node: Node, known: Mapping[Node, Even]) -> Even:
    """The axes along which a node is even."""
    if not node.operands:
        return _of_source(node)
    inner = known[node.operands[0]]
    match node.op.family:
        case "elementwise" | "branch":
            parts = node.operands[node.op.family == "branch" :]  # the condition of a branch has no axes
            return known[parts[0]].intersection(*(known[part] for part in parts))
        case "view":
            return _of_view(node, inner)
        case "reduction":
            axes = node.attributes
            gone = axes.axes if isinstance(axes, Axes) else (axes.axis,) if isinstance(axes, Axis) else ()
            kept = [axis for axis in range(node.operands[0].type.rank) if axis not in gone]
            return Even(place for place, axis in enumerate(kept) if axis in inner)
        case "cumulative":
            return inner - {node.get(Axis).axis}
        case "contraction":
            return _of_product(node, inner, known[node.operands[1]])
        case "index":  # place
            shape = node.operands[0].type.shape
            return Even(axis for axis in inner if shape[axis] == node.type.shape[axis])
        case "stack":
            same = {0} if len(set(node.operands)) == 1 else set()
            return Even(same | {axis + 1 for axis in inner.intersection(*(known[part] for part in node.operands))})
        case _:
            return NOWHERE


def _of_source(node: Node) -> Even:
    if node.op.name == "iota":
        return Even(range(node.type.rank)) - {node.get(Axis).axis}
    return NOWHERE


def _of_view(node: Node, inner: Even) -> Even:
    (operand,) = node.operands
    match node.op.name:
        case "broadcast":
            axes = node.get(Broadcast).axes
            new = set(range(node.type.rank)).difference(axes)
            return Even(new | {axes[axis] for axis in inner})
        case "transpose":
            return Even(place for place, axis in enumerate(node.get(Axes).axes) if axis in inner)
        case "reshape":
            if len(inner) == operand.type.rank:
                return Even(range(node.type.rank))
            before = [axis for axis, size in enumerate(operand.type.shape) if size != ONE]
            after = [axis for axis, size in enumerate(node.type.shape) if size != ONE]
            if [operand.type.shape[axis] for axis in before] != [node.type.shape[axis] for axis in after]:
                return NOWHERE
            return Even(new for old, new in zip(before, after, strict=True) if old in inner)
        case "slice" | "identity" | "stop_grad":
            return inner
        case _:
            return NOWHERE


def _of_product(node: Node, left: Even, right: Even) -> Even:
    a, b = (operand.type.rank for operand in node.operands)
    stack = max(a, b, 2) - 2
    found = {axis for axis in range(stack) if axis in left and axis in right}
    if a > 1 and a - 2 in left:
        found.add(stack)
    if b > 1 and b - 1 in right:
        found.add(node.type.rank - 1)
    return Even(found)

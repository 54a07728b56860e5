"""TD0507: a logarithm, root or quotient that leaves its domain for some values, as far as intervals can tell.

Those that the stability rewrites replace are fine, and so are sides of a condition that keeps the value in the domain.
An argument with a default above 0 counts as positive.  Nothing more is known of arguments than their assertions say,
and nothing of kept values, nor inside of a loop of what is computed outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tdsl.check.free_names import parts
from tdsl.ir.function import with_bodies
from tdsl.ir.node import Node
from tdsl.ir.program import Entry
from tdsl.lint.intervals import ANY, POSITIVE, Interval, interval, met, told
from tdsl.lint.subject import Subject, warning
from tdsl.record import record
from tdsl.source import Diagnostic, Label, Span
from tdsl.syntax import nodes as syntax

# The nodes that are made of each, and None for a result.  A result of a function has no users.
_Users = dict[Node, list[Node | None]]
LOGARITHMS = {"log", "log2", "log10"}


@record(frozen=True, eq=False)
class _Operation:
    """A logarithm, root or quotient of the text, and the operand that must lie in its domain."""

    span: Span
    operand: syntax.Expression


def outside_domain(subject: Subject) -> Iterator[Diagnostic]:
    written = {(one.span.start, one.span.end): one for one in _written(subject.file)}
    if not written:
        return
    for entry in subject.stable.all_entries():
        order = list(with_bodies(entry.roots()))
        known = _known(entry, order)
        rooted = {node.operands[1] for node in order if node.op.name == "div" and node not in subject.stable.spans}
        users = _users(entry, order)
        for node in order:
            span = entry.spans.get(node) or subject.stable.spans.get(node)
            operation = written.get((span.start, span.end)) if span and subject.is_own(span) else None
            operand = _operand(node)
            if operation is None or operand is None:
                continue
            told_of = known[operand]
            if not _fits(node, told_of, node in rooted) and _is_exposed(node, operand, users, node in rooted):
                yield _told(node, operation, told_of)


def _users(entry: Entry, order: Iterable[Node]) -> _Users:
    users: _Users = {node: [] for node in order}
    for node in users:
        for part in node.operands:
            users[part].append(node)
    for root in entry.roots():
        users[root].append(None)
    return users


def _written(file: syntax.File) -> Iterator[_Operation]:
    for part in (part for item in file.items for part in parts(item)):
        match part:
            case syntax.Binary(operator="/"):
                yield _Operation(part.span, part.right)
            case syntax.Binary(operator="**"):
                yield _Operation(part.span, part.left)
            case syntax.Call(function=syntax.Name(name=name), arguments=(first, *_)) if name in LOGARITHMS | {"sqrt"}:
                yield _Operation(part.span, first.value)


def _operand(node: Node) -> Node | None:
    if node.op.name in LOGARITHMS or node.op.name == "sqrt":
        return node.operands[0]
    return node.operands[1] if node.op.name == "div" else None


def _fits(node: Node, operand: Interval, differentiated: bool) -> bool:
    if node.op.name in LOGARITHMS:
        return operand.is_positive
    if node.op.name == "sqrt":
        return operand.is_positive if differentiated else operand.low >= 0
    return not operand.has_zero


def _known(entry: Entry, order: Iterable[Node]) -> Mapping[Node, Interval]:
    """The interval of each node, by the assertions of the entry too."""
    said = {one.node: POSITIVE for one in entry.parameters if one.default is not None and one.default > 0}
    for result in entry.results:
        for node, limits in told(result.node, True).items() if result.role == "assert" else ():
            said[node] = met(said.get(node, ANY), limits)
    known: dict[Node, Interval] = {}
    for node in order:
        found = interval(node, [known[operand] for operand in node.operands])
        known[node] = met(found, said[node]) if node in said else found
    return known


def _is_exposed(node: Node, operand: Node, users: _Users, differentiated: bool) -> bool:
    """Whether a result is made of it other than on a side of a condition that keeps its operand in the domain."""
    seen, stack = {node}, [node]
    while stack:
        part = stack.pop()
        if not users[part]:
            return True
        for user in users[part]:
            if user is None:
                return True
            if user not in seen and not _guards(user, part, node, operand, differentiated):
                seen.add(user)
                stack.append(user)
    return False


def _guards(choice: Node, part: Node, node: Node, operand: Node, differentiated: bool) -> bool:
    if choice.op.name not in ("select", "if") or choice.operands[0] is part:
        return False
    sides = [place == 0 for place, side in enumerate(choice.operands[1:]) if side is part]
    limits = [told(choice.operands[0], holds).get(operand) for holds in sides]
    return all(one is not None and _fits(node, one, differentiated) for one in limits)


def _told(node: Node, operation: _Operation, operand: Interval) -> Diagnostic:
    text = " ".join(operation.operand.span.text.split())
    if node.op.name in LOGARITHMS:
        what = f"this logarithm is -inf or nan where {text} is not above 0"
    elif node.op.name == "sqrt" and operand.low >= 0:
        what = f"the derivative of this root is infinite where {text} is 0"
    elif node.op.name == "sqrt":
        what = f"this root is nan where {text} is below 0"
    else:
        what = f"this quotient is infinite or nan where {text} is 0"
    label = Label(operation.operand.span, str(operand))
    hint = "keep it away from 0, by maximum(…, 1e-8) or + 1e-8; or say that it is: assert all(… > 0)"
    return warning("TD0507", what, operation.span, [label], hint)

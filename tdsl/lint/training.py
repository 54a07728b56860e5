"""TD0504: a shared value that no entry trains, though others are.  TD0505: a derivative that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from tdsl.check.calls import DERIVATIVES
from tdsl.check.free_names import parts
from tdsl.check.values import leaves
from tdsl.ir.node import Node, topological
from tdsl.lint.subject import Subject, warning
from tdsl.lint.unused import is_derivative
from tdsl.source import Diagnostic
from tdsl.syntax import nodes as syntax


def untrained(subject: Subject) -> Iterator[Diagnostic]:
    updated = {update.variable for entry in subject.program.entries for update in entry.updates}
    shared = [variable for variable in subject.program.variables if variable.kind == "shared"]
    costs = set(topological(_costs(subject)))
    if not costs or not any(variable.name in updated for variable in shared):
        return
    for variable in shared:
        if variable.name in updated or variable.node not in subject.reached or variable.span is None:
            continue
        if variable.node in costs:
            what = f"a cost depends on '{variable.name}', and no entry updates it"
            hint = "name it behind over, or declare it as state"
        else:
            what = f"no cost depends on '{variable.name}', so nothing trains it"
            hint = "use it in the cost, or declare it as state"
        yield warning("TD0504", what, variable.span, hint=hint)


def _costs(subject: Subject) -> list[Node]:
    """The values that the file differentiates or minimizes."""
    written = []
    for part in (part for item in subject.file.items for part in parts(item)):
        if isinstance(part, syntax.Minimize):
            written.append(part.cost)
        elif isinstance(part, syntax.Call) and _is_derivative(part) and part.arguments:
            written.append(part.arguments[0].value)
    values = [subject.analysis.values.get(expression) for expression in written]
    return [node for value in values if value for node in leaves(value) if isinstance(node, Node)]


def _is_derivative(call: syntax.Call) -> bool:
    return isinstance(call.function, syntax.Name) and call.function.name in DERIVATIVES


def unused_derivatives(subject: Subject) -> Iterator[Diagnostic]:
    used = subject.reached | set(topological(_costs(subject)))
    for item in subject.file.items:
        listed = isinstance(item, syntax.Entry) and item.each is not None
        if not isinstance(item, syntax.Entry | syntax.Let | syntax.Cost) or listed:
            continue
        calls = [part for part in parts(item, through=False) if isinstance(part, syntax.Call)]
        outer = [call for call in calls if _is_derivative(call)]
        for call in outer:
            inside = any(other is not call and other.span.holds(call.span) for other in outer)
            if is_derivative(call) and not inside:
                yield from _unused(subject, call, used)


def _unused(subject: Subject, call: syntax.Call, used: set[Node]) -> Iterator[Diagnostic]:
    value = subject.analysis.values.get(call)
    found = [part for part in leaves(value) if isinstance(part, Node)] if value else []
    left = [place for place, node in enumerate(found) if node not in used]
    by = call.arguments[1].value if len(call.arguments) > 1 else None
    names = by.items if isinstance(by, syntax.Tuple) else ()
    if left and len(left) == len(found):
        what, hint = "no update and no result uses this derivative", "use it: w <- w - lr * g, or take it out"
        yield warning("TD0505", what, call.span, hint=hint)
    elif len(names) == len(found):
        for place in left:
            name = names[place].span
            what = f"no update and no result uses the derivative by {name.text}"
            yield warning("TD0505", what, name, hint=f"use it, or leave {name.text} out")

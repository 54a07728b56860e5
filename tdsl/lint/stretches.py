"""TD0508: two values that stretch each other, as [B, 1] and [B] do to [B, B], where the text has no `new`.

One value that stretches to another, as a bias to the rows of a batch, is what the language is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tdsl.check.free_names import parts
from tdsl.ir.attributes import Broadcast
from tdsl.ir.node import Node
from tdsl.lint.subject import Subject, warning
from tdsl.source import Diagnostic, Label, Span
from tdsl.syntax import nodes as syntax
from tdsl.types import ONE

_Written = Mapping[tuple[int, int], syntax.Binary | syntax.Call]
_FAMILY = "elementwise"
_MOST_STEPS = 100


def stretching(subject: Subject) -> Iterator[Diagnostic]:
    written = _written(subject.file)
    spell = subject.analysis.checker.types.spell
    for node in subject.reached:
        span = subject.program.spans.get(node)
        part = written.get((span.start, span.end)) if span and subject.is_own(span) else None
        if part is None or span is None or node.op.family != _FAMILY or len(node.operands) < 2:
            continue
        stretched = [
            operand for operand in node.operands if operand.op.name == "broadcast" and operand.operands[0].type.rank
        ]
        if (
            len(stretched) < 2
            or not _each_other(stretched)
            or any(_is_meant(one, subject, written) for one in stretched)
        ):
            continue
        types = [spell(_before(one).type) for one in stretched]
        sides: list[Span] = []
        if isinstance(part, syntax.Binary):
            sides = [part.left.span, part.right.span]
        labels = [Label(side, type) for side, type in zip(sides, types, strict=False)]
        what = f"{types[0]} and {types[1]} stretch each other to {spell(node.type)}"
        hint = "take the axis of size 1 away, by x[:, 0]; or show it where it is meant, by x[:, new]"
        yield warning("TD0508", what, span, labels, hint)


def _written(file: syntax.File) -> _Written:
    """The operators and calls of a file, but those in definitions by elements, whose axes have names."""
    found, indexed = list[syntax.Binary | syntax.Call](), set[syntax.Syntax]()
    for part in (part for item in file.items for part in parts(item)):
        if isinstance(part, syntax.Elements):
            indexed |= set(parts(part.element))
        if isinstance(part, syntax.Binary | syntax.Call):
            found.append(part)
    return {(part.span.start, part.span.end): part for part in found if part not in indexed}


def _each_other(stretched: list[Node]) -> bool:
    first, second = (set(one.get(Broadcast).axes) for one in stretched[:2])
    return not first <= second and not second <= first


def _before(stretched: Node) -> Node:
    """The value as it was before it was stretched, axes of size 1 included."""
    (inner,) = stretched.operands
    dropped = inner.op.name == "reshape" and _without_ones(inner) == _without_ones(inner.operands[0])
    return inner.operands[0] if dropped else inner


def _without_ones(node: Node) -> list[object]:
    return [size for size in node.type.shape if size != ONE]


def _is_meant(stretched: Node, subject: Subject, written: _Written) -> bool:
    """Whether its axes of size 1 are from a `new`: in the text, or in that of a function."""
    stack = [_before(stretched)]
    for _ in range(_MOST_STEPS):
        if not stack:
            break
        node = stack.pop()
        if ONE not in node.type.shape:
            continue
        if node.op.name == "reshape" and node.type.shape.count(ONE) > node.operands[0].type.shape.count(ONE):
            span = subject.program.spans.get(node)
            part = written.get((span.start, span.end)) if span and subject.is_own(span) else None
            if part is None:
                return True
        elif node.op.family in (_FAMILY, "view"):
            stack += node.operands
    return False

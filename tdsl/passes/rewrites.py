"""The stability rewrites of a program: the place of each, the new form, and the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tdsl.ir.node import Node
from tdsl.ir.program import Program
from tdsl.passes import PASSES
from tdsl.record import record
from tdsl.source import Span
from tdsl.stability import Rewrite, Step
from tdsl.unparse.brief import brief
from tdsl.unparse.printer import Fragment


@record(frozen=True)
class LocatedRewrite:
    """A rewrite for readers.  `after` is tdsl; `in_cost` says whether a derivative is taken of it."""

    span: Span
    name: str
    after: str
    why: str
    in_cost: bool

    @property
    def before(self) -> str:
        """The expression as it is written."""
        return " ".join(self.span.text.split())


def rewrites(program: Program, of_costs: Iterable[Rewrite]) -> list[LocatedRewrite]:
    """All rewrites of a checked program in the order of their places, those that were made before a derivative was
    taken included; the same one in several entries once."""
    steps = {node: span for entry in program.all_entries() for node, span in entry.steps.items()}
    found = [_located(program, rewrite, steps, True) for rewrite in of_costs]
    for step in PASSES:
        if isinstance(step, Step):
            before, (program, made) = program, step.noted(program)
            named = replace(before, names={**program.names, **before.names})
            found += [_located(named, rewrite, {}, False) for rewrite in made]
        else:
            program = step(program)
    known = {(one.span, one.name): one for one in reversed([one for one in found if one])}
    return sorted(known.values(), key=lambda one: (one.span.source.name, one.span.start, one.span.end))


def _located(program: Program, rewrite: Rewrite, steps: Mapping[Node, Span], in_cost: bool) -> LocatedRewrite | None:
    """None for a value that the compiler itself made."""
    span = program.spans.get(rewrite.before) or steps.get(rewrite.before)
    if span is None:
        return None

    def known(operand: Node, depth: int) -> Fragment | None:
        name = program.names.get(operand)
        return Fragment(name) if name else None

    return LocatedRewrite(span, rewrite.reason.name, brief(program, rewrite.after, known), rewrite.reason.why, in_cost)

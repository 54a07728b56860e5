"""The stability rewrites of a program: the place of each, the new form, and the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tdsl.ir.attributes import Item
from tdsl.ir.function import with_bodies
from tdsl.ir.node import Node
from tdsl.ir.program import Program
from tdsl.ops.scan import Scan
from tdsl.passes import PASSES, STABILITY
from tdsl.record import record
from tdsl.source import Span
from tdsl.stability import Rewrite, Step
from tdsl.unparse.brief import LEFT_OUT, brief, with_named_forms
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


def rewrites(program: Program, of_costs: Iterable[Rewrite]) -> tuple[list[LocatedRewrite], Program]:
    """All rewrites of a checked program in the order of their places, those included that were made before a derivative
    was taken; the same one in several entries once, and of several of one value the last.  Those of a part of a form
    that another one replaces as a whole are left out.  Also the program after them."""
    steps = {node: span for entry in program.all_entries() for node, span in entry.steps.items()}
    found = [(rewrite, _place(program, rewrite, steps)) for rewrite in of_costs]
    of_values: list[tuple[Rewrite, Span | None]] = []
    for step in PASSES:
        before = program
        if isinstance(step, Step):
            program, made, new = step.noted(before)
            of_values = [(replace(one, after=new.get(one.after, one.after)), span) for one, span in of_values]
            of_values += [(rewrite, _place(before, rewrite, {})) for rewrite in made]
        else:
            program = step(before)
        if step is STABILITY[-1]:
            break
        program = replace(program, names={**program.names, **before.names})
    located: dict[tuple[Span, str], LocatedRewrite] = {}
    listed = [*found, *of_values]
    parts = _parts(program, listed)
    for number, (rewrite, span) in enumerate(listed):
        if span and number not in parts:
            after = _text(program, rewrite.after)
            in_cost = number < len(found) or ((span, after) in located and located[span, after].in_cost)
            located[span, after] = LocatedRewrite(span, rewrite.reason.name, after, rewrite.reason.why, in_cost)
    found_in_order = sorted(located.values(), key=lambda one: (one.span.source.name, one.span.start, one.span.end))
    return found_in_order, program


def _parts(program: Program, listed: Sequence[tuple[Rewrite, Span | None]]) -> set[int]:
    """The numbers of rewrites inside of a form whose new form has no use for them."""
    used, found = set(with_bodies(program.roots())), set[int]()
    for number, (rewrite, span) in enumerate(listed):
        around = [other.after for other, whole in listed if span and whole and span != whole and _is_in(span, whole)]
        if around and rewrite.after not in used and rewrite.after not in with_bodies(around):
            found.add(number)
    return found


def _is_in(part: Span, whole: Span) -> bool:
    return part.source is whole.source and whole.start <= part.start and part.end <= whole.end


def _place(program: Program, rewrite: Rewrite, steps: Mapping[Node, Span]) -> Span | None:
    """None for a value that the compiler itself made."""
    return program.spans.get(rewrite.before) or steps.get(rewrite.before)


def _text(program: Program, node: Node) -> str:
    program, named = with_named_forms(program, node)

    def known(operand: Node, depth: int) -> Fragment | None:
        name = program.names.get(operand) or _name_in_loop(program, operand)
        return Fragment(name) if name else None

    return brief(program, named, known)


def _name_in_loop(program: Program, node: Node) -> str:
    """A result of a loop has the name of its state, or of what is yielded."""
    if node.op.name != "item" or node.operands[0].op.name != "scan":
        return ""
    loop, index = Scan.of(node.operands[0]), node.get(Item).index
    inner = loop.body.parameters[index] if index < loop.states else loop.body.results[index]
    return program.names.get(inner, LEFT_OUT)

"""Guards of debug mode: `value >= 0`, or `h: value >= 0` for the values of a name.

A guard is an expression of the language over `value`, a vector of all elements; errors are placed in its own text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tdsl.check.analysis import analyse
from tdsl.check.checker import Options
from tdsl.ir.program import Program
from tdsl.record import record
from tdsl.source import Diagnostic, Label, Source, Span, UserError, fail
from tdsl.spelling import suggestion
from tdsl.syntax.nodes import Entry
from tdsl.syntax.parse import parse
from tdsl.types import BOOL

_HEAD = "dim N\n\nentry guard(value: real[N]) -> "
_HINT = "compare it, as in value >= 0"


@record(frozen=True)
class Guard:
    """A condition as a program of one entry; an empty `name` means all values."""

    name: str
    condition: str
    program: Program
    span: Span


def read_guard(text: str, options: Options, load: Callable[[Path], str]) -> Guard:
    """Raises `UserError` if it is no condition."""
    source = Source("guard", text)
    named = re.match(r"\s*([^\W\d][\w.\[\]]*)\s*:", text)
    condition = text[named.end() if named else 0 :].strip()
    begin = len(text.rstrip()) - len(condition)
    whole = Span(source, begin, begin + len(condition))
    if not condition:
        raise fail("TD0416", "a guard is a condition on 'value', and this is none", whole, hint=_HINT)
    try:
        file = parse(Source("guard", f"{_HEAD}{condition}\n"))
        program = analyse(file, options, load, "guard").program_or_raise()
    except UserError as error:
        raise UserError(*(_moved(found, whole, len(_HEAD) - begin) for found in error.diagnostics)) from None
    entry = file.items[-1]
    if isinstance(entry, Entry) and entry.body is not None:
        raise fail("TD0416", "a guard is a condition on 'value', without a block", whole, hint=_HINT)
    if program.variables:
        raise fail("TD0416", "a guard is a condition on 'value' alone, and this one draws random values", whole)
    (result, *others), (value,) = program.entries[0].results, program.entries[0].parameters
    if others:
        raise fail("TD0416", "a guard is one condition on 'value', and this is a tuple", whole, hint="join them by and")
    shape = result.node.type.shape
    if result.node.type.dtype != BOOL or shape not in ((), value.node.type.shape):
        message = f"a guard is a condition on 'value', and this is {result.node.type.spell(program.real)}"
        raise fail("TD0416", message, whole, hint=_HINT)
    return Guard(named[1] if named else "", condition, program, Span(source, *(named.span(1) if named else (0, 0))))


def _moved(found: Diagnostic, whole: Span, offset: int) -> Diagnostic:
    """The diagnostic in the text of the guard, under the code of settings that are wrong."""

    def moved(span: Span | None) -> Span:
        if span is None or span.end <= len(_HEAD):
            return whole
        start, end = (min(max(place - offset, whole.start), whole.end) for place in (span.start, span.end))
        return Span(whole.source, start, end)

    labels = tuple(Label(moved(label.span), label.text) for label in found.labels)
    return replace(found, code="TD0416", span=moved(found.span), labels=labels)


def check_names(guards: Sequence[Guard], names: set[str]) -> None:
    """Raises `UserError` if no value has the name of a guard."""
    for guard in guards:
        if guard.name and guard.name not in names:
            hint = suggestion(guard.name, names, "a name stands before the colon; without one all values count")
            raise fail("TD0416", f"no value of the program is called '{guard.name}'", guard.span, hint=hint)

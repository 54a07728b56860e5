"""`# allow TD0507: the reason`: on a line, or on the line above, it silences warnings of that code there.

TD0501 is the warning about an allowance that silences nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tdsl.lint.subject import warning
from tdsl.record import record
from tdsl.source import Diagnostic, Source, Span
from tdsl.syntax.parse import comments

_ALLOWANCE = re.compile(r"#\s*allow\s+((?:TD\d{4})(?:[\s,]+TD\d{4})*)(?![\w-])")
_CODE = re.compile(r"TD\d{4}")


@record(frozen=True)
class Allowance:
    """A code that is allowed on a line."""

    code: str
    line: int
    span: Span


def silenced(found: Sequence[Diagnostic], source: Source) -> list[Diagnostic]:
    """The warnings that nothing allows, and those about allowances that are not needed."""
    allowances = list(_allowances(source))
    allowed = {(one.code, one.line) for one in allowances}
    places = {(one.code, one.span.line) for one in found if one.span and one.span.source is source}
    left = [one for one in found if not (one.span and (one.code, one.span.line) in allowed)]
    for one in allowances:
        if (one.code, one.line) not in places:
            what = f"there is no {one.code} here to allow"
            left.append(warning("TD0501", what, one.span, hint="take it out, or put it on the line of the warning"))
    return left


def _allowances(source: Source) -> Iterator[Allowance]:
    for comment in comments(source):
        found = _ALLOWANCE.match(comment.text)
        for code in _CODE.finditer(comment.text, *found.span(1)) if found else ():
            span = Span(source, comment.start + code.start(), comment.start + code.end())
            yield Allowance(code[0], _line(source, comment), span)


def _line(source: Source, comment: Span) -> int:
    """Its own line, or the next one with more than a comment."""
    line = comment.line
    while line < len(source.line_starts) and source.line(line).strip()[:1] in ("", "#"):
        line += 1
    return line

"""Types as declarations write them: dtypes and sizes."""

from __future__ import annotations

from collections.abc import Sequence

from tdsl.check.checker import Checker
from tdsl.check.draws import refuse_drawn
from tdsl.check.foreign_names import type_advice
from tdsl.check.shapes import MOST_AXES
from tdsl.check.trampoline import Evaluate, Step
from tdsl.check.values import CompileTime, Scope, StringValue
from tdsl.source import Span, fail
from tdsl.spelling import suggestion
from tdsl.syntax import nodes as syntax
from tdsl.syntax.habits import NAMED_SIZE
from tdsl.types import DTYPES, Dim, DType, Shape, Type

MOST_ELEMENTS = 2**48


def written_type(checker: Checker, written: syntax.TypeSyntax, scope: Scope) -> Step[Type]:
    """The type a declaration says."""
    sizes: list[Dim] = []
    for size in written.sizes:
        sizes.append((yield from written_size(checker, size, scope)))
    return Type(written_dtype(checker, written), storable(sizes, written.span))


def written_dtype(checker: Checker, written: syntax.TypeSyntax) -> DType:
    """`real` is the build's float dtype, `int` is i64."""
    known = {"real": checker.options.real, "int": DTYPES["i64"], **DTYPES}
    if written.dtype not in known:
        span = Span(written.span.source, written.span.start, written.span.start + len(written.dtype))
        hint = type_advice(written.dtype) or suggestion(written.dtype, known, f"types are {', '.join(known)}")
        raise fail("TD0201", f"there is no type '{written.dtype}'", span, hint=hint)
    return known[written.dtype]


def written_size(checker: Checker, expression: syntax.Expression, scope: Scope) -> Step[Dim]:
    """A size of a shape."""
    value = yield Evaluate(expression, scope)
    if not (isinstance(value, CompileTime) and isinstance(value.value, Dim)):
        refuse_drawn(value, "a size", expression.span)
        got = "a string" if isinstance(value, StringValue) else "a value of a call"
        if isinstance(value, CompileTime):
            got = checker.types.describe(value)
        raise fail("TD0221", f"a size is made of integers, consts and dims, this is {got}", expression.span)
    number = value.value.constant
    if number is not None and number < 0:
        hint = NAMED_SIZE if expression.span.text == "-1" else None
        raise fail("TD0221", f"a size cannot be {number}", expression.span, hint=hint)
    return value.value


def storable(sizes: Sequence[Dim], span: Span) -> Shape:
    """The sizes as a shape; raises `UserError` TD0221 for more than any machine holds."""
    if len(sizes) > MOST_AXES:
        raise fail("TD0221", f"an array has at most {MOST_AXES} axes", span)
    whole = 1
    for size in sizes:
        whole *= max(size.constant or 1, 1)
    if whole >= MOST_ELEMENTS:
        raise fail("TD0221", "this is more elements than any machine holds", span)
    return tuple(sizes)

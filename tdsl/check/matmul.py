"""Matrix products, and the errors of shapes that do not fit."""

from __future__ import annotations

from tdsl.check.checker import Checker
from tdsl.check.shapes import Operand, reshape, size_text, stretch
from tdsl.check.values import CompileTime
from tdsl.ir.node import IllTyped, Node, apply
from tdsl.source import Label, Span, UserError, fail
from tdsl.types import BOOL, ONE, Dim, element_count


def matrix_product(checker: Checker, left: Operand, right: Operand, span: Span) -> Node:
    """`@`: one pair of equal sizes is contracted."""
    for operand in (left, right):
        if isinstance(operand.value, CompileTime) or not operand.value.type.rank:
            raise fail("TD0203", "@ takes vectors and matrices, this is a scalar", operand.span, hint="write *")
    dtype = checker.types.common_dtype([left, right], "@")
    a, b = (checker.types.converted(operand, dtype) for operand in (left, right))
    if dtype == BOOL:
        raise fail("TD0202", "@ takes numbers, got bools", span, hint=f"real({left.span.text}) counts them")
    if a.type.rank > 2 and b.type.rank <= 2:
        return _rows_product(checker, a, b, left, right, span)
    if max(a.type.rank, b.type.rank) > 2 and a.type.shape[:-2] != b.type.shape[:-2]:
        return _stacks_product(checker, a, b, left, right, span)
    try:
        return checker.note(apply("matmul", a, b), span)
    except IllTyped:
        raise _product_misfit(checker, left, right, a, b, span) from None


def _stacks_product(checker: Checker, a: Node, b: Node, left: Operand, right: Operand, span: Span) -> Node:
    """Stacks stretch to one another as all arrays do, and a matrix or row to every one of a stack."""
    if a.type.shape[-1] != b.type.shape[-2]:
        raise _product_misfit(checker, left, right, a, b, span)
    is_row = a.type.rank == 1
    if is_row:
        a = reshape(a, (ONE, *a.type.shape))
    stacks = [node.type.shape[:-2] for node in (a, b)]
    rank = max(map(len, stacks))
    sizes: list[Dim] = []
    for one, other in zip(*((ONE,) * (rank - len(stack)) + stack for stack in stacks), strict=True):
        if ONE not in (one, other) and one != other:
            raise _product_misfit(checker, left, right, a, b, span)
        sizes.append(other if one == ONE else one)
    a, b = (stretch(node, (*sizes, *node.type.shape[-2:])) for node in (a, b))
    product = checker.note(apply("matmul", a, b), span)
    return checker.note(reshape(product, (*sizes, b.type.shape[-1])), span) if is_row else product


def _rows_product(checker: Checker, a: Node, b: Node, left: Operand, right: Operand, span: Span) -> Node:
    """A stack of matrices times one matrix is one tall product."""
    if a.type.shape[-1] != b.type.shape[0]:
        raise _product_misfit(checker, left, right, a, b, span)
    rows = element_count(a.type.shape[:-1])
    flat = apply("matmul", apply("reshape", a, shape=(rows, a.type.shape[-1])), b)
    return checker.note(apply("reshape", flat, shape=a.type.shape[:-1] + b.type.shape[1:]), span)


def _product_misfit(checker: Checker, left: Operand, right: Operand, a: Node, b: Node, span: Span) -> UserError:
    first, last = a.type.shape[-1], b.type.shape[-2 if b.type.rank > 1 else 0]
    text = f"{checker.types.spell(a.type)} @ {checker.types.spell(b.type)}"
    if first == last:
        return fail("TD0203", f"@ cannot stack these, got {text}", span, Label(left.span, ""), Label(right.span, ""))
    hint = None
    if b.type.rank == 2 and b.type.shape[-1] == first:
        hint = f"{_transposed(right.span.text)} is {checker.types.spell(b.type.with_shape(b.type.shape[::-1]))}"
    elif a.type.rank == 2 and a.type.shape[0] == last:
        hint = f"{_transposed(left.span.text)} is {checker.types.spell(a.type.with_shape(a.type.shape[::-1]))}"
    return fail(
        "TD0203",
        f"@ needs one size in the middle, got {text}",
        left.span,
        Label(right.span, f"first size {size_text(last)}{_origin(checker, right)}"),
        hint=hint,
        label=f"last size {size_text(first)}{_origin(checker, left)}",
    )


def _origin(checker: Checker, operand: Operand) -> str:
    """The declaration of an operand that has a name, in words."""
    node = operand.value
    if not isinstance(node, Node) or node not in checker.everywhere.spans:
        return ""
    span = checker.everywhere.spans[node]
    name = checker.everywhere.names.get(node)
    if span.source is not operand.span.source or name is None:
        return ""
    return f" (from {name}, line {span.line})"


def _transposed(text: str) -> str:
    return text.removesuffix(".T") if text.endswith(".T") else f"{text}.T"

"""Builtins of matrices: diagonals, triangles and products over several axes.  A stack of matrices is taken one by
one."""

from __future__ import annotations

from tdsl.check.builtins.define import BuiltinArgument, BuiltinCall, axes_given, builtin, existing, size_of, whole_of
from tdsl.check.checker import Checker
from tdsl.check.shapes import reshape, size_text
from tdsl.check.values import CompileTime, TupleValue, Value
from tdsl.ir.node import Node, apply, full
from tdsl.source import Label, fail
from tdsl.types import I64, ZERO, Dim, Shape, element_count


def _compared(checker: Checker, comparison: str, shape: Shape, k: Dim) -> Node:
    """Compares column with row + k, for each element of the last two axes."""
    rank = len(shape)
    rows, columns = (apply("iota", shape=shape, axis=axis) for axis in (rank - 2, rank - 1))
    if k != ZERO:
        offset = checker.types.node(CompileTime(k), I64)
        rows = rows + apply("broadcast", offset, shape=shape, axes=())
    return apply(comparison, columns, rows)


def _matrix(checker: Checker, call: BuiltinCall, name: str) -> Node:
    node = call.node(checker, name)
    if node.type.rank < 2:
        got = checker.types.describe(node)
        hint = "diag(v) makes a matrix of a vector" if call.name in ("diagonal", "trace") else None
        raise fail("TD0204", f"{call.name} takes a matrix, got {got}", call.arguments[name].span, hint=hint)
    return node


@builtin("eye", "rows", "columns", "k", needed=1)
def _eye(checker: Checker, call: BuiltinCall) -> Value:
    """1 on a diagonal, 0 elsewhere."""
    rows = size_of(checker, call.arguments["rows"])
    shape = (rows, size_of(checker, call.arguments["columns"]) if "columns" in call.arguments else rows)
    ones = _compared(checker, "eq", shape, whole_of(checker, call, "k")).cast(checker.options.real)
    return checker.note(existing(checker, ones, call.arguments["rows"]), call.span)


def _triangle(checker: Checker, call: BuiltinCall, comparison: str) -> Value:
    node = _matrix(checker, call, "A")
    kept = _compared(checker, comparison, node.type.shape, whole_of(checker, call, "k"))
    return checker.note(apply("select", kept, node, full(0, node.type)), call.span)


@builtin("tril", "A", "k", needed=1)
def _tril(checker: Checker, call: BuiltinCall) -> Value:
    """The lower triangle, up to and with diagonal k."""
    return _triangle(checker, call, "le")


@builtin("triu", "A", "k", needed=1)
def _triu(checker: Checker, call: BuiltinCall) -> Value:
    """The upper triangle, from diagonal k on."""
    return _triangle(checker, call, "ge")


@builtin("diag", "v")
def _diag(checker: Checker, call: BuiltinCall) -> Value:
    """A matrix with this diagonal."""
    node = call.node(checker, "v")
    if not node.type.rank:
        raise fail("TD0204", "diag takes a vector, got a scalar", call.arguments["v"].span)
    shape = (*node.type.shape, node.type.shape[-1])
    wide = apply("broadcast", node, shape=shape, axes=tuple(range(node.type.rank)))
    result = apply("select", _compared(checker, "eq", shape, ZERO), wide, full(0, wide.type))
    return checker.note(result, call.span)


def _diagonal_of(checker: Checker, call: BuiltinCall) -> Node:
    node = _matrix(checker, call, "A")
    *stack, rows, columns = node.type.shape
    if rows != columns and (rows.constant is None or columns.constant is None):
        what = f"{call.name} needs equal sizes, got {checker.types.describe(node)}"
        raise fail("TD0204", what, call.arguments["A"].span, hint=f"cut it: A[:{size_text(rows)}, :{size_text(rows)}]")
    size = rows if rows == columns else min(rows, columns, key=lambda side: side.constant or 0)
    step = checker.types.node(CompileTime(columns + 1), I64)
    positions = apply("iota", shape=(size,), axis=0) * apply("broadcast", step, shape=(size,), axes=())
    flat = reshape(node, (*stack, rows * columns))
    return checker.note(apply("gather", flat, positions, axis=len(stack)), call.span)


@builtin("diagonal", "A")
def _diagonal(checker: Checker, call: BuiltinCall) -> Value:
    """The elements from the upper left corner on."""
    return _diagonal_of(checker, call)


@builtin("trace", "A")
def _trace(checker: Checker, call: BuiltinCall) -> Value:
    """The sum of the diagonal."""
    taken = _diagonal_of(checker, call)
    counted = taken if taken.type.is_real else taken.cast(I64)
    return checker.note(apply("sum", counted, axes=(taken.type.rank - 1,)), call.span)


@builtin("tensordot", "a", "b", "axes")
def _tensordot(checker: Checker, call: BuiltinCall) -> Value:
    """The sum of products over the last `axes` of a and the first ones of b, or over two tuples of axes."""
    operands = [call.operand(checker, name) for name in "ab"]
    dtype = checker.types.common_dtype(operands, call.name)
    a, b = (checker.types.converted(operand, dtype) for operand in operands)
    left, right = _pairs(checker, call.arguments["axes"], a, b)
    sizes = [tuple(node.type.shape[axis] for axis in axes) for node, axes in ((a, left), (b, right))]
    if sizes[0] != sizes[1]:
        types = f"{checker.types.spell(a.type)} and {checker.types.spell(b.type)}"
        labels = [Label(operand.span, checker.types.describe(operand.value)) for operand in operands]
        raise fail("TD0203", f"tensordot needs equal sizes on these axes, got {types}", call.span, *labels)
    rows = tuple(axis for axis in range(a.type.rank) if axis not in left)
    columns = tuple(axis for axis in range(b.type.rank) if axis not in right)
    depth = element_count(sizes[0])
    kept = [tuple(node.type.shape[axis] for axis in axes) for node, axes in ((a, rows), (b, columns))]
    flat_a = reshape(_ordered(a, (*rows, *left)), (element_count(kept[0]), depth))
    flat_b = reshape(_ordered(b, (*right, *columns)), (depth, element_count(kept[1])))
    return checker.note(reshape(flat_a @ flat_b, kept[0] + kept[1]), call.span)


def _ordered(node: Node, axes: tuple[int, ...]) -> Node:
    return node if axes == tuple(range(len(axes))) else apply("transpose", node, axes=axes)


def _pairs(checker: Checker, argument: BuiltinArgument, a: Node, b: Node) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes of each side that are summed over."""
    value = argument.value
    if isinstance(value, TupleValue):
        if len(value.items) == 2:
            sides = [
                axes_given(checker, BuiltinArgument(side, argument.span, argument.syntax), node.type.rank)
                for side, node in zip(value.items, (a, b), strict=True)
            ]
            if len(sides[0]) == len(sides[1]):
                for axes, node in zip(sides, (a, b), strict=True):
                    if len(set(axes)) != len(axes) or not all(0 <= axis < node.type.rank for axis in axes):
                        got = checker.types.describe(node)
                        raise fail("TD0214", f"these are not different axes of {got}", argument.span)
                return sides[0], sides[1]
        hint = "for example ((0, 1), (1, 0)): axes of a, and those of b that they meet"
        raise fail("TD0214", "axes is a number, or a tuple of as many axes for each side", argument.span, hint=hint)
    count = size_of(checker, argument).constant
    if count is None or count > min(a.type.rank, b.type.rank):
        ranks = f"{checker.types.describe(a)} and {checker.types.describe(b)}"
        raise fail("TD0214", f"{ranks} do not share so many axes", argument.span)
    return tuple(range(a.type.rank - count, a.type.rank)), tuple(range(count))

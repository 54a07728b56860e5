"""Builtins of linear algebra: factors, systems of equations, inverses and determinants of stacks of matrices."""

from __future__ import annotations

from collections.abc import Callable

from tdsl.check.builtins.define import BuiltinCall, builtin
from tdsl.check.builtins.joining import piece
from tdsl.check.checker import Checker
from tdsl.check.indexing import need
from tdsl.check.shapes import Operand, reshape, stretch
from tdsl.check.values import CompileTime, TupleValue, Value
from tdsl.ir.attributes import Axes
from tdsl.ir.node import Node, apply
from tdsl.ir.program import Requirement
from tdsl.ops.functions import items
from tdsl.ops.linear_algebra import identity
from tdsl.ops.views import joined
from tdsl.source import Label, UserError, fail
from tdsl.types import ONE, ZERO, Dim, DType, Kind, Shape, element_count

Solve = Callable[[Node, Node], Node]


def _real(checker: Checker, call: BuiltinCall, *names: str) -> tuple[list[Operand], DType]:
    """The arguments, and the real type that they share."""
    operands = [call.operand(checker, name) for name in names]
    dtype = checker.types.common_dtype(operands, call.name)
    for operand in operands:
        if isinstance(operand.value, CompileTime) or not operand.value.type.rank:
            raise fail("TD0204", f"{call.name} takes matrices, this is a scalar", operand.span)
    if dtype.kind is not Kind.REAL:
        operand = operands[0]
        what = f"{call.name} takes reals, got {checker.types.describe(operand.value)}"
        raise fail("TD0202", what, operand.span, hint=f"convert it: real({operand.span.text})")
    return operands, dtype


def _square(checker: Checker, call: BuiltinCall, operand: Operand, dtype: DType) -> Node:
    matrix = checker.types.converted(operand, dtype)
    if matrix.type.rank < 2 or matrix.type.shape[-1] != matrix.type.shape[-2]:
        got = checker.types.describe(matrix)
        raise fail("TD0204", f"{call.name} takes square matrices, got {got}", operand.span)
    return matrix


def _matrix(checker: Checker, call: BuiltinCall) -> Node:
    (operand,), dtype = _real(checker, call, "A")
    return _square(checker, call, operand, dtype)


def _solved(checker: Checker, call: BuiltinCall, name: str, solve: Solve) -> Node:
    """Right sides are a vector, or matrices whose columns they are; stacks stretch as in `@`."""
    (left, right), dtype = _real(checker, call, name, "b")
    matrix, b = _square(checker, call, left, dtype), checker.types.converted(right, dtype)
    if b.type.shape[-2 if b.type.rank > 1 else 0] != matrix.type.shape[-1]:
        raise _misfit(checker, call, left, right, matrix, b)
    if b.type.rank == 1:
        column = reshape(b, (*b.type.shape, ONE))
        (*stack, size) = matrix.type.shape[:-1]
        return reshape(solve(matrix, stretch(column, (*stack, size, ONE))), (*stack, size))
    if matrix.type.rank == 2 and b.type.rank > 2:
        return _side_by_side(matrix, b, solve)
    stacks = [node.type.shape[:-2] for node in (matrix, b)]
    rank = max(map(len, stacks))
    sizes: list[Dim] = []
    for one, other in zip(*((ONE,) * (rank - len(stack)) + stack for stack in stacks), strict=True):
        if ONE not in (one, other) and one != other:
            raise _misfit(checker, call, left, right, matrix, b)
        sizes.append(other if one == ONE else one)
    return solve(matrix, stretch(b, (*sizes, *b.type.shape[-2:])))


def _side_by_side(matrix: Node, b: Node, solve: Solve) -> Node:
    """One matrix for a stack of right sides: their columns stand side by side."""
    rank = b.type.rank
    (*stack, rows, columns) = b.type.shape
    wide = apply("transpose", b, axes=(rank - 2, *range(rank - 2), rank - 1))
    solution = solve(matrix, reshape(wide, (rows, element_count((*stack, columns)))))
    return apply("transpose", reshape(solution, (rows, *stack, columns)), axes=(*range(1, rank - 1), 0, rank - 1))


def _misfit(checker: Checker, call: BuiltinCall, left: Operand, right: Operand, matrix: Node, b: Node) -> UserError:
    types = f"{checker.types.spell(matrix.type)} and {checker.types.spell(b.type)}"
    labels = [Label(operand.span, checker.types.describe(node)) for operand, node in ((left, matrix), (right, b))]
    hint = None
    if b.type.rank > 1 and b.type.shape[-1] == matrix.type.shape[-1]:
        name, text = left.span.text, right.span.text
        hint = f"a stack of vectors is a stack of columns: {call.name}({name}, {text}[..., new])[..., 0]"
    return fail("TD0204", f"{call.name} needs b to fit its matrix, got {types}", call.span, *labels, hint=hint)


def _stretched(node: Node, stack: Shape, kept: int) -> Node:
    """A node for each matrix of a stack."""
    return stretch(node, (*stack, *node.type.shape[node.type.rank - kept :]))


def _triangular(lower: bool) -> Solve:
    def solve(matrix: Node, b: Node) -> Node:
        return apply("solve_triangular", _stretched(matrix, b.type.shape[:-2], 2), b, lower=lower)

    return solve


def _general(matrix: Node, b: Node) -> Node:
    """A transpose has the factors of the matrix."""
    rank = matrix.type.rank
    turned = matrix.op.name == "transpose" and matrix.get(Axes).axes == (*range(rank - 2), rank - 1, rank - 2)
    factors, exchanges = items(apply("lu", matrix.operands[0] if turned else matrix))
    stack = b.type.shape[:-2]
    return apply("lu_solve", _stretched(factors, stack, 2), _stretched(exchanges, stack, 1), b, turned=turned)


@builtin("cholesky", "A")
def _cholesky(checker: Checker, call: BuiltinCall) -> Value:
    """The lower factor of a positive definite matrix."""
    return checker.note(apply("cholesky", _matrix(checker, call)), call.span)


def _with_places(checker: Checker, call: BuiltinCall, name: str, solve: Solve) -> Value:
    """The place of a fault is that of the call, whatever views surround the solution."""
    found = _solved(checker, call, name, lambda matrix, b: checker.note(solve(matrix, b), call.span))
    return checker.note(found, call.span)


@builtin("solve_lower", "L", "b")
def _solve_lower(checker: Checker, call: BuiltinCall) -> Value:
    return _with_places(checker, call, "L", _triangular(True))


@builtin("solve_upper", "U", "b")
def _solve_upper(checker: Checker, call: BuiltinCall) -> Value:
    return _with_places(checker, call, "U", _triangular(False))


@builtin("solve", "A", "b")
def _solve(checker: Checker, call: BuiltinCall) -> Value:
    return _with_places(checker, call, "A", _general)


@builtin("inverse", "A")
def _inverse(checker: Checker, call: BuiltinCall) -> Value:
    matrix = _matrix(checker, call)
    return checker.note(_general(matrix, identity(matrix.type)), call.span)


@builtin("qr", "A")
def _qr(checker: Checker, call: BuiltinCall) -> Value:
    """Of a matrix with more columns than rows those of the first ones, and the others as sums of them."""
    (operand,), dtype = _real(checker, call, "A")
    matrix = checker.types.converted(operand, dtype)
    if matrix.type.rank < 2:
        got = checker.types.describe(matrix)
        raise fail("TD0204", f"{call.name} takes matrices, got {got}", operand.span)
    rows, columns = matrix.type.shape[-2:]
    if (columns - rows).at_least(1):
        axis = matrix.type.rank - 1
        q, r = items(apply("qr", piece(matrix, axis, ZERO, rows)))
        others = apply("transpose", q, axes=(*range(axis - 1), axis, axis - 1))
        r = joined([r, others @ piece(matrix, axis, rows, columns - rows)], axis)
    else:
        q, r = items(apply("qr", matrix))
        needs: list[Requirement] = []
        need(rows - columns, f"{rows} >= {columns}", operand.span, needs, "")
        for part in (q, r):
            checker.require(part, needs)
    return TupleValue((checker.note(q, call.span), checker.note(r, call.span)))


@builtin("eigh", "A")
def _eigh(checker: Checker, call: BuiltinCall) -> Value:
    """The eigenvalues of a symmetric matrix in ascending order, and the vectors as columns."""
    return TupleValue(tuple(checker.note(part, call.span) for part in items(apply("eigh", _matrix(checker, call)))))


def _determinant(checker: Checker, call: BuiltinCall, op: str) -> Value:
    return checker.note(apply(op, *items(apply("lu", _matrix(checker, call)))), call.span)


@builtin("det", "A")
def _det(checker: Checker, call: BuiltinCall) -> Value:
    return _determinant(checker, call, "lu_det")


@builtin("logdet", "A")
def _logdet(checker: Checker, call: BuiltinCall) -> Value:
    """The logarithm of the absolute value of the determinant."""
    return _determinant(checker, call, "lu_logdet")

"""Type promotion and broadcasting."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from tdsl.check.values import CompileTime
from tdsl.ir.node import (
    IllTyped,
    Node,
    apply,
    broadcast,
    constant,
    constant_value,
    topological,
)
from tdsl.record import record
from tdsl.source import Label, Span, UserError, fail
from tdsl.types import (
    BOOL,
    F32,
    F64,
    I32,
    I64,
    ONE,
    U8,
    Dim,
    DType,
    Kind,
    Shape,
    Type,
)


@record(frozen=True, eq=False)
class Operand:
    """A value with the place it was written at, for messages."""

    value: Node | CompileTime
    span: Span


# The dtypes that hold every value of a dtype; bool counts as 0 and 1.
_WIDER: dict[DType, tuple[DType, ...]] = {
    BOOL: (U8, I32, I64, F32, F64),
    U8: (I32, I64, F32, F64),
    I32: (I64, F64),
    I64: (),
    F32: (F64,),
    F64: (),
}


LARGEST_F32 = 3.4028235677973366e38
MOST_AXES = 32
LITERAL = {"stack", "reshape", "transpose", "slice"}


class Unifier:
    """Promotes and broadcasts operands to one type; `real` is the build's float dtype, and `mentioning` marks a value
    that mentions others."""

    def __init__(self, real: DType, mentioning: Callable[..., Node]) -> None:
        self.real = real
        self._mentioning = mentioning
        self._literals: dict[Node, bool] = {}

    def dtype_of(self, static: CompileTime) -> DType:
        """The dtype of a number of the program by itself."""
        if isinstance(static.value, bool):
            return BOOL
        return I64 if static.is_integer else self.real

    def spell(self, type: Type) -> str:
        """A type as the language writes it: the build's own float dtype is `real`, i64 is `int`."""
        text = type.spell(self.real)
        return "int" + text.removeprefix("i64") if type.dtype == I64 else text

    def said(self, problem: IllTyped, op: str, what: str) -> str:
        """The complaint of an op, in the words of the program."""
        text = what + str(problem).removeprefix(op)
        return text.replace(f"got {self.real}", "got real").replace("got i64", "got int")

    def describe(self, value: Node | CompileTime) -> str:
        """A value's type as a reader writes it."""
        if isinstance(value, Node):
            return self.spell(value.type)
        return self.spell(Type(self.dtype_of(value)))

    def node(self, value: Node | CompileTime, dtype: DType | None = None) -> Node:
        """A value as a node; a number of the program in the dtype asked for."""
        if isinstance(value, Node):
            return value
        if value.mentions:
            return self._mentioning(self.node(CompileTime(value.value), dtype), *value.mentions)
        dtype = dtype or self.dtype_of(value)
        if isinstance(value.value, Dim):
            number = value.value.constant
            return apply("size", dim=value.value).cast(dtype) if number is None else constant(number, dtype)
        return constant(value.value, dtype)

    def converted(self, operand: Operand, dtype: DType) -> Node:
        """An operand in a dtype that `common_dtype` found for it; raises `UserError` TD0106 for a number that the
        dtype cannot hold."""
        value = operand.value
        if isinstance(value, Node):
            if not self.is_literal(value):
                return value.cast(dtype)
            return self._literal_as(operand, value, dtype)
        number = value.number
        if number is not None:
            self._hold(number, dtype, operand.span)
        return self.node(value, dtype)

    def _hold(self, number: int | float, dtype: DType, span: Span) -> None:
        if dtype.kind is Kind.INTEGER:
            low, high = (0, 2**dtype.bits - 1) if dtype == U8 else (-(2 ** (dtype.bits - 1)), 2 ** (dtype.bits - 1) - 1)
            if not low <= number <= high:
                raise fail("TD0106", f"{number} does not fit in {dtype}, which holds {low} to {high}", span)
        elif dtype == F32 and LARGEST_F32 < abs(number) < math.inf:
            hint = "compile with --float 64" if self.real == F32 else None
            raise fail("TD0106", "this number is larger than any f32", span, hint=hint)

    def is_literal(self, node: Node) -> bool:
        """Whether this is an array of numbers written out, which adapts to its neighbours as a number does."""
        found = self._literals.get(node)
        if found is None:
            parts = node.operands if node.op.name in LITERAL else ()
            found = bool(parts) and all(part.op.name == "constant" or self.is_literal(part) for part in parts)
            self._literals[node] = found
        return found

    def _literal_as(self, operand: Operand, node: Node, dtype: DType) -> Node:
        def number(value: int | float) -> Node:
            self._hold(value, dtype, operand.span)
            return constant(value, dtype)

        return _rebuilt(node, number)

    def negated(self, node: Node) -> Node:
        """An array of numbers written out, with the other sign."""
        return _rebuilt(node, lambda value: constant(-value, node.type.dtype))

    def widens(self, narrow: DType, wide: DType) -> bool:
        """Whether every value of one dtype is one of the other."""
        return wide in _WIDER[narrow]

    def common_dtype(self, operands: Sequence[Operand], what: str) -> DType:
        """The dtype that all operands take without narrowing; raises `UserError` TD0202 if there is none.  Numbers
        written in the program take the dtype of the values they meet."""
        written = [o for o in operands if isinstance(o.value, CompileTime) or self.is_literal(o.value)]
        values = [operand for operand in operands if operand not in written]
        result: DType | None = None
        owner = operands[0]
        for operand in values:
            dtype = self.dtype(operand)
            if result is None or self.widens(result, dtype):
                result, owner = dtype, operand
            elif result != dtype and not self.widens(dtype, result):
                raise self._mixed(what, owner, operand)
        for operand in written:
            dtype = self.dtype(operand)
            if result is None or result == BOOL:
                result, owner = dtype, operand
            elif result.kind is Kind.INTEGER and dtype.kind is Kind.REAL:
                if values:
                    raise self._mixed(what, owner, operand)
                result, owner = dtype, operand
        assert result is not None
        return result

    def _mixed(self, what: str, first: Operand, second: Operand) -> UserError:
        integer = first if self.dtype(first).kind is Kind.INTEGER else second
        text = integer.span.text if len(integer.span.text) < 40 else "…"
        text = text[1:-1] if text.startswith("(") and text.endswith(")") and text.count("(") == 1 else text
        return fail(
            "TD0202",
            f"{what} mixes {self._dtype_name(first)} and {self._dtype_name(second)}",
            min(first.span, second.span, key=lambda span: span.start).to(
                max(first.span, second.span, key=lambda span: span.end)
            )
            if first.span.source is second.span.source
            else first.span,
            Label(first.span, self.describe(first.value)),
            Label(second.span, self.describe(second.value)),
            hint=f"convert it yourself: real({text})",
        )

    def dtype(self, operand: Operand) -> DType:
        """An operand's dtype; for a number, the dtype that it has by itself."""
        return operand.value.type.dtype if isinstance(operand.value, Node) else self.dtype_of(operand.value)

    def _dtype_name(self, operand: Operand) -> str:
        dtype = self.dtype(operand)
        return self.spell(Type(dtype))

    def unify(self, operands: Sequence[Operand], what: str, span: Span, dtype: DType | None = None) -> list[Node]:
        """The operands as nodes of one dtype and one shape."""
        alike = [o.value for o in operands if isinstance(o.value, Node)]
        if dtype is None and len(alike) == len(operands) and all(node.type == alike[0].type for node in alike):
            return alike
        dtype = dtype or self.common_dtype(operands, what)
        nodes = [self.converted(operand, dtype) for operand in operands]
        return self.align(nodes, [operand.span for operand in operands], what, span)

    def align(self, nodes: Sequence[Node], spans: Sequence[Span], what: str, span: Span) -> list[Node]:
        """The nodes stretched to one shape.  Shapes align from the right; missing leading sizes and a literal 1
        stretch, nothing else."""
        rank = max(node.type.rank for node in nodes)
        shape: list[Dim] = []
        for axis in range(-rank, 0):
            size = ONE
            owner = -1
            for index, node in enumerate(nodes):
                if -axis > node.type.rank or node.type.shape[axis] == ONE:
                    continue
                other = node.type.shape[axis]
                if owner >= 0 and size != other:
                    raise self._misfit(nodes, spans, what, span, (owner, index), axis)
                size, owner = other, index
            shape.append(size)
        return [stretch(node, tuple(shape)) for node in nodes]

    def fitted(self, operand: Operand, type: Type, target: Span, sign: str) -> Node | None:
        """A value in the dtype and shape of the variable that takes it; None where that loses something or does not
        fit."""
        node = self.widened(operand, type.dtype)
        if node is None:
            return None
        like = apply("variable", name="", type=type)
        try:
            stretched, _ = self.align([node, like], [operand.span, target], sign, operand.span)
        except UserError:
            return None
        return stretched if stretched.type == type else None

    def widened(self, operand: Operand, dtype: DType) -> Node | None:
        """A value in a dtype, if nothing is lost; a number, or array of numbers, adapts."""
        own = self.dtype(operand)
        adapts = isinstance(operand.value, CompileTime) or self.is_literal(operand.value)
        fits = own == dtype or self.widens(own, dtype)
        if adapts:
            fits = (own == BOOL) == (dtype == BOOL) and not (own.kind is Kind.REAL and dtype.kind is Kind.INTEGER)
        return self.converted(operand, dtype) if fits else None

    def _misfit(
        self, nodes: Sequence[Node], spans: Sequence[Span], what: str, span: Span, pair: tuple[int, int], axis: int
    ) -> UserError:
        first, second = (nodes[index].type for index in pair)
        labels = [
            Label(spans[index], f"{self.spell(nodes[index].type)}: size {size_text(nodes[index].type.shape[axis])}")
            for index in pair
        ]
        hint = None
        if first.rank == 1 and second.rank == 2 and first.shape[0] == second.shape[0]:
            hint = f"{spans[pair[0]].text}[:, new] stands for a column"
        elif second.rank == 1 and first.rank == 2 and second.shape[0] == first.shape[0]:
            hint = f"{spans[pair[1]].text}[:, new] stands for a column"
        return fail(
            "TD0204",
            f"{what} needs equal sizes, got {self.spell(first)} and {self.spell(second)}",
            span,
            *labels,
            hint=hint or "shapes align from the right; only a literal 1 (or new) stretches",
        )


def _rebuilt(literal: Node, number: Callable[[int | float], Node]) -> Node:
    new: dict[Node, Node] = {}
    for part in topological([literal]):
        value = constant_value(part)
        operands = [new[inner] for inner in part.operands]
        new[part] = part.with_operands(*operands) if value is None else number(value)
    return new[literal]


def size_text(size: Dim) -> str:
    """`H = 1000` for a size that was written as a const."""
    return f"{size.alias} = {size}" if size.alias and size.alias != str(size) else str(size)


def stretch(node: Node, shape: Shape) -> Node:
    """A node to a shape it is known to stretch to."""
    if node.type.shape == shape:
        return node
    offset = len(shape) - node.type.rank
    kept = [axis for axis, size in enumerate(node.type.shape) if size == shape[offset + axis]]
    if len(kept) != node.type.rank:
        node = reshape(node, tuple(node.type.shape[axis] for axis in kept))
    return broadcast(node, node.type.with_shape(shape), tuple(offset + axis for axis in kept))


def reshape(node: Node, shape: Shape) -> Node:
    return node if node.type.shape == shape else apply("reshape", node, shape=shape)

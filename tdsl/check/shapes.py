"""How operands are made alike: the rules of dtypes and of visible broadcasting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tdsl.check.values import Static
from tdsl.ir import Node, apply, broadcast, constant
from tdsl.source import Label, Span, UserError, fail
from tdsl.types import BOOL, F32, F64, I32, I64, U8, Dim, DType, Kind, Shape, Type


@dataclass(frozen=True)
class Operand:
    """A value with the place it was written at, for messages."""

    value: Node | Static
    span: Span

    @property
    def type(self) -> Type | None:
        return self.value.type if isinstance(self.value, Node) else None


# What a dtype becomes without losing anything; bool counts as 0 and 1.
_WIDER: dict[DType, tuple[DType, ...]] = {
    BOOL: (U8, I32, I64, F32, F64),
    U8: (I32, I64, F32, F64),
    I32: (I64, F64),
    I64: (),
    F32: (F64,),
    F64: (),
}


class Unifier:
    """Makes operands alike; `real` is the build's float dtype."""

    def __init__(self, real: DType) -> None:
        self.real = real

    def dtype_of(self, static: Static) -> DType:
        """What a number of the program is when nothing says otherwise."""
        if isinstance(static.value, bool):
            return BOOL
        return I64 if static.is_integer else self.real

    def describe(self, value: Node | Static) -> str:
        """A value's type as a reader writes it."""
        if isinstance(value, Node):
            return value.type.spell(self.real)
        return Type(self.dtype_of(value)).spell(self.real)

    def node(self, value: Node | Static, dtype: DType | None = None) -> Node:
        """A value as a node; a static one in the dtype asked for, which must be able to hold it."""
        if isinstance(value, Node):
            return value
        dtype = dtype or self.dtype_of(value)
        if isinstance(value.value, Dim):
            number = value.value.constant
            return apply("size", dim=value.value).cast(dtype) if number is None else constant(number, dtype)
        return constant(value.value, dtype)

    def widens(self, narrow: DType, wide: DType) -> bool:
        """Whether every value of one dtype is one of the other."""
        return wide in _WIDER[narrow]

    def common_dtype(self, operands: Sequence[Operand], what: str) -> DType:
        """The dtype that all operands take without narrowing; raises `UserError` TD0202 if there is none."""
        typed = [operand for operand in operands if isinstance(operand.value, Node)]
        result: DType | None = None
        owner: Operand | None = None
        for operand in typed:
            dtype = operand.value.type.dtype
            if result is None or result in _WIDER[dtype] or result == dtype:
                result, owner = (result or dtype), (owner or operand)
            elif dtype in _WIDER[result]:
                result, owner = dtype, operand
            else:
                raise self._mixed(what, owner or operand, operand)
        statics = [operand for operand in operands if isinstance(operand.value, Static)]
        for operand in statics:
            dtype = self.dtype_of(operand.value)
            if result is None:
                result, owner = dtype, operand
            elif result.kind is Kind.INTEGER and dtype.kind is Kind.REAL:
                if typed:
                    raise self._mixed(what, owner or operand, operand)
                result, owner = dtype, operand
            elif result is BOOL:
                result, owner = dtype, operand
        assert result is not None
        return result

    def _mixed(self, what: str, first: Operand, second: Operand) -> UserError:
        integer = next((o for o in (first, second) if self._dtype(o).kind is Kind.INTEGER), second)
        text = integer.span.text if len(integer.span.text) < 40 else "…"
        return fail(
            "TD0202",
            f"{what} mixes {self._dtype_name(first)} and {self._dtype_name(second)}",
            first.span.to(second.span) if first.span.source is second.span.source else first.span,
            Label(first.span, self.describe(first.value)),
            Label(second.span, self.describe(second.value)),
            hint=f"convert it yourself: real({text})",
        )

    def _dtype(self, operand: Operand) -> DType:
        return operand.value.type.dtype if isinstance(operand.value, Node) else self.dtype_of(operand.value)

    def _dtype_name(self, operand: Operand) -> str:
        dtype = self._dtype(operand)
        return "real" if dtype == self.real else dtype.name

    def unify(self, operands: Sequence[Operand], what: str, span: Span, dtype: DType | None = None) -> list[Node]:
        """The operands as nodes of one dtype and one shape."""
        dtype = dtype or self.common_dtype(operands, what)
        nodes = [self.node(operand.value, dtype).cast(dtype) for operand in operands]
        return self.align(nodes, [operand.span for operand in operands], what, span)

    def align(self, nodes: Sequence[Node], spans: Sequence[Span], what: str, span: Span) -> list[Node]:
        """The nodes stretched to one shape.  Shapes align from the right; missing leading sizes and a literal 1
        stretch, nothing else."""
        rank = max(node.type.rank for node in nodes)
        shape: list[Dim] = []
        for axis in range(-rank, 0):
            size = Dim.of(1)
            owner = -1
            for index, node in enumerate(nodes):
                if -axis > node.type.rank or node.type.shape[axis] == Dim.of(1):
                    continue
                other = node.type.shape[axis]
                if owner >= 0 and size != other:
                    raise self._misfit(nodes, spans, what, span, (owner, index), axis)
                size, owner = other, index
            shape.append(size)
        return [stretch(node, tuple(shape)) for node in nodes]

    def _misfit(
        self, nodes: Sequence[Node], spans: Sequence[Span], what: str, span: Span, pair: tuple[int, int], axis: int
    ) -> UserError:
        first, second = (nodes[index].type for index in pair)
        labels = [
            Label(spans[index], f"{nodes[index].type.spell(self.real)}: size {size_text(nodes[index].type.shape[axis])}")
            for index in pair
        ]
        hint = None
        if first.rank == 1 and second.rank == 2 and first.shape[0] == second.shape[0]:
            hint = f"{spans[pair[0]].text}[:, new] stands for a column"
        elif second.rank == 1 and first.rank == 2 and second.shape[0] == first.shape[0]:
            hint = f"{spans[pair[1]].text}[:, new] stands for a column"
        return fail(
            "TD0204",
            f"{what} needs equal sizes, got {first.spell(self.real)} and {second.spell(self.real)}",
            span,
            *labels,
            hint=hint or "shapes align from the right; only a literal 1 (or new) stretches",
        )


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

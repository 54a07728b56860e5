"""The scalar code of a kernel: what computes one element of a node from the buffers it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tdsl.ir.node import Node, constant_value
from tdsl.loops.language import (
    Body,
    BoundsCheck,
    Compute,
    Divide,
    InBounds,
    Index,
    IndexValue,
    Instruction,
    Literal,
    Load,
    Random,
    identity,
    linear,
)
from tdsl.lower.access import (
    JOINED_BY,
    Access,
    access_through_pad,
    access_through_view,
    index_access,
    is_affine_view,
    not_empty,
    short_products,
    short_reduction,
    storage_of,
)
from tdsl.lower.pieces import Piece
from tdsl.types import BOOL, I64, Dim, DType, Kind

_LARGEST_POWER = 4


class BodyBuilder:
    """Builds one body.  `buffers` are the nodes with memory, `site` numbers the faults of a node that is looked at, at
    an element; `pieces` are, of sums computed piece by piece, the piece that this body is for."""

    def __init__(
        self,
        buffers: Mapping[Node, int],
        site: Callable[[Node, Access], int],
        pieces: Mapping[Node, Piece] | None = None,
    ) -> None:
        self.buffers = buffers
        self.site = site
        self.pieces = pieces or {}
        self.instructions: list[Instruction] = []
        self._registers: dict[tuple[str, Instruction], int] = {}
        self._values: dict[tuple[Node, Access], int] = {}

    @property
    def body(self) -> Body:
        return tuple(self.instructions)

    def emit(self, instruction: Instruction) -> int:
        """The register of an instruction; an equal one is not repeated."""
        key = identity(instruction)
        if key not in self._registers:
            self._registers[key] = len(self.instructions)
            self.instructions.append(instruction)
        return self._registers[key]

    def compute(self, root: Node, at: Access) -> int:
        """The value of a node computed here, even if it has memory: this fills it."""
        needs = self._needs(root, at, root)
        values = [self.value(node, where) for node, where in needs]
        return self._combine(root, at, values, root)

    def value(self, root: Node, at: Access) -> int:
        """The value of an element, loaded or computed."""
        stack = [(root, at, False)]
        while stack:
            node, where, ready = stack.pop()
            if (node, where) in self._values:
                continue
            needs = self._needs(node, where, None)
            if not ready:
                stack.append((node, where, True))
                stack.extend((operand, place, False) for operand, place in reversed(needs))
                continue
            values = [self._values[need] for need in needs]
            self._values[node, where] = self._combine(node, where, values, None)
        return self._values[root, at]

    def _is_loaded(self, node: Node, filling: Node | None) -> bool:
        if node is filling or node.op.name in ("constant", "size", "iota"):
            return False
        return node in self.buffers or (node.op.name == "reshape" and not is_affine_view(node))

    def _needs(self, node: Node, at: Access, filling: Node | None) -> list[tuple[Node, Access]]:
        if self._is_loaded(node, filling):
            return []
        if node in self.pieces:
            return [(self.pieces[node].value, self.pieces[node].element())]
        match node.op.name:
            case "place":
                return [(node.operands[0], access_through_pad(node, at))]
            case "constant" | "size" | "iota":
                return []
            case "gather":
                return [(node.operands[1], index_access(node, at))]
            case "random_uniform" | "random_normal":
                return [(node.operands[0], Access((), at.guards))]
            case "matmul":
                pairs = short_products(node, at) or ()
                return [need for pair in pairs for need in zip(node.operands, pair, strict=True)]
            case "pow" if _small_power(node) is not None:
                return [(node.operands[0], at)]
            case _ if elements := short_reduction(node, at):
                return [(node.operands[0], where) for where in elements]
            case _ if is_affine_view(node):
                return [(node.operands[0], access_through_view(node, at))]
            case _:
                return [(operand, at) for operand in node.operands]

    def _combine(self, node: Node, at: Access, values: list[int], filling: Node | None) -> int:
        if self._is_loaded(node, filling):
            return self.load(node, at)
        dtype = node.type.dtype
        if node in self.pieces:
            return self.plus_zero(values[0], self.pieces[node].value)
        match node.op.name:
            case "constant":
                number = constant_value(node)
                assert number is not None
                return self.emit(Literal(number, dtype))
            case "size":
                return self.emit(IndexValue(Index(node["dim"])))
            case "iota":
                return self.emit(IndexValue(at.indices[node["axis"]]))
            case "place":
                return self._zero_outside(values[0], access_through_pad(node, at))
            case "gather":
                return self._gather(node, at, values[0])
            case "random_uniform" | "random_normal":
                position = linear(at.indices, node.type.shape)
                return self.emit(Random(node.op.name, values[0], node["stream"], position, dtype))
            case "matmul":
                return self._sum_of_products(values, dtype)
            case "pow" if (power := _small_power(node)) is not None:
                return self._power(values[0], power, node)
            case "floordiv" | "mod" if dtype.kind is Kind.INTEGER:
                guard = self.guard(at)
                return self.emit(Divide(node.op.name, (values[0], values[1]), dtype, self.site(node, at), guard))
            case "within":
                return self.emit(BoundsCheck(values[0], node["size"], self.site(node, at), self.guard(at), label=True))
            case _ if is_affine_view(node):
                return values[0]
            case _ if short_reduction(node, at):
                return self._joined(values, node)
            case _:
                return self.emit(Compute(node.op.name, tuple(values), dtype))

    def plus_zero(self, register: int, node: Node) -> int:
        """A value added to the zeros of other pieces: -0 + 0 is 0.  What is a sum itself began with one."""
        if not node.type.is_real or storage_of(node).op.name in ("matmul", "sum", "scatter"):
            return register
        return self.emit(Compute("add", (register, self.emit(Literal(0, node.type.dtype))), node.type.dtype))

    def guard(self, at: Access) -> int | None:
        """The register that says whether the element is real; None if it always is."""
        register = None
        for index, size in at.guards:
            within = self.emit(InBounds(index, size))
            register = within if register is None else self.emit(Compute("and", (register, within), BOOL))
        return register

    def load(self, node: Node, at: Access) -> int:
        """An element of a node in memory, or of a strided view of one."""
        return self.emit(Load(*self._located(node, at), self.guard(at)))

    def _located(self, node: Node, at: Access) -> tuple[int, Index, DType]:
        buffer, position = address_of(self.buffers, node, at)
        return buffer, position, node.type.dtype

    def _zero_outside(self, value: int, at: Access) -> int:
        guard = self.guard(at)
        instruction = self.instructions[value]
        if guard is None or (isinstance(instruction, Load) and instruction.guard == guard):
            return value
        zero = self.emit(Literal(0, instruction.dtype))
        return self.emit(Compute("select", (guard, value, zero), instruction.dtype))

    def _gather(self, node: Node, at: Access, position: int) -> int:
        operand, index = node.operands
        axis = node["axis"]
        where = self._checked(node, index_access(node, at), position, operand.type.shape[axis])
        after = at.indices[axis + index.type.rank :]
        return self.load(
            operand, Access((*at.indices[:axis], where, *after), at.guards + not_empty(operand.type.shape[axis]))
        )

    def position(self, node: Node, at: Access) -> Index:
        """The position that a gather or scatter has at an element of its index."""
        index = node.operands[1]
        bound = node["size"] if node.op.name == "scatter" else node.operands[0].type.shape[node["axis"]]
        return self._checked(node, at, self.value(index, at), bound)

    def _checked(self, node: Node, at: Access, position: int, bound: Dim) -> Index:
        if node.operands[1].type.dtype != I64:
            position = self.emit(Compute("cast", (position,), I64))
        return Index.register(self.emit(BoundsCheck(position, bound, self.site(node, at), self.guard(at))))

    def _sum_of_products(self, factors: list[int], dtype: DType) -> int:
        pairs = zip(factors[::2], factors[1::2], strict=True)
        first, *others = [self.emit(Compute("mul", pair, dtype)) for pair in pairs]
        for other in others:
            first = self.emit(Compute("add", (first, other), dtype))
        return first

    def _joined(self, values: list[int], node: Node) -> int:
        """In order; a sum begins with zero."""
        first, *others = values
        for other in others:
            first = self.emit(Compute(JOINED_BY[node.op.name], (first, other), node.type.dtype))
        return self.plus_zero(first, node.operands[0]) if node.op.name == "sum" else first

    def _power(self, value: int, power: int, node: Node) -> int:
        """x ** 3 as x * x * x, and reciprocals of such."""
        dtype = node.type.dtype
        square = self.emit(Compute("mul", (value, value), dtype)) if abs(power) > 1 else value
        result = square
        if abs(power) == 3:
            result = self.emit(Compute("mul", (square, value), dtype))
        elif abs(power) == 4:
            result = self.emit(Compute("mul", (square, square), dtype))
        if power > 0:
            return result
        return self.emit(Compute("div", (self.emit(Literal(1, dtype)), result), dtype))


def address_of(buffers: Mapping[Node, int], node: Node, at: Access) -> tuple[int, Index]:
    """The buffer and the position in it of an element of a node in memory, or of a strided view of one."""
    while node not in buffers and is_affine_view(node):
        node, at = node.operands[0], access_through_view(node, at)
    return buffers[node if node in buffers else storage_of(node)], linear(at.indices, node.type.shape)


def _small_power(node: Node) -> int | None:
    exponent = constant_value(node.operands[1])
    if exponent is None or exponent == 0 or not abs(exponent) <= _LARGEST_POWER or exponent != int(exponent):
        return None
    return int(exponent)

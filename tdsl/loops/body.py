"""Scalar work: three-address code in which register k is the value of instruction k of a body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tdsl.record import record
from tdsl.types import BOOL, I64, ONE, ZERO, Dim, DType, Shape


@record(frozen=True, slots=True)
class Index:
    """`offset + sum of coefficient * axis + sum of coefficient * register`, the axes and registers in order."""

    offset: Dim
    axes: tuple[tuple[int, Dim], ...] = ()
    registers: tuple[tuple[int, Dim], ...] = ()

    @staticmethod
    def axis(number: int) -> Index:
        return Index(ZERO, ((number, ONE),))

    @staticmethod
    def register(number: int) -> Index:
        return Index(ZERO, (), ((number, ONE),))

    def __add__(self, other: Index) -> Index:
        return Index(self.offset + other.offset, _sum(self.axes, other.axes), _sum(self.registers, other.registers))

    def scaled(self, factor: Dim) -> Index:
        if factor == ONE:
            return self
        if not factor.terms:
            return Index(ZERO)
        axes = [(axis, coefficient * factor) for axis, coefficient in self.axes]
        registers = [(register, coefficient * factor) for register, coefficient in self.registers]
        return Index(self.offset * factor, tuple(axes), tuple(registers))

    def plus(self, offset: Dim) -> Index:
        if not offset.terms:
            return self
        return replace(self, offset=self.offset + offset)

    def coefficient(self, axis: int) -> Dim:
        for number, step in self.axes:
            if number == axis:
                return step
        return ZERO


def _sum(left: tuple[tuple[int, Dim], ...], right: tuple[tuple[int, Dim], ...]) -> tuple[tuple[int, Dim], ...]:
    if not (left and right):
        return left or right
    total = dict(left)
    for key, coefficient in right:
        total[key] = total.get(key, ZERO) + coefficient
    return tuple((key, total[key]) for key in sorted(total) if total[key].terms)


def linear(indices: tuple[Index, ...], shape: Shape) -> Index:
    """The row-major position of an element of a shape."""
    position = None
    for index, size in zip(indices, shape, strict=True):
        position = index if position is None else position.scaled(size) + index
    return position or Index(ZERO)


@record(frozen=True, slots=True)
class Literal:
    value: int | float
    dtype: DType


@record(frozen=True, slots=True)
class IndexValue:
    """An index as a value."""

    index: Index
    dtype: DType = I64


@record(frozen=True, slots=True)
class InBounds:
    """Whether 0 <= index < size."""

    index: Index
    size: Dim
    dtype: DType = BOOL


@record(frozen=True, slots=True)
class Load:
    """An element of a buffer, or zero without touching memory where the guard is false."""

    buffer: int
    index: Index
    dtype: DType
    guard: int | None = None


@record(frozen=True, slots=True)
class ContractionValue:
    """The element that a Contraction passes to its body; its first instruction, and nowhere else."""

    dtype: DType


@record(frozen=True, slots=True)
class Compute:
    """An elementwise op of the table, or `cast`."""

    op: str
    operands: tuple[int, ...]
    dtype: DType


@record(frozen=True, slots=True)
class Divide:
    """Integer `floordiv` or `mod`; a zero divisor is a fault of the site, and gives 0."""

    op: str
    operands: tuple[int, int]
    dtype: DType
    site: int
    guard: int | None = None


@record(frozen=True, slots=True)
class BoundsCheck:
    """A position, counted from the end if negative; a label, which is never negative.  Outside 0 … bound - 1 it is a
    fault of the site, and 0."""

    operand: int
    bound: Dim
    site: int
    guard: int | None = None
    dtype: DType = I64
    label: bool = False


Indexed = IndexValue | InBounds | Load
Instruction = Literal | Indexed | ContractionValue | Compute | Divide | BoundsCheck
Body = tuple[Instruction, ...]


def draws(instruction: Instruction) -> bool:
    """Whether it makes a random value: fifty operations on integers."""
    return isinstance(instruction, Compute) and instruction.op == "random_word"


def loaded(body: Body) -> list[int]:
    """The buffers that a body reads."""
    return [instruction.buffer for instruction in body if isinstance(instruction, Load)]


def indices(body: Body) -> list[Index]:
    return [instruction.index for instruction in body if isinstance(instruction, Indexed)]


def operands(instruction: Instruction) -> tuple[int, ...]:
    """The registers an instruction uses."""
    match instruction:
        case Compute():
            return instruction.operands
        case Literal() | ContractionValue():
            return ()
        case IndexValue() | InBounds():
            return tuple(register for register, _ in instruction.index.registers)
        case Load():
            used = tuple(register for register, _ in instruction.index.registers)
        case Divide():
            used = instruction.operands
        case BoundsCheck():
            used = (instruction.operand,)
    return used if instruction.guard is None else (*used, instruction.guard)


def needed(body: Body, outputs: Iterable[int]) -> set[int]:
    """These registers, and all that they are made of."""
    found = set(outputs)
    for register in range(len(body) - 1, -1, -1):
        if register in found:
            found.update(operands(body[register]))
    return found


def identity(instruction: Instruction) -> tuple[str, Instruction]:
    """A key that equal instructions share; 0.0 == -0.0 and 1 == True, but not as text."""
    return repr(instruction.value) if isinstance(instruction, Literal) else "", instruction

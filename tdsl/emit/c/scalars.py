"""Scalar code of the loop language as C++ expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tdsl.emit.c import syntax as c
from tdsl.emit.c.numbers import literal
from tdsl.emit.c.parameters import Parameters
from tdsl.ir.node import OPS
from tdsl.loops.body import (
    Body,
    BoundsCheck,
    Compute,
    ContractionValue,
    Divide,
    InBounds,
    Index,
    Indexed,
    IndexValue,
    Instruction,
    Literal,
    Load,
    draws,
    operands,
)
from tdsl.loops.language import Kept
from tdsl.types import BOOL, F32, F64, Dim

# The largest number of names and numbers of an expression that fits on one line.
_LONGEST = 14


class Sizes(Protocol):
    """A scope with names of sizes and buffers: a kernel or a routine."""

    def size(self, size: Dim) -> c.Expression: ...
    def offset(self, offset: Dim) -> c.Expression: ...
    def buffer(self, number: int) -> c.Expression: ...
    def kept(self, operand: Kept) -> c.Expression: ...


def index_expression(
    index: Index, axes: Sequence[str], registers: Mapping[int, c.Expression], sizes: Sizes
) -> c.Expression:
    """`n0 * i0 + i1 + 3`"""
    total: c.Expression | None = None
    for axis, step in index.axes:
        total = _plus(total, sizes.size(step), c.Name(axes[axis]))
    for register, step in index.registers:
        total = _plus(total, sizes.size(step), registers[register])
    if index.offset.terms or total is None:
        total = _plus(total, sizes.offset(index.offset), None)
    return total


def _plus(total: c.Expression | None, factor: c.Expression, of: c.Expression | None) -> c.Expression:
    """`total + factor * of`"""
    negative = isinstance(factor, c.Unary)
    magnitude = factor.operand if isinstance(factor, c.Unary) else factor
    if of is None:
        term = factor if total is None else magnitude
    elif magnitude == c.Number("1"):
        term = c.Unary("-", of) if total is None and negative else of
    else:
        term = c.Binary("*", factor if total is None else magnitude, of)
    return term if total is None else c.Binary("-" if negative else "+", total, term)


class Scalars:
    """Prints a body: a value used once is written in place, any other is assigned to a variable; `outer` are the lines
    of invariants of the inner loop."""

    def __init__(
        self,
        body: Body,
        outputs: list[int],
        axes: Sequence[str],
        inner: int | None,
        parameters: Parameters,
    ) -> None:
        self.body, self.axes, self.inner, self.parameters = body, axes, inner, parameters
        # Fills of memory differ only in their numbers.
        self._given = len(body) == 1 or any(map(draws, body))
        self.outer: list[c.Statement] = []
        self.statements: list[c.Statement] = []
        self.values: dict[int, c.Expression] = {}
        self._lengths: list[int] = []
        self._outer: list[bool] = []
        for instruction in body:
            self._outer.append(self._is_outer(instruction))
        self._uses = [0] * len(body)
        for register in outputs:
            self._uses[register] += 2 if self._outer[register] else 1
        for instruction, outer in zip(body, self._outer, strict=True):
            indexed = instruction.index.registers if isinstance(instruction, Indexed) else ()
            for register in operands(instruction):
                # Values used in an index, used twice, or hoisted out of the inner loop are assigned to a variable.
                named = any(register == other for other, _ in indexed) or self._outer[register] != outer
                self._uses[register] += 2 if named else 1
        for number, instruction in enumerate(body):
            self._print(number, instruction)

    def _is_outer(self, instruction: Instruction) -> bool:
        if self.inner is None or isinstance(instruction, Literal | ContractionValue):
            return False
        along = instruction.index.coefficient(self.inner).terms if isinstance(instruction, Indexed) else ()
        return not along and all(
            self._outer[register] or isinstance(self.body[register], Literal) for register in operands(instruction)
        )

    def _print(self, number: int, instruction: Instruction) -> None:
        value = self._expression(instruction)
        axes = len(instruction.index.axes) if isinstance(instruction, Indexed) else 0
        length = 1 + axes + sum(self._lengths[register] for register in operands(instruction))
        kept = isinstance(instruction, BoundsCheck | Divide) or draws(instruction)
        keeps = kept or self._uses[number] != 1 or length > _LONGEST
        if keeps and not isinstance(instruction, Literal | ContractionValue):
            statements = self.outer if self._outer[number] else self.statements
            if self._uses[number]:
                statements.append(c.Declare(f"const {instruction.dtype.c}", f"t{number}", value))
                value, length = c.Name(f"t{number}"), 1
            else:
                # It is computed only for its fault.
                statements.append(c.Evaluate(value))
        self.values[number] = value
        self._lengths.append(length)

    def index(self, index: Index) -> c.Expression:
        return index_expression(index, self.axes, self.values, self.parameters)

    def element(self, buffer: int, index: Index) -> c.Element:
        from_start = index.plus(-self.parameters.start(buffer))
        return c.Element(self.parameters.buffer(buffer), self.index(from_start))

    def _expression(self, instruction: Instruction) -> c.Expression:
        match instruction:
            case Literal(value, dtype):
                return self.parameters.constant(value, dtype) if self._given else literal(value, dtype)
            case IndexValue():
                index = self.index(instruction.index)
                is_number = isinstance(index, c.Number) or (
                    isinstance(index, c.Unary) and isinstance(index.operand, c.Number)
                )
                return c.Braces((index,), "int64_t") if is_number else index
            case InBounds():
                return c.Call(
                    "tdsl::in_bounds", (self.index(instruction.index), self.parameters.size(instruction.size))
                )
            case Load(buffer, place, dtype, guard):
                element: c.Expression = self.element(buffer, place)
                if dtype == BOOL:
                    element = c.Binary("!=", element, c.Number("0"))
                return element if guard is None else c.Conditional(self.values[guard], element, literal(0, dtype))
            case ContractionValue():
                return c.Name("value")
            case BoundsCheck():
                function = "checked_label" if instruction.label else "checked_index"
                given = [self.values[instruction.operand], self.parameters.size(instruction.bound)]
                return self._checked(function, instruction, given)
            case Divide():
                return self._checked(instruction.op, instruction, self._values(instruction.operands))
            case Compute():
                return self._compute(instruction)

    def _values(self, registers: Sequence[int]) -> list[c.Expression]:
        return [self.values[register] for register in registers]

    def _checked(self, function: str, instruction: BoundsCheck | Divide, given: list[c.Expression]) -> c.Expression:
        guard = [] if instruction.guard is None else [self.values[instruction.guard]]
        site = self.parameters.call(), self.parameters.site(instruction.site)
        return c.Call(f"tdsl::{function}", (*site, *given, *guard))

    def _compute(self, instruction: Compute) -> c.Expression:
        values = self._values(instruction.operands)
        taken = self.body[instruction.operands[0]].dtype
        if instruction.op == "cast":
            same = taken == instruction.dtype
            return values[0] if same else c.Call(f"tdsl::cast<{instruction.dtype.c}>", tuple(values))
        op = OPS[instruction.op]
        if op.wraps and taken not in (F32, F64):
            return c.Call(f"tdsl::{op.name}", tuple(values))
        spelling = op.c
        if instruction.op == "select":
            # `a | b` of bools is an int in C++.
            spelling = "tdsl::select<bool>" if instruction.dtype == BOOL else "tdsl::select"
        if spelling[0].isalpha():
            return c.Call(spelling, tuple(values))
        return c.Unary(spelling, values[0]) if len(values) == 1 else c.Binary(spelling, values[0], values[1])


# Arithmetic flushes subnormal results where kernels flush them; copies of bits may keep them.
_ARITHMETIC = frozenset({"add", "sub", "mul", "div", "sqrt", "sign", "floor", "ceil", "round", "trunc"}) | {
    "unit_interval",
    "standard_normal",
    "standard_truncated_normal",
}
_CHOICES = {"cast": 0, "neg": 0, "abs": 0, "maximum": 0, "minimum": 0, "select": 1}


def is_never_subnormal(body: Body, register: int) -> bool:
    """Whether the value of a register is never a subnormal number where kernels flush them."""
    stack = [register]
    while stack:
        match body[stack.pop()]:
            case Literal(value=value, dtype=dtype):
                least = 2.0**-126 if dtype == F32 else 2.0**-1022
                if 0 < abs(value) < least:
                    return False
            case Compute(op=op) if op in _ARITHMETIC:
                pass
            case Compute(op=op, operands=given) if op in _CHOICES:
                stack += given[_CHOICES[op] :]
            case ContractionValue():
                pass
            case _:
                return False
    return True

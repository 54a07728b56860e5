"""Scalar code of the loop language as C++ expressions."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

from tdsl.ir import OPS
from tdsl.loops import (
    Body,
    Checked,
    Compute,
    Divide,
    Index,
    Instruction,
    Literal,
    Load,
    Position,
    Random,
    Within,
    operands,
)
from tdsl.types import F32, F64, Dim, DType, Kind

_LONGEST = 90
_WRAPPING = {"add": "tdsl::add", "sub": "tdsl::sub", "mul": "tdsl::mul", "neg": "tdsl::neg"}


def size_text(size: Dim, names: Mapping[str, str]) -> str:
    """A size; `names` are the C++ names of the dims."""
    return size.spell(names.__getitem__, lambda operator, top, bottom: f"{_RATIO[operator]}<int64_t>({top}, {bottom})")


_RATIO = {"//": "tdsl::floordiv", "%": "tdsl::mod"}


def index_text(index: Index, axes: tuple[str, ...], registers: Mapping[int, str], names: Mapping[str, str]) -> str:
    """`i0 * 10 + i1 + 3`"""
    terms = [(size, axes[axis]) for axis, size in index.axes]
    terms += [(size, registers[register]) for register, size in index.registers]
    text = ""
    for size, name in terms:
        constant = size.constant
        if constant is not None:
            factor = "" if abs(constant) == 1 else f"{abs(constant)} * "
            sign = ("-" if constant < 0 else "") if not text else (" - " if constant < 0 else " + ")
            text += f"{sign}{factor}{name}"
        else:
            factor = size_text(size, names)
            text += f"{' + ' if text else ''}{factor if factor.isidentifier() else f'({factor})'} * {name}"
    if index.offset.terms or not text:
        offset = size_text(index.offset, names)
        text = offset if not text else f"{text} - {offset[1:]}" if _is_negative(index.offset) else f"{text} + {offset}"
    return text


def _is_negative(size: Dim) -> bool:
    return len(size.terms) == 1 and size.terms[0][1] < 0


def literal_text(value: int | float, dtype: DType) -> str:
    """Exact: reals are hexadecimal."""
    if dtype.kind is Kind.BOOL:
        return "true" if value else "false"
    if dtype.kind is Kind.INTEGER:
        low = -(1 << (dtype.bits - 1)) if dtype.name != "u8" else 0
        whole = (int(value) - low) % (1 << dtype.bits) + low
        if whole == low and low:
            return f"std::numeric_limits<{dtype.c}>::min()"
        return f"{dtype.c}{{{whole}}}"
    number = _rounded(float(value)) if dtype == F32 else float(value)
    if math.isnan(number):
        return f"std::numeric_limits<{dtype.c}>::quiet_NaN()"
    if math.isinf(number):
        return f"{'-' if number < 0 else ''}std::numeric_limits<{dtype.c}>::infinity()"
    mantissa, exponent = number.hex().split("p")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    mantissa = mantissa + "0" if mantissa.endswith("x") else mantissa
    return f"{mantissa}p{exponent}{'f' if dtype == F32 else ''}"


def _rounded(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


class Scalars:
    """Prints a body: a value used once is written where it is used, any other gets a line."""

    def __init__(
        self,
        body: Body,
        outputs: list[int],
        axes: tuple[str, ...],
        names: Mapping[str, str],
        buffers: Mapping[int, str],
    ) -> None:
        self.body, self.axes, self.names, self.buffers = body, axes, names, buffers
        self.lines: list[str] = []
        self.text: dict[int, str] = {}
        self._uses = [0] * len(body)
        for register in outputs:
            self._uses[register] += 1
        for instruction in body:
            indexed = instruction.index.registers if isinstance(instruction, Load | Position | Within | Random) else ()
            for register in operands(instruction):
                # What stands in an index, or is printed twice, deserves a name.
                self._uses[register] += 2 if any(register == other for other, _ in indexed) else 1
        for number, instruction in enumerate(body):
            self._print(number, instruction)

    def _print(self, number: int, instruction: Instruction) -> None:
        text = self._expression(instruction)
        keeps = isinstance(instruction, Checked | Divide | Random) or self._uses[number] != 1 or len(text) > _LONGEST
        if keeps and not isinstance(instruction, Literal):
            self.lines.append(f"const {instruction.dtype.c} t{number} = {text};")
            text = f"t{number}"
        self.text[number] = text

    def index(self, index: Index) -> str:
        return index_text(index, self.axes, self.text, self.names)

    def _expression(self, instruction: Instruction) -> str:
        match instruction:
            case Literal():
                return literal_text(instruction.value, instruction.dtype)
            case Position():
                text = self.index(instruction.index)
                return text if text.isidentifier() else f"int64_t{{{text}}}"
            case Within():
                return f"tdsl::within({self.index(instruction.index)}, {size_text(instruction.size, self.names)})"
            case Load():
                text = f"{self.buffers[instruction.buffer]}[{self.index(instruction.index)}]"
                if instruction.guard is None:
                    return text
                return f"({self.text[instruction.guard]} ? {text} : {instruction.dtype.c}(0))"
            case Checked():
                bound = size_text(instruction.bound, self.names)
                guard = "" if instruction.guard is None else f", {self.text[instruction.guard]}"
                return f"tdsl::checked(call, {instruction.site}, {self.text[instruction.operand]}, {bound}{guard})"
            case Divide():
                a, b = (self.text[operand] for operand in instruction.operands)
                guard = "" if instruction.guard is None else f", {self.text[instruction.guard]}"
                return f"tdsl::{instruction.op}(call, {instruction.site}, {a}, {b}{guard})"
            case Random():
                seed = self.text[instruction.seed]
                index = self.index(instruction.index)
                return f"tdsl::{instruction.op}<{instruction.dtype.c}>({seed}, {instruction.stream}, {index})"
            case Compute():
                return self._compute(instruction)

    def _compute(self, instruction: Compute) -> str:
        values = [self.text[operand] for operand in instruction.operands]
        taken = self.body[instruction.operands[0]].dtype
        if instruction.op == "cast":
            return values[0] if taken == instruction.dtype else f"tdsl::cast<{instruction.dtype.c}>({values[0]})"
        if instruction.op in _WRAPPING and taken not in (F32, F64):
            return f"{_WRAPPING[instruction.op]}({', '.join(values)})"
        spelling = "tdsl::select" if instruction.op == "select" else OPS[instruction.op].c
        if spelling[0].isalpha():
            return f"{spelling}({', '.join(values)})"
        if len(values) == 1:
            return f"{spelling}{_atom(values[0])}"
        return f"{_atom(values[0])} {spelling} {_atom(values[1])}"


def _atom(text: str) -> str:
    """In parentheses unless it is a name, a literal, an element or a call already."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and character in " -" and not (character == "-" and text[position - 1 : position] == "p"):
            return f"({text})"
    return text

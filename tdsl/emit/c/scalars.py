"""Scalar code of the loop language as C++ expressions."""

from __future__ import annotations

from collections.abc import Mapping

from tdsl.emit.c.numbers import literal_text
from tdsl.emit.c.parameters import Parameters
from tdsl.ir.node import OPS
from tdsl.loops.language import (
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
    Random,
    operands,
)
from tdsl.types import BOOL, F32, F64

_LONGEST = 90
_WRAPPING = {"add": "tdsl::add", "sub": "tdsl::sub", "mul": "tdsl::mul", "neg": "tdsl::neg"}


def index_text(
    index: Index, axes: tuple[str, ...], inner: int | None, registers: Mapping[int, str], parameters: Parameters
) -> str:
    """`i0 * n0 + i1 + 3`.  The step of the inner loop decides how it is compiled, so it stays visible."""
    terms = [(size, axes[axis], axis == inner) for axis, size in index.axes]
    terms += [(size, registers[register], False) for register, size in index.registers]
    text = ""
    for size, name, visible in terms:
        constant = size.constant
        factor = str(constant) if visible and constant is not None else parameters.size(size)
        sign = "-" if factor.startswith("-") else "+"
        factor = "" if factor in ("1", "-1") else f"{factor.removeprefix('-')} * "
        text += (f" {sign} " if text else sign.removeprefix("+")) + factor + name
    if index.offset.terms or not text:
        offset = parameters.size(index.offset)
        sign = "-" if offset.startswith("-") else "+"
        text = f"{text} {sign} {offset.removeprefix('-')}" if text else offset
    return text


class Scalars:
    """Prints a body: a value used once is written where it is used, any other gets a line; `outer` are the lines of
    what is the same all along the inner loop."""

    def __init__(
        self,
        body: Body,
        outputs: list[int],
        axes: tuple[str, ...],
        inner: int | None,
        parameters: Parameters,
    ) -> None:
        self.body, self.axes, self.inner, self.parameters = body, axes, inner, parameters
        # What fills memory differs in its numbers alone.
        self._given = len(body) == 1 or any(isinstance(instruction, Random) for instruction in body)
        self.outer: list[str] = []
        self.lines: list[str] = []
        self.text: dict[int, str] = {}
        self._outer: list[bool] = []
        for instruction in body:
            self._outer.append(self._is_outer(instruction))
        self._uses = [0] * len(body)
        for register in outputs:
            self._uses[register] += 2 if self._outer[register] else 1
        for instruction, outer in zip(body, self._outer, strict=True):
            indexed = instruction.index.registers if isinstance(instruction, Indexed) else ()
            for register in operands(instruction):
                # What stands in an index, is printed twice, or leaves the inner loop, deserves a name.
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
        text = self._expression(instruction)
        keeps = (
            isinstance(instruction, BoundsCheck | Divide | Random) or self._uses[number] != 1 or len(text) > _LONGEST
        )
        if keeps and not isinstance(instruction, Literal | ContractionValue):
            lines = self.outer if self._outer[number] else self.lines
            # What is computed for its fault alone needs no name.
            name = f"const {instruction.dtype.c} t{number} = " if self._uses[number] else ""
            lines.append(f"{name}{text};")
            text = f"t{number}"
        self.text[number] = text

    def index(self, index: Index) -> str:
        return index_text(index, self.axes, self.inner, self.text, self.parameters)

    def _expression(self, instruction: Instruction) -> str:
        match instruction:
            case Literal():
                literal = self.parameters.constant if self._given else literal_text
                return literal(instruction.value, instruction.dtype)
            case IndexValue():
                text = self.index(instruction.index)
                return text if text.isidentifier() else f"int64_t{{{text}}}"
            case InBounds():
                return f"tdsl::in_bounds({self.index(instruction.index)}, {self.parameters.size(instruction.size)})"
            case Load():
                text = f"{self.parameters.buffer(instruction.buffer)}[{self.index(instruction.index)}]"
                if instruction.dtype == BOOL:
                    text += " != 0"
                if instruction.guard is None:
                    return text
                return f"({self.text[instruction.guard]} ? {text} : {instruction.dtype.c}(0))"
            case ContractionValue():
                return "value"
            case BoundsCheck():
                given = [self.text[instruction.operand], self.parameters.size(instruction.bound)]
                function = "checked_label" if instruction.label else "checked_index"
                return f"tdsl::{function}({self._fault(instruction, given)})"
            case Divide():
                given = [self.text[operand] for operand in instruction.operands]
                return f"tdsl::{instruction.op}({self._fault(instruction, given)})"
            case Random():
                seed = self.text[instruction.seed]
                stream, index = self.parameters.stream(instruction.stream), self.index(instruction.index)
                return f"tdsl::{instruction.op}<{instruction.dtype.c}>({seed}, {stream}, {index})"
            case Compute():
                return self._compute(instruction)

    def _fault(self, instruction: BoundsCheck | Divide, given: list[str]) -> str:
        guard = [] if instruction.guard is None else [self.text[instruction.guard]]
        return ", ".join([self.parameters.call(), self.parameters.site(instruction.site), *given, *guard])

    def _compute(self, instruction: Compute) -> str:
        values = [self.text[operand] for operand in instruction.operands]
        taken = self.body[instruction.operands[0]].dtype
        if instruction.op == "cast":
            return values[0] if taken == instruction.dtype else f"tdsl::cast<{instruction.dtype.c}>({values[0]})"
        if instruction.op in _WRAPPING and taken not in (F32, F64):
            return f"{_WRAPPING[instruction.op]}({', '.join(values)})"
        spelling = OPS[instruction.op].c
        if instruction.op == "select":
            # In C++ `a | b` of bools is an int.
            spelling = "tdsl::select<bool>" if instruction.dtype == BOOL else "tdsl::select"
        if spelling[0].isalpha():
            return f"{spelling}({', '.join(values)})"
        if len(values) == 1:
            return f"{spelling}{_atom(values[0])}"
        return f"{_atom(values[0])} {spelling} {_atom(values[1])}"


# Arithmetic flushes subnormal results where kernels flush them; copies of bits may keep them.
_ARITHMETIC = frozenset({"add", "sub", "mul", "div", "sqrt", "sign", "floor", "ceil", "round", "trunc"})
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
            case ContractionValue() | Random():
                pass
            case _:
                return False
    return True


def _atom(text: str) -> str:
    """In parentheses unless it is a name, a literal, an element or a call already."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and character in " -" and not (character == "-" and text[position - 1 : position] == "p"):
            return f"({text})"
    return text

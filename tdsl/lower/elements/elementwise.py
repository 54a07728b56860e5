"""Elementwise ops: an element depends on the elements of the operands at the same access."""

from __future__ import annotations

from tdsl.ir.attributes import Bound
from tdsl.ir.node import Node, constant_value
from tdsl.loops.body import BoundsCheck, Compute, Divide, Literal
from tdsl.lower.access import Access
from tdsl.lower.elements.rule import ElementRule, Rule
from tdsl.lower.instructions import InstructionBuilder
from tdsl.types import ONE, Kind

_LARGEST_POWER = 4


def _same_access(node: Node, at: Access) -> list[tuple[Node, Access]]:
    return [(operand, at) for operand in node.operands]


def _compute(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    return body.emit(Compute(node.op.name, tuple(registers), node.type.dtype))


def _divide(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    guard = body.guard(at)
    dividend, divisor = registers
    return body.emit(Divide(node.op.name, (dividend, divisor), node.type.dtype, body.site(node, at), guard))


def _check_label(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    (label,) = registers
    return body.emit(BoundsCheck(label, node.get(Bound).size, body.site(node, at), body.guard(at), label=True))


def _check_assertion(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    (failed,) = registers
    return body.emit(BoundsCheck(failed, ONE, body.site(node, at), body.guard(at), label=True))


def _base(node: Node, at: Access) -> list[tuple[Node, Access]]:
    return [(node.operands[0], at)]


def _power(body: InstructionBuilder, node: Node, at: Access, registers: list[int]) -> int:
    """x ** 3 as x * x * x, and reciprocals of such powers."""
    (base,), power, dtype = registers, _small_power(node), node.type.dtype
    square = body.emit(Compute("mul", (base, base), dtype)) if abs(power) > 1 else base
    result = square
    if abs(power) == 3:
        result = body.emit(Compute("mul", (square, base), dtype))
    elif abs(power) == 4:
        result = body.emit(Compute("mul", (square, square), dtype))
    if power > 0:
        return result
    return body.emit(Compute("div", (body.emit(Literal(1, dtype)), result), dtype))


def _small_power(node: Node) -> int:
    """The exponent if products make the power, else 0."""
    exponent = constant_value(node.operands[1])
    if exponent is None or not abs(exponent) <= _LARGEST_POWER or exponent != int(exponent):
        return 0
    return int(exponent)


COMPUTE = ElementRule(_same_access, _compute)
_DIVIDE = ElementRule(_same_access, _divide)
_CHECK_LABEL = ElementRule(_same_access, _check_label)
_CHECK_ASSERTION = ElementRule(_same_access, _check_assertion)
_POWER = ElementRule(_base, _power)


def _division(node: Node) -> ElementRule:
    return _DIVIDE if node.type.dtype.kind is Kind.INTEGER else COMPUTE


ELEMENTS: dict[str, Rule] = {
    "pow": lambda node: _POWER if _small_power(node) else COMPUTE,
    "floordiv": _division,
    "mod": _division,
    "within": lambda _: _CHECK_LABEL,
    "assertion": lambda _: _CHECK_ASSERTION,
}

"""Sizes and literals as C++ expressions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tdsl.emit.c import syntax as c
from tdsl.types import F32, Atom, Dim, DType, Kind

_LARGEST = 2**63 - 1
_RATIO = {"//": "tdsl::floordiv<int64_t>", "%": "tdsl::mod<int64_t>"}


def stored(dtype: DType) -> str:
    """The C++ type of an element in memory, where a bool is any byte: foreign bools may be other than 0 or 1."""
    return "uint8_t" if dtype.kind is Kind.BOOL else dtype.c


def size_expression(size: Dim, names: Mapping[str, c.Expression]) -> c.Expression:
    """A size; `names` are the C++ expressions of the dims."""
    total: c.Expression | None = None
    for monomial, coefficient in size.terms:
        factors = [_atom(atom, names) for atom in monomial]
        # Only the first term has a sign of its own.
        number = coefficient if total is None else abs(coefficient)
        if abs(number) != 1 or not factors:
            factors.insert(0, integer(number))
        elif number < 0:
            factors[0] = c.Unary("-", factors[0])
        term = joined("*", factors)
        total = term if total is None else c.Binary("-" if coefficient < 0 else "+", total, term)
    return total or c.Number("0")


def _atom(atom: Atom, names: Mapping[str, c.Expression]) -> c.Expression:
    if isinstance(atom, str):
        return names[atom]
    return c.Call(_RATIO[atom.operator], (size_expression(atom.top, names), size_expression(atom.bottom, names)))


def dims_given(dims: Iterable[str]) -> dict[str, c.Expression]:
    """The dims in a function with the parameter `dims`."""
    return {dim: c.Element(c.Name("dims"), integer(place)) for place, dim in enumerate(dims)}


def saturating_size(size: Dim, names: Mapping[str, c.Expression]) -> c.Expression:
    """A size in saturating arithmetic; ratios are small enough without."""
    added: list[c.Expression] = []
    taken: list[c.Expression] = []
    for monomial, coefficient in size.terms:
        factors = [integer(min(abs(coefficient), _LARGEST))] * (abs(coefficient) != 1 or not monomial)
        factors += [size_expression(Dim((((atom,), 1),)), names) for atom in monomial]
        product = joined("*", [c.Braces((factor,), "tdsl::SaturatingSize") for factor in factors])
        (added if coefficient > 0 else taken).append(product)
    return joined("-", [joined("+", added or [c.Braces((c.Number("0"),), "tdsl::SaturatingSize")]), *taken])


def formula(name: str, value: c.Expression, manner: str = "") -> c.Function:
    """`int64_t name(const int64_t *dims)`"""
    return c.Function(name, (c.Parameter("const int64_t *", "dims"),), (c.Return(value),), "int64_t", manner)


def joined(operator: str, parts: Sequence[c.Expression]) -> c.Expression:
    """`a + b + c`"""
    total = parts[0]
    for part in parts[1:]:
        total = c.Binary(operator, total, part)
    return total


def integer(value: int) -> c.Expression:
    return c.Unary("-", c.Number(str(-value))) if value < 0 else c.Number(str(value))


def literal(value: int | float, dtype: DType) -> c.Expression:
    """A literal of exactly this type and value: the shortest decimal of a real that compilers read back unchanged."""
    limits = f"std::numeric_limits<{dtype.c}>"
    if dtype.kind is Kind.BOOL:
        return c.Name("true" if value else "false")
    if dtype.kind is Kind.INTEGER:
        low = -(1 << (dtype.bits - 1)) if dtype.name != "u8" else 0
        whole = (int(value) - low) % (1 << dtype.bits) + low
        # The least number has no literal: its digits without the sign would be too large.
        return c.Call(f"{limits}::min") if whole == low and low else c.Braces((integer(whole),), dtype.c)
    with np.errstate(over="ignore"):
        number = np.float32(value) if dtype == F32 else np.float64(value)
    if np.isnan(number):
        return c.Call(f"{limits}::quiet_NaN")
    size = c.Call(f"{limits}::infinity") if np.isinf(number) else c.Number(_decimal(number).lstrip("-"))
    return c.Unary("-", size) if math.copysign(1, number) < 0 else size


def _decimal(number: np.float32 | np.float64) -> str:
    if isinstance(number, np.float64):
        return str(number)
    plain = number == 0 or 1e-4 <= abs(number) < 1e16
    return f"{np.format_float_positional(number, trim='0') if plain else number!s}f"

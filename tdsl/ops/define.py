"""Registration of a line of the table, and the type rules that many ops share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tdsl.ir.attributes import Attributes
from tdsl.ir.masks import same_element
from tdsl.ir.node import OPS, IllTyped, Op, Work
from tdsl.types import BOOL, DType, Kind, Type

Rule = Callable[..., Type]

COPY, LIGHT, OPERATION, FUNCTION = Work

REAL = frozenset({Kind.REAL})
NUMBER = frozenset({Kind.REAL, Kind.INTEGER})
INTEGER = frozenset({Kind.INTEGER})
LOGIC = frozenset({Kind.BOOL})
ANY = frozenset({Kind.REAL, Kind.INTEGER, Kind.BOOL})
NAMES = {REAL: "a real", NUMBER: "a number", INTEGER: "an integer", LOGIC: "a bool", ANY: "any value"}


def define(
    name: str,
    family: str,
    infer: Rule,
    numpy: Callable[..., Any],
    attributes: type[Attributes] = Attributes,
    **rest: Any,
) -> Op:
    """Registers an op; two of one name are a bug."""
    assert name not in OPS, name
    op = OPS[name] = Op(name, family, infer, numpy, attributes, **rest)
    return op


def accept(name: str, dtype: DType, kinds: frozenset[Kind]) -> None:
    """Raises `IllTyped` unless the op takes that dtype."""
    if dtype.kind not in kinds:
        raise IllTyped(f"{name} takes {NAMES[kinds]}, got {dtype}")


def same(name: str, kinds: frozenset[Kind], gives: DType | None) -> Rule:
    """Operands of one type; the result has it too, or the given dtype."""

    def infer(types: list[Type]) -> Type:
        first = types[0]
        accept(name, first.dtype, kinds)
        for other in types[1:]:
            if other != first:
                raise IllTyped(f"{name} takes operands of one type, got {first} and {other}")
        return first.with_dtype(gives) if gives else first

    return infer


def elementwise(
    name: str,
    numpy: Callable[..., Any],
    cotangents: Callable[..., Any] | None = None,
    *,
    infix: str = "",
    c: str = "",
    tdsl: str = "",
    kinds: frozenset[Kind] = REAL,
    gives: DType | None = None,
    python: str = "",
    signature: tuple[str, ...] = ("x",),
    **rest: Any,
) -> Op:
    """One element from the elements at the same index.  `infix` is its operator in tdsl, and in C unless `c` says
    otherwise; without an operator it is a function of its name."""
    spelling = tdsl or infix or name
    is_operator = isinstance(numpy, np.ufunc) and bool(infix) and not infix.isalpha()
    return define(
        name,
        "elementwise",
        same(name, kinds, gives),
        numpy,
        cotangents=cotangents,
        masks=same_element,
        mixes=False,
        tdsl=spelling,
        c=c or infix or f"tdsl::{name}",
        python=python or (f"{{0}} {infix} {{1}}" if is_operator else ""),
        infix=bool(infix),
        kinds=kinds,
        signature=signature if spelling.isidentifier() and not infix else (),
        **rest,
    )


def view(
    name: str,
    infer: Rule,
    numpy: Callable[..., Any],
    attributes: type[Attributes],
    transpose: Callable[..., Any],
    **rest: Any,
) -> Op:
    """Elements of the operands at other places; the transpose places those of a cotangent, or of a mask, back."""
    return define(
        name,
        rest.pop("family", "view"),
        infer,
        numpy,
        attributes,
        cotangents=transpose,
        masks=transpose,
        mixes=False,
        **rest,
    )


def comparison(name: str, symbol: str, numpy: Callable[..., Any]) -> Op:
    """Two numbers or bools to a bool."""
    return elementwise(name, numpy, infix=symbol, kinds=ANY, gives=BOOL, cost=LIGHT)

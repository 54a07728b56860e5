"""The NumPy text of each op, and the source of ops that NumPy lacks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from tdsl.emit.bundle import joined
from tdsl.emit.frames import filled
from tdsl.ir.attributes import Axes, Broadcast, Constant, Size, SizedAxis
from tdsl.ir.node import Node
from tdsl.ir.pieces import Sum
from tdsl.ops import beta_meanings, gamma_meanings, matrix_meanings, meanings, special_meanings
from tdsl.resources import MEANINGS
from tdsl.source import CompilerBug
from tdsl.types import Dim, DType, Kind, Type, spell_tuple


@cache
def operations() -> str:
    """Functions with the very text of the op table, for the kernels to call."""
    return joined(MEANINGS)


def _parts() -> dict[str, set[str]]:
    """The functions, and the names that they define."""
    return {part: _defined(part) for part in (*operations().split("\n\n\n"), filled("python/faults.py").strip())}


def names_of_operations() -> frozenset[str]:
    return frozenset(name for names in _parts().values() for name in names)


def operations_of(texts: Iterable[str]) -> str:
    """The functions that texts need, directly or not, and those that all kernels share; complete except for `np`."""
    parts = _parts()
    needed: set[str] = set()
    words = _words(texts)
    while found := [part for part, names in parts.items() if part not in needed and names & words]:
        needed.update(found)
        words |= _words(found)
    return "\n\n\n".join(["from __future__ import annotations", *(part for part in parts if part in needed)])


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in re.findall(r"\w+", text)}


def _defined(part: str) -> set[str]:
    lines = re.findall(r"^(?:def|class|import|from \S+ import) (\w+)|^(\w+(?:, \w+)*) = ", part, flags=re.MULTILINE)
    return {name for found in lines for names in found for name in names.split(", ") if name}


class Spelling:
    """Writes one node, given the names of its operands and the text of a size."""

    def __init__(self, size: Callable[[Dim], str], sites: dict[Node, int]) -> None:
        self.size, self.sites = size, sites

    def text(self, node: Node, operands: Sequence[str]) -> str:
        match node.op.name:
            case "constant":
                return _number(node)
            case "size":
                return f"np.int64({self.size(node.get(Size).dim)})"
            case "broadcast":
                return self._broadcast(node, *operands)
        if node.op.family == "reduction" and isinstance(node.attributes, Axes) and not node.attributes.axes:
            return f"np.abs({operands[0]})" if node.op.name == "norm" else operands[0]
        if node.op.fault == "division" and node in self.sites:
            a, b = operands
            operands = (a, f"divisor(faults, {self.sites[node]}, {a}, {b})")
        given: dict[str, object] = {name: self._value(value) for name, value in node.attributes.given().items()}
        if not node.op.python:
            return f"{_function(node.op.numpy)}({', '.join([*operands, *map(str, given.values())])})"
        given |= {"dtype": _dtype(node.type.dtype), "site": self.sites.get(node), "operands": spell_tuple(operands)}
        return node.op.python.format(*operands, **given)

    def _value(self, value: object) -> str:
        if isinstance(value, tuple):
            return spell_tuple(map(self._value, value))
        return self.size(value) if isinstance(value, Dim) else str(value)

    def shape(self, sizes: Sequence[Dim]) -> str:
        return spell_tuple(map(self.size, sizes))

    def zeros(self, type: Type, length: Dim) -> str:
        """An array of zeros that stacks `length` values of a type."""
        return f"np.zeros({self.shape((length, *type.shape))}, {_dtype(type.dtype)})"

    def sum(self, node: Node, name: str, made: Sum, of: Mapping[Node, str]) -> list[str]:
        """The lines that add up pieces in one array."""
        first, *others = made.pieces
        if first.is_whole:
            # A new array, without the negative zeros that adding zeros takes away.
            lines = [f"{name} = np.add({of[first.value]}, 0, order='C')"]
        else:
            lines = [f"{name} = np.zeros({self.shape(node.type.shape)}, {_dtype(node.type.dtype)})"]
            others = [first, *others]
        for piece in others:
            value, scatter = of[piece.value], piece.scatter
            if piece.is_whole:
                lines.append(f"{name} += {value}")
            elif scatter is None:
                steps = spell_tuple(piece.steps)
                lines.append(f"add_piece({name}, {value}, {self.shape(piece.starts)}, {steps})")
            else:
                axis = scatter.get(SizedAxis).axis
                given = f"{self.sites[scatter]}, {name}, {value}, {of[scatter.operands[1]]}, {axis}"
                lines.append(f"scatter_into(faults, {given})")
        return lines

    def _broadcast(self, node: Node, x: str) -> str:
        axes, rank = node.get(Broadcast).axes, node.type.rank
        shape = self.shape(node.type.shape)
        if axes == tuple(range(rank - len(axes), rank)):
            return f"np.broadcast_to({x}, {shape})"
        return f"broadcast_values({x}, {shape}, {spell_tuple(axes)})"


def _number(node: Node) -> str:
    value, dtype = node.get(Constant).value, node.type.dtype
    number = float.fromhex(value) if isinstance(value, str) else value
    if isinstance(number, float) and not math.isfinite(number):
        return f"np.{dtype.numpy}('{number}')"
    return f"{_dtype(dtype)}({number!r})"


def _function(numpy: Callable[..., Any]) -> str:
    """The name that the meaning of an op has in the generated text."""
    name = str(getattr(numpy, "__name__", ""))
    files = (meanings, special_meanings, gamma_meanings, beta_meanings, matrix_meanings)
    if any(numpy is getattr(file, name, None) for file in files):
        return name
    if getattr(np, name, None) is numpy:
        return f"np.{name}"
    raise CompilerBug(f"no NumPy text for {numpy}")


def _dtype(dtype: DType) -> str:
    return f"np.{'bool_' if dtype.kind is Kind.BOOL else dtype.numpy}"

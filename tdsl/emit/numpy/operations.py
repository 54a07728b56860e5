"""How each op is written in NumPy, and the source of those that NumPy does not have."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from tdsl.emit.frames import filled
from tdsl.ir.attributes import Axes, Axis, Bound, Broadcast, Constant, Iota, Position, Region, Size, SizedAxis, Stream
from tdsl.ir.node import Node
from tdsl.lower.pieces import Sum
from tdsl.ops import (
    elementwise,
    indexing,
    products,
    random,
    reductions,
    sources,
    views,
)
from tdsl.source import CompilerBug
from tdsl.types import Dim, DType, Kind, spell_tuple

_INFIX = frozenset({"add", "sub", "mul", "div", "pow", "matmul", "eq", "ne", "lt", "le", "gt", "ge"})
_MODULES: tuple[ModuleType, ...] = (elementwise, indexing, products, reductions, views, sources, random)
_SUMS = {"sum": reductions.total, "norm": reductions.length}
_NEEDED: tuple[Callable[..., Any], ...] = (
    *_SUMS.values(),
    elementwise.numpy_sigmoid,
    elementwise.numpy_sigmoid_slope,
    elementwise.numpy_tanh_slope,
    elementwise.numpy_one_minus_square,
    elementwise.numpy_hypot_slope,
    elementwise.numpy_softplus,
    elementwise.floor_divide,
    elementwise.floor_remainder,
    indexing.add_at,
    products.products_before,
    products.other_products,
    views.broadcast_values,
    views._ranges,
    views.slice_values,
    views.place_values,
    views.add_piece,
    sources._iota,
)


def operations() -> str:
    """Functions with the very text of the op table, for the kernels to call."""
    return "\n\n\n".join(_parts())


def operations_of(texts: Iterable[str]) -> str:
    """Those that texts need, what these need, and what all kernels share; a module of its own but for `np`."""
    parts = {part: _defined(part) for part in (*_parts(), filled("python/faults.py").strip())}
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


@cache
def _parts() -> tuple[str, ...]:
    text = inspect.getsource(random)
    body = text[text.index("Words = ") :]
    return (
        "import math\n\nfrom numpy.typing import NDArray",
        "class DType:\n"
        '    """A dtype by its name in NumPy."""\n\n'
        "    def __init__(self, numpy):\n        self.numpy = numpy",
        "F32, F64 = DType('float32'), DType('float64')",
        *body.strip().split("\n\n\n"),
        "erf = np.frompyfunc(math.erf, 1, 1)\nerfc = np.frompyfunc(math.erfc, 1, 1)",
        *(inspect.getsource(function).strip() for function in _NEEDED),
    )


class Spelling:
    """Writes one node, given the names of its operands and the text of a size."""

    def __init__(self, size: Callable[[Dim], str], sites: dict[Node, int]) -> None:
        self.size, self.sites = size, sites

    def text(self, node: Node, operands: Sequence[str]) -> str:
        special = getattr(self, f"_{node.op.name}", None)
        if special is not None:
            return str(special(node, *operands))
        if node.op.name in _INFIX:
            return f" {node.op.tdsl} ".join(operands)
        return f"{_function(node.op.numpy)}({', '.join(operands)})"

    def shape(self, sizes: Sequence[Dim]) -> str:
        return spell_tuple(map(self.size, sizes))

    def _constant(self, node: Node) -> str:
        value = node.get(Constant).value
        number = float.fromhex(value) if isinstance(value, str) else value
        if isinstance(number, float) and not math.isfinite(number):
            return f"np.{node.type.dtype.numpy}('{number}')"
        return f"np.{'bool_' if node.type.dtype.kind is Kind.BOOL else node.type.dtype.numpy}({number!r})"

    def _size(self, node: Node) -> str:
        return f"np.int64({self.size(node.get(Size).dim)})"

    def _iota(self, node: Node) -> str:
        return f"_iota({self.shape(node.type.shape)}, {node.get(Iota).axis})"

    def _neg(self, node: Node, x: str) -> str:
        return f"-{x}"

    def _cast(self, node: Node, x: str) -> str:
        return f"np.asarray({x}).astype({_dtype(node.type.dtype)})"

    def _erf(self, node: Node, x: str) -> str:
        return f"np.asarray({node.op.name}({x}), {_dtype(node.type.dtype)})"

    _erfc = _erf

    def _floordiv(self, node: Node, a: str, b: str) -> str:
        function = "floor_divide" if node.op.name == "floordiv" else "floor_remainder"
        if node in self.sites:
            b = f"divisor(faults, {self.sites[node]}, {a}, {b})"
        return f"{function}({a}, {b})"

    _mod = _floordiv

    def _sum(self, node: Node, x: str) -> str:
        if not node.get(Axes).axes:
            return x if node.op.name == "sum" else f"np.abs({x})"
        return f"{_function(_SUMS[node.op.name])}({x}, {spell_tuple(node.get(Axes).axes)})"

    _norm = _sum

    def _prod(self, node: Node, x: str) -> str:
        if not node.get(Axes).axes:
            return x
        return f"np.prod({x}, axis={spell_tuple(node.get(Axes).axes)}, dtype={_dtype(node.type.dtype)})"

    def _max(self, node: Node, x: str) -> str:
        return f"np.{node.op.name}({x}, axis={spell_tuple(node.get(Axes).axes)})" if node.get(Axes).axes else x

    _min = _any = _all = _max

    def _argmax(self, node: Node, x: str) -> str:
        return f"np.{node.op.name}({x}, axis={node.get(Position).axis}).astype({_dtype(node.type.dtype)})"

    _argmin = _argmax

    def _gather(self, node: Node, x: str, index: str) -> str:
        return f"take(faults, {self.sites[node]}, {x}, {index}, {node.get(Axis).axis})"

    def _within(self, node: Node, label: str) -> str:
        return f"within(faults, {self.sites[node]}, {label}, {self.size(node.get(Bound).size)})"

    def _scatter(self, node: Node, value: str, index: str) -> str:
        along = node.get(SizedAxis)
        return f"scatter(faults, {self.sites[node]}, {value}, {index}, {along.axis}, {self.size(along.size)})"

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

    def _transpose(self, node: Node, x: str) -> str:
        return f"np.transpose({x}, {spell_tuple(node.get(Axes).axes)})"

    def _reshape(self, node: Node, x: str) -> str:
        return f"np.reshape({x}, {self.shape(node.type.shape)})"

    def _slice(self, node: Node, x: str) -> str:
        steps = spell_tuple(node.get(Region).steps)
        return f"slice_values({x}, {self.shape(node.get(Region).starts)}, {steps}, {self.shape(node.type.shape)})"

    def _place(self, node: Node, x: str) -> str:
        steps = spell_tuple(node.get(Region).steps)
        return f"place_values({x}, {self.shape(node.type.shape)}, {self.shape(node.get(Region).starts)}, {steps})"

    def _identity(self, node: Node, x: str) -> str:
        return x

    _stop_grad = _identity

    def _stack(self, node: Node, *parts: str) -> str:
        return f"np.stack({spell_tuple(parts)})"

    def _random_uniform(self, node: Node, seed: str) -> str:
        function = _function(node.op.numpy)
        dtype = node.type.dtype.name.upper()
        return f"{function}({seed}, {node.get(Stream).stream}, {dtype}, {self.shape(node.type.shape)})"

    _random_normal = _random_orthogonal = _random_uniform


def _function(numpy: Callable[..., Any]) -> str:
    """The name that the meaning of an op has in the generated text."""
    name = str(getattr(numpy, "__name__", ""))
    if isinstance(numpy, FunctionType) and any(getattr(module, name, None) is numpy for module in _MODULES):
        return name
    if getattr(np, name, None) is numpy:
        return f"np.{name}"
    raise CompilerBug(f"no NumPy text for {numpy}")


def _dtype(dtype: DType) -> str:
    return f"np.{'bool_' if dtype.kind is Kind.BOOL else dtype.numpy}"

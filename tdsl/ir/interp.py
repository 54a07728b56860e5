"""The reference meaning of the IR: an entry evaluated node by node with NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tdsl.ir.attributes import Named
from tdsl.ir.function import Function
from tdsl.ir.node import Node, topological
from tdsl.record import record
from tdsl.types import Dim, Kind, Tuple, Type


def evaluate(
    roots: Sequence[Node], values: Mapping[str, Any], dims: Mapping[str, int], variables: Mapping[str, Any]
) -> list[Any]:
    """The arrays of `roots`, given the arguments and variables by name and the size of every dim.

    Arithmetic is NumPy's in the declared dtypes; floating-point warnings are silenced, NaN and infinities stay.  Only
    the chosen branch of an `if` is computed.  Raises `IndexError` for a position outside its axis,
    `ZeroDivisionError` for an integer divided by zero and `ArithmeticError` for a matrix without a factor or inverse.
    """
    given = {"argument": values, "variable": variables}
    sources = [node for node in topological(roots) if node.op.name in given]
    named = {node: given[node.op.name].get(node.get(Named).name) for node in sources}
    with np.errstate(all="ignore"):
        return _evaluated(roots, {node: value for node, value in named.items() if value is not None}, dims)


@record(frozen=True)
class Meaning:
    """A function as the meaning of an op sees it: of arrays, with a number for each size."""

    function: Function
    dims: Mapping[str, int]

    def __call__(self, *arguments: Any) -> list[Any]:
        return _evaluated(self.function.results, dict(zip(self.function.parameters, arguments, strict=True)), self.dims)

    def zeros(self, length: int) -> list[Any]:
        """An array of zeros for each result that stacks `length` of it."""
        types = [result.type for result in self.function.results]
        return [np.zeros((length, *numbers(type.shape, self.dims)), type.dtype.numpy) for type in types]


def _evaluated(roots: Sequence[Node], given: Mapping[Node, Any], dims: Mapping[str, int]) -> list[Any]:
    results = {node: _as(node.type, value) for node, value in given.items()}
    stack = list(reversed(roots))
    while stack:
        node = stack[-1]
        needs = [] if node in results else _needed(node, results)
        if needs:
            stack.extend(needs)
            continue
        stack.pop()
        if node not in results:
            results[node] = _as(node.type, _computed(node, results, dims))
    return [results[root] for root in roots]


def _as(type: Type, value: Any) -> Any:
    if isinstance(type, Tuple):
        return [_as(item, one) for item, one in zip(type.items, value, strict=True)]
    return np.asarray(value).astype(type.dtype.numpy, copy=False)


def _needed(node: Node, results: Mapping[Node, Any]) -> list[Node]:
    """The operands to compute before a node, last one first."""
    operands = node.operands
    if node.op.name == "if":
        operands = (operands[0], *_chosen(node, results)) if operands[0] in results else operands[:1]
    return [operand for operand in reversed(operands) if operand not in results]


def _chosen(node: Node, results: Mapping[Node, Any]) -> tuple[Node]:
    condition, a, b = node.operands
    return (a if results[condition] else b,)


def _computed(node: Node, results: Mapping[Node, Any], dims: Mapping[str, int]) -> Any:
    if node.op.name == "if":
        return results[_chosen(node, results)[0]]
    operands = [results[operand] for operand in node.operands]
    if node.op.fault == "division" and node.type.dtype.kind is Kind.INTEGER and not np.all(operands[1]):
        raise ZeroDivisionError(f"{node.op.name} by zero")
    return node.op.numpy(*operands, **{name: numbers(value, dims) for name, value in node.attributes.given().items()})


def numbers(value: Any, dims: Mapping[str, int]) -> Any:
    """An attribute with every size made a number, and functions of arrays of its functions."""
    if isinstance(value, Dim):
        return value.evaluate(dims)
    if isinstance(value, tuple):
        return tuple(numbers(item, dims) for item in value)
    if isinstance(value, Function):
        return Meaning(value, dims)
    return value

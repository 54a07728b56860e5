"""The reference meaning of the IR: an entry evaluated node by node with NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tdsl.ir.attributes import Named
from tdsl.ir.node import Node
from tdsl.types import Dim, Kind


def evaluate(
    roots: Sequence[Node], values: Mapping[str, Any], dims: Mapping[str, int], variables: Mapping[str, Any]
) -> list[Any]:
    """The arrays of `roots`, given the arguments and variables by name and the size of every dim.

    Arithmetic is NumPy's in the declared dtypes; floating-point warnings are silenced, NaN and infinities stay.  Of an
    `if` only the chosen branch is computed.  Raises `IndexError` for a position outside its axis and
    `ZeroDivisionError` for an integer divided by zero.
    """
    results: dict[Node, Any] = {}
    stack = list(reversed(roots))
    given = {"argument": values, "variable": variables}
    with np.errstate(all="ignore"):
        while stack:
            node = stack[-1]
            needs = [] if node in results else _needed(node, results)
            if needs:
                stack.extend(needs)
                continue
            stack.pop()
            if node not in results:
                dtype = node.type.dtype.numpy
                if node.op.name in given:
                    results[node] = np.asarray(given[node.op.name][node.get(Named).name], dtype=dtype)
                else:
                    results[node] = np.asarray(_computed(node, results, dims)).astype(dtype, copy=False)
    return [results[root] for root in roots]


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
    """An attribute with every size made a number."""
    if isinstance(value, Dim):
        return value.evaluate(dims)
    if isinstance(value, tuple):
        return tuple(numbers(item, dims) for item in value)
    return value
